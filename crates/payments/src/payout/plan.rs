//! The next step of a payout, from what was learned.

mod adopt;
mod usdt;

pub use adopt::{NotWaiting, adopt, unpaid};

use api::wallet_manager::WalletView;
use primitives::{Address, AttemptNo, Sun, TransferId, UnixMs};
use thiserror::Error;

use super::{Authority, Facts, Funds, Leg, Money, Payout, PayoutAttempt, Stage};
use crate::attempt::{self, AnyAttempt, Ended, Fact, Sealing, Verdict};

/// How long a TRX transaction stays valid.
const LIFE_MS: u64 = 120_000;
/// How long after a turn that taught nothing the next is made: feeds wake a payout sooner.
const LOOK_AGAIN_MS: u64 = 3_000;
/// How often a waiting payout looks whether it may go on.
const WAIT_MS: u64 = 5_000;
/// How long past its expiration an earlier transaction counts as alive at wallet-manager, and a second for its clock.
const ALIVE_MS: u64 = 31_000;
/// How many attempts are made without a person.
const ATTEMPTS_MAX: u32 = 2;
/// Why a payout waits for a person when they were made.
const EXHAUSTED: &str = "attempts_exhausted";

/// What a turn decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The payout from now on.
    pub next: Payout,
    /// What becomes of its share of the limits, if that changes.
    pub limits: Option<LimitRelease>,
    /// A wallet to freeze: its money moved in another way than was permitted, and until a person has looked nothing
    /// more leaves it.
    pub freeze: Option<Address>,
}

/// What becomes of a payout's share of the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitRelease {
    /// It was not paid: given back at once.
    AtOnce,
    /// It was paid: counts until a window's length after this time.
    AfterWindow(UnixMs),
}

/// The payout does not wait for a person to allow this attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the payout does not wait for this attempt to be allowed")]
pub struct NotExhausted;

/// A payout that has ended cannot be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the payout has come to its end already")]
pub struct TooLate;

/// The next step. Facts that do not belong to the stage change nothing but the time of the next look.
pub fn plan(payout: &Payout, facts: Facts, authority: &Authority, now: UnixMs) -> Turn {
    match (&payout.stage, facts) {
        (Stage::Accepted, Facts::Wallet { frozen: true, .. }) => wait_for_wallet(payout, "wallet_frozen", now),
        (Stage::Accepted, Facts::Barred(reason)) => wait_for_wallet(payout, reason, now),
        (Stage::Accepted, Facts::NoWallet) => wait_for_wallet(payout, "no_wallet", now),
        (Stage::Accepted, Facts::Wallet { wallet, trx_fee_max, frozen: false }) => {
            let turn = authorise(payout, &wallet, trx_fee_max, authority, now);
            // An attempt that is to be barred asks the register, which may have signed one that is not known here.
            if payout.cancelling && turn.next.stage == Stage::Attempting { stop(&turn.next, now) } else { turn }
        }
        (Stage::Attempting, Facts::Usdt(facts)) => usdt::follow(payout, &facts, now),
        (Stage::Attempting, Facts::Restored) => barred_by_restore(payout, now),
        (Stage::Attempting, Facts::FundsHeld(held)) => funds_answered(payout, held, now),
        (Stage::Attempting, Facts::Attempt(fact)) => advance(payout, fact, now),
        (_, Facts::FundsReleased) => funds_released(payout, now),
        (Stage::Accepted | Stage::Attempting, _) => looked(payout.clone(), LOOK_AGAIN_MS, now),
        // Woken after its end: nothing is left to do but what its end has left.
        _ => Turn { next: Payout { due_at: rest(payout, LOOK_AGAIN_MS, now), ..payout.clone() }, ..unchanged(payout) },
    }
}

/// Asks for a payout to be stopped. Whether it is, wallet-manager decides.
pub fn cancel(payout: &Payout, now: UnixMs) -> Result<Turn, TooLate> {
    match payout.stage {
        // No permission is out, so nothing can have been signed: the earlier attempts have all ended.
        Stage::Accepted => Ok(end(payout.clone(), Stage::Cancelled { at: now }, LimitRelease::AtOnce)),
        Stage::Attempting => Ok(stop(payout, now)),
        // The answer to the same wish is the same.
        Stage::Cancelled { .. } => Ok(unchanged(payout)),
        _ => Err(TooLate),
    }
}

/// Asks for a payout of a restored plane to be stopped. That no permission is out is not known here, so one that waits is
/// stopped like one that is under way; and not before it is decided what the lost plane has paid (`recovering`).
pub fn cancel_restored(payout: &Payout, recovering: bool, now: UnixMs) -> Result<Turn, TooLate> {
    let waits = payout.stage == Stage::Accepted || (recovering && payout.stage == Stage::Attempting);
    match waits {
        true if payout.cancelling => Ok(unchanged(payout)),
        true => Ok(looked(Payout { cancelling: true, ..payout.clone() }, 0, now)),
        false => cancel(payout, now),
    }
}

