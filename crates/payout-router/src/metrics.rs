//! What this service counts beyond what all do.

use std::time::Duration;

use prometheus::{IntCounterVec, IntGauge, IntGaugeVec};
use service::BoxError;
use store::{Filter, LIST_LIMIT_MAX, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::halt::Halt;
use crate::payout::PayoutRow;
use crate::sighting::Verdict;
use crate::wallet::WalletRow;

/// Between two looks at what the gauges show.
const PAUSE: Duration = Duration::from_secs(5);

/// This service's metrics. Clones count into the same ones.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    payouts: IntGaugeVec,
    discrepancies: IntGauge,
    drift: IntGaugeVec,
    reconciled: IntCounterVec,
}

impl Metrics {
    /// Registers them.
    pub(crate) fn new(registry: &service::metrics::Metrics) -> Self {
        Self {
            payouts: registry.gauges("lucid_payouts", "Payouts, by stage, the ended ones too.", &["stage"]),
            discrepancies: registry.gauge(
                "lucid_discrepancies_open",
                "Findings that nobody has explained; while there is one nothing is authorised.",
            ),
            drift: registry.gauges(
                "lucid_wallet_permission_drift",
                "1 while the chain has other permissions for a wallet than were decided.",
                &["wallet"],
            ),
            reconciled: registry.counters(
                "lucid_wallet_transactions_asked_total",
                "Transactions of our wallets that wallet-manager was asked about, by its word.",
                &["verdict"],
            ),
        }
    }

    /// A transaction was decided on.
    pub(crate) fn reconciled(&self, verdict: Verdict) {
        let verdict = match verdict {
            Verdict::Registered => "registered",
            Verdict::Unknown => "unknown",
        };
        self.reconciled.with_label_values(&[verdict]).inc();
    }

    /// Sets the gauges to what is stored.
    pub(crate) async fn look(&self, store: &Store, halt: &Halt) -> Result<(), StoreError> {
        let stages = store.count_by_stage::<PayoutRow>().await?;
        // A stage that nothing is in any more is not among them.
        self.payouts.reset();
        for (stage, count) in stages {
            self.payouts.with_label_values(&[stage.as_str()]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        self.discrepancies.set(halt.open().await?);
        for wallet in wallets(store).await? {
            let drifted = i64::from(wallet.drift().is_some());
            self.drift.with_label_values(&[wallet.standing.wallet_id.as_str()]).set(drifted);
        }
        Ok(())
    }

    /// Keeps the gauges true until told to stop.
    pub(crate) async fn keep(self, store: Store, halt: Halt, stop: CancellationToken) -> Result<(), BoxError> {
        loop {
            if let Err(error) = self.look(&store, &halt).await {
                tracing::warn!(%error, "the gauges cannot be set");
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}

/// Every wallet of ours, newest first.
pub(crate) async fn wallets(store: &Store) -> Result<Vec<WalletRow>, StoreError> {
    let mut wallets = Vec::new();
    let mut after = None;
    loop {
        let page = store.list::<WalletRow>(Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() }).await?;
        wallets.extend(page.items.into_iter().map(|row| row.record));
        after = page.next;
        if after.is_none() {
            return Ok(wallets);
        }
    }
}

#[cfg(test)]
mod tests {
    use api::payout_router::PayoutAsset;

    use super::*;
    use crate::testing::{Bench, request};

    #[tokio::test]
    async fn payouts_are_shown_by_the_stage_that_they_are_in() {
        let bench = Bench::new();
        let registry = service::metrics::Metrics::of_part();
        let (metrics, halt) = (Metrics::new(&registry), Halt::new(bench.store.clone(), bench.clock.clone()));
        for reference in ["order-1", "order-2"] {
            bench.put(&request(reference, PayoutAsset::Usdt, "25")).await;
        }
        metrics.look(&bench.store, &halt).await.unwrap();
        assert!(registry.text().contains("lucid_payouts{stage=\"accepted\"} 2\n"), "{}", registry.text());
    }
}
