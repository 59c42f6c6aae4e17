//! What this service counts beyond what all do.

use primitives::UnixMs;
use prometheus::HistogramVec;
use service::clock::SharedClock;
use service::gauges::ByStage;
use service::metrics::seconds;
use store::{Record as _, Store, StoreError};

use crate::transfer::TransferRow;

/// Every stage.
const STAGES: [&str; 9] =
    ["accepted", "waiting_funds", "sealed", "submitted", "paid", "failed_on_chain", "mismatch", "dead", "refused"];

/// Those in which something is still to come.
const OPEN: [&str; 4] = ["accepted", "waiting_funds", "sealed", "submitted"];

/// This service's metrics. Clones count into the same ones.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    transfers: ByStage<TransferRow>,
    reached: HistogramVec,
}

impl Metrics {
    /// Registers them.
    pub(crate) fn new(registry: &service::metrics::Metrics, clock: SharedClock) -> Self {
        let transfers = registry.gauges("lucid_transfers", "Transfers, by stage, the ended ones too.", &["stage"]);
        let oldest = registry.ratios(
            "lucid_transfers_oldest_seconds",
            "How old the oldest transfer of an open stage is.",
            &["stage"],
        );
        let reached = registry.spans(
            "lucid_transfer_seconds",
            "How long transfers took from the request to a stage.",
            &["reached"],
        );
        for stage in STAGES {
            reached.with_label_values(&[stage]);
        }
        let transfers = ByStage::<TransferRow>::new(transfers, &STAGES);
        let transfers = transfers.ages(registry, clock, oldest, &OPEN, |row| row.0.created_at);
        Self { transfers, reached }
    }

    /// A transfer has become another.
    pub(crate) fn moved(&self, before: &TransferRow, after: &TransferRow, now: UnixMs) {
        if before.stage() != after.stage() {
            let took = seconds(now.ms_since(after.0.created_at));
            self.reached.with_label_values(&[after.stage()]).observe(took);
        }
    }

    /// Sets the gauges to what is stored.
    pub(crate) async fn look(&self, store: &Store) -> Result<(), StoreError> {
        self.transfers.look(store).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, id};

    #[tokio::test]
    async fn who_waits_for_money_is_shown_until_there_is_some() {
        let bench = Bench::new();
        let registry = service::metrics::Metrics::of_part();
        let metrics = Metrics::new(&registry, bench.clock.clone());
        bench.chain.lock().unwrap().usdt = 0;
        bench.put(1).await;
        bench.turn(1).await.unwrap();
        metrics.look(&bench.store).await.unwrap();
        bench.clock.advance_ms(1_500);
        let text = registry.text();
        assert!(text.contains("lucid_transfers{stage=\"waiting_funds\"} 1\n"), "{text}");
        assert!(text.contains("lucid_transfers_oldest_seconds{stage=\"waiting_funds\"} 1.5\n"), "{text}");
        bench.chain.lock().unwrap().usdt = 25_000_000;
        bench.turn(1).await.unwrap();
        metrics.look(&bench.store).await.unwrap();
        let text = registry.text();
        assert!(text.contains("lucid_transfers{stage=\"accepted\"} 1\n"), "{text}");
        assert!(text.contains("lucid_transfers{stage=\"waiting_funds\"} 0\n"), "{text}");
        assert!(text.contains("lucid_transfers_oldest_seconds{stage=\"waiting_funds\"} 0\n"), "{text}");
    }

    #[tokio::test]
    async fn the_time_to_a_stage_is_measured_once() {
        let bench = Bench::new();
        let registry = service::metrics::Metrics::of_part();
        let metrics = Metrics::new(&registry, bench.clock.clone());
        bench.chain.lock().unwrap().usdt = 0;
        bench.put(1).await;
        let stored = async || bench.store.get::<TransferRow>(&id(1).to_string()).await.unwrap().unwrap().record;
        let before = stored().await;
        bench.turn(1).await.unwrap();
        let after = stored().await;
        let now = after.0.created_at.plus_ms(3_000);
        metrics.moved(&before, &after, now);
        metrics.moved(&after, &after, now);
        let text = registry.text();
        assert!(text.contains("lucid_transfer_seconds_sum{reached=\"waiting_funds\"} 3\n"), "{text}");
        assert!(text.contains("lucid_transfer_seconds_count{reached=\"waiting_funds\"} 1\n"), "{text}");
    }
}
