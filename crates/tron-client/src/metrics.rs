//! What this service counts.

use std::sync::{Arc, Mutex, PoisonError};

use primitives::{BlockRef, UnixMs};
use prometheus::{Gauge, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec};
use service::gauges::ByStage;
use service::metrics::seconds;
use store::{Store, StoreError};

use crate::node::NodeFault;
use crate::nodes::{Nodes, Sight};
use crate::scan::Ledger;
use crate::submission::{STAGES, Submission};

/// The protocol's answers to a broadcast, as labels, and ours where no node could be asked. Others share a label.
const ANSWERS: [&str; 15] = [
    "SUCCESS",
    "SIGERROR",
    "CONTRACT_VALIDATE_ERROR",
    "CONTRACT_EXE_ERROR",
    "BANDWITH_ERROR",
    "DUP_TRANSACTION_ERROR",
    "TAPOS_ERROR",
    "TOO_BIG_TRANSACTION_ERROR",
    "TRANSACTION_EXPIRATION_ERROR",
    "SERVER_BUSY",
    "NO_CONNECTION",
    "NOT_ENOUGH_EFFECTIVE_CONNECTION",
    "BLOCK_UNSOLIDIFIED",
    "OTHER_ERROR",
    "NO_NODE",
];
const OTHER_ANSWER: &str = "OTHER";

/// This service's metrics. Clones count into the same ones.
#[derive(Debug, Clone)]
pub struct Metrics {
    head: IntGauge,
    solid: IntGauge,
    scanned: IntGauge,
    lag: Gauge,
    clock_offset: Gauge,
    /// The newest block that was seen.
    newest: Arc<Mutex<Option<u64>>>,
    node_up: IntGaugeVec,
    node_faults: IntCounterVec,
    node_seconds: HistogramVec,
    disagreements: IntCounterVec,
    broadcasts: IntCounterVec,
    ended: IntCounterVec,
    submissions: ByStage<Submission>,
    overdue: IntGauge,
    watched: IntGauge,
    wallet_transactions: IntCounter,
}

impl Metrics {
    /// Registers them.
    pub fn new(registry: &service::metrics::Metrics) -> Self {
        let submissions = registry.gauges("lucid_submissions", "Submissions, by stage.", &["stage"]);
        let metrics = Self {
            head: registry.gauge("lucid_chain_head", "The newest block that a node reported."),
            solid: registry.gauge("lucid_chain_solid", "The newest solid block that the quorum has reached."),
            scanned: registry.gauge("lucid_chain_scanned", "The newest solid block that was read and checked."),
            lag: registry.ratio("lucid_chain_lag_seconds", "How old the newest scanned block is."),
            clock_offset: registry.ratio(
                "lucid_clock_offset_seconds",
                "How far our clock was ahead of the newest block when that was first seen; negative: behind.",
            ),
            newest: Arc::default(),
            node_up: registry.gauges("lucid_node_up", "1 while a node's last answer was usable.", &["node"]),
            node_faults: registry.counters("lucid_node_faults_total", "Answers that were none.", &["node", "kind"]),
            node_seconds: registry.spans(
                "lucid_node_request_seconds",
                "How long requests to a node took, answered or not.",
                &["node"],
            ),
            disagreements: registry.counters(
                "lucid_node_disagreements_total",
                "Solid blocks of which an independent node has another.",
                &["node"],
            ),
            broadcasts: registry.counters("lucid_broadcasts_total", "Broadcasts, by the node's answer.", &["answer"]),
            ended: registry.counters("lucid_submission_changes_total", "Changes of stage, by the new one.", &["stage"]),
            submissions: ByStage::new(submissions, &STAGES),
            overdue: registry.gauge(
                "lucid_submissions_overdue",
                "Submissions that are neither solid nor dead though the scanned chain is past their expiration.",
            ),
            watched: registry.gauge("lucid_watched_wallets", "Wallets whose transactions are told on the feed."),
            wallet_transactions: registry
                .counter("lucid_wallet_transactions_total", "Transactions of watched wallets in solid blocks."),
        };
        for answer in ANSWERS.into_iter().chain([OTHER_ANSWER]) {
            metrics.broadcasts.with_label_values(&[answer]);
        }
        for stage in STAGES {
            metrics.ended.with_label_values(&[stage]);
        }
        metrics
    }

    /// This node will be asked; what is to be told how long each request takes.
    pub fn asks(&self, node: &str) -> Histogram {
        self.node_up.with_label_values(&[node]).set(0);
        self.disagreements.with_label_values(&[node]);
        for kind in NodeFault::KINDS {
            self.node_faults.with_label_values(&[node, kind]);
        }
        self.node_seconds.with_label_values(&[node])
    }

