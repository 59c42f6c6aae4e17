//! wallet-manager, port 8093: keys in the token, and a signature for what it has decoded.

use primitives::statement::{
    Anchor, Approval, Attested, Authorisation, Ceremony, Cosigned, KeyClass, Signed, Unsigned,
};
use primitives::{Address, AttemptNo, HexBytes, IntentId, KeyId, LogPosition, TxId, UnixMs, WalletId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;

pub use permissions::WalletPermissions;

pub mod attempt;
pub mod audit;
pub mod batch;
pub mod decision;
pub mod freeze;
pub mod key;
pub mod permissions;
pub mod refusal;
pub mod settings;

/// What a wallet's key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WalletClass {
    /// Pays out: payouts and refunds.
    Hot,
    /// Holds stake: stakes, unstakes, delegations and reclaims.
    Energy,
    /// Receives sweeps; pays the hot wallet.
    Treasury,
}

impl From<WalletClass> for KeyClass {
    fn from(class: WalletClass) -> Self {
        match class {
            WalletClass::Hot => Self::Hot,
            WalletClass::Energy => Self::Energy,
            WalletClass::Treasury => Self::Treasury,
        }
    }
}

/// The wallets' class of this class of keys; none for keys that hold no money.
pub const fn wallet_class(class: KeyClass) -> Option<WalletClass> {
    match class {
        KeyClass::Hot => Some(WalletClass::Hot),
        KeyClass::Energy => Some(WalletClass::Energy),
        KeyClass::Treasury => Some(WalletClass::Treasury),
        KeyClass::Compliance | KeyClass::Audit | KeyClass::Release | KeyClass::Canary => None,
    }
}

/// A wallet to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WalletRequest {
    /// What its key may sign.
    pub class: WalletClass,
    /// Two operators' decision to make it; without one, 403 `ceremony_required`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub ceremony: Option<Cosigned<Ceremony>>,
}

/// A wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletView {
    /// Its name.
    pub wallet_id: WalletId,
    /// What its key may sign.
    pub class: WalletClass,
    /// Where its money is.
    pub address: Address,
    /// Its key in the token.
    pub key_id: KeyId,
    /// The account permission that its transactions name.
    pub permission_id: u32,
    /// The pinned public key, 65 bytes uncompressed.
    pub public_key: HexBytes,
    /// When the key was born.
    pub created_at: UnixMs,
    /// What its account must have on the chain, or is about to have; none while its own key is still its owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<WalletPermissions>,
    /// Since when its key signs nothing any more; none while it may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<UnixMs>,
}

/// A list of wallets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletList {
    /// The wallets, by name.
    pub wallets: Vec<WalletView>,
}

/// The token that holds the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// Its label.
    pub label: String,
    /// Its maker's name for the model.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// Whether any wallet key could be read out; false, or the plane does not sign.
    pub key_extractable: bool,
    /// How many wallet keys it holds.
    pub keys: u64,
}

/// A transaction to sign and what entitles to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureRequest {
    /// The transaction's raw_data; decoded, compared and hashed by the signer itself.
    pub raw_data: HexBytes,
    /// The permission, by the issuer for its kind.
    #[schema(value_type = Object)]
    pub authorisation: Signed<Authorisation>,
    /// A fresh anchor, which the transaction must refer to.
    #[schema(value_type = Object)]
    pub anchor: Signed<Anchor>,
    /// The compliance desk's word for the payment, where the signing policy demands it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub attestation: Option<Attested>,
    /// The approvals of people, where the signing policy demands them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub approvals: Vec<Signed<Approval>>,
}

impl SignatureRequest {
    /// A request with nobody's consent but the issuer's.
    pub const fn new(raw_data: HexBytes, authorisation: Signed<Authorisation>, anchor: Signed<Anchor>) -> Self {
        Self { raw_data, authorisation, anchor, attestation: None, approvals: Vec::new() }
    }
}

/// A signature; the same request has the same one for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignatureView {
    /// The transaction.
    pub txid: TxId,
    /// What it is for.
    pub intent: IntentId,
    /// Which attempt.
    pub attempt: AttemptNo,
    /// The signed raw_data.
    pub raw_data: HexBytes,
    /// r, s and v: 65 bytes, s low, v 0 or 1.
    pub signature: HexBytes,
    /// The audit log's record of this signature, and the head with it: to be kept, so that a cut log is found.
    pub audit: LogPosition,
}

