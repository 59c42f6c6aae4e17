//! What is counted of the worker's lives.

use prometheus::{IntCounterVec, IntGauge};
use service::metrics::Metrics;

/// The counts.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    restarts: IntCounterVec,
    up: IntGauge,
}

impl Counts {
    /// Registers the names.
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let restarts = "Workers that were started anew, by why: died, hung, token_restart, token_hung.";
        let restarts = metrics.counters("lucid_worker_restarts_total", restarts, &["reason"]);
        // Shown from the start: an alarm on the first one needs the 0 before it.
        for reason in ["died", "hung", "token_restart", "token_hung"] {
            restarts.with_label_values(&[reason]);
        }
        Self { restarts, up: metrics.gauge("lucid_worker_up", "1 while the signing worker serves.") }
    }

    pub(super) fn restarted(&self, reason: &str) {
        self.restarts.with_label_values(&[reason]).inc();
    }

    pub(super) fn up(&self, up: bool) {
        self.up.set(up.into());
    }
}
