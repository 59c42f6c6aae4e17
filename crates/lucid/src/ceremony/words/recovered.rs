//! What two operators say after a restore, in plain words: of each transaction what the chain has of it, of each payout
//! whose it is and what it asks for.

use std::fmt::Write;

use primitives::statement::{Currency, NamedPayout, PaidOut, Recovered, RecoveredAs, Unpaid};
use primitives::{FreezeId, Sun, Usdt};

pub(super) fn words(freeze: FreezeId, transactions: &[Recovered], unpaid: &[Unpaid], note: &str) -> String {
    let mut text =
        format!("Say after the restore that made the stop {freeze}, of payments that the plane has no record of:");
    for one in transactions {
        let paid = one.paid.as_ref().map_or_else(|| "no payment".to_owned(), paid_out);
        write!(text, "\n\n{}\n  {paid} ({})\n  {}", one.txid, one.deed, was(&one.was)).ok();
    }
    for one in unpaid {
        let asks = paid_out(&one.asks);
        let payout = named(&one.payout);
        write!(text, "\n\n{payout}\n  asks for {asks}\n  None of the payments that are kept is its: it is paid.").ok();
    }
    format!("{text}\n\n{} transactions, {} payouts.\nKnown by     {note}", transactions.len(), unpaid.len())
}

fn was(was: &RecoveredAs) -> String {
    match was {
        RecoveredAs::Payout(payout) => format!("It has paid {}: that is settled by it.", named(payout)),
        RecoveredAs::Kept => {
            "It has paid a payout that is not asked for again yet: those that may be it wait.".to_owned()
        }
        RecoveredAs::Other => "It has paid no payout: whatever is asked for is paid beside it.".to_owned(),
    }
}

fn named(payout: &NamedPayout) -> String {
    format!("the payout {} of the merchant {} ({})", payout.reference, payout.merchant, payout.payout)
}

fn paid_out(paid: &PaidOut) -> String {
    let PaidOut { currency, recipient, units, memo } = paid;
    let amount = match currency {
        Currency::Trx => Sun::new(*units).map(|sun| format!("{sun} TRX")),
        Currency::Usdt => Usdt::new(*units).map(|usdt| format!("{usdt} USDT")),
    };
    let amount = amount.unwrap_or_else(|_| format!("{units} units"));
    let memo = memo.as_ref().map_or_else(String::new, |memo| format!(", memo “{memo}”"));
    format!("{amount} to {recipient}{memo}")
}