/// A policy by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyVersion {
    /// The number that its author gave it.
    pub version: u32,
    /// SHA-256 of its rules, whatever their spelling.
    pub sha256: HexBytes,
}

/// The signing policy: what is in force, and what is wrong with its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyView {
    /// The policy in force; none while there is none, and nothing is signed.
    pub in_force: Option<PolicyVersion>,
    /// The operators who signed it; none where that is not required.
    pub operators: Vec<String>,
    /// The file that it is read from; none for the built-in policy.
    pub file: Option<String>,
    /// Whether a policy comes into force only when two operators have signed it.
    pub signature_required: bool,
    /// What is wrong with the file as it is now.
    pub fault: Option<String>,
    /// The newest policy that was ever in force; an older one never is again.
    pub highest: Option<PolicyVersion>,
}

/// What the register has for one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisteredAttempt {
    /// The intent.
    pub intent: IntentId,
    /// Which attempt.
    pub attempt: AttemptNo,
    /// The transaction it was signed as; none if it was barred.
    pub txid: Option<TxId>,
    /// That transaction's raw_data.
    pub raw_data: Option<HexBytes>,
    /// When that transaction ceases to be valid.
    pub expiration: Option<UnixMs>,
    /// The signing policy that it was registered under; none if it was barred.
    pub policy: Option<PolicyVersion>,
    /// Whether it is barred for ever.
    pub void: bool,
    /// The audit log's newest record of this attempt, and the head with it.
    pub audit: LogPosition,
}

/// What the register has for one intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntentView {
    /// The intent.
    pub intent: IntentId,
    /// Its attempts, oldest first.
    pub attempts: Vec<RegisteredAttempt>,
}

/// The token.
pub fn token() -> Call<TokenView> {
    Call::get("/v1/token".into())
}

/// The signing policy in force.
pub fn policy() -> Call<PolicyView> {
    Call::get("/v1/policy".into())
}

/// Makes a wallet as two operators decided, its key born in the token; the same decision again gives the same wallet for
/// ever. Refused by the codes of [`CEREMONY_REFUSALS`](refusal::CEREMONY_REFUSALS).
pub fn put_wallet(id: &WalletId, request: &WalletRequest) -> Call<WalletView> {
    Call::put(format!("/v1/wallets/{id}"), request)
}

/// A wallet; 404 `unknown_wallet`.
pub fn wallet(id: &WalletId) -> Call<WalletView> {
    Call::get(format!("/v1/wallets/{id}"))
}

/// All wallets.
pub fn wallets() -> Call<WalletList> {
    Call::get("/v1/wallets".into())
}

/// Signs a transaction. Refused with 403 and the rule's code, 409 `txid_taken` (another intent has this txid),
/// 409 `attempt_taken` (this attempt was signed as another transaction: members `txid`, `raw_data`) or
/// 409 `attempt_void`; what each of them means for the attempt is in [`refusal`].
pub fn put_signature(txid: TxId, request: &SignatureRequest) -> Call<SignatureView> {
    Call::put(format!("/v1/signatures/{txid}"), request)
}

/// The attempt that was registered as this transaction; 404 `unknown_signature` if none of our keys ever signed it.
pub fn signature(txid: TxId) -> Call<RegisteredAttempt> {
    Call::get(format!("/v1/signatures/{txid}"))
}

/// Bars an attempt for ever; 409 `already_signed` (members `txid`, `raw_data`) if it is too late.
pub fn void_attempt(intent: &IntentId, attempt: AttemptNo) -> Call<Signed<Unsigned>> {
    Call::put(format!("/v1/intents/{intent}/attempts/{attempt}/void"), &serde_json::json!({}))
}

/// The register's word on an intent; no attempts if it has none.
pub fn intent(intent: &IntentId) -> Call<IntentView> {
    Call::get(format!("/v1/intents/{intent}"))
}

/// Event types of this service's feed; the data is a [`RegisteredAttempt`] unless said.
pub mod events {
    /// An attempt was registered; its signature may be out from now on.
    pub const REGISTERED: &str = "attempt.registered";
    /// An attempt was barred.
    pub const VOIDED: &str = "attempt.voided";
    /// All signing was stopped; the data is a [`FreezeView`](super::freeze::FreezeView).
    pub const FROZEN: &str = "signing.frozen";
    /// A stop was lifted; the data is a [`FreezeView`](super::freeze::FreezeView).
    pub const THAWED: &str = "signing.thawed";
}
