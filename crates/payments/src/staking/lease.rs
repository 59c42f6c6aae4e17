//! A share of an account's energy and bandwidth, promised to one transaction.
//!
//! A lease is an entry in a ledger, not a transaction. The ledger's ceiling is what is free on the chain now, so that a
//! lease whose transaction is in a block already counts twice until it is given back: less is promised than there is,
//! never more.

use api::tron_client::Resources;
use api::trx_staking::{LeaseRequest, LeaseView};
use primitives::{Bandwidth, Energy, LeaseId, Resource, UnixMs};
use serde::{Deserialize, Serialize};

/// A lease as trx-staking keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Its id.
    pub id: LeaseId,
    /// What was asked.
    pub request: LeaseRequest,
    /// Whether the energy is promised: all of it or none.
    pub energy: bool,
    /// Whether the bandwidth is promised: all of it or none.
    pub bandwidth: bool,
    /// Whether it was given back.
    pub released: bool,
    /// When it was made.
    pub created_at: UnixMs,
}

/// What of an account's resources no transaction has used yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Free {
    /// Energy from stake.
    pub energy: Energy,
    /// Bandwidth: the larger of what is left of staked and of free, since one transaction is paid whole from one of them
    /// (java-tron 4.8 `BandwidthProcessor`).
    pub bandwidth: Bandwidth,
}

impl Free {
    /// From what the chain says.
    pub fn of(resources: &Resources) -> Self {
        let staked = resources.bandwidth_limit.minus(resources.bandwidth_used);
        let free = resources.free_bandwidth_limit.minus(resources.free_bandwidth_used);
        Self { energy: resources.energy_limit.minus(resources.energy_used), bandwidth: staked.max(free) }
    }

    /// How much of one.
    pub const fn units(&self, resource: Resource) -> u64 {
        match resource {
            Resource::Energy => self.energy.0,
            Resource::Bandwidth => self.bandwidth.0,
        }
    }
}

impl Lease {
    /// One that promises everything that was asked.
    pub const fn whole(id: LeaseId, request: LeaseRequest, now: UnixMs) -> Self {
        Self { id, request, energy: true, bandwidth: true, released: false, created_at: now }
    }

    /// The same without this resource.
    #[must_use]
    pub fn without(self, resource: Resource) -> Self {
        match resource {
            Resource::Energy => Self { energy: false, ..self },
            Resource::Bandwidth => Self { bandwidth: false, ..self },
        }
    }

    /// What it promises of each resource; nothing is no promise.
    pub fn promised(&self) -> impl Iterator<Item = (Resource, u64)> + use<> {
        let energy = (Resource::Energy, if self.energy { self.request.energy.0 } else { 0 });
        let bandwidth = (Resource::Bandwidth, if self.bandwidth { self.request.bandwidth.0 } else { 0 });
        [energy, bandwidth].into_iter().filter(|(_, units)| *units > 0)
    }

    /// Whether energy was asked that it does not promise.
    pub const fn lacks_energy(&self) -> bool {
        !self.energy && self.request.energy.0 > 0
    }

    /// As others see it.
    pub const fn view(&self) -> LeaseView {
        let LeaseRequest { address, energy, bandwidth } = self.request;
        let (energy, energy_lacking) = if self.energy { (energy, Energy::ZERO) } else { (Energy::ZERO, energy) };
        let (bandwidth, bandwidth_lacking) =
            if self.bandwidth { (bandwidth, Bandwidth::ZERO) } else { (Bandwidth::ZERO, bandwidth) };
        LeaseView {
            lease_id: self.id,
            address,
            released: self.released,
            energy,
            energy_lacking,
            bandwidth,
            bandwidth_lacking,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, payer};

    fn lease() -> Lease {
        let request = LeaseRequest { address: payer(), energy: Energy(32_000), bandwidth: Bandwidth(350) };
        Lease::whole("le_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().expect("an id"), request, NOW)
    }

    #[test]
    fn the_two_bandwidths_are_not_added() {
        let resources = Resources {
            energy_limit: Energy(100_000),
            energy_used: Energy(30_000),
            bandwidth_limit: Bandwidth(300),
            bandwidth_used: Bandwidth(0),
            free_bandwidth_limit: Bandwidth(600),
            free_bandwidth_used: Bandwidth(345),
        };
        assert_eq!(Free::of(&resources), Free { energy: Energy(70_000), bandwidth: Bandwidth(300) });
        let rested = Resources { free_bandwidth_used: Bandwidth(0), ..resources };
        assert_eq!(Free::of(&rested).bandwidth, Bandwidth(600));
        // After an unstake the limit may be below what is in use.
        let shrunk = Resources { energy_used: Energy(200_000), ..resources };
        assert_eq!(Free::of(&shrunk).energy, Energy::ZERO);
    }

    #[test]
    fn what_is_not_promised_is_lacking() {
        let view = lease().without(Resource::Energy).view();
        assert_eq!((view.energy, view.energy_lacking), (Energy::ZERO, Energy(32_000)));
        assert_eq!((view.bandwidth, view.bandwidth_lacking), (Bandwidth(350), Bandwidth::ZERO));
        let promised: Vec<_> = lease().without(Resource::Bandwidth).promised().collect();
        assert_eq!(promised, [(Resource::Energy, 32_000)]);
        assert!(lease().without(Resource::Energy).lacks_energy() && !lease().lacks_energy());
    }

    #[test]
    fn nothing_asked_is_nothing_promised_and_nothing_lacking() {
        let mut none = lease();
        none.request.energy = Energy::ZERO;
        assert_eq!(none.promised().collect::<Vec<_>>(), [(Resource::Bandwidth, 350)]);
        assert!(!none.without(Resource::Energy).lacks_energy());
    }
}
