//! The next step of a transfer, from what was learned.

use api::tron_client::ChainParameters;
use api::trx_staking::LeaseView;
use api::usdt_manager::EnergyPlan;
use primitives::statement::Authorisation;
use primitives::{Address, Energy, Sun, UnixMs, Usdt};

use super::{Checks, Facts, Step, Transfer};
use crate::attempt::{self, AnyAttempt, Attempt, Fact, Sealing};
use crate::energy;

/// How long a transaction stays valid: long enough for a slow node, short enough that a dead one is known soon.
const LIFE_MS: u64 = 120_000;
/// How long after a turn that taught nothing the next is made.
const LOOK_AGAIN_MS: u64 = 3_000;
/// How often a waiting transfer looks whether it may go on.
const WAIT_MS: u64 = 5_000;

/// What a turn decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The transfer from now on.
    pub next: Transfer,
    /// Funds to hold in the same commit, if any; refused by the store when there is not enough.
    pub hold: Option<Held>,
    /// Whether the attempt ended in this turn: what the transfer holds is given back.
    pub ended: bool,
}

/// Funds that a transfer holds: nothing else may be promised out of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The wallet.
    pub payer: Address,
    /// USDT to hold, out of `usdt_balance`.
    pub usdt: Usdt,
    /// What the wallet has.
    pub usdt_balance: Usdt,
    /// TRX to hold, out of `trx_balance`: the most that may burn.
    pub trx: Sun,
    /// What the wallet has.
    pub trx_balance: Sun,
}

/// The next step. Facts that do not belong to the step change nothing but the time of the next look.
pub fn plan(transfer: &Transfer, facts: Facts, now: UnixMs) -> Turn {
    match (&transfer.step, facts) {
        // What waits does not wait for ever: nothing can be sealed under this permission any more, only under the next.
        (Step::Accepted, Facts::Checks(checks)) if is_over(transfer, now) => {
            refused(transfer, checks.wallet.address, attempt::EXPIRED, now)
        }
        (Step::Leasing { payer, .. }, Facts::Lease(..)) | (Step::Reserving { payer, .. }, Facts::Funds { .. })
            if is_over(transfer, now) =>
        {
            refused(transfer, *payer, attempt::EXPIRED, now)
        }
        (Step::Accepted, Facts::Checks(checks)) => checked(transfer, &checks, now),
        (Step::Leasing { payer, estimated }, Facts::Lease(lease, chain)) => {
            leased(transfer, *payer, *estimated, &lease, &chain, now)
        }
        (Step::Reserving { payer, energy, fee_limit }, Facts::Funds { usdt, trx }) => {
            let held = Held {
                payer: *payer,
                usdt: transfer.amount(),
                usdt_balance: usdt,
                trx: energy.burn_max,
                trx_balance: trx,
            };
            let attempt = AnyAttempt::open(transfer.request.authorisation.clone());
            let step = Step::Attempting { payer: *payer, energy: Some(*energy), fee_limit: *fee_limit, attempt };
            Turn { hold: Some(held), ..moved(transfer, step, now) }
        }
        (Step::Attempting { .. }, Facts::Attempt(fact)) => attempted(transfer, fact, now),
        (Step::Closing { energy, attempt }, Facts::LeaseReleased) => {
            let step = Step::Over { energy: *energy, attempt: attempt.clone() };
            Turn { next: Transfer { due_at: None, ..moved(transfer, step, now).next }, ..unchanged(transfer) }
        }
        (Step::Accepted | Step::Leasing { .. } | Step::Reserving { .. }, Facts::Void { payer }) => {
            refused(transfer, payer, "attempt_void", now)
        }
        (Step::Over { .. }, _) => Turn { next: Transfer { due_at: None, ..transfer.clone() }, ..unchanged(transfer) },
        _ => later(transfer, transfer.waiting.as_deref(), LOOK_AGAIN_MS, now),
    }
}

/// What becomes of a transfer whose hold the store refused: it waits and asks again.
pub fn short_of_funds(transfer: &Transfer, now: UnixMs) -> Turn {
    later(transfer, Some("waiting_funds"), WAIT_MS, now)
}

