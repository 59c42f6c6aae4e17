//! Keys of the token: two operators have them made and retired, and the audit key vouches for how they were made.

use primitives::statement::{Ceremony, Cosigned, KeyClass};
use primitives::{Address, HexBytes, KeyId, UnixMs, WalletId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;

/// A key to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
    /// What it is for: hot, energy, treasury, compliance or release. The others the signer makes for itself.
    pub class: KeyClass,
    /// Two operators' decision to make it; without one, 403 `ceremony_required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub ceremony: Option<Cosigned<Ceremony>>,
}

/// A key to retire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetireRequest {
    /// Two operators' decision, which names the key by its id; without one, 403 `ceremony_required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub ceremony: Option<Cosigned<Ceremony>>,
}

/// How far a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyStage {
    /// Decided, and not proven yet: the request is to be repeated.
    Making,
    /// It signs.
    Ready,
    /// It signs nothing any more, for ever. It may still be in the token.
    Retired,
}

/// How a key was made: a `Manifest` signed by the audit key in the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedManifest {
    /// The statement's one encoding.
    pub statement: HexBytes,
    /// r, s and v over SHA-256 of domain tag and encoding: 65 bytes, s low.
    pub signature: HexBytes,
}

/// Who retired a key, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retirement {
    /// Since when it signs nothing.
    pub at: UnixMs,
    /// The operators who decided it, ascending.
    pub operators: Vec<String>,
}

/// A key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyView {
    /// Its name; a wallet's key has the wallet's.
    pub name: WalletId,
    /// What it is for.
    pub class: KeyClass,
    /// Its name in the token: CKA_ID in hexadecimal.
    pub key_id: KeyId,
    /// Which key of its class it is, from 1: those of the compliance desk and of releases are renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u32>,
    /// How far it is.
    pub stage: KeyStage,
    /// The pinned public key, 65 bytes uncompressed; none until it was made and proven.
    pub public_key: Option<HexBytes>,
    /// The account that it alone controls, likewise.
    pub address: Option<Address>,
    /// When it was decided on.
    pub created_at: UnixMs,
    /// The operators who decided it, ascending; none for a key that the signer makes for itself.
    pub operators: Vec<String>,
    /// Its birth certificate; none until it was made and proven.
    pub manifest: Option<SignedManifest>,
    /// None while it may sign.
    pub retired: Option<Retirement>,
}

/// A key that is in the token and that nobody asked this signer for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct UnknownKey {
    /// CKA_ID.
    pub id: HexBytes,
    /// CKA_LABEL, as far as it is text.
    pub label: String,
}

/// Every key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeyList {
    /// By name; retired ones too.
    pub keys: Vec<KeyView>,
    /// What else the token holds, such as keys of a database that was lost; none while the token cannot be asked.
    pub unknown: Option<Vec<UnknownKey>>,
}

/// Makes a key in the token as two operators decided; the same decision again gives the same key for ever. Refused by
/// the codes of [`CEREMONY_REFUSALS`](super::refusal::CEREMONY_REFUSALS).
pub fn put_key(name: &WalletId, request: &KeyRequest) -> Call<KeyView> {
    Call::put(format!("/v1/keys/{name}"), request)
}

/// A key; 404 `unknown_key`.
pub fn key(name: &WalletId) -> Call<KeyView> {
    Call::get(format!("/v1/keys/{name}"))
}

/// All keys.
pub fn keys() -> Call<KeyList> {
    Call::get("/v1/keys".into())
}

/// Retires a key for ever, as two operators decided. Refused as [`put_key`] is, and with 404 `unknown_key`, 409
/// `key_not_made` or 409 `key_needed` (the signer cannot be without it).
pub fn retire_key(name: &WalletId, request: &RetireRequest) -> Call<KeyView> {
    Call::put(format!("/v1/keys/{name}/retire"), request)
}
