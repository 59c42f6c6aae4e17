//! What this service counts beyond what all do.

use api::payout_router::PayoutStage;
use prometheus::IntCounterVec;
use service::clock::SharedClock;
use service::gauges::ByStage;
use service::metrics::Metrics;
use store::{Store, StoreError};

use crate::payout::PayoutRow;

/// The stages in which something is still to come.
const OPEN: [&str; 5] = ["received", "accepted", "waiting_funds", "attempting", "needs_review"];

/// This service's own metrics.
#[derive(Debug, Clone)]
pub(crate) struct Counters {
    asked: IntCounterVec,
    mirrored: ByStage<PayoutRow>,
}

/// What became of a request for a payout.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked {
    /// payout-router has it.
    Accepted,
    /// payout-router refused it, or it is not to be read as a payout.
    Refused,
    /// It is kept and forwarded later.
    Received,
    /// It was asked before.
    Repeated,
}

impl Asked {
    const ALL: [Self; 4] = [Self::Accepted, Self::Refused, Self::Received, Self::Repeated];

    const fn label(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Received => "received",
            Self::Repeated => "repeated",
        }
    }
}

impl Counters {
    pub(crate) fn new(metrics: &Metrics, clock: SharedClock) -> Self {
        let help = "Requests for payouts, by what became of them at once.";
        let asked = metrics.counters("lucid_payouts_asked_total", help, &["outcome"]);
        for outcome in Asked::ALL {
            asked.with_label_values(&[outcome.label()]);
        }
        let mirrored = metrics.gauges(
            "lucid_merchant_payouts",
            "Payouts as merchants see them, by stage, the ended ones too.",
            &["stage"],
        );
        let oldest = metrics.ratios(
            "lucid_merchant_payouts_oldest_seconds",
            "How long ago the oldest payout of an open stage was asked for, as merchants see it.",
            &["stage"],
        );
        let mirrored = ByStage::<PayoutRow>::new(mirrored, &PayoutStage::ALL.map(PayoutStage::name));
        let mirrored = mirrored.ages(metrics, clock, oldest, &OPEN, |row| row.view.created_at);
        Self { asked, mirrored }
    }

    pub(crate) fn asked(&self, outcome: Asked) {
        self.asked.with_label_values(&[outcome.label()]).inc();
    }

    /// Sets the gauges to what is stored.
    pub(crate) async fn look(&self, store: &Store) -> Result<(), StoreError> {
        self.mirrored.look(store).await
    }
}
