//! What this service counts.

use primitives::{BlockRef, UnixMs};
use prometheus::{IntCounter, IntCounterVec, IntGauge, IntGaugeVec};

use crate::nodes::Sight;
use crate::submission::{STAGES, Submission};

/// This service's metrics. Clones count into the same ones.
#[derive(Debug, Clone)]
pub struct Metrics {
    head: IntGauge,
    solid: IntGauge,
    scanned: IntGauge,
    lag_seconds: IntGauge,
    skew_seconds: IntGauge,
    node_up: IntGaugeVec,
    node_faults: IntCounterVec,
    disagreements: IntCounterVec,
    broadcasts: IntCounterVec,
    ended: IntCounterVec,
    submissions: IntGaugeVec,
    overdue: IntGauge,
    watched: IntGauge,
    wallet_transactions: IntCounter,
}

impl Metrics {
    /// Registers them.
    pub fn new(registry: &service::metrics::Metrics) -> Self {
        Self {
            head: registry.gauge("lucid_chain_head", "The newest block that a node reported."),
            solid: registry.gauge("lucid_chain_solid", "The newest solid block that the quorum has reached."),
            scanned: registry.gauge("lucid_chain_scanned", "The newest solid block that was read and checked."),
            lag_seconds: registry.gauge("lucid_chain_lag_seconds", "How old the newest scanned block is."),
            skew_seconds: registry
                .gauge("lucid_chain_ahead_seconds", "How far the newest block is ahead of our clock."),
            node_up: registry.gauges("lucid_node_up", "1 while a node's last answer was usable.", &["node"]),
            node_faults: registry.counters("lucid_node_faults_total", "Answers that were none.", &["node", "kind"]),
            disagreements: registry.counters(
                "lucid_node_disagreements_total",
                "Solid blocks of which an independent node has another.",
                &["node"],
            ),
            broadcasts: registry.counters("lucid_broadcasts_total", "Broadcasts, by the node's answer.", &["answer"]),
            ended: registry.counters("lucid_submission_changes_total", "Changes of stage, by the new one.", &["stage"]),
            submissions: registry.gauges("lucid_submissions", "Submissions, by stage.", &["stage"]),
            overdue: registry.gauge(
                "lucid_submissions_overdue",
                "Submissions that are neither solid nor dead though the scanned chain is past their expiration.",
            ),
            watched: registry.gauge("lucid_watched_wallets", "Wallets whose transactions are told on the feed."),
            wallet_transactions: registry
                .counter("lucid_wallet_transactions_total", "Transactions of watched wallets in solid blocks."),
        }
    }

    /// Where the chain stands.
    pub fn sight(&self, sight: &Sight) {
        set(&self.head, sight.head.map_or(0, |block| block.number));
        set(&self.solid, sight.solid.map_or(0, |block| block.number));
    }

    /// How far was read.
    pub fn scanned(&self, block: BlockRef) {
        set(&self.scanned, block.number);
    }

    /// How the newest scanned and the newest reported block compare with the clock.
    pub fn times(&self, scanned: Option<UnixMs>, head: Option<UnixMs>, now: UnixMs) {
        set(&self.lag_seconds, scanned.map_or(0, |time| now.ms_since(time) / 1_000));
        set(&self.skew_seconds, head.map_or(0, |time| time.ms_since(now) / 1_000));
    }

    /// How many wallets are watched.
    pub fn watched(&self, wallets: usize) {
        set(&self.watched, wallets as u64);
    }

    /// So many transactions of watched wallets were told.
    pub fn wallet_transactions(&self, count: usize) {
        self.wallet_transactions.inc_by(count as u64);
    }

    /// A node is of use, or is not.
    pub fn node_up(&self, node: &str, up: bool) {
        self.node_up.with_label_values(&[node]).set(i64::from(up));
    }

    /// A node gave no usable answer.
    pub fn node_fault(&self, node: &str, kind: &str) {
        self.node_faults.with_label_values(&[node, kind]).inc();
    }

    /// An independent node has another solid block than we read.
    pub fn disagreement(&self, node: &str) {
        self.disagreements.with_label_values(&[node]).inc();
    }

    /// A node's answer to a broadcast. Its own words become no label: only the protocol's codes do.
    pub fn broadcast(&self, code: &str) {
        let known = code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        self.broadcasts.with_label_values(&[if known { code } else { "OTHER" }]).inc();
    }

    /// A submission changed its stage.
    pub fn ended(&self, submission: &Submission) {
        use store::Record;
        self.ended.with_label_values(&[submission.stage()]).inc();
    }

    /// How many submissions are in each stage, and how many of the open ones should not be any more.
    pub fn submissions(&self, counts: &[(String, u64)], overdue: usize) {
        for stage in STAGES {
            let count = counts.iter().find(|(name, _)| name == stage).map_or(0, |(_, count)| *count);
            set(&self.submissions.with_label_values(&[stage]), count);
        }
        set(&self.overdue, overdue as u64);
    }
}

fn set(gauge: &IntGauge, value: u64) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}
