//! A payout's share of the limits: held in the commit that creates it, given back when it has ended.

use payments::limits::Limits;
use payments::payout::{LimitRelease, Money, Payout};
use store::{Commit, Hold};

const fn units(money: Money) -> i64 {
    match money {
        Money::Usdt(amount) => amount.to_i64(),
        Money::Trx(amount) => amount.to_i64(),
    }
}

/// Takes the payout's share of every window that it counts in; the store refuses the commit if one is full.
pub(crate) fn take(commit: Commit, payout: &Payout, limits: &Limits) -> Commit {
    limits.windows(payout.money).into_iter().fold(commit, |commit, window| {
        commit.hold(Hold {
            scope: window.scope.to_owned(),
            holder: payout.id.to_string(),
            amount: units(payout.money),
            ceiling: window.ceiling,
        })
    })
}

/// Gives the payout's share back: at once if it was not paid, a window's length after its end if it was.
pub(crate) fn give_back(commit: Commit, payout: &Payout, limits: &Limits, release: LimitRelease) -> Commit {
    limits.windows(payout.money).into_iter().fold(commit, |commit, window| {
        let until = match release {
            LimitRelease::AtOnce => None,
            LimitRelease::AfterWindow(end) => Some(end.plus_ms(window.length_ms)),
        };
        commit.release(window.scope, payout.id.to_string(), until)
    })
}
