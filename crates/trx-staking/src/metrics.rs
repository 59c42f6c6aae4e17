//! The names that this service exports beside those of all services.

use std::time::Duration;

use api::trx_staking::{DelegationRequest, LeaseView, StakeRequest};
use primitives::{Bandwidth, Energy};
use prometheus::{IntCounterVec, IntGaugeVec};
use service::BoxError;
use service::problem::chain;
use store::{Record, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::lease::LeaseRow;
use crate::operation::Row;
use crate::pool::PoolRow;

/// Between two counts of the rows.
const COUNT: Duration = Duration::from_secs(5);

/// What is counted. Labels have few values: stages and resources, never addresses.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    rows: IntGaugeVec,
    leases: IntCounterVec,
}

impl Metrics {
    /// Registers the names.
    pub(crate) fn new(shared: &service::metrics::Metrics) -> Self {
        Self {
            rows: shared.gauges(
                "lucid_staking_rows",
                "Stakes, delegations, leases and pools, by stage.",
                &["noun", "stage"],
            ),
            leases: shared.counters("lucid_leases_total", "Leases made, by what they gave.", &["resource", "result"]),
        }
    }

    /// A lease was made.
    pub(crate) fn leased(&self, lease: &LeaseView) {
        let count = |resource, given: bool, lacking: bool| {
            if given || lacking {
                self.leases.with_label_values(&[resource, if given { "given" } else { "lacking" }]).inc();
            }
        };
        count("energy", lease.energy > Energy::ZERO, lease.energy_lacking > Energy::ZERO);
        count("bandwidth", lease.bandwidth > Bandwidth::ZERO, lease.bandwidth_lacking > Bandwidth::ZERO);
    }

    /// Counts the rows now and then.
    pub(crate) async fn count(self, store: Store, stop: CancellationToken) -> Result<(), BoxError> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(COUNT) => {}
            }
            if let Err(error) = self.rows(&store).await {
                tracing::warn!(error = %chain(&error), "the rows cannot be counted");
            }
        }
    }

    async fn rows(&self, store: &Store) -> Result<(), StoreError> {
        let counts = [
            counts::<Row<StakeRequest>>(store).await?,
            counts::<Row<DelegationRequest>>(store).await?,
            counts::<LeaseRow>(store).await?,
            counts::<PoolRow>(store).await?,
        ];
        // A stage that nothing is in any more is not among them.
        self.rows.reset();
        for (noun, stage, count) in counts.into_iter().flatten() {
            self.rows.with_label_values(&[noun, stage.as_str()]).set(count);
        }
        Ok(())
    }
}

async fn counts<R: Record>(store: &Store) -> Result<Vec<(&'static str, String, i64)>, StoreError> {
    let counts = store.count_by_stage::<R>().await?;
    let count = |(stage, count)| (R::NOUN, stage, i64::try_from(count).unwrap_or(i64::MAX));
    Ok(counts.into_iter().map(count).collect())
}