/// A person has allowed this attempt, the next one. The signer holds the same decision before it signs.
pub fn attempt_again(payout: &Payout, attempt: AttemptNo, now: UnixMs) -> Result<Turn, NotExhausted> {
    let made = payout.attempts.last().map_or(0, |last| last.attempt.0);
    if payout.allowed == Some(attempt) {
        return Ok(unchanged(payout));
    }
    let waits = matches!(&payout.stage, Stage::NeedsReview { reason, .. } if reason == EXHAUSTED);
    if !waits || attempt.0 != made.saturating_add(1) {
        return Err(NotExhausted);
    }
    let next = Payout { stage: Stage::Accepted, allowed: Some(attempt), ..payout.clone() };
    Ok(looked(next, 0, now))
}

fn stop(payout: &Payout, now: UnixMs) -> Turn {
    let mut next = payout.clone();
    if let Some(PayoutAttempt { leg: Leg::Trx { attempt, .. }, .. }) = next.attempts.last_mut() {
        *attempt = attempt::bar(attempt.clone(), "cancelled");
    }
    next.cancelling = true;
    looked(next, 0, now)
}

/// The attempt may have been made by the plane that was lost: it is barred here, and what the chain has decides.
fn barred_by_restore(payout: &Payout, now: UnixMs) -> Turn {
    let mut next = payout.clone();
    if let Some(PayoutAttempt { leg: Leg::Trx { attempt, .. }, .. }) = next.attempts.last_mut() {
        *attempt = attempt::bar_lost(attempt.clone());
    }
    looked(next, 0, now)
}

/// What becomes of a payout whose transaction another payout has already: nobody but a person can explain that.
pub fn txid_is_another_payouts(payout: &Payout, now: UnixMs) -> Turn {
    review(payout.clone(), "txid_is_another_payouts", now)
}

/// The paying wallet is a person's matter: once it is there and may pay, the payout goes on by itself.
fn wait_for_wallet(payout: &Payout, reason: &str, now: UnixMs) -> Turn {
    looked(Payout { waiting: Some(reason.to_owned()), ..payout.clone() }, WAIT_MS, now)
}

fn authorise(payout: &Payout, wallet: &WalletView, trx_fee_max: Sun, authority: &Authority, now: UnixMs) -> Turn {
    if payout.request.recipient == wallet.address {
        return fail(payout.clone(), "recipient_is_payer", now);
    }
    if let Some(until) = alive_until(payout).filter(|until| now < *until) {
        let waiting = Some("earlier_attempt_alive".to_owned());
        return looked(Payout { waiting, ..payout.clone() }, until.ms_since(now), now);
    }
    let Some(authorisation) = authority.authorise(payout, wallet.key_id.clone(), wallet.permission_id, now) else {
        return review(payout.clone(), "earlier_attempt_open", now);
    };
    let attempt = payout.attempts.last().map_or(AttemptNo::FIRST, |last| last.attempt.next());
    let leg = match payout.money {
        Money::Usdt(_) => Leg::Usdt { waiting: None, tx: None, ended: None },
        Money::Trx(amount) => match amount.checked_add(trx_fee_max) {
            Some(reserve) => {
                let attempt = AnyAttempt::open(authorisation.clone());
                Leg::Trx { funds: Funds::Wanted, reserve, attempt }
            }
            None => return fail(payout.clone(), "amount_too_large", now),
        },
    };
    let transfer_id = TransferId::of(payout.id, attempt);
    let mut next = payout.clone();
    next.attempts.push(PayoutAttempt { attempt, transfer_id, payer: wallet.address, authorisation, leg });
    next.stage = Stage::Attempting;
    next.waiting = None;
    looked(next, 0, now)
}

/// Until when wallet-manager signs no further attempt, because by its clock an earlier transaction could still be
/// included. One that failed on the chain cannot, but the register knows nothing of the chain.
fn alive_until(payout: &Payout) -> Option<UnixMs> {
    let expirations = payout.attempts.iter().filter_map(|attempt| attempt.tx().map(|tx| tx.expiration));
    expirations.max().map(|expiration| expiration.plus_ms(ALIVE_MS))
}

fn funds_answered(payout: &Payout, held: bool, now: UnixMs) -> Turn {
    let mut next = payout.clone();
    let mut pause_ms = if held { 0 } else { WAIT_MS };
    if let Some(PayoutAttempt { authorisation, leg: Leg::Trx { funds, attempt, .. }, .. }) = next.attempts.last_mut() {
        *funds = if held { Funds::Held } else { Funds::Lacking };
        // What waits does not wait for ever: this permission is good for nothing any more, only the next one is.
        if !held && now >= authorisation.unverified().valid_until {
            *attempt = attempt::bar(attempt.clone(), attempt::EXPIRED);
            pause_ms = 0;
        }
    }
    looked(next, pause_ms, now)
}

