//! Faults on demand: what a node, or the way to it, gets wrong in the field.
//!
//! A fault stands until it has struck `count` times or until it is cleared; without a count it stands. Which request is
//! struck follows from the order of the requests alone, there is no chance in it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The answer comes `ms` late; the request has had its effect by then.
    Late,
    /// The node stays at the block that it has now.
    Stale,
    /// HTTP 429.
    RateLimited,
    /// HTTP 503.
    Unavailable,
    /// HTTP 200 with `{"Error": …}`, the text configurable.
    Error,
    /// A broadcast is answered `SERVER_BUSY`, and not taken.
    BusyBroadcast,
    /// A broadcast is answered `DUP_TRANSACTION_ERROR`, and not taken.
    DupBroadcast,
    /// A broadcast is answered with success, and lost. The same bytes may be sent again.
    DropBroadcast,
    /// A broadcast is answered with success, lost, and answered `DUP_TRANSACTION_ERROR` from then on.
    BlackholeBroadcast,
    /// A look-up of receipts finds nothing.
    EmptyReceipts,
    /// A look-up of a transaction finds nothing.
    EmptyTransactions,
    /// The newest `depth` blocks are replaced at once; their transactions wait again, or are lost if `lose` is set.
    Fork,
}

/// Where a fault can strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Any answer, on its way out.
    Delay,
    /// Any request, before it has an effect.
    Refusal,
    /// A broadcast.
    Broadcast,
    /// A look-up of receipts.
    Receipts,
    /// A look-up of a transaction.
    Transactions,
}

/// A fault as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    pub fault: Kind,
    /// How many times; until cleared if absent. At least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Only requests whose path begins with this; every protocol request if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// For `late`: milliseconds, at most 600 000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// For `error`: the text of `Error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// For `fork`: how many blocks are replaced; only those that are not solid can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<usize>,
    /// For `fork`: whether the transactions of the replaced blocks are lost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lose: bool,
}

/// A request for a fault that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadFault {
    /// `count` is 0.
    #[error("count must be at least 1")]
    NoCount,
    /// `late` without `ms`, or with too much.
    #[error("late needs ms, at most 600000")]
    Delay,
    /// `fork` without `depth`.
    #[error("fork needs depth, at least 1")]
    Depth,
    /// An argument that belongs to another fault.
    #[error("{0} does not belong to this fault")]
    Foreign(&'static str),
}

impl Fault {
    /// Refuses what would silently do something else than its author meant.
    pub fn check(&self) -> Result<(), BadFault> {
        if self.count == Some(0) {
            return Err(BadFault::NoCount);
        }
        let late = self.fault == Kind::Late;
        if late && self.ms.is_none_or(|ms| ms > 600_000) {
            return Err(BadFault::Delay);
        }
        let fork = self.fault == Kind::Fork;
        if fork && self.depth.is_none_or(|depth| depth == 0) {
            return Err(BadFault::Depth);
        }
        let standing = matches!(self.fault, Kind::Stale | Kind::Fork);
        let foreign = [
            ("ms", self.ms.is_some() && !late),
            ("text", self.text.is_some() && self.fault != Kind::Error),
            ("depth", self.depth.is_some() && !fork),
            ("lose", self.lose && !fork),
            ("count", self.count.is_some() && standing),
            ("path", self.path.is_some() && standing),
        ];
        foreign.into_iter().find(|(_, there)| *there).map_or(Ok(()), |(name, _)| Err(BadFault::Foreign(name)))
    }

    fn strikes(&self, point: Point, path: &str) -> bool {
        let here = match self.fault {
            Kind::Late => point == Point::Delay,
            Kind::RateLimited | Kind::Unavailable | Kind::Error => point == Point::Refusal,
            Kind::BusyBroadcast | Kind::DupBroadcast | Kind::DropBroadcast | Kind::BlackholeBroadcast => {
                point == Point::Broadcast
            }
            Kind::EmptyReceipts => point == Point::Receipts,
            Kind::EmptyTransactions => point == Point::Transactions,
            Kind::Stale | Kind::Fork => false,
        };
        here && self.path.as_ref().is_none_or(|prefix| path.starts_with(prefix.as_str()))
    }
}

/// The faults that stand, in the order in which they were asked for.
#[derive(Debug, Default)]
pub struct FaultPlan {
    standing: Vec<Fault>,
}

impl FaultPlan {
    /// Adds one, behind those that stand.
    pub fn add(&mut self, fault: Fault) {
        self.standing.push(fault);
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.standing.clear();
    }

    /// Those that stand, with the strikes that they have left.
    pub fn standing(&self) -> &[Fault] {
        &self.standing
    }

    /// The first fault that strikes here, used up by one.
    pub fn take(&mut self, point: Point, path: &str) -> Option<Fault> {
        let at = self.standing.iter().position(|fault| fault.strikes(point, path))?;
        let fault = &mut self.standing[at];
        let struck = fault.clone();
        if let Some(count) = &mut fault.count {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.standing.remove(at);
            }
        }
        Some(struck)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Fault {
        serde_json::from_str(text).expect("a test's own JSON")
    }

    #[test]
    fn a_counted_fault_strikes_so_often_and_only_where_it_belongs() {
        let mut plan = FaultPlan::default();
        plan.add(fault(r#"{"fault":"drop_broadcast","count":2}"#));
        assert_eq!(plan.take(Point::Receipts, "/wallet/gettransactioninfobyid"), None);
        for _ in 0..2 {
            let struck = plan.take(Point::Broadcast, "/wallet/broadcasthex").expect("strikes left");
            assert_eq!(struck.fault, Kind::DropBroadcast);
        }
        assert_eq!(plan.take(Point::Broadcast, "/wallet/broadcasthex"), None);
        assert!(plan.standing().is_empty());
    }

    #[test]
    fn an_uncounted_fault_stands_until_it_is_cleared() {
        let mut plan = FaultPlan::default();
        plan.add(fault(r#"{"fault":"rate_limited","path":"/walletsolidity/"}"#));
        assert_eq!(plan.take(Point::Refusal, "/wallet/getnowblock"), None);
        for _ in 0..3 {
            assert!(plan.take(Point::Refusal, "/walletsolidity/getnowblock").is_some());
        }
        plan.clear();
        assert_eq!(plan.take(Point::Refusal, "/walletsolidity/getnowblock"), None);
    }

    #[test]
    fn refuses_what_makes_no_sense() {
        assert_eq!(fault(r#"{"fault":"late"}"#).check(), Err(BadFault::Delay));
        assert_eq!(fault(r#"{"fault":"fork"}"#).check(), Err(BadFault::Depth));
        assert_eq!(fault(r#"{"fault":"stale","count":1}"#).check(), Err(BadFault::Foreign("count")));
        assert_eq!(fault(r#"{"fault":"error","count":0}"#).check(), Err(BadFault::NoCount));
        assert_eq!(fault(r#"{"fault":"error","text":"x","count":1}"#).check(), Ok(()));
        assert!(serde_json::from_str::<Fault>(r#"{"fault":"late","seconds":1}"#).is_err());
    }
}
