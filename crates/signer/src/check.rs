//! The checks before a signature: pure, in a fixed order, and each refusal names its rule.
//!
//! The transaction is decoded exactly (its bytes are the one encoding of what was read), so that there is nothing in it
//! that these checks did not see. How much, how far ahead and to whom at all is the [policy's](crate::policy).

mod anchors;
mod approval;
mod attestation;
#[cfg(test)]
pub(crate) mod case;
mod chain_time;
mod consent;
mod contract;
pub mod decision;
mod desks;
pub mod permission_update;
mod previous;
mod refusal;
mod request;
mod rules;
#[cfg(test)]
mod tests;

use primitives::UnixMs;
use primitives::statement::{Anchor, Asset, Authorisation, Kind, Signed};
use request::Right;
use sha2::{Digest, Sha256};
use tron_tx::RawTransaction;

pub use anchors::Anchors;
pub use chain_time::ChainTime;
pub use consent::{Approvals, Consent};
pub use decision::{Council, SignDecision, agreed, agreed_as_of, agreed_by, check_decision};
pub use desks::Desks;
pub use permission_update::Plan;
pub use refusal::Refusal;
pub use request::{Checked, SignTransaction};
pub use rules::{Circumstances, Issuers, RegisteredAttempt, Rules, SigningWallet};

/// The oldest block that a transaction may refer to (the design's word; mainnet is solid after about a minute).
const ANCHOR_AGE_MS: u64 = 120_000;

/// How far in our future a block may be before a clock must be wrong.
const CLOCK_APART_MS: u64 = 30_000;

/// A request whose authorisation is the issuer's and good here and now. Nothing is looked up for one that is not.
#[derive(Debug, Clone, Copy)]
pub struct Authorised<'a> {
    request: &'a SignTransaction,
    rules: &'a Rules,
    authorisation: &'a Authorisation,
}

impl<'a> Authorised<'a> {
    /// Holds the authorisation alone against our own rules.
    pub fn new(request: &'a SignTransaction, rules: &'a Rules, now: UnixMs) -> Result<Self, Refusal> {
        let authorisation = authority(&request.authorisation, rules, now)?;
        Ok(Self { request, rules, authorisation })
    }

    /// The verified authorisation.
    pub const fn authorisation(&self) -> &'a Authorisation {
        self.authorisation
    }

    /// Holds everything else against it: the anchor, the transaction, the register, and the consent of others.
    pub fn check(&self, known: &Circumstances<'_>) -> Result<Checked, Refusal> {
        let Self { request, rules, authorisation } = *self;
        transaction(request, authorisation, rules, known)
    }
}

fn transaction(
    request: &SignTransaction,
    authorisation: &Authorisation,
    rules: &Rules,
    known: &Circumstances<'_>,
) -> Result<Checked, Refusal> {
    let raw = anchored(&request.raw_data, &request.anchor, rules, known)?;
    held(&raw, authorisation, rules, known)?;
    let attested = attestation::hold(request.attestation.as_ref(), authorisation, rules, known)?;
    let approvals = approval::hold(&request.approvals, authorisation, rules, known.now)?;
    Ok(Checked {
        raw_data: request.raw_data.clone(),
        txid: raw.txid(),
        transaction: raw,
        right: Right::Issued(authorisation.clone()),
        consent: Consent { attested, approvals },
    })
}

/// The transaction, if it refers to a fresh block that tron-client vouches for.
fn anchored(
    raw_data: &[u8],
    signed: &Signed<Anchor>,
    rules: &Rules,
    known: &Circumstances<'_>,
) -> Result<RawTransaction, Refusal> {
    let anchor = anchor(signed, rules, known)?;
    let raw = RawTransaction::decode(raw_data).map_err(|_| Refusal::Undecodable)?;
    reference_block(&raw, anchor)?;
    Ok(raw)
}

/// Holds what the transaction does, and when, against its authorisation and the register.
fn held(
    raw: &RawTransaction,
    authorisation: &Authorisation,
    rules: &Rules,
    known: &Circumstances<'_>,
) -> Result<(), Refusal> {
    wallet(raw, authorisation, known)?;
    contract::hold(&raw.contract, authorisation, rules, known)?;
    memo(raw, authorisation)?;
    fee_limit(raw, authorisation)?;
    expiration_at_most(raw, authorisation.expiration_max, known.now)?;
    previous::hold(&authorisation.previous, known.earlier, known.now)
}