fn checked(transfer: &Transfer, checks: &Checks, now: UnixMs) -> Turn {
    let authorisation = transfer.request.authorisation.unverified();
    let payer = checks.wallet.address;
    if let Some(code) = refusal(authorisation, checks) {
        return refused(transfer, payer, code, now);
    }
    if checks.paused {
        return later(transfer, Some("token_paused"), WAIT_MS, now);
    }
    if !checks.fee.is_zero() {
        return later(transfer, Some("token_takes_fee"), WAIT_MS, now);
    }
    match &checks.dry_run {
        // Without the USDT a dry run would only show that the USDT is missing.
        None => later(transfer, Some("waiting_funds"), WAIT_MS, now),
        Some(run) if !run.success => refused(transfer, payer, "dry_run_reverted", now),
        Some(run) => moved(transfer, Step::Leasing { payer, estimated: run.energy }, now),
    }
}

fn refusal(authorisation: &Authorisation, checks: &Checks) -> Option<&'static str> {
    let recipient = authorisation.recipient;
    let rules = [
        (authorisation.key_id != checks.wallet.key_id, "wrong_wallet"),
        (authorisation.permission_id != checks.wallet.permission_id, "wrong_permission"),
        (recipient == Address::ZERO, "recipient_is_zero"),
        (recipient == checks.wallet.address, "recipient_is_payer"),
        (checks.recipient_is_contract, "recipient_is_contract"),
        (checks.recipient_blacklisted, "recipient_blacklisted"),
        (checks.payer_blacklisted, "wallet_blacklisted"),
    ];
    rules.into_iter().find_map(|(broken, code)| broken.then_some(code))
}

fn leased(
    transfer: &Transfer,
    payer: Address,
    estimated: Energy,
    lease: &LeaseView,
    chain: &ChainParameters,
    now: UnixMs,
) -> Turn {
    let allowed = transfer.request.authorisation.unverified().fee_limit_max;
    let memo = transfer.request.memo.is_some();
    let planned = energy::fee_limit(energy::with_margin(estimated), chain, allowed).and_then(|fee_limit| {
        let burn_max = energy::burn_max(lease.energy_lacking, lease.bandwidth_lacking, memo, chain)?;
        Ok((fee_limit, burn_max))
    });
    match planned {
        Ok((fee_limit, burn_max)) => {
            let energy = EnergyPlan { estimated, leased: lease.energy, burn_max };
            moved(transfer, Step::Reserving { payer, energy, fee_limit }, now)
        }
        Err(_) => refused(transfer, payer, "fee_above_permission", now),
    }
}

fn attempted(transfer: &Transfer, fact: Fact, now: UnixMs) -> Turn {
    let Step::Attempting { payer, energy, fee_limit, attempt } = &transfer.step else {
        return unchanged(transfer);
    };
    let sealing =
        Sealing { payer: *payer, fee_limit: *fee_limit, memo: transfer.request.memo.clone(), life_ms: LIFE_MS };
    let after = attempt::advance(attempt.clone(), fact, &sealing, now);
    let due_at = Some(now.plus_ms(attempt::pause_ms(attempt, &after)));
    if after.ended().is_some() {
        let step = Step::Closing { energy: *energy, attempt: after };
        return Turn { ended: true, ..moved(transfer, step, now) };
    }
    let step = Step::Attempting { payer: *payer, energy: *energy, fee_limit: *fee_limit, attempt: after };
    Turn { next: Transfer { due_at, ..moved(transfer, step, now).next }, ..unchanged(transfer) }
}

/// Whether the permission's time is over.
fn is_over(transfer: &Transfer, now: UnixMs) -> bool {
    now >= transfer.request.authorisation.unverified().valid_until
}

/// Nothing was fixed, so nothing can be signed; still only the register makes that certain.
fn refused(transfer: &Transfer, payer: Address, code: &str, now: UnixMs) -> Turn {
    let attempt = Attempt::open(transfer.request.authorisation.clone()).refuse(code).into();
    moved(transfer, Step::Attempting { payer, energy: None, fee_limit: Sun::ZERO, attempt }, now)
}

fn moved(transfer: &Transfer, step: Step, now: UnixMs) -> Turn {
    let next = Transfer { step, waiting: None, due_at: Some(now), ..transfer.clone() };
    Turn { next, hold: None, ended: false }
}

fn later(transfer: &Transfer, waiting: Option<&str>, delay_ms: u64, now: UnixMs) -> Turn {
    let next =
        Transfer { waiting: waiting.map(str::to_owned), due_at: Some(now.plus_ms(delay_ms)), ..transfer.clone() };
    Turn { next, hold: None, ended: false }
}

fn unchanged(transfer: &Transfer) -> Turn {
    Turn { next: transfer.clone(), hold: None, ended: false }
}
