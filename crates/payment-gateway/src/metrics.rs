//! What this service counts beyond what all do.

use prometheus::IntCounterVec;
use service::metrics::Metrics;

/// This service's own metrics.
#[derive(Debug, Clone)]
pub(crate) struct Counters {
    asked: IntCounterVec,
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

impl Counters {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let help = "Requests for payouts, by what became of them at once.";
        Self { asked: metrics.counters("lucid_payouts_asked_total", help, &["outcome"]) }
    }

    pub(crate) fn asked(&self, outcome: Asked) {
        let label = match outcome {
            Asked::Accepted => "accepted",
            Asked::Refused => "refused",
            Asked::Received => "received",
            Asked::Repeated => "repeated",
        };
        self.asked.with_label_values(&[label]).inc();
    }
}
