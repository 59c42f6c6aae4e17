//! What this service counts beyond what all do.

use api::payout_router::PayoutStage;
use primitives::UnixMs;
use prometheus::{HistogramVec, IntCounterVec, IntGauge, IntGaugeVec};
use service::clock::SharedClock;
use service::gauges::ByStage;
use service::metrics::seconds;
use store::{Filter, LIST_LIMIT_MAX, Record as _, Store, StoreError};

use crate::halt::Halt;
use crate::payout::PayoutRow;
use crate::sighting::Verdict;
use crate::wallet::WalletRow;

/// The stages in which something is still to come.
const OPEN: [&str; 4] = ["accepted", "waiting_funds", "attempting", "needs_review"];

/// This service's metrics. Clones count into the same ones.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    payouts: ByStage<PayoutRow>,
    reached: HistogramVec,
    discrepancies: IntGauge,
    drift: IntGaugeVec,
    reconciled: IntCounterVec,
}

impl Metrics {
    /// Registers them.
    pub(crate) fn new(registry: &service::metrics::Metrics, clock: SharedClock) -> Self {
        let stages = PayoutStage::ALL.map(PayoutStage::name);
        let payouts = registry.gauges("lucid_payouts", "Payouts, by stage, the ended ones too.", &["stage"]);
        let oldest = registry.ratios(
            "lucid_payouts_oldest_seconds",
            "How long ago the oldest payout of an open stage was accepted.",
            &["stage"],
        );
        let metrics = Self {
            payouts: ByStage::<PayoutRow>::new(payouts, &stages)
                .ages(registry, clock, oldest, &OPEN, |row| row.0.created_at),
            reached: registry.spans(
                "lucid_payout_seconds",
                "How long payouts took from their acceptance to a stage.",
                &["reached"],
            ),
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
        };
        for stage in stages {
            metrics.reached.with_label_values(&[stage]);
        }
        for verdict in [Verdict::Registered, Verdict::Unknown] {
            metrics.reconciled.with_label_values(&[label(verdict)]);
        }
        metrics
    }

    /// A payout has become another.
    pub(crate) fn moved(&self, before: &PayoutRow, after: &PayoutRow, now: UnixMs) {
        if before.stage() != after.stage() {
            let took = seconds(now.ms_since(after.0.created_at));
            self.reached.with_label_values(&[after.stage()]).observe(took);
        }
    }

    /// A transaction was decided on.
    pub(crate) fn reconciled(&self, verdict: Verdict) {
        self.reconciled.with_label_values(&[label(verdict)]).inc();
    }

    /// Sets the gauges to what is stored.
    pub(crate) async fn look(&self, store: &Store, halt: &Halt) -> Result<(), StoreError> {
        self.payouts.look(store).await?;
        self.discrepancies.set(halt.open().await?);
        for wallet in wallets(store).await? {
            let drifted = i64::from(wallet.drift().is_some());
            self.drift.with_label_values(&[wallet.standing.wallet_id.as_str()]).set(drifted);
        }
        Ok(())
    }
}

const fn label(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Registered => "registered",
        Verdict::Unknown => "unknown",
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
        let metrics = Metrics::new(&registry, bench.clock.clone());
        let halt = Halt::new(bench.store.clone(), bench.clock.clone());
        for reference in ["order-1", "order-2"] {
            bench.put(&request(reference, PayoutAsset::Usdt, "25")).await;
        }
        metrics.look(&bench.store, &halt).await.unwrap();
        bench.clock.advance_ms(2_000);
        let text = registry.text();
        assert!(text.contains("lucid_payouts{stage=\"accepted\"} 2\n"), "{text}");
        assert!(text.contains("lucid_payouts{stage=\"settled\"} 0\n"), "{text}");
        assert!(text.contains("lucid_payouts_oldest_seconds{stage=\"accepted\"} 2\n"), "{text}");
        assert!(text.contains("lucid_payouts_oldest_seconds{stage=\"attempting\"} 0\n"), "{text}");
        assert!(text.contains("lucid_wallet_transactions_asked_total{verdict=\"unknown\"} 0\n"), "{text}");
    }
}
