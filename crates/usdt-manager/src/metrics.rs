//! What this service counts beyond what all do.

use std::time::Duration;

use prometheus::IntGaugeVec;
use service::BoxError;
use store::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::transfer::TransferRow;

/// Between two counts of the rows.
const PAUSE: Duration = Duration::from_secs(5);

/// This service's metrics. Clones count into the same ones.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    transfers: IntGaugeVec,
}

impl Metrics {
    /// Registers them.
    pub(crate) fn new(registry: &service::metrics::Metrics) -> Self {
        let transfers = registry.gauges("lucid_transfers", "Transfers, by stage, the ended ones too.", &["stage"]);
        Self { transfers }
    }

    /// Sets the gauges to what is stored.
    pub(crate) async fn look(&self, store: &Store) -> Result<(), StoreError> {
        let stages = store.count_by_stage::<TransferRow>().await?;
        // A stage that nothing is in any more is not among them.
        self.transfers.reset();
        for (stage, count) in stages {
            self.transfers.with_label_values(&[stage.as_str()]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        Ok(())
    }

    /// Keeps the gauges true until told to stop.
    pub(crate) async fn keep(self, store: Store, stop: CancellationToken) -> Result<(), BoxError> {
        loop {
            if let Err(error) = self.look(&store).await {
                tracing::warn!(%error, "the gauges cannot be set");
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    #[tokio::test]
    async fn who_waits_for_money_is_shown_until_there_is_some() {
        let bench = Bench::new();
        let registry = service::metrics::Metrics::of_part();
        let metrics = Metrics::new(&registry);
        bench.chain.lock().unwrap().usdt = 0;
        bench.put(1).await;
        bench.turn(1).await.unwrap();
        metrics.look(&bench.store).await.unwrap();
        assert!(registry.text().contains("lucid_transfers{stage=\"waiting_funds\"} 1\n"), "{}", registry.text());
        bench.chain.lock().unwrap().usdt = 25_000_000;
        bench.turn(1).await.unwrap();
        metrics.look(&bench.store).await.unwrap();
        let text = registry.text();
        assert!(text.contains("lucid_transfers{stage=\"accepted\"} 1\n") && !text.contains("waiting_funds"), "{text}");
    }
}
