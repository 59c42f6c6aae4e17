//! The next step of a stake or delegation, from what was learned.

use api::tron_client::{AccountView, ChainParameters};
use api::wallet_manager::WalletClass;
use primitives::{Address, Resource, Sun, UnixMs};

use super::{Attempted, Authority, Facts, Operation, Purpose, Ready, Stage, Totals};
use crate::attempt::{self, AnyAttempt, Ended, Fact, Sealing, Verdict};

/// How long a transaction stays valid: long enough for a slow node, short enough that a dead one is known soon.
const LIFE_MS: u64 = 120_000;
/// How often the chain is asked when no event has come: feeds wake an operation sooner.
const LOOK_AGAIN_MS: u64 = 3_000;
/// How often a waiting operation looks whether it may go on.
const WAIT_MS: u64 = 5_000;
/// How many attempts are made without a person.
const ATTEMPTS_MAX: usize = 2;
/// wallet-manager takes another attempt 30 s after the one before has expired by its own clock; ours may be ahead.
const AFTER_EXPIRATION_MS: u64 = 35_000;
/// More bytes than any stake or delegation has with one signature, as bandwidth counts them (`notes/tron.md` 4.1).
const TX_BANDWIDTH: u64 = 400;

/// What a turn decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn<P: Purpose> {
    /// The operation from now on.
    pub next: Operation<P>,
    /// What to hold in the same commit, if anything; refused by the store when there is not enough.
    pub held: Option<Held>,
    /// Whether the operation came to its end in this turn: what it holds is given back.
    pub ended: bool,
}

/// Which sum of an account a share is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// TRX that can be spent.
    Trx,
    /// Stake that can be lent.
    Stake(Resource),
}

/// A share that an operation holds: nothing else may be promised out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Whose.
    pub payer: Address,
    /// Of what.
    pub share: Share,
    /// How much.
    pub amount: Sun,
    /// How much there is.
    pub ceiling: Sun,
}

/// The next step. Facts that do not belong to the stage change nothing but the time of the next look.
pub fn plan<P: Purpose>(operation: &Operation<P>, facts: Facts, authority: &Authority, now: UnixMs) -> Turn<P> {
    match (&operation.stage, facts) {
        (Stage::Accepted, Facts::NoWallet(code)) => fail(operation.clone(), code),
        (Stage::Accepted, Facts::Ready(ready)) => begin(operation, &ready, authority, now),
        (Stage::Attempting, Facts::Attempt(fact)) => advance(operation, *fact, now),
        (Stage::Done | Stage::Failed { .. } | Stage::NeedsReview { .. }, _) => {
            looked(Operation { due_at: None, ..operation.clone() })
        }
        _ => later(operation, operation.waiting.as_deref(), now.plus_ms(LOOK_AGAIN_MS)),
    }
}

/// What becomes of an operation whose hold the store refused: it waits and asks again.
pub fn short<P: Purpose>(operation: &Operation<P>, now: UnixMs) -> Turn<P> {
    later(operation, Some(lacking(operation.share())), now.plus_ms(WAIT_MS))
}

/// What becomes of an operation that a restored service finds under way. The lost one may have gone on with it: whatever
/// the register does not have of it is barred, no further attempt is made, and a person looks at the chain.
pub fn lost<P: Purpose>(operation: &Operation<P>, now: UnixMs) -> Turn<P> {
    let mut next = Operation { restored: true, ..operation.clone() };
    match operation.stage {
        Stage::Accepted => review(next, attempt::RESTORED),
        Stage::Attempting => {
            if let Some(Attempted { attempt, .. }) = next.attempts.last_mut() {
                *attempt = attempt::bar_lost(attempt.clone());
            }
            later(&next, None, now)
        }
        Stage::Done | Stage::Failed { .. } | Stage::NeedsReview { .. } => looked(operation.clone()),
    }
}

const fn lacking(share: Share) -> &'static str {
    match share {
        Share::Trx => "waiting_funds",
        Share::Stake(_) => "waiting_stake",
    }
}

/// Stake of an account that can be lent now: what is in use by the account's own transactions stays, and so does what
/// the lending itself will use (java-tron 4.8 `DelegateResourceActuator`).
pub fn lendable(account: &AccountView, resource: Resource, chain: &ChainParameters) -> Sun {
    staked(account, resource).saturating_sub(in_use(account, resource, 1, chain))
}

/// Stake of an account that is not lent.
pub(super) const fn staked(account: &AccountView, resource: Resource) -> Sun {
    match resource {
        Resource::Energy => account.staked_for_energy,
        Resource::Bandwidth => account.staked_for_bandwidth,
    }
}

/// Stake behind what an account's own transactions have used, and will have used after so many more stakes and
/// delegations: staked bandwidth pays for their bytes before free bandwidth does.
pub(super) fn in_use(account: &AccountView, resource: Resource, more: u64, chain: &ChainParameters) -> Sun {
    let used = match resource {
        Resource::Energy => account.resources.energy_used.0,
        Resource::Bandwidth => account.resources.bandwidth_used.0.saturating_add(more.saturating_mul(TX_BANDWIDTH)),
    };
    if used == 0 { Sun::ZERO } else { Totals::of(resource, chain).stake_behind(used) }
}

