//! A USDT attempt, followed through the register and the chain.

use primitives::UnixMs;

use super::{LOOK_AGAIN_MS, Turn, attempt_ended, looked};
use crate::attempt::{Ended, SealedTx, Verdict};
use crate::payout::{Leg, Payout, PayoutAttempt, UsdtFacts};
use crate::{outcome, seal};

use api::tron_client::{SubmissionStage, SubmissionView};

/// The next step of a payout whose newest attempt usdt-manager makes.
pub(super) fn follow(payout: &Payout, facts: &UsdtFacts, now: UnixMs) -> Turn {
    let mut next = payout.clone();
    let cancelling = next.cancelling;
    let Some(attempt) = next.attempts.last_mut() else {
        return looked(next, LOOK_AGAIN_MS, now);
    };
    let known = registered_tx(facts).or_else(|| attempt.tx().cloned());
    let ending = match &known {
        Some(tx) => ended_on_chain(attempt, tx, facts.submission.as_ref()),
        None => barred(facts, cancelling),
    };
    let discovered = known.is_some() && attempt.tx().is_none();
    if let Leg::Usdt { waiting, tx, ended } = &mut attempt.leg {
        *waiting = facts.transfer.as_ref().and_then(|transfer| transfer.reason.clone()).filter(|_| known.is_none());
        tx.clone_from(&known);
        ended.clone_from(&ending);
    }
    // Once the register has a transaction it is too late to cancel.
    next.cancelling = cancelling && known.is_none();
    match ending {
        Some(ended) => attempt_ended(Payout { cancelling, ..next }, &ended, now),
        None => looked(next, if discovered { 0 } else { LOOK_AGAIN_MS }, now),
    }
}

fn registered_tx(facts: &UsdtFacts) -> Option<SealedTx> {
    let registered = facts.registered.as_ref().filter(|registered| !registered.void)?;
    seal::read(registered.raw_data.clone()?).ok()
}

/// Only the register can say that nothing was signed and nothing will be.
fn barred(facts: &UsdtFacts, cancelling: bool) -> Option<Ended> {
    facts.registered.as_ref().filter(|registered| registered.void)?;
    let reported = facts.transfer.as_ref().and_then(|transfer| transfer.reason.clone());
    let reason = if cancelling { Some("cancelled".to_owned()) } else { reported };
    Some(Ended { ending: Verdict::Unsigned, tx: None, block: None, receipt: None, reason })
}

fn ended_on_chain(attempt: &PayoutAttempt, tx: &SealedTx, submission: Option<&SubmissionView>) -> Option<Ended> {
    let submission = submission.filter(|submission| submission.txid == tx.txid)?;
    let ended = |ending, block, receipt| Ended { ending, tx: Some(tx.clone()), block, receipt, reason: None };
    match (submission.stage, &submission.receipt) {
        (SubmissionStage::Solid, Some(receipt)) => {
            let verdict = outcome::verdict(attempt.authorisation.unverified(), attempt.payer, tx, receipt);
            Some(ended(verdict, submission.block, Some(receipt.clone())))
        }
        (SubmissionStage::Dead, _) => Some(ended(Verdict::Dead, submission.absent_through, None)),
        _ => None,
    }
}