fn advance(payout: &Payout, fact: Fact, now: UnixMs) -> Turn {
    let mut next = payout.clone();
    let memo = payout.request.memo.clone();
    let Some(PayoutAttempt { payer, leg: Leg::Trx { attempt, .. }, .. }) = next.attempts.last_mut() else {
        return looked(next, LOOK_AGAIN_MS, now);
    };
    let sealing = Sealing { payer: *payer, fee_limit: Sun::ZERO, memo, life_ms: LIFE_MS };
    let before = attempt.clone();
    // What is to be stopped is not sealed anew. One that is sealed is so because it was signed before it could be barred.
    *attempt = if payout.cancelling && matches!(before, AnyAttempt::Open(_)) {
        attempt::bar(before.clone(), "cancelled")
    } else {
        attempt::advance(before.clone(), fact, &sealing, now)
    };
    let pause_ms = attempt::pause_ms(&before, attempt);
    match attempt.ended().cloned() {
        Some(ended) => attempt_ended(next, &ended, now),
        None => looked(next, pause_ms, now),
    }
}

/// What an ending means for the payout.
fn attempt_ended(payout: Payout, ended: &Ended, now: UnixMs) -> Turn {
    match ended.ending {
        Verdict::Paid => end(payout, Stage::Settled { at: now }, LimitRelease::AfterWindow(now)),
        Verdict::Mismatch => {
            let freeze = payout.current().map(|attempt| attempt.payer);
            Turn { freeze, ..review(payout, "mismatch", now) }
        }
        Verdict::Dead | Verdict::FailedOnChain => another_attempt(payout, now),
        Verdict::Unsigned => match ended.reason.as_deref() {
            // The lost plane may have made it: whoever wished to stop it is answered when that is decided. The next
            // attempt is made to be barred then, so no number of them is too large.
            Some(attempt::RESTORED) if payout.cancelling => looked(Payout { stage: Stage::Accepted, ..payout }, 0, now),
            Some(attempt::RESTORED) => again(payout, now),
            Some("cancelled") => end(payout, Stage::Cancelled { at: now }, LimitRelease::AtOnce),
            // After the last two the paying account was given other permissions meanwhile: the next permission names the
            // right one.
            Some(attempt::EXPIRED | "authority_expired" | "permission" | "wrong_permission") => {
                another_attempt(payout, now)
            }
            reason => fail(payout, reason.unwrap_or("unsigned"), now),
        },
    }
}

fn another_attempt(payout: Payout, now: UnixMs) -> Turn {
    if payout.cancelling {
        return end(payout, Stage::Cancelled { at: now }, LimitRelease::AtOnce);
    }
    again(payout, now)
}

fn again(mut payout: Payout, now: UnixMs) -> Turn {
    let made = payout.attempts.last().map_or(0, |last| last.attempt.0);
    if made >= ATTEMPTS_MAX {
        return review(payout, EXHAUSTED, now);
    }
    payout.stage = Stage::Accepted;
    looked(payout, 0, now)
}

fn funds_released(payout: &Payout, now: UnixMs) -> Turn {
    let mut next = payout.clone();
    for attempt in &mut next.attempts {
        if let Leg::Trx { funds, .. } = &mut attempt.leg {
            *funds = Funds::Released;
        }
    }
    let over = !matches!(next.stage, Stage::Accepted | Stage::Attempting);
    let mut turn = looked(next, 0, now);
    if over {
        turn.next.due_at = None;
    }
    turn
}

fn fail(payout: Payout, reason: &str, now: UnixMs) -> Turn {
    end(payout, Stage::Failed { reason: reason.to_owned(), at: now }, LimitRelease::AtOnce)
}

/// What waits for a person may still have been paid: its share of the limits is not given back.
fn review(payout: Payout, reason: &str, now: UnixMs) -> Turn {
    let stage = Stage::NeedsReview { reason: reason.to_owned(), at: now };
    let due_at = rest(&payout, 0, now);
    Turn { next: Payout { stage, due_at, ..payout }, limits: None, freeze: None }
}

fn end(payout: Payout, stage: Stage, limits: LimitRelease) -> Turn {
    let at = match stage {
        Stage::Settled { at } | Stage::Cancelled { at } | Stage::Failed { at, .. } => Some(at),
        _ => None,
    };
    let due_at = at.and_then(|at| rest(&payout, 0, at));
    Turn { next: Payout { stage, due_at, waiting: None, ..payout }, limits: Some(limits), freeze: None }
}

/// When a payout that has come to its end is looked at again: only to give back TRX that it still holds.
fn rest(payout: &Payout, delay_ms: u64, now: UnixMs) -> Option<UnixMs> {
    payout.attempts.iter().any(PayoutAttempt::holds_for_nothing).then(|| now.plus_ms(delay_ms))
}

fn looked(payout: Payout, delay_ms: u64, now: UnixMs) -> Turn {
    Turn { next: Payout { due_at: Some(now.plus_ms(delay_ms)), ..payout }, limits: None, freeze: None }
}

fn unchanged(payout: &Payout) -> Turn {
    Turn { next: payout.clone(), limits: None, freeze: None }
}
