//! What we think of a node: whether to ask it, and when again.

use std::time::{Duration, Instant};

use primitives::{BlockId, BlockRef, ChainId, UnixMs};

use super::answer::NodeFault;

/// The first rest after a fault; doubled with each further one.
const REST: Duration = Duration::from_millis(100);
/// The first rest when a provider says that we ask too much; suspensions last about 30 s.
const REST_LIMITED: Duration = Duration::from_millis(500);
/// No rest is longer.
const REST_MAX: Duration = Duration::from_secs(30);

/// Which chain a node is on, by its first block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NodeChain {
    /// Not asked yet, or to be asked again.
    #[default]
    Unknown,
    /// Ours; its first block.
    Ours(BlockId),
    /// Another.
    Other(ChainId),
}

/// The newest blocks that a node reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its newest block; may be replaced.
    pub head: BlockRef,
    /// The block before its newest.
    pub head_parent: BlockId,
    /// Its newest irreversible block.
    pub solid: BlockRef,
    /// The producer of the newest block: an account that surely exists. Absent if the header names none.
    pub witness: Option<primitives::Address>,
}

/// A node's standing; changed by its answers, pure.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    failures: u32,
    rest_until: Option<Instant>,
    trouble: Option<String>,
    /// Which chain it is on.
    pub chain: NodeChain,
    /// What it reported last.
    pub report: Option<Report>,
    /// When it last gave a usable answer.
    pub answered: Option<UnixMs>,
}

impl Standing {
    /// A usable answer came.
    pub fn succeed(&mut self, now: UnixMs) {
        self.failures = 0;
        self.rest_until = None;
        self.trouble = None;
        self.answered = Some(now);
    }

    /// Something else came. A node that failed may have been replaced by another: its chain is asked for again after
    /// faults of the connection.
    pub fn fail(&mut self, fault: &NodeFault, now: Instant) {
        // Requests that were under way together fail together; that is one fault, not many.
        if self.rests_until(now).is_none() {
            self.failures = self.failures.saturating_add(1);
        }
        let first = if matches!(fault, NodeFault::Limited { .. }) { REST_LIMITED } else { REST };
        let rest = first.saturating_mul(1 << self.failures.saturating_sub(1).min(10)).min(REST_MAX);
        let asked = match fault {
            NodeFault::Limited { retry_after, .. } => retry_after.unwrap_or_default().min(REST_MAX),
            _ => Duration::ZERO,
        };
        self.rest_until = self.rest_until.max(Some(now + rest.max(asked)));
        self.trouble = Some(fault.to_string());
        match fault {
            NodeFault::Chain(id) => {
                self.chain = NodeChain::Other(*id);
                self.report = None;
            }
            NodeFault::Unreachable(_) => self.chain = NodeChain::Unknown,
            NodeFault::Block(fault) if fault.is_lie() => self.chain = NodeChain::Unknown,
            _ => {}
        }
    }

    /// Until when it is left alone, if it is.
    pub fn rests_until(&self, now: Instant) -> Option<Instant> {
        self.rest_until.filter(|until| *until > now)
    }

    /// What was wrong with its last answer.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Whether its last answer was usable and its chain is ours.
    pub const fn is_up(&self) -> bool {
        self.failures == 0 && matches!(self.chain, NodeChain::Ours(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_and_an_answer_ends_them() {
        let mut now = Instant::now();
        let mut standing = Standing { chain: NodeChain::Ours(BlockId::new([0; 32])), ..Standing::default() };
        let mut rests = Vec::new();
        for _ in 0..12 {
            standing.fail(&NodeFault::Status(500), now);
            standing.fail(&NodeFault::Status(500), now);
            let rest = standing.rests_until(now).unwrap() - now;
            rests.push(rest);
            now += rest;
        }
        assert_eq!(rests[..3], [REST, REST * 2, REST * 4]);
        assert_eq!(rests[11], REST_MAX);
        assert!(!standing.is_up());
        standing.succeed(UnixMs(1));
        assert!(standing.is_up() && standing.rests_until(now).is_none() && standing.trouble().is_none());
        let limited = NodeFault::Limited { status: 429, retry_after: Some(Duration::from_secs(9)) };
        standing.fail(&limited, now);
        assert_eq!(standing.rests_until(now).unwrap() - now, Duration::from_secs(9));
    }

    #[test]
    fn another_chain_is_never_up_and_a_broken_connection_is_asked_again() {
        let mut standing = Standing { chain: NodeChain::Ours(BlockId::new([0; 32])), ..Standing::default() };
        standing.fail(&NodeFault::Unreachable("refused".into()), Instant::now());
        standing.succeed(UnixMs(1));
        assert_eq!((standing.chain, standing.is_up()), (NodeChain::Unknown, false));
        standing.fail(&NodeFault::Chain(ChainId(7)), Instant::now());
        standing.succeed(UnixMs(1));
        assert!(!standing.is_up());
    }
}
