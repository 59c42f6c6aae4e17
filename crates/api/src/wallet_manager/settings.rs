//! The settings that carry trust, pinned by the signer at its first start.

use primitives::statement::{Ceremony, Cosigned};
use primitives::{HexBytes, UnixMs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;

/// The settings under which the signer starts, and no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingsView {
    /// SHA-256 of them, which every start records in the audit log.
    pub sha256: HexBytes,
    /// Since when they are these.
    pub since: UnixMs,
    /// Whom the signer believes, who decides, where it signs; nothing of it is secret.
    #[schema(value_type = Object)]
    pub settings: serde_json::Value,
    /// The hash of those that two operators agreed to, for the next start.
    pub agreed: Option<HexBytes>,
}

/// Two operators' decision to let the signer be started under other settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptRequest {
    /// The decision; it names the settings by their hash.
    #[schema(value_type = Object)]
    pub ceremony: Cosigned<Ceremony>,
}

/// The pinned settings; 404 `not_pinned` before the signer has first opened its token.
pub fn settings() -> Call<SettingsView> {
    Call::get("/v1/settings".into())
}

/// Lets the signer be started under the settings that two operators name; 403 with the rule's code.
pub fn put_adoption(request: &AdoptRequest) -> Call<SettingsView> {
    Call::put("/v1/settings/adoption".into(), request)
}
