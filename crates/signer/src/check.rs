//! The checks before a signature: pure, in a fixed order, and each refusal names its rule.
//!
//! The transaction is decoded exactly (its bytes are the one encoding of what was read), so that there is nothing in it
//! that these checks did not see. How much, how far ahead and to whom at all is the [policy's](crate::policy).

#[cfg(test)]
pub(crate) mod case;
mod contract;
mod previous;
mod refusal;
mod request;
mod rules;
#[cfg(test)]
mod tests;

use primitives::UnixMs;
use primitives::statement::{Anchor, Asset, Authorisation, Kind};
use sha2::{Digest, Sha256};
use tron_tx::RawTransaction;

pub use refusal::Refusal;
pub use request::{Checked, SignTransaction};
pub use rules::{Circumstances, Issuers, RegisteredAttempt, Rules, SigningWallet};

/// The oldest block that a transaction may refer to (the design's word; mainnet is solid after about a minute).
const ANCHOR_AGE_MS: u64 = 120_000;

/// How far in our future a block may be before a clock must be wrong.
const CLOCK_APART_MS: u64 = 30_000;

/// Holds a request against its authority, the anchor, our own rules and the register.
pub fn check(request: &SignTransaction, rules: &Rules, known: &Circumstances<'_>) -> Result<Checked, Refusal> {
    let authorisation = authority(request, rules, known.now)?;
    let anchor = anchor(request, rules, known.now)?;
    let raw = RawTransaction::decode(&request.raw_data).map_err(|_| Refusal::Undecodable)?;
    reference_block(&raw, anchor)?;
    wallet(&raw, authorisation, known)?;
    contract::hold(&raw.contract, authorisation, rules, known)?;
    memo(&raw, authorisation)?;
    fee_limit(&raw, authorisation)?;
    expiration(&raw, authorisation, known.now)?;
    previous::hold(&authorisation.previous, known.earlier, known.now)?;
    Ok(Checked {
        raw_data: request.raw_data.clone(),
        txid: raw.txid(),
        transaction: raw,
        authorisation: authorisation.clone(),
    })
}

fn authority<'a>(request: &'a SignTransaction, rules: &Rules, now: UnixMs) -> Result<&'a Authorisation, Refusal> {
    // First and of an unverified statement, because it takes from it only the end: who waits for another rule to let an
    // authorisation pass, such as for a repaired configuration, is told when waiting is over.
    if now > request.authorisation.unverified().valid_until {
        return Err(Refusal::AuthorityExpired);
    }
    let issuer = rules.issuers.of(request.authorisation.unverified().kind);
    let authorisation = request.authorisation.verify(issuer).map_err(|_| Refusal::AuthoritySignature)?;
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

fn anchor<'a>(request: &'a SignTransaction, rules: &Rules, now: UnixMs) -> Result<&'a Anchor, Refusal> {
    let anchor = request.anchor.verify(&rules.anchor).map_err(|_| Refusal::AnchorSignature)?;
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

fn expiration(raw: &RawTransaction, authorisation: &Authorisation, now: UnixMs) -> Result<(), Refusal> {
    if raw.expiration <= now {
        return Err(Refusal::ExpirationPast);
    }
    if raw.expiration > authorisation.expiration_max { Err(Refusal::Expiration) } else { Ok(()) }
}
