//! payout-router, port 8092: the payout, its attempts and its limits.

use primitives::{
    Address, AttemptNo, Bandwidth, BlockRef, Energy, MerchantId, MerchantRef, PayoutId, Sun, TransferId, TxId, UnixMs,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;
use crate::call::query;
use crate::wallet_manager::attempt::AllowRequest;

pub mod reconciliation;
pub mod recovery;

/// What is paid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum PayoutAsset {
    /// TRX.
    #[serde(rename = "TRX")]
    Trx,
    /// USDT-TRC20.
    #[serde(rename = "USDT")]
    Usdt,
}

/// A payout to make; its id is derived from plane, merchant and reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutRequest {
    /// Who asks.
    pub merchant: MerchantId,
    /// What they call it; unique per merchant for ever.
    pub reference: MerchantRef,
    /// What is paid.
    pub asset: PayoutAsset,
    /// Who receives.
    pub recipient: Address,
    /// How much, as a decimal string with at most six decimals.
    #[schema(pattern = r"^[0-9]+(\.[0-9]{1,6})?$", example = "25")]
    pub amount: String,
    /// A public memo on the chain; costs 1 TRX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 128)]
    pub memo: Option<String>,
}

/// How far a payout has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStage {
    /// At the gateway, on its way to payout-router.
    Received,
    /// Recorded and within the limits.
    Accepted,
    /// The paying wallet lacks funds; goes on by itself.
    WaitingFunds,
    /// An attempt is under way.
    Attempting,
    /// Paid: a solid block has exactly this payment.
    Settled,
    /// Ended without payment, for certain.
    Failed,
    /// Stopped and not paid, for certain: nothing was signed, or what was signed can never be included.
    Cancelled,
    /// Waits for a person; nothing more happens by itself.
    NeedsReview,
}

impl PayoutStage {
    /// Every stage.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Accepted,
        Self::WaitingFunds,
        Self::Attempting,
        Self::Settled,
        Self::Failed,
        Self::Cancelled,
        Self::NeedsReview,
    ];

    /// Its name on the wire, by which lists are filtered too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::WaitingFunds => "waiting_funds",
            Self::Attempting => "attempting",
            Self::Settled => "settled",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::NeedsReview => "needs_review",
        }
    }
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttemptView {
    /// Which, from 1.
    pub attempt: AttemptNo,
    /// Its transfer.
    pub transfer_id: TransferId,
    /// Its transaction, once wallet-manager registered one.
    pub txid: Option<TxId>,
    /// When that ceases to be valid.
    pub expiration: Option<UnixMs>,
    /// `underway`, `paid`, `failed_on_chain`, `mismatch`, `dead` or `unsigned`.
    pub state: String,
}

/// What a settled payout cost, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutReceipt {
    /// The transaction.
    pub txid: TxId,
    /// Its block, solid.
    pub block: BlockRef,
    /// Energy in all.
    pub energy: Energy,
    /// Energy that stake paid for.
    pub energy_from_stake: Energy,
    /// TRX burned for the rest of the energy.
    pub energy_fee: Sun,
    /// Bytes that staked or free bandwidth paid for.
    pub bandwidth: Bandwidth,
    /// TRX burned for bandwidth instead.
    pub bandwidth_fee: Sun,
    /// All that it cost.
    pub fee: Sun,
}

/// A payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutView {
    /// Its id.
    pub payout_id: PayoutId,
    /// Who asked.
    pub merchant: MerchantId,
    /// What they call it.
    pub reference: MerchantRef,
    /// The path it takes: `v0`.
    pub path: String,
    /// What is paid.
    pub asset: PayoutAsset,
    /// Who receives.
    pub recipient: Address,
    /// How much.
    pub amount: String,
    /// The public memo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<String>,
    /// How far it has come.
    pub stage: PayoutStage,
    /// Why it waits, failed or needs a person: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its attempts, oldest first.
    pub attempts: Vec<AttemptView>,
    /// What it cost, once settled.
    pub receipt: Option<PayoutReceipt>,
    /// When it was accepted.
    pub created_at: UnixMs,
    /// When it came to its end.
    pub ended_at: Option<UnixMs>,
}

/// A page of payouts, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutPage {
    /// The payouts.
    pub payouts: Vec<PayoutView>,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
}

