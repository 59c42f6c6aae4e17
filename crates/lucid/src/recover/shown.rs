//! How a restored plane, and what it has no record of, is shown.

use api::payout_router::recovery::RecoveryView;

use super::lost::{Candidate, Lost};
use crate::output::table;
use crate::tx_inspect::date::utc;

/// How far it is.
pub(super) fn text(view: &RecoveryView) -> String {
    let state = match view.ended_at {
        Some(at) => format!("It was over at {}.", utc(at.0)),
        None => "Nothing is signed or paid until it is over.".to_owned(),
    };
    let read = view.read_to.map_or_else(|| "not known now".to_owned(), |at| utc(at.0));
    let kept = match view.kept {
        0 => String::new(),
        kept => format!("\n{kept} payments are kept: payouts that one of them may have paid wait (may_be_paid)."),
    };
    let unreadable = match &view.unreadable[..] {
        [] => String::new(),
        ids => format!("\nNothing can be read of the rows of {}: they count as not barred.", ids.join(", ")),
    };
    format!(
        "Restored {} from a backup of {}. {state}\nThe chain is read to {read}; it must be to {}.\n{} transactions not looked \
         at yet, {} findings not decided, {} attempts not barred yet.{unreadable}{kept}\nThe stop of signing for it: {}",
        utc(view.restored_at.0),
        utc(view.backup_at.0),
        utc(view.read_until.0),
        view.unseen,
        view.undecided,
        view.under_way,
        view.freeze_id
    )
}

/// Transactions as a table.
pub(super) fn lines(lost: &[Lost]) -> String {
    if lost.is_empty() {
        return String::new();
    }
    let rows: Vec<_> = lost.iter().map(row).collect();
    format!("\n\n{}", table(&["TRANSACTION", "AT", "PAID", "TO", "MEMO", "TAKEN FOR"], &rows))
}

fn row(lost: &Lost) -> Vec<String> {
    let paid = lost.paid();
    let (amount, to, memo) = match (&lost.payment, &paid) {
        (Some(payment), Some(paid)) => {
            (format!("{} {:?}", payment.amount, paid.currency), paid.recipient.to_string(), paid.memo.clone())
        }
        _ => (lost.deed.clone(), String::new(), None),
    };
    let taken = match (&lost.payout, &lost.no_payout) {
        (Some(payout), _) if lost.candidates > 1 => {
            format!("{}, the oldest of {} alike", named(payout), lost.candidates)
        }
        (Some(payout), _) => named(payout),
        (None, Some(why)) => why.clone(),
        (None, None) if lost.similar.is_empty() => "kept: what it may have paid waits".to_owned(),
        (None, None) => {
            let similar =
                lost.similar.iter().map(|one| format!("{} (same {})", named(one), one.alike_in.unwrap_or("request")));
            format!("kept: what it may have paid waits. Perhaps {}", similar.collect::<Vec<_>>().join(", "))
        }
    };
    vec![lost.txid.to_string(), utc(lost.block.time.0), amount, to, memo.unwrap_or_default(), taken]
}

fn named(payout: &Candidate) -> String {
    format!("{} of {}, {}", payout.reference, payout.merchant, payout.payout_id)
}