    /// What is true at a look, however long ago anything has happened. Nothing scanned since the start is as late as
    /// the start.
    pub fn now(&self, nodes: &Nodes, ledger: &Ledger, started: UnixMs, now: UnixMs) {
        for node in nodes.views() {
            self.node_up.with_label_values(&[node.name.as_str()]).set(i64::from(node.up));
        }
        let scanned = ledger.extent().map_or(started, |extent| extent.last.time);
        self.lag.set(seconds(now.ms_since(scanned)));
        set(&self.overdue, ledger.overdue() as u64);
    }

    /// Where the chain stands, at this time by our clock.
    pub fn sight(&self, sight: &Sight, now: UnixMs) {
        if let Some(head) = sight.head {
            self.compare_clocks(head, now);
        }
        set(&self.head, sight.head.map_or(0, |block| block.number));
        set(&self.solid, sight.solid.map_or(0, |block| block.number));
    }

    /// How far was read.
    pub fn scanned(&self, block: BlockRef) {
        set(&self.scanned, block.number);
    }

    /// A block that has just come is a few seconds old; one that was there before tells nothing.
    fn compare_clocks(&self, head: BlockRef, now: UnixMs) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.is_some_and(|newest| newest < head.number) {
            self.clock_offset.set(seconds(now.ms_since(head.time)) - seconds(head.time.ms_since(now)));
        }
        *newest = Some(head.number).max(*newest);
    }

    /// How many wallets are watched.
    pub fn watched(&self, wallets: usize) {
        set(&self.watched, wallets as u64);
    }

    /// So many transactions of watched wallets were told.
    pub fn wallet_transactions(&self, count: usize) {
        self.wallet_transactions.inc_by(count as u64);
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
        let known = ANSWERS.into_iter().find(|answer| *answer == code);
        self.broadcasts.with_label_values(&[known.unwrap_or(OTHER_ANSWER)]).inc();
    }

    /// A submission changed its stage.
    pub fn ended(&self, submission: &Submission) {
        use store::Record;
        self.ended.with_label_values(&[submission.stage()]).inc();
    }

    /// Sets the gauges of submissions to what is stored.
    pub async fn look(&self, store: &Store) -> Result<(), StoreError> {
        self.submissions.look(store).await
    }
}

fn set(gauge: &IntGauge, value: u64) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}

#[cfg(test)]
mod tests {
    use primitives::BlockId;

    use super::*;

    fn sight(number: u64, time: u64) -> Sight {
        let head = BlockRef { number, id: BlockId::new([0; 32]), time: UnixMs(time) };
        Sight { head: Some(head), ..Sight::default() }
    }

    #[test]
    fn clocks_are_compared_when_a_block_comes() {
        let metrics = Metrics::new(&service::metrics::Metrics::of_part());
        let offset = |number, time, now| {
            metrics.sight(&sight(number, time), UnixMs(now));
            metrics.clock_offset.get().to_string()
        };
        assert_eq!(offset(7, 21_000, 90_000), "0", "nobody knows how long it was there");
        assert_eq!(offset(8, 90_000, 92_500), "2.5");
        assert_eq!(offset(8, 90_000, 99_000), "2.5", "it has not just come");
        assert_eq!(offset(9, 105_000, 93_000), "-12");
        assert_eq!(offset(6, 18_000, 94_000), "-12", "another node is behind");
    }

    #[test]
    fn a_nodes_own_words_become_no_label() {
        let registry = service::metrics::Metrics::of_part();
        let metrics = Metrics::new(&registry);
        let took = metrics.asks("one");
        took.observe(0.7);
        metrics.broadcast("SUCCESS");
        metrics.broadcast("MY_OWN_WORD");
        let text = registry.text();
        for line in [
            "lucid_broadcasts_total{answer=\"SUCCESS\"} 1",
            "lucid_broadcasts_total{answer=\"SERVER_BUSY\"} 0",
            "lucid_broadcasts_total{answer=\"OTHER\"} 1",
            "lucid_node_disagreements_total{node=\"one\"} 0",
            "lucid_node_request_seconds_bucket{node=\"one\",le=\"1\"} 1",
            "lucid_node_faults_total{kind=\"receipt_count\",node=\"one\"} 0",
            "lucid_submission_changes_total{stage=\"dead\"} 0",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("MY_OWN_WORD"));
    }
}
