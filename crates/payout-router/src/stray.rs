//! Payments that nobody has a record of: until it is decided what one has paid, an equal payout is not paid.
//!
//! Which payout a lost payment was for, the chain does not say; that an equal one is asked for now may be its repetition.

use api::payout_router::PayoutAsset;
use api::payout_router::reconciliation::WalletPayment;
use payments::payout::{Money, Payout};
use payments::stray::Payment;
use primitives::Address;
use store::{Commit, Hold};

/// What every scope here begins with.
pub(crate) const SCOPES: &str = "stray:";

/// Why a payout waits whose payment may be on the chain already.
pub(crate) const MAY_BE_PAID: &str = "may_be_paid";

/// The scope whose shares keep a payout of so much to this recipient from being paid.
fn scope(asset: PayoutAsset, recipient: Address, amount: &str) -> String {
    format!("{SCOPES}{asset:?}:{recipient}:{amount}")
}

/// The scope of a payout.
pub(crate) fn scope_of(payout: &Payout) -> String {
    scope(payout.request.asset, payout.request.recipient, &payout.money.to_string())
}

/// A payment as findings have it.
pub(crate) fn view(payment: Payment) -> WalletPayment {
    let asset = match payment.money {
        Money::Usdt(_) => PayoutAsset::Usdt,
        Money::Trx(_) => PayoutAsset::Trx,
    };
    WalletPayment { asset, recipient: payment.recipient, amount: payment.money.to_string(), memo: payment.memo }
}

/// Whether a payment is what a payout asks for. Two operators vouch for the memo.
pub(crate) fn pays(payment: &WalletPayment, payout: &Payout) -> bool {
    scope(payment.asset, payment.recipient, &payment.amount) == scope_of(payout)
}

/// Lets no equal payout be paid, until [`released`] for the same transaction.
pub(crate) fn hold(commit: Commit, payment: &WalletPayment, txid: &str) -> Commit {
    let scope = scope(payment.asset, payment.recipient, &payment.amount);
    commit.hold(Hold { scope, holder: txid.to_owned(), amount: 1, ceiling: i64::MAX })
}

/// It is known what it has paid.
pub(crate) fn released(commit: Commit, payment: &WalletPayment, txid: &str) -> Commit {
    commit.release(scope(payment.asset, payment.recipient, &payment.amount), txid, None)
}
