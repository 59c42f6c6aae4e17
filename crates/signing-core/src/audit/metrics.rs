//! What is counted of the log.

use prometheus::{IntCounter, IntGauge};

/// The log's metrics.
#[derive(Debug, Clone)]
pub struct AuditMetrics {
    seq: IntGauge,
    checkpoint_age: IntGauge,
    append_failures: IntCounter,
    head_failures: IntCounter,
    cut: IntGauge,
    altered: IntGauge,
    mismatches: IntGauge,
}

impl AuditMetrics {
    /// Registers the names.
    pub fn new(shared: &service::metrics::Metrics) -> Self {
        Self {
            seq: shared.gauge("lucid_audit_chain_seq", "The audit log's newest record."),
            checkpoint_age: shared.gauge(
                "lucid_audit_checkpoint_age_seconds",
                "How long the oldest record that no checkpoint covers has waited for one; 0 if all are covered.",
            ),
            append_failures: shared.counter(
                "lucid_audit_append_failures_total",
                "Records that could not be appended; nothing was signed.",
            ),
            head_failures: shared.counter(
                "lucid_audit_head_failures_total",
                "Heads and checkpoints that the token did not take or sign; tried again.",
            ),
            cut: shared
                .gauge("lucid_audit_cut", "1 while the log lacks what the token vouches for: nothing is signed."),
            altered: shared.gauge(
                "lucid_audit_altered",
                "1 once the store was found otherwise than the log says that it was left: nothing is signed.",
            ),
            mismatches: shared.gauge(
                "lucid_audit_reconcile_mismatches",
                "Records, rows and shares of limits that do not agree with one another, when last compared.",
            ),
        }
    }

    pub(super) fn stands_at(&self, seq: u64) {
        self.seq.set(seq.cast_signed());
    }

    pub(super) fn uncovered_for(&self, ms: u64) {
        self.checkpoint_age.set((ms / 1_000).cast_signed());
    }

    pub(super) fn append_failed(&self) {
        self.append_failures.inc();
    }

    pub(super) fn head_failed(&self) {
        self.head_failures.inc();
    }

    pub(super) fn cut(&self, cut: bool) {
        self.cut.set(cut.into());
    }

    pub(super) fn altered(&self) {
        self.altered.set(1);
    }

    pub(super) fn mismatches(&self, count: usize) {
        self.mismatches.set(i64::try_from(count).unwrap_or(i64::MAX));
    }
}
