//! The stop of all signing: one operator makes it, two lift it.

use primitives::statement::{Ceremony, Cosigned, RecoveryEnded, Signed};
use primitives::{FreezeId, UnixMs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;

/// A stop of all signing, from now until two operators lift it. The same id again is the same stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeRequest {
    /// Its name, chosen by the caller.
    pub freeze_id: FreezeId,
    /// Why, for people; at most 256 bytes.
    pub reason: String,
}

/// Two operators' decision to lift one stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThawRequest {
    /// The decision; it names the stop.
    #[schema(value_type = Object)]
    pub ceremony: Cosigned<Ceremony>,
    /// To lift the stop that a restore made: payout-router's word that the plane was held against the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub recovery: Option<Signed<RecoveryEnded>>,
}

/// A stop of all signing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreezeView {
    /// Its name.
    pub freeze_id: FreezeId,
    /// Why.
    pub reason: String,
    /// Who asked for it, by the name that wallet-manager knows the caller by.
    pub by: String,
    /// Since when.
    pub at: UnixMs,
    /// When it was lifted; none while it holds.
    pub lifted_at: Option<UnixMs>,
}

/// The stops that hold now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreezeList {
    /// Oldest first; nothing is signed while there is one.
    pub freezes: Vec<FreezeView>,
}

/// Stops all signing at once; 409 `freeze_lifted` if this stop was lifted already, 422 `malformed_reason`.
pub fn put_freeze(request: &FreezeRequest) -> Call<FreezeView> {
    Call::put("/v1/freeze".into(), request)
}

/// Lifts the stop that two operators name; 403 with the rule's code, 404 `unknown_freeze`, 409
/// `recovering` without payout-router's word on a restore.
pub fn put_thaw(request: &ThawRequest) -> Call<FreezeView> {
    Call::put("/v1/freeze/thaw".into(), request)
}

/// The stops that hold now.
pub fn freezes() -> Call<FreezeList> {
    Call::get("/v1/freeze".into())
}
