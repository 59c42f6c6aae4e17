//! What two operators decided, held against the transaction that carries it out.
//!
//! No service's word is needed for it, so every byte of the transaction follows from the statement: the update of an
//! account's permissions is built here again and compared, and a spending goes through the checks of any payment.

use primitives::statement::{
    Action, Agreed, Anchor, Authorisation, Ceremony, Cosigned, CosignedError, Kind, Signed, Spending,
};
use primitives::{AttemptNo, Sun, UnixMs};
use tron_tx::{Contract, PermissionId, RawTransaction};

use super::consent::{Approvals, Consent};
use super::permission_update::{Plan, hold_update};
use super::request::Right;
use super::rules::{Circumstances, RegisteredAttempt, Rules};
use super::{Checked, Refusal, anchored, expiration_at_most, held, previous};

/// How many operators it takes.
pub const OPERATORS: usize = 2;

/// The longest life of a transaction that operators decided on, from now on.
const LIFE_MAX_MS: u64 = 600_000;

/// What the chain takes for a second signature, sun (`getMultiSignFee`).
pub const MULTI_SIGN_FEE_SUN: u64 = 1_000_000;

/// A transaction with the decision that it carries out and the place on the chain that it refers to.
#[derive(Debug, Clone)]
pub struct SignDecision {
    /// The transaction's raw_data, exactly as it will be broadcast.
    pub raw_data: Vec<u8>,
    /// The decision.
    pub ceremony: Cosigned<Ceremony>,
    /// The solid block that its reference block must be.
    pub anchor: Signed<Anchor>,
}

/// What is known about decisions, beside what is known about any request.
#[derive(Debug, Clone, Copy)]
pub struct Council {
    /// Which attempt at carrying it out this is.
    pub attempt: AttemptNo,
    /// The contract types of the wallet's class, a bit each.
    pub operations: [u8; 32],
    /// Whether the wallet signs together with others.
    pub shared: bool,
}

/// The decision, if two operators made it and it is good here and now, by our own clock and by the chain's.
pub fn agreed<'a>(
    ceremony: &'a Cosigned<Ceremony>,
    rules: &Rules,
    now: UnixMs,
) -> Result<Agreed<'a, Ceremony>, Refusal> {
    agreed_by(OPERATORS, ceremony, rules, now)
}

/// The decision, if at least so many operators made it and it is good here and now.
pub fn agreed_by<'a>(
    operators: usize,
    ceremony: &'a Cosigned<Ceremony>,
    rules: &Rules,
    now: UnixMs,
) -> Result<Agreed<'a, Ceremony>, Refusal> {
    verified(operators, ceremony, rules, rules.chain_time.at_least(now))
}

/// [`agreed`] as of a time, which may be past: a transaction that was registered is held against what held then, and a new
/// one has an anchor, which no clock can be behind.
pub fn agreed_as_of<'a>(
    ceremony: &'a Cosigned<Ceremony>,
    rules: &Rules,
    at: UnixMs,
) -> Result<Agreed<'a, Ceremony>, Refusal> {
    verified(OPERATORS, ceremony, rules, at)
}

fn verified<'a>(
    operators: usize,
    ceremony: &'a Cosigned<Ceremony>,
    rules: &Rules,
    at: UnixMs,
) -> Result<Agreed<'a, Ceremony>, Refusal> {
    let agreed = ceremony.verify(&rules.operators, operators, at).map_err(|error| match error {
        CosignedError::Expired(_) => Refusal::AuthorityExpired,
        _ => Refusal::AuthoritySignature,
    })?;
    if agreed.statement.plane != rules.plane {
        return Err(Refusal::Plane);
    }
    if agreed.statement.chain_id != rules.chain_id {
        return Err(Refusal::Chain);
    }
    Ok(agreed)
}

