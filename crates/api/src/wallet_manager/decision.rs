//! What two operators decided and a key of the token carries out: an account's permissions changed, a treasury spent.

use primitives::statement::{Anchor, Ceremony, Cosigned, Finality, Signed};
use primitives::{AttemptNo, HexBytes, TxId, WalletId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SignatureView, WalletView};
use crate::Call;

/// A transaction to sign that carries out a decision of two operators. The wallet is the one that the decision names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionRequest {
    /// The transaction's raw_data; decoded, compared and hashed by the signer itself.
    pub raw_data: HexBytes,
    /// The decision, signed by two operators.
    #[schema(value_type = Object)]
    pub ceremony: Cosigned<Ceremony>,
    /// A fresh anchor, which the transaction must refer to.
    #[schema(value_type = Object)]
    pub anchor: Signed<Anchor>,
    /// Which attempt at carrying it out, from 1; only an update of permissions may need another than the first.
    pub attempt: AttemptNo,
}

/// A decision of two operators to be heard of by a signer that makes no transaction of it: another signer of the shared
/// account does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareRequest {
    /// The decision, signed by two operators.
    #[schema(value_type = Object)]
    pub ceremony: Cosigned<Ceremony>,
}

/// What became of an update of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HardeningOutcome {
    /// The update's raw_data.
    pub raw_data: HexBytes,
    /// tron-client's word on it.
    #[schema(value_type = Object)]
    pub finality: Signed<Finality>,
}

/// Signs what two operators decided. Refused as [`put_signature`](super::put_signature) is, and with 409
/// `wallet_in_flight` (member `until`) while a transaction of a wallet that is to be hardened may still be included.
pub fn put_decision(txid: TxId, request: &DecisionRequest) -> Call<SignatureView> {
    Call::put(format!("/v1/decisions/{txid}"), request)
}

/// Has a wallet sign for a shared account from its update on; 409 `wallet_used` if it ever signed for its own.
pub fn put_share(wallet: &WalletId, request: &ShareRequest) -> Call<WalletView> {
    Call::put(format!("/v1/wallets/{wallet}/share"), request)
}

/// Tells what became of a wallet's update: from a success on it signs under permission 2; after a death or a failure it
/// is as it was. 409 `not_hardening`, 422 `other_update`.
pub fn put_hardening_outcome(wallet: &WalletId, request: &HardeningOutcome) -> Call<WalletView> {
    Call::put(format!("/v1/wallets/{wallet}/hardening/outcome"), request)
}
