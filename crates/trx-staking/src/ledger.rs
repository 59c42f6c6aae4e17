//! Who may use how much of a wallet: leases of energy and bandwidth, and the TRX and stake that operations hold.
//!
//! A lease is all or nothing for each resource, and what is leased of a wallet is never more than what the chain says is
//! free. What is free was read a moment before it is decided on, so a share goes on counting for a while after it was
//! given back: longer than any decision takes from its reading to its commit.

use payments::staking::lease::{Free, Lease};
use payments::staking::{Held, Share};
use primitives::{Address, LeaseId, Resource, UnixMs};
use service::Problem;
use store::{Commit, CommitError, Hold, Record, Store, StoreError};

use crate::lease::LeaseRow;
use crate::problem::Refused;

/// How long a share counts after it was given back.
const STALE_READ_MS: u64 = 30_000;

/// The ledger scope of a wallet's resource.
pub(crate) fn lease_scope(resource: Resource, wallet: Address) -> String {
    match resource {
        Resource::Energy => format!("energy:{wallet}"),
        Resource::Bandwidth => format!("bandwidth:{wallet}"),
    }
}

fn scope(share: Share, wallet: Address) -> String {
    match share {
        Share::Trx => format!("trx:{wallet}"),
        Share::Stake(Resource::Energy) => format!("stake-energy:{wallet}"),
        Share::Stake(Resource::Bandwidth) => format!("stake-bandwidth:{wallet}"),
    }
}

/// The share that an operation of this id needs.
pub(crate) fn hold(holder: String, held: &Held) -> Hold {
    let Held { payer, share, amount, ceiling } = held;
    Hold { scope: scope(*share, *payer), holder, amount: amount.to_i64(), ceiling: ceiling.to_i64() }
}

/// Gives back what an operation holds.
pub(crate) fn give_back(commit: Commit, holder: String, share: Share, payer: Address, now: UnixMs) -> Commit {
    commit.release(scope(share, payer), holder, Some(now.plus_ms(STALE_READ_MS)))
}

/// The lease of this id, if it was made for this request.
pub(crate) async fn stored(store: &Store, wanted: &Lease) -> Result<Option<Lease>, Problem> {
    match store.get::<LeaseRow>(&wanted.id.to_string()).await? {
        None => Ok(None),
        Some(found) if found.record.0.request == wanted.request => Ok(Some(found.record.0)),
        Some(_) => Err(Refused::IdTaken.into()),
    }
}

/// Makes a lease out of what is free; each resource whole or not at all. With `insist_on_energy` it is not made without
/// the energy. Whoever is first makes it; the same request again has the same lease.
pub(crate) async fn grant(store: &Store, wanted: Lease, free: Free, insist_on_energy: bool) -> Result<Lease, Problem> {
    let mut lease = wanted;
    loop {
        if insist_on_energy && lease.lacks_energy() {
            return Err(Refused::PoolShort.into());
        }
        let commit = Commit::new(lease.created_at).insert(&LeaseRow(lease.clone()));
        let commit = promises(&lease, free).fold(commit, Commit::hold);
        match store.commit(commit).await {
            Ok(()) => return Ok(lease),
            Err(CommitError::Exceeded { scope, .. }) => lease = lease_without(lease, &scope)?,
            Err(CommitError::Conflict { .. }) => {
                return stored(store, &lease).await?.ok_or_else(|| Problem::internal(StoreError::Lost));
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(Problem::internal(error)),
        }
    }
}

fn promises(lease: &Lease, free: Free) -> impl Iterator<Item = Hold> {
    // More than a sum can hold is more than anybody has: the store refuses it like any other that is too much.
    let amount = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
    let (address, holder) = (lease.request.address, lease.id.to_string());
    lease.promised().map(move |(resource, units)| Hold {
        scope: lease_scope(resource, address),
        holder: holder.clone(),
        amount: amount(units),
        ceiling: amount(free.units(resource)),
    })
}

fn lease_without(lease: Lease, scope: &str) -> Result<Lease, Problem> {
    let short = |resource: &Resource| lease_scope(*resource, lease.request.address) == scope;
    let resource = lease.promised().map(|(resource, _)| resource).find(|resource| short(resource));
    resource.map(|resource| lease.without(resource)).ok_or_else(|| Problem::internal(format!("{scope} is exceeded")))
}

/// Gives a lease back; once more changes nothing.
pub(crate) async fn release(store: &Store, id: LeaseId, now: UnixMs) -> Result<Lease, Problem> {
    loop {
        let found = store.get::<LeaseRow>(&id.to_string()).await?.ok_or(Refused::Unknown(LeaseRow::NOUN))?;
        let lease = &found.record.0;
        if lease.released {
            return Ok(lease.clone());
        }
        let released = LeaseRow(Lease { released: true, ..lease.clone() });
        let until = Some(now.plus_ms(STALE_READ_MS));
        let commit = lease.promised().fold(Commit::new(now).update(&found, &released), |commit, (resource, _)| {
            commit.release(lease_scope(resource, lease.request.address), id.to_string(), until)
        });
        match store.commit(commit).await {
            Ok(()) => return Ok(released.0),
            // Somebody else gave it back meanwhile.
            Err(CommitError::Conflict { .. }) => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(error) => return Err(Problem::internal(error)),
        }
    }
}

#[cfg(test)]
mod tests;
