//! Refusals on their way into the log: each is there, and no flood of them fills the disk.
//!
//! The first of a kind within a window is a record of its own. What repeats it word for word is counted, and the count
//! is a record when the window ends. Beyond [`LISTED_MAX`] different ones in a window only rules are counted.

use std::collections::BTreeMap;

use primitives::UnixMs;

use store::LogEntry;

use super::entry::{Refused, RefusedAgain, RefusedUnlisted};
use crate::caller::{self, Caller};

/// How long a window is.
pub(super) const WINDOW_MS: u64 = 60_000;

/// How many different refusals are records of their own in one window: at some 400 bytes each that is 0.14 GB a day at
/// the very worst, from a peer that holds a valid key.
pub(super) const LISTED_MAX: usize = 240;

/// What has been refused in the window.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    since: UnixMs,
    listed: BTreeMap<String, Repeats>,
    unlisted: BTreeMap<(String, Option<Caller>), u64>,
}

#[derive(Debug)]
struct Repeats {
    first: Refused,
    caller: Option<Caller>,
    since: UnixMs,
    times: u64,
}

impl Refusals {
    /// Takes note of a refusal of what this caller asked; the record to append, if it is to be one of its own.
    pub(super) fn note(&mut self, refused: Refused, caller: Option<Caller>, now: UnixMs) -> Option<Refused> {
        if self.is_empty() {
            self.since = now;
        }
        let Refused { rule, intent, attempt, txid, key_id } = &refused;
        let name = format!("{rule} {intent} {attempt} {txid} {key_id:?} {caller:?}");
        if let Some(repeats) = self.listed.get_mut(&name) {
            repeats.times = repeats.times.saturating_add(1);
            return None;
        }
        if self.listed.len() >= LISTED_MAX {
            let times = self.unlisted.entry((refused.rule, caller)).or_default();
            *times = times.saturating_add(1);
            return None;
        }
        self.listed.insert(name, Repeats { first: refused.clone(), caller, since: now, times: 0 });
        Some(refused)
    }

    /// Whether the window has ended.
    pub(super) fn is_due(&self, now: UnixMs) -> bool {
        !self.is_empty() && now.ms_since(self.since) >= WINDOW_MS
    }

    /// Ends the window; the records of what was counted in it, each for who asked.
    pub(super) fn take(&mut self) -> Vec<LogEntry> {
        let Self { since, listed, unlisted } = std::mem::take(self);
        let again = listed.into_values().filter(|repeats| repeats.times > 0);
        let again = again.map(|Repeats { first, caller, since, times }| {
            caller::sync_scope(caller, || RefusedAgain { first, since, times }.into())
        });
        let unlisted = unlisted.into_iter().map(|((rule, caller), times)| {
            caller::sync_scope(caller, || RefusedUnlisted { rule, since, times }.into())
        });
        again.chain(unlisted).collect()
    }

    fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.unlisted.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use primitives::{AttemptNo, TxId};

    use super::*;

    fn refused(intent: &str, rule: &str) -> Refused {
        Refused {
            rule: rule.to_owned(),
            intent: intent.parse().unwrap(),
            attempt: AttemptNo::FIRST,
            txid: TxId::new([1; 32]),
            key_id: None,
        }
    }

    #[test]
    fn repeats_are_counted_and_others_are_not_mixed_up() {
        let mut refusals = Refusals::default();
        assert!(refusals.note(refused("po_a", "amount"), None, UnixMs(1)).is_some());
        for ms in 2..5 {
            assert!(refusals.note(refused("po_a", "amount"), None, UnixMs(ms)).is_none());
        }
        assert!(refusals.note(refused("po_a", "recipient"), None, UnixMs(5)).is_some());
        assert!(refusals.note(refused("po_b", "amount"), None, UnixMs(5)).is_some());
        assert!(!refusals.is_due(UnixMs(WINDOW_MS)));
        assert!(refusals.is_due(UnixMs(WINDOW_MS + 1)));
        let other = Some(Caller::named("thief"));
        assert!(refusals.note(refused("po_a", "amount"), other.clone(), UnixMs(5)).is_some(), "another's own");
        assert!(refusals.note(refused("po_a", "amount"), other.clone(), UnixMs(5)).is_none());
        let again = RefusedAgain { first: refused("po_a", "amount"), since: UnixMs(1), times: 3 };
        let of_other = RefusedAgain { since: UnixMs(5), times: 1, ..again.clone() };
        assert_eq!(refusals.take(), [again.into(), caller::sync_scope(other, || of_other.into())]);
        assert!(refusals.take().is_empty() && !refusals.is_due(UnixMs(u64::MAX)));
        assert!(refusals.note(refused("po_a", "amount"), None, UnixMs(9)).is_some(), "a new window lists it again");
    }

    #[test]
    fn a_flood_of_different_ones_is_bounded_and_counted() {
        let mut refusals = Refusals::default();
        let flood = 5_000;
        let listed =
            (0..flood).filter(|n| refusals.note(refused(&format!("po_{n}"), "amount"), None, UnixMs(7)).is_some());
        assert_eq!(listed.count(), LISTED_MAX);
        let times = flood - LISTED_MAX as u64;
        let unlisted = RefusedUnlisted { rule: "amount".to_owned(), since: UnixMs(7), times };
        assert_eq!(refusals.take(), [unlisted.into()]);
    }
}
