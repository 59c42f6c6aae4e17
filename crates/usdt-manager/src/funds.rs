//! What of a wallet's money is promised already.
//!
//! A share is held before a transaction exists and given back when it has ended. A balance that was read before the
//! end may still be on its way to a decision, so a share goes on counting for a while after it.

use payments::transfer::Held;
use primitives::{Address, Sun, TransferId, UnixMs, Usdt};
use store::{Commit, Hold};

/// How long a share counts after it was given back; longer than any turn takes from reading to committing.
const STALE_READ_MS: u64 = 30_000;

/// The ledger scope of a wallet's USDT.
pub(crate) fn usdt_scope(wallet: Address) -> String {
    format!("usdt:{wallet}")
}

/// The ledger scope of a wallet's TRX.
pub(crate) fn trx_scope(wallet: Address) -> String {
    format!("trx:{wallet}")
}

/// The shares that a transfer needs.
pub(crate) fn shares(transfer: TransferId, held: &Held) -> Vec<Hold> {
    vec![
        usdt_share(transfer, held.payer, held.usdt, held.usdt_balance),
        trx_share(transfer, held.payer, held.trx, held.trx_balance),
    ]
}

fn usdt_share(transfer: TransferId, wallet: Address, amount: Usdt, balance: Usdt) -> Hold {
    Hold { scope: usdt_scope(wallet), holder: transfer.to_string(), amount: amount.to_i64(), ceiling: balance.to_i64() }
}

/// A share of a wallet's TRX.
pub(crate) fn trx_share(transfer: TransferId, wallet: Address, amount: Sun, balance: Sun) -> Hold {
    Hold { scope: trx_scope(wallet), holder: transfer.to_string(), amount: amount.to_i64(), ceiling: balance.to_i64() }
}

/// From when a share given back now counts no longer.
pub(crate) const fn until(now: UnixMs) -> UnixMs {
    now.plus_ms(STALE_READ_MS)
}

/// Gives back all that a transfer holds.
pub(crate) fn give_back(commit: Commit, transfer: TransferId, wallet: Address, now: UnixMs) -> Commit {
    commit.release(usdt_scope(wallet), transfer.to_string(), Some(until(now))).release(
        trx_scope(wallet),
        transfer.to_string(),
        Some(until(now)),
    )
}