/// The authorisation, if its issuer's signature is on it and it is good here and now.
pub fn authority<'a>(
    signed: &'a Signed<Authorisation>,
    rules: &Rules,
    now: UnixMs,
) -> Result<&'a Authorisation, Refusal> {
    // First and of an unverified statement, because it takes from it only the end: who waits for another rule to let an
    // authorisation pass, such as for a repaired configuration, is told when waiting is over.
    if now > signed.unverified().valid_until {
        return Err(Refusal::AuthorityExpired);
    }
    let issuer = rules.issuers.of(signed.unverified().kind);
    let authorisation = signed.verify(issuer).map_err(|_| Refusal::AuthoritySignature)?;
    if authorisation.plane != rules.plane {
        return Err(Refusal::Plane);
    }
    if authorisation.chain_id != rules.chain_id {
        return Err(Refusal::Chain);
    }
    if !authorisation.intent.as_str().starts_with(authorisation.kind.intent_prefix()) {
        return Err(Refusal::Intent);
    }
    Ok(authorisation)
}

fn anchor<'a>(signed: &'a Signed<Anchor>, rules: &Rules, known: &Circumstances<'_>) -> Result<&'a Anchor, Refusal> {
    let now = known.now;
    let anchor = known.anchors.verify(signed, &rules.anchor).map_err(|_| Refusal::AnchorSignature)?;
    if anchor.chain_id != rules.chain_id {
        return Err(Refusal::AnchorChain);
    }
    if anchor.solid_time.ms_since(now) > CLOCK_APART_MS {
        return Err(Refusal::ClockApart);
    }
    if now.ms_since(anchor.solid_time) > ANCHOR_AGE_MS { Err(Refusal::AnchorStale) } else { Ok(anchor) }
}

fn reference_block(raw: &RawTransaction, anchor: &Anchor) -> Result<(), Refusal> {
    if raw.reference.matches(&anchor.block_id) { Ok(()) } else { Err(Refusal::ReferenceBlock) }
}

fn wallet(raw: &RawTransaction, authorisation: &Authorisation, known: &Circumstances<'_>) -> Result<(), Refusal> {
    if authorisation.key_id != known.wallet.key_id {
        return Err(Refusal::Key);
    }
    if !known.wallet.kinds.contains(&authorisation.kind) {
        return Err(Refusal::Class);
    }
    let named = u32::from(raw.permission_id.number());
    if named != authorisation.permission_id || authorisation.permission_id != known.wallet.permission_id {
        return Err(Refusal::Permission);
    }
    Ok(())
}

fn memo(raw: &RawTransaction, authorisation: &Authorisation) -> Result<(), Refusal> {
    let memo = &raw.memo;
    let hash = (!memo.is_empty()).then(|| <[u8; 32]>::from(Sha256::digest(memo)));
    if hash == authorisation.memo_hash { Ok(()) } else { Err(Refusal::Memo) }
}

fn fee_limit(raw: &RawTransaction, authorisation: &Authorisation) -> Result<(), Refusal> {
    let calls = matches!(authorisation.kind, Kind::Payout | Kind::Refund | Kind::Sweep)
        && matches!(authorisation.asset, Asset::Token(_));
    // Only calls burn energy: elsewhere a fee_limit is a field that says nothing, and nothing else is what may be there.
    let fits = calls != raw.fee_limit.is_zero() && raw.fee_limit <= authorisation.fee_limit_max;
    if fits { Ok(()) } else { Err(Refusal::FeeLimit) }
}

fn expiration_at_most(raw: &RawTransaction, latest: UnixMs, now: UnixMs) -> Result<(), Refusal> {
    if raw.expiration <= now {
        return Err(Refusal::ExpirationPast);
    }
    if raw.expiration > latest {
        return Err(Refusal::Expiration);
    }
    if raw.timestamp > raw.expiration { Err(Refusal::Timestamp) } else { Ok(()) }
}
