//! Payments that nobody has a record of: until it is decided what one has paid, no payout is paid that it may have paid.
//!
//! Which payout a lost payment was for, the chain does not say. One that is on record asked for what is on record, so only
//! an equal payment can be its. One that was asked for after a restore may have been asked for before, too, of the plane
//! that was lost: with another amount, or for another recipient, as merchants mend a mistake. It waits for every such
//! payment.

use api::payout_router::PayoutAsset;
use api::payout_router::reconciliation::WalletPayment;
use payments::payout::{Money, Payout, Unrecorded};
use payments::stray::Payment;
use primitives::{Address, FreezeId};
use store::{Commit, Hold};

/// What every scope here begins with.
pub(crate) const SCOPES: &str = "stray:";

/// The scope of every such payment.
pub(crate) const ANY: &str = "stray:any";

/// Why a payout waits whose payment may be on the chain already.
pub(crate) const MAY_BE_PAID: &str = "may_be_paid";

/// The scope whose shares keep a payout of so much to this recipient from being paid.
fn scope(asset: PayoutAsset, recipient: Address, amount: &str) -> String {
    format!("{SCOPES}{asset:?}:{recipient}:{amount}")
}

/// The scope of a payout's equals.
fn equals_of(payout: &Payout) -> String {
    scope(payout.request.asset, payout.request.recipient, &payout.money.to_string())
}

/// The scopes whose shares keep this payout from being paid on a plane whose last restore made this stop.
pub(crate) fn scopes_of(payout: &Payout, restore: Option<FreezeId>) -> Vec<String> {
    match payout.unrecorded {
        Unrecorded::NoneOf(said) if Some(said) == restore => Vec::new(),
        // What was said of an earlier restore was said before the lost plane went on to pay.
        Unrecorded::Equal | Unrecorded::NoneOf(_) => vec![equals_of(payout)],
        // What an earlier version kept holds the scope of its equals alone.
        Unrecorded::Any => vec![equals_of(payout), ANY.to_owned()],
    }
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
    scope(payment.asset, payment.recipient, &payment.amount) == equals_of(payout)
}

/// Lets no payout be paid that it may have paid, until [`released`] for the same transaction.
pub(crate) fn hold(commit: Commit, payment: &WalletPayment, txid: &str) -> Commit {
    scopes(payment).into_iter().fold(commit, |commit, scope| {
        commit.hold(Hold { scope, holder: txid.to_owned(), amount: 1, ceiling: i64::MAX })
    })
}

/// It is known what it has paid.
pub(crate) fn released(commit: Commit, payment: &WalletPayment, txid: &str) -> Commit {
    scopes(payment).into_iter().fold(commit, |commit, scope| commit.release(scope, txid, None))
}

fn scopes(payment: &WalletPayment) -> [String; 2] {
    [scope(payment.asset, payment.recipient, &payment.amount), ANY.to_owned()]
}