fn begin<P: Purpose>(operation: &Operation<P>, ready: &Ready, authority: &Authority, now: UnixMs) -> Turn<P> {
    let Ready { wallet, account, receiver, chain } = ready;
    if wallet.class != WalletClass::Energy {
        return fail(operation.clone(), "not_a_staking_wallet");
    }
    if let Some(expired) = still_valid_until(operation).filter(|until| *until > now) {
        return later(operation, Some("waiting_expiry"), expired);
    }
    if receiver.as_ref().is_some_and(|(_, account)| !account.activated) {
        return later(operation, Some("waiting_receiver"), now.plus_ms(WAIT_MS));
    }
    let Some(held) = needed(operation, wallet.address, account, chain) else {
        return fail(operation.clone(), "amount_too_large");
    };
    let fee = fee(chain);
    if held.amount > held.ceiling || account.balance < fee {
        let share = if account.balance < fee { Share::Trx } else { held.share };
        return later(operation, Some(lacking(share)), now.plus_ms(WAIT_MS));
    }
    let recipient = receiver.as_ref().map_or(wallet.address, |(receiver, _)| receiver.address);
    let Some(authorisation) = authority.authorise(operation, wallet, recipient, now) else {
        return review(operation.clone(), "earlier_attempt_open");
    };
    let mut next = operation.clone();
    next.attempts.push(Attempted { payer: wallet.address, attempt: AnyAttempt::open(authorisation) });
    next.stage = Stage::Attempting;
    Turn { held: Some(held), ..later(&next, None, now) }
}

/// From when wallet-manager believes that the earlier attempts can do nothing any more.
fn still_valid_until<P: Purpose>(operation: &Operation<P>) -> Option<UnixMs> {
    let expirations = operation.attempts.iter().filter_map(|attempted| attempted.attempt.expiration());
    expirations.max().map(|expiration| expiration.plus_ms(AFTER_EXPIRATION_MS))
}

/// The share that the operation takes of its account. None if it is beyond what an amount holds.
fn needed<P: Purpose>(
    operation: &Operation<P>,
    payer: Address,
    account: &AccountView,
    chain: &ChainParameters,
) -> Option<Held> {
    let (amount, share) = (operation.request.amount(), operation.share());
    let (amount, ceiling) = match share {
        Share::Trx => (amount.checked_add(fee(chain))?, account.balance),
        Share::Stake(resource) => (amount, lendable(account, resource, chain)),
    };
    Some(Held { payer, share, amount, ceiling })
}

/// What the transaction burns if no bandwidth is left to pay for its bytes; it uses no energy.
fn fee(chain: &ChainParameters) -> Sun {
    super::at_most(u128::from(TX_BANDWIDTH) * u128::from(chain.bandwidth_price_sun))
}

fn advance<P: Purpose>(operation: &Operation<P>, fact: Fact, now: UnixMs) -> Turn<P> {
    let mut next = operation.clone();
    let Some(Attempted { payer, attempt }) = next.attempts.last_mut() else {
        return review(next, "no_attempt");
    };
    let sealing = Sealing { payer: *payer, fee_limit: Sun::ZERO, memo: None, life_ms: LIFE_MS };
    let before = attempt.clone();
    *attempt = attempt::advance(before.clone(), fact, &sealing, now);
    let moved = *attempt != before;
    match attempt.ended().cloned() {
        Some(ended) => attempt_ended(next, &ended, now),
        None => later(&next, None, if moved { now } else { now.plus_ms(LOOK_AGAIN_MS) }),
    }
}

/// What an attempt's ending means for the operation.
fn attempt_ended<P: Purpose>(operation: Operation<P>, ended: &Ended, now: UnixMs) -> Turn<P> {
    match ended.ending {
        Verdict::Paid => over(operation, Stage::Done),
        Verdict::Mismatch => review(operation, "mismatch"),
        Verdict::Dead | Verdict::FailedOnChain => another_attempt(operation, now),
        Verdict::Unsigned => match ended.reason.as_deref() {
            Some(attempt::RESTORED) => review(operation, attempt::RESTORED),
            // An account that was given other permissions meanwhile takes a permission that names the right one.
            Some("authorisation_expired" | "authority_expired" | "permission") => another_attempt(operation, now),
            reason => {
                let reason = reason.unwrap_or("unsigned").to_owned();
                fail(operation, &reason)
            }
        },
    }
}

fn another_attempt<P: Purpose>(operation: Operation<P>, now: UnixMs) -> Turn<P> {
    if operation.restored {
        return review(operation, attempt::RESTORED);
    }
    if operation.attempts.len() >= ATTEMPTS_MAX {
        return review(operation, "attempts_exhausted");
    }
    later(&Operation { stage: Stage::Accepted, ..operation }, None, now)
}

fn fail<P: Purpose>(operation: Operation<P>, reason: &str) -> Turn<P> {
    over(operation, Stage::Failed { reason: reason.to_owned() })
}

/// What waits for a person has ended for certain or has had its effect: nothing more of the account is promised to it.
fn review<P: Purpose>(operation: Operation<P>, reason: &str) -> Turn<P> {
    over(operation, Stage::NeedsReview { reason: reason.to_owned() })
}

fn over<P: Purpose>(operation: Operation<P>, stage: Stage) -> Turn<P> {
    let next = Operation { stage, waiting: None, due_at: None, ..operation };
    Turn { next, held: None, ended: true }
}

fn later<P: Purpose>(operation: &Operation<P>, waiting: Option<&str>, at: UnixMs) -> Turn<P> {
    looked(Operation { waiting: waiting.map(str::to_owned), due_at: Some(at), ..operation.clone() })
}

const fn looked<P: Purpose>(next: Operation<P>) -> Turn<P> {
    Turn { next, held: None, ended: false }
}