/// Holds a transaction against the decision that it is to carry out.
pub fn check_decision(
    request: &SignDecision,
    council: &Council,
    rules: &Rules,
    known: &Circumstances<'_>,
) -> Result<Checked, Refusal> {
    let agreed = agreed_as_of(&request.ceremony, rules, known.now)?;
    if council.attempt < AttemptNo::FIRST {
        return Err(Refusal::Previous);
    }
    let raw = anchored(&request.raw_data, &request.anchor, rules, known)?;
    let right = match &agreed.statement.action {
        Action::HardenWallet { account, owner, active, operations, .. } => {
            let plan = Plan { account: *account, owner, active, operations: *operations };
            update(&raw, &plan, council, known)?;
            Right::PermissionUpdate {
                intent: agreed.statement.id().into(),
                attempt: council.attempt,
                key_id: known.wallet.key_id.clone(),
            }
        }
        Action::Spend(spending) => {
            let authorisation = authorised(agreed.statement, spending, &raw, council, known)?;
            held(&raw, &authorisation, rules, known)?;
            Right::Issued(authorisation)
        }
        _ => return Err(Refusal::Decision),
    };
    expiration_at_most(&raw, known.now.plus_ms(LIFE_MAX_MS), known.now)?;
    let approvals =
        Approvals { approvers: u8::try_from(agreed.operators.len()).unwrap_or(u8::MAX), requester_named: false };
    Ok(Checked {
        raw_data: request.raw_data.clone(),
        txid: raw.txid(),
        transaction: raw,
        right,
        consent: Consent { attested: false, approvals },
    })
}

fn update(raw: &RawTransaction, plan: &Plan<'_>, council: &Council, known: &Circumstances<'_>) -> Result<(), Refusal> {
    // Only the owner changes permissions, and only once: afterwards the owner is elsewhere.
    if raw.permission_id != PermissionId::OWNER || known.wallet.permission_id != 0 {
        return Err(Refusal::Permission);
    }
    if raw.contract.owner() != known.wallet.address || plan.account != known.wallet.address {
        return Err(Refusal::Owner);
    }
    hold_update(&raw.contract, plan, council.operations, known)?;
    if !raw.memo.is_empty() {
        return Err(Refusal::Memo);
    }
    if !raw.fee_limit.is_zero() {
        return Err(Refusal::FeeLimit);
    }
    // Two updates of one decision cannot both succeed: after the first the key is no owner. They only must not race.
    known.earlier.iter().try_for_each(|earlier| match earlier {
        Some(RegisteredAttempt::Voided) => Ok(()),
        Some(RegisteredAttempt::Signed { expiration, .. }) if previous::is_over(*expiration, known.now) => Ok(()),
        Some(RegisteredAttempt::Signed { .. }) => Err(Refusal::PreviousAlive),
        None => Err(Refusal::Previous),
    })
}

/// The spending as an authorisation of this signer's wallet, so that it is held to everything that a payment is.
fn authorised(
    ceremony: &Ceremony,
    spending: &Spending,
    raw: &RawTransaction,
    council: &Council,
    known: &Circumstances<'_>,
) -> Result<Authorisation, Refusal> {
    // What was decided once is paid once: a transaction that died needs another decision.
    if council.attempt != AttemptNo::FIRST {
        return Err(Refusal::Previous);
    }
    if spending.account != known.wallet.address {
        return Err(Refusal::Owner);
    }
    // The second signature costs what no fee_limit bounds.
    let beside = Sun::new(if council.shared { MULTI_SIGN_FEE_SUN } else { 0 }).map_err(|_| Refusal::FeeLimit)?;
    let fee_limit_max = spending.fee_max.checked_sub(beside).ok_or(Refusal::FeeLimit)?;
    Ok(Authorisation {
        chain_id: ceremony.chain_id,
        plane: ceremony.plane,
        kind: Kind::Payout,
        intent: ceremony.id().into(),
        attempt: AttemptNo::FIRST,
        previous: Vec::new(),
        key_id: known.wallet.key_id.clone(),
        permission_id: known.wallet.permission_id,
        asset: spending.asset,
        resource: None,
        recipient: spending.recipient,
        amount: spending.amount,
        memo_hash: None,
        fee_limit_max: if matches!(raw.contract, Contract::Trigger(_)) { fee_limit_max } else { Sun::ZERO },
        expiration_max: known.now.plus_ms(LIFE_MAX_MS),
        valid_until: ceremony.valid_until,
    })
}

#[cfg(test)]
mod tests;
