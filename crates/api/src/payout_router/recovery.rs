//! What a plane that was restored from a backup must do before it pays again: read the chain, and have every payment
//! that it does not know attached to a payout or decided by two operators.

use primitives::statement::{Ceremony, Cosigned, Currency, NamedPayout, PaidOut, RecoveryEnded, Signed, shown_memo};
use primitives::{FreezeId, Sun, UnixMs, Usdt};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reconciliation::WalletPayment;
use super::{PayoutAsset, PayoutRequest, PayoutView};
use crate::Call;
use crate::tron_client::{BlockConfirmation, WalletTransaction};

/// How far a restored plane is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecoveryView {
    /// The stop of all signing that stands for it at wallet-manager, by its name there.
    pub freeze_id: FreezeId,
    /// When the backup was begun: what happened since may be missing.
    pub backup_at: UnixMs,
    /// When it was put back.
    pub restored_at: UnixMs,
    /// Up to when the solid chain must be read: nothing that was signed before can be included later.
    pub read_until: UnixMs,
    /// From when on it is read: after the backup is too late, and tron-client's database another than that of the backup.
    pub read_from: Option<UnixMs>,
    /// Up to when it is read, and its transactions of our wallets are known here; none before tron-client has answered.
    pub read_to: Option<UnixMs>,
    /// What a second node says of the newest block that it has reported, of those that are read; none before that is late
    /// enough, and none while tron-client does not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<BlockConfirmation>,
    /// Transactions of our wallets that were seen and not looked at yet.
    pub unseen: u64,
    /// Findings that are not decided.
    pub undecided: u64,
    /// Payments that are kept: payouts that one of them may have paid wait.
    pub kept: u64,
    /// Payouts with an attempt that is not barred yet and that the register does not have.
    pub under_way: u64,
    /// Of these, payouts of whose row nothing can be read, by their ids: a person mends the database.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
    /// When it was over; none while nothing is paid.
    pub ended_at: Option<UnixMs>,
    /// That it was over, for wallet-manager, which lifts its stop by no other word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub word: Option<Signed<RecoveryEnded>>,
}

/// Two operators' decision on what transactions were, and on payouts that none of those that are kept has paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoverRequest {
    /// The decision; it names the stop of signing that the restore made, each transaction with what the chain has of it
    /// and what it was, and each payout with what it asks for.
    #[schema(value_type = Object)]
    pub ceremony: Cosigned<Ceremony>,
}

/// Two operators' decision that it is over: the one that lifts the stop at wallet-manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndRecoveryRequest {
    /// The decision; it names the stop.
    #[schema(value_type = Object)]
    pub ceremony: Cosigned<Ceremony>,
}

impl WalletTransaction {
    /// What it did and how that ended, as operators sign it.
    pub fn deed(&self) -> String {
        format!("{} {}", self.contract_type, self.contract_ret)
    }
}

impl WalletPayment {
    /// As operators sign it.
    pub fn paid_out(&self) -> Option<PaidOut> {
        let Self { asset, recipient, amount, memo } = self;
        let (currency, units) = units(*asset, amount)?;
        Some(PaidOut { currency, recipient: *recipient, units, memo: memo.as_deref().and_then(shown_memo) })
    }
}

impl PayoutRequest {
    /// What it asks for, as operators sign it.
    pub fn paid_out(&self) -> Option<PaidOut> {
        let Self { asset, recipient, amount, memo, .. } = self.clone();
        WalletPayment { asset, recipient, amount, memo }.paid_out()
    }
}

impl PayoutView {
    /// All its names.
    pub fn named(&self) -> NamedPayout {
        let (merchant, reference) = (self.merchant.clone(), self.reference.clone());
        NamedPayout { payout: self.payout_id, merchant, reference }
    }

    /// What it asks for, as operators sign it.
    pub fn paid_out(&self) -> Option<PaidOut> {
        let Self { asset, recipient, amount, memo, .. } = self.clone();
        WalletPayment { asset, recipient, amount, memo }.paid_out()
    }
}

fn units(asset: PayoutAsset, amount: &str) -> Option<(Currency, u64)> {
    match asset {
        PayoutAsset::Usdt => Usdt::parse(amount).ok().map(|usdt| (Currency::Usdt, usdt.units())),
        PayoutAsset::Trx => Sun::parse(amount).ok().map(|sun| (Currency::Trx, sun.units())),
    }
}

/// How far it is; 404 `not_restored` where the plane never was.
pub fn recovery() -> Call<RecoveryView> {
    Call::get("/v1/recovery".into())
}

/// Says what transactions were. Can be repeated. 403 with the rule's code, 404 `unknown_discrepancy` or `unknown_payout`,
/// 409 `not_this_payment`, `not_this_payout`, `not_waiting`, `recovering` or `txid_taken`; what stands before that in the list is done.
pub fn recover(request: &RecoverRequest) -> Call<RecoveryView> {
    Call::put("/v1/recovery/decisions".into(), request)
}

/// Lets payouts go on; 409 `recovering` while something is to be done.
pub fn end_recovery(request: &EndRecoveryRequest) -> Call<RecoveryView> {
    Call::put("/v1/recovery/end".into(), request)
}
