//! Bringing transactions onto the chain: the same bytes, again and again, to one node after the other.

use std::sync::Arc;

use primitives::UnixMs;
use service::BoxError;
use service::driver::{Machine, Plan};
use store::Versioned;

use crate::metrics::Metrics;
use crate::node::Question;
use crate::nodes::{Answered, NoNode, Nodes, Purpose};
use crate::submission::Submission;
use crate::submission::plan::after_broadcast;
use crate::wire;
use crate::wire::broadcast::{BroadcastAnswer, WireBroadcast};

/// When nobody could be asked, it is tried again so soon, milliseconds.
const NOBODY_MS: u64 = 1_000;

/// The machine of submissions. It only sends; what becomes of them the ledger learns from blocks.
#[derive(Debug)]
pub struct Broadcaster {
    /// Whom to send to.
    pub nodes: Arc<Nodes>,
    /// Between two broadcasts of one transaction, milliseconds.
    pub interval_ms: u64,
    /// What is counted.
    pub metrics: Metrics,
}

impl Machine for Broadcaster {
    type Record = Submission;
    type Facts = Result<BroadcastAnswer, NoNode>;

    async fn gather(&self, read: &Versioned<Submission>, _now: UnixMs) -> Result<Self::Facts, BoxError> {
        let submission = &read.record;
        let mut nodes = self.nodes.usable(Purpose::Broadcast);
        // Another node each time: one that takes transactions and loses them must not be the only one to hear of it.
        let turns = nodes.len().max(1);
        nodes.rotate_left(usize::try_from(submission.broadcasts).unwrap_or_default() % turns);
        let question = Question::broadcast(&submission.raw_data, &submission.signatures);
        let read = |body: &bytes::Bytes| Ok(wire::read::<WireBroadcast>(body)?.answer());
        let answered =
            self.nodes.ask_among(Purpose::Broadcast, nodes, &question, read).await.map(|Answered { value, .. }| value);
        self.metrics.broadcast(answered.as_ref().map_or("NO_NODE", |answer| &answer.code));
        Ok(answered)
    }

    fn plan(&self, read: &Versioned<Submission>, facts: Self::Facts, now: UnixMs) -> Plan<Submission> {
        let (answer, interval_ms) = match facts {
            Ok(answer) => (answer, self.interval_ms),
            Err(nobody) => {
                let answer = BroadcastAnswer { code: "NO_NODE".to_owned(), text: nobody.to_string() };
                (answer, self.interval_ms.min(NOBODY_MS))
            }
        };
        Plan::to(after_broadcast(&read.record, &answer, now, interval_ms), now)
    }
}
