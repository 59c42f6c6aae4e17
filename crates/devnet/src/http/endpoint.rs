//! The table of protocol endpoints: name, methods, and whether `/walletsolidity` has it too.

use super::answer::Answer;
use super::ask::Ask;
use super::{accounts, blocks, broadcast, builders, calls, contracts, delegations, deploy, network, pending, prices};
use super::{rewards, transactions, weight};

/// One endpoint of `/wallet`, perhaps of `/walletsolidity` as well.
#[derive(Debug, Clone, Copy)]
pub(super) struct Endpoint {
    /// The last part of the path.
    pub(super) name: &'static str,
    /// Whether GET answers too. For the others java-tron answers a GET with an empty body.
    pub(super) get: bool,
    /// Whether it exists below `/walletsolidity`.
    pub(super) solid: bool,
    /// What it does.
    pub(super) work: fn(&Ask<'_>) -> Answer,
}

impl Endpoint {
    /// A question about the chain, by GET or POST, at the head or at the solid block.
    pub(super) const fn read(name: &'static str, work: fn(&Ask<'_>) -> Answer) -> Self {
        Self { name, get: true, solid: true, work }
    }

    /// A question that only a full node answers.
    pub(super) const fn read_full(name: &'static str, work: fn(&Ask<'_>) -> Answer) -> Self {
        Self { name, get: true, solid: false, work }
    }

    /// A question with a body, at the head or at the solid block.
    pub(super) const fn post(name: &'static str, work: fn(&Ask<'_>) -> Answer) -> Self {
        Self { name, get: false, solid: true, work }
    }

    /// Anything with a body that only a full node does.
    pub(super) const fn post_full(name: &'static str, work: fn(&Ask<'_>) -> Answer) -> Self {
        Self { name, get: false, solid: false, work }
    }
}

const FAMILIES: [&[Endpoint]; 14] = [
    blocks::ENDPOINTS,
    transactions::ENDPOINTS,
    pending::ENDPOINTS,
    broadcast::ENDPOINTS,
    builders::ENDPOINTS,
    weight::ENDPOINTS,
    accounts::ENDPOINTS,
    contracts::ENDPOINTS,
    calls::ENDPOINTS,
    deploy::ENDPOINTS,
    delegations::ENDPOINTS,
    prices::ENDPOINTS,
    network::ENDPOINTS,
    rewards::ENDPOINTS,
];

/// Every endpoint.
fn all() -> impl Iterator<Item = &'static Endpoint> {
    FAMILIES.into_iter().flatten()
}

/// The endpoint with a name; java-tron compares names exactly.
pub(super) fn find(name: &str, solid: bool) -> Option<&'static Endpoint> {
    all().find(|endpoint| endpoint.name == name && (!solid || endpoint.solid))
}

#[cfg(test)]
mod tests;
