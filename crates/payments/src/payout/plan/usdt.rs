//! A USDT attempt, followed through the register and the chain.

use api::tron_client::{SubmissionStage, SubmissionView};
use api::usdt_manager::{TransferStage, TransferView};
use primitives::UnixMs;

use super::{LOOK_AGAIN_MS, Turn, attempt_ended, looked, review};
use crate::attempt::{Ended, RESTORED, SealedTx, Verdict};
use crate::payout::{Leg, Payout, PayoutAttempt, UsdtFacts};
use crate::{outcome, seal};

/// The next step of a payout whose newest attempt usdt-manager makes.
pub(super) fn follow(payout: &Payout, facts: &UsdtFacts, now: UnixMs) -> Turn {
    let mut next = payout.clone();
    let cancelling = next.cancelling;
    let found = registered_tx(facts);
    let Some(attempt) = next.attempts.last_mut() else {
        return looked(next, LOOK_AGAIN_MS, now);
    };
    // The register never forgets and never changes; one that does was put back from a copy, or is not the register.
    if attempt.tx().is_some() && attempt.tx() != found.as_ref() {
        return review(next, "register_changed", now);
    }
    let discovered = found.is_some() && attempt.tx().is_none();
    let known = found;
    let ending = match &known {
        Some(tx) => ended_on_chain(attempt, tx, facts.submission.as_ref()),
        None => barred(facts, cancelling),
    };
    if let Leg::Usdt { waiting, tx, ended } = &mut attempt.leg {
        *waiting = facts.transfer.as_ref().and_then(waits_for).filter(|_| known.is_none());
        tx.clone_from(&known);
        ended.clone_from(&ending);
    }
    match ending {
        // The wish to stop it outlives a transaction that could not be barred: if that dies no other follows.
        Some(ended) => attempt_ended(next, &ended, now),
        None => looked(next, if discovered { 0 } else { LOOK_AGAIN_MS }, now),
    }
}

/// What usdt-manager's transfer waits for, if it waits.
fn waits_for(transfer: &TransferView) -> Option<String> {
    transfer.reason.clone().filter(|_| transfer.stage == TransferStage::WaitingFunds)
}

fn registered_tx(facts: &UsdtFacts) -> Option<SealedTx> {
    let registered = facts.registered.as_ref().filter(|registered| !registered.void)?;
    seal::read(registered.raw_data.clone()?).ok()
}

/// Only the register can say that nothing was signed and nothing will be.
fn barred(facts: &UsdtFacts, cancelling: bool) -> Option<Ended> {
    facts.registered.as_ref().filter(|registered| registered.void)?;
    let reported = facts.transfer.as_ref().and_then(|transfer| transfer.reason.clone());
    let reason = match (facts.restored, cancelling) {
        (true, _) => Some(RESTORED.to_owned()),
        (false, true) => Some("cancelled".to_owned()),
        (false, false) => reported,
    };
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