/// Which payouts to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutFilter {
    /// Only this merchant's.
    #[serde(default)]
    pub merchant: Option<MerchantId>,
    /// Only these.
    #[serde(default)]
    pub stage: Option<PayoutStage>,
    /// Where to begin, from a page's `next`.
    #[serde(default)]
    pub after: Option<String>,
    /// How many, 1 to 100; 50 unless said.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Whether a wallet may pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FreezeView {
    /// The wallet's address.
    pub address: Address,
    /// Whether nothing is paid from it until a person has looked.
    pub frozen: bool,
    /// What gave cause: payouts by their ids, `permissions` for others on the chain than were decided, `operator` for a
    /// person's word.
    pub causes: Vec<String>,
}

/// Why a wallet is frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeRequest {
    /// For people; written to the log.
    #[schema(max_length = 256)]
    pub reason: String,
}

/// Whether a wallet is frozen.
pub fn freeze(address: Address) -> Call<FreezeView> {
    Call::get(format!("/v1/wallets/{address}/freeze"))
}

/// Lets nothing more be paid from a wallet until a person thaws it.
pub fn put_freeze(address: Address, request: &FreezeRequest) -> Call<FreezeView> {
    Call::put(format!("/v1/wallets/{address}/freeze"), request)
}

/// Lets a frozen wallet pay again, by a person's word; 409 `permissions_drifted` while the chain has other permissions
/// for it than were decided.
pub fn thaw(address: Address) -> Call<FreezeView> {
    Call::put(format!("/v1/wallets/{address}/thaw"), &serde_json::json!({}))
}

/// Makes a payout. Same id and request: the same payout; another request: 422 `id_taken`. Beyond a limit: 422
/// `amount_above_limit`, `amount_below_minimum` or `window_limit_reached`; nothing is recorded then.
pub fn put_payout(id: PayoutId, request: &PayoutRequest) -> Call<PayoutView> {
    Call::put(format!("/v1/payouts/{id}"), request)
}

/// A payout; 404 `unknown_payout`.
pub fn payout(id: PayoutId) -> Call<PayoutView> {
    Call::get(format!("/v1/payouts/{id}"))
}

/// Payouts, newest first.
pub fn payouts(filter: &PayoutFilter) -> Call<PayoutPage> {
    let parameters = query(&[
        ("merchant", filter.merchant.as_ref().map(ToString::to_string)),
        ("stage", filter.stage.map(|stage| stage.name().to_owned())),
        ("after", filter.after.clone()),
        ("limit", filter.limit.map(|limit| limit.to_string())),
    ]);
    Call::get(format!("/v1/payouts{parameters}"))
}

/// Cancels a payout if wallet-manager can still bar its attempt; 409 `too_late` otherwise.
pub fn cancel_payout(id: PayoutId) -> Call<PayoutView> {
    Call::put(format!("/v1/payouts/{id}/cancel"), &serde_json::json!({}))
}

/// Lets a payout whose attempts are exhausted be tried once more, as an operator has decided; 409 `not_exhausted`, 403 with
/// the rule's code.
pub fn attempt_again(id: PayoutId, request: &AllowRequest) -> Call<PayoutView> {
    Call::put(format!("/v1/payouts/{id}/attempt-again"), request)
}

/// Event types of this service's feed; the data is a [`PayoutView`] unless said.
pub mod events {
    /// A payout moved on; its stage says where to.
    pub const CHANGED: &str = "payout.changed";
    /// A payout came to its end: settled, failed or cancelled.
    pub const ENDED: &str = "payout.ended";
    /// Something was found that nobody can explain: nothing is authorised any more. The data is a
    /// [`DiscrepancyView`](super::reconciliation::DiscrepancyView).
    pub const DISCREPANCY_FOUND: &str = "discrepancy.found";
    /// A person has explained it; the data is the same.
    pub const DISCREPANCY_RESOLVED: &str = "discrepancy.resolved";
    /// The chain has other permissions for a wallet than were decided. The data is a
    /// [`WalletStanding`](super::reconciliation::WalletStanding).
    pub const WALLET_DRIFTED: &str = "wallet.drifted";
    /// It has the right ones again; the data is the same.
    pub const WALLET_RESTORED: &str = "wallet.restored";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_called_what_the_wire_calls_it() {
        for stage in PayoutStage::ALL {
            assert_eq!(serde_json::to_value(stage).expect("a name"), stage.name());
        }
    }
}
