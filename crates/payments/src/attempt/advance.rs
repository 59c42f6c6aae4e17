//! The next step of an attempt, from the answer to its question.

use api::tron_client::{SubmissionStage, SubmissionView};
use api::wallet_manager::refusal::Remedy;
use primitives::statement::Anchor;
use primitives::{Address, HexBytes, Sun, UnixMs};

use super::{AnyAttempt, Attempt, Fact, Open, Sealed, SealedTx, SignatureAnswer, Submitted, Verdict, VoidAnswer};
use crate::outcome;
use crate::seal::{self, Envelope};

/// What an owner decides about the transaction beyond its permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// The wallet that signs and pays.
    pub payer: Address,
    /// The fee_limit of a contract call; at most what the permission allows.
    pub fee_limit: Sun,
    /// The memo whose hash the permission names.
    pub memo: Option<String>,
    /// How long the transaction stays valid.
    pub life_ms: u64,
}

/// Why an attempt is given up whose permission's time was over before its transaction was sealed.
pub const EXPIRED: &str = "authorisation_expired";

/// Why an attempt is barred that a restored service knows of and the register does not: it may have been made and lost.
pub const RESTORED: &str = "restored";

/// The attempt after a fact. A fact that does not belong to the state changes nothing.
pub fn advance(attempt: AnyAttempt, fact: Fact, sealing: &Sealing, now: UnixMs) -> AnyAttempt {
    match (attempt, fact) {
        (AnyAttempt::Open(open), Fact::Anchor(anchor)) => match sealed(&open, anchor.unverified(), sealing, now) {
            Ok(tx) => open.seal(tx, anchor).into(),
            Err(refusal) => open.refuse(&refusal).into(),
        },
        (AnyAttempt::Sealed(sealed), Fact::Signature(answer)) => signature_answered(sealed, answer),
        (AnyAttempt::Submitted(submitted), Fact::Submission(view)) => seen(submitted, &view, sealing.payer),
        (AnyAttempt::Barring(barring), Fact::Void(VoidAnswer::Barred(_))) => barring.end().into(),
        (AnyAttempt::Barring(barring), Fact::Void(VoidAnswer::Taken(raw_data, anchor))) => match seal::read(raw_data) {
            Ok(tx) => barring.signed_after_all(tx, anchor).into(),
            Err(_) => barring.into(),
        },
        (unmoved, _) => unmoved,
    }
}

/// How often the chain is asked when no event has come: feeds wake the owner sooner.
const LOOK_AGAIN_MS: u64 = 3_000;
/// How long after a step back the way is tried again: sealed anew after a refusal for time or name, asked for again
/// after it could not be barred.
const AGAIN_MS: u64 = 1_000;

/// How long an owner waits, after this step, before the next question.
pub fn pause_ms(before: &AnyAttempt, after: &AnyAttempt) -> u64 {
    match (before, after) {
        (AnyAttempt::Sealed(_), AnyAttempt::Open(_)) | (AnyAttempt::Barring(_), AnyAttempt::Sealed(_)) => AGAIN_MS,
        _ if before == after => LOOK_AGAIN_MS,
        _ => 0,
    }
}

/// Gives up an attempt that is not signed as far as we know; one that the register has, or that has ended, stays as it
/// is.
pub fn bar(attempt: AnyAttempt, reason: &str) -> AnyAttempt {
    match attempt {
        AnyAttempt::Open(open) => open.refuse(reason).into(),
        AnyAttempt::Sealed(sealed) if !sealed.is_registered() => sealed.refuse(reason).into(),
        unmoved => unmoved,
    }
}

/// Bars what a restored service knows of and the register does not have. One that was being barred is no exception: the
/// lost register may have answered that it was signed.
pub fn bar_lost(attempt: AnyAttempt) -> AnyAttempt {
    match attempt {
        AnyAttempt::Barring(barring) => barring.refuse(RESTORED).into(),
        other => bar(other, RESTORED),
    }
}

fn sealed(open: &Attempt<Open>, anchor: &Anchor, sealing: &Sealing, now: UnixMs) -> Result<SealedTx, String> {
    let authorisation = open.authorisation().unverified();
    if now >= authorisation.valid_until {
        return Err(EXPIRED.to_owned());
    }
    let envelope = Envelope {
        payer: sealing.payer,
        fee_limit: sealing.fee_limit,
        memo: sealing.memo.clone(),
        timestamp: now,
        expiration: now.plus_ms(sealing.life_ms).min(authorisation.expiration_max),
    };
    seal::build(authorisation, &envelope, anchor).map_err(|error| error.code().to_owned())
}

fn signature_answered(attempt: Attempt<Sealed>, answer: SignatureAnswer) -> AnyAttempt {
    match answer {
        SignatureAnswer::Signed(view) if view.txid == attempt.tx().txid => attempt.submit(view.signature).into(),
        // A signature for another transaction is no answer to this question.
        SignatureAnswer::Signed(_) => attempt.into(),
        SignatureAnswer::Taken(raw_data) => adopt(attempt, raw_data),
        // What the register has taken may be signed at any time: whatever else is said now, it is not given up for that.
        SignatureAnswer::Refused(_) if attempt.is_registered() => attempt.into(),
        SignatureAnswer::Refused(refusal) => match refusal.remedy() {
            Remedy::SealAnew => attempt.reopen().into(),
            Remedy::GiveUp => attempt.refuse(&refusal.code).into(),
            Remedy::AskAgain | Remedy::Adopt => attempt.into(),
        },
    }
}

fn adopt(attempt: Attempt<Sealed>, raw_data: HexBytes) -> AnyAttempt {
    match seal::read(raw_data) {
        Ok(tx) => attempt.adopt(tx).into(),
        Err(_) => attempt.into(),
    }
}

fn seen(attempt: Attempt<Submitted>, view: &SubmissionView, payer: Address) -> AnyAttempt {
    if view.txid != attempt.tx().txid {
        return attempt.into();
    }
    match (view.stage, &view.receipt) {
        (SubmissionStage::Solid, Some(receipt)) => {
            let authorisation = attempt.authorisation().unverified();
            let verdict = outcome::verdict(authorisation, payer, attempt.tx(), receipt);
            attempt.end(verdict, view.block, Some(receipt.clone())).into()
        }
        (SubmissionStage::Dead, _) => attempt.end(Verdict::Dead, view.absent_through, None).into(),
        // Pending, included, or solid without a receipt: not an answer yet.
        _ => attempt.into(),
    }
}
