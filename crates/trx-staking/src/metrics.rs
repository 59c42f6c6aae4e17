//! The names that this service exports beside those of all services.

use api::trx_staking::{DelegationRequest, LeaseView, StakeRequest};
use primitives::{Bandwidth, Energy};
use prometheus::IntCounterVec;
use service::clock::SharedClock;
use service::gauges::ByStage;
use store::{Store, StoreError};

use crate::lease::LeaseRow;
use crate::operation::Row;
use crate::pool::PoolRow;

/// What is leased, as a label.
const RESOURCES: [&str; 2] = ["energy", "bandwidth"];

/// What a lease gave of what was asked, as a label.
const RESULTS: [&str; 3] = ["given", "partial", "lacking"];

/// What is counted. Labels have few values: stages and resources, never addresses.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    stakes: ByStage<Row<StakeRequest>>,
    delegations: ByStage<Row<DelegationRequest>>,
    leases_by_stage: ByStage<LeaseRow>,
    pools: ByStage<PoolRow>,
    leases: IntCounterVec,
}

impl Metrics {
    /// Registers the names.
    pub(crate) fn new(shared: &service::metrics::Metrics, clock: SharedClock) -> Self {
        let rows =
            shared.gauges("lucid_staking_rows", "Stakes, delegations, leases and pools, by stage.", &["noun", "stage"]);
        let leases = shared.counters("lucid_leases_total", "Leases made, by what they gave.", &["resource", "result"]);
        let help = "How long ago the oldest lease that was not given back was made; 0 if there is none.";
        let oldest = shared.ratios("lucid_leases_oldest_seconds", help, &["stage"]);
        for resource in RESOURCES {
            for result in RESULTS {
                leases.with_label_values(&[resource, result]);
            }
        }
        Self {
            stakes: ByStage::of_noun(rows.clone()),
            delegations: ByStage::of_noun(rows.clone()),
            leases_by_stage: ByStage::of_noun(rows.clone())
                .ages(shared, clock, oldest, &["held"], |row: &LeaseRow| row.0.created_at),
            pools: ByStage::of_noun(rows),
            leases,
        }
    }

    /// A lease was made.
    pub(crate) fn leased(&self, lease: &LeaseView) {
        let count = |resource, given: bool, lacking: bool| {
            let result = match (given, lacking) {
                (true, false) => "given",
                (true, true) => "partial",
                (false, true) => "lacking",
                // Nothing was asked for.
                (false, false) => return,
            };
            self.leases.with_label_values(&[resource, result]).inc();
        };
        count("energy", lease.energy > Energy::ZERO, lease.energy_lacking > Energy::ZERO);
        count("bandwidth", lease.bandwidth > Bandwidth::ZERO, lease.bandwidth_lacking > Bandwidth::ZERO);
    }

    /// Counts the rows.
    pub(crate) async fn look(&self, store: &Store) -> Result<(), StoreError> {
        self.stakes.look(store).await?;
        self.delegations.look(store).await?;
        self.leases_by_stage.look(store).await?;
        self.pools.look(store).await
    }
}
