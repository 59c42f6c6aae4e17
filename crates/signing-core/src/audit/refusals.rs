//! Refusals on their way into the log: each is there, and no flood of them fills the disk.
//!
//! The first of a kind within a window is a record of its own. What repeats it word for word is counted, and the count
//! is a record when the window ends. Beyond [`LISTED_MAX`] different ones in a window only rules are counted.

use std::collections::BTreeMap;

use primitives::UnixMs;

use super::entry::{Entry, Refused, RefusedAgain, RefusedUnlisted};

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
    unlisted: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Repeats {
    first: Refused,
    since: UnixMs,
    times: u64,
}

impl Refusals {
    /// Takes note of a refusal; the record to append, if it is to be one of its own.
    pub(super) fn note(&mut self, refused: Refused, now: UnixMs) -> Option<Refused> {
        if self.is_empty() {
            self.since = now;
        }
        let name =
            format!("{} {} {} {} {:?}", refused.rule, refused.intent, refused.attempt, refused.txid, refused.key_id);
        if let Some(repeats) = self.listed.get_mut(&name) {
            repeats.times = repeats.times.saturating_add(1);
            return None;
        }
        if self.listed.len() >= LISTED_MAX {
            let times = self.unlisted.entry(refused.rule).or_default();
            *times = times.saturating_add(1);
            return None;
        }
        self.listed.insert(name, Repeats { first: refused.clone(), since: now, times: 0 });
        Some(refused)
    }

    /// Whether the window has ended.
    pub(super) fn is_due(&self, now: UnixMs) -> bool {
        !self.is_empty() && now.ms_since(self.since) >= WINDOW_MS
    }

    /// Ends the window; what was counted in it.
    pub(super) fn take(&mut self) -> Vec<Entry> {
        let Self { since, listed, unlisted } = std::mem::take(self);
        let again = listed.into_values().filter(|repeats| repeats.times > 0);
        let again = again.map(|Repeats { first, since, times }| RefusedAgain { first, since, times }.into());
        let unlisted = unlisted.into_iter();
        let unlisted = unlisted.map(|(rule, times)| RefusedUnlisted { rule, since, times }.into());
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
        assert!(refusals.note(refused("po_a", "amount"), UnixMs(1)).is_some());
        for ms in 2..5 {
            assert!(refusals.note(refused("po_a", "amount"), UnixMs(ms)).is_none());
        }
        assert!(refusals.note(refused("po_a", "recipient"), UnixMs(5)).is_some());
        assert!(refusals.note(refused("po_b", "amount"), UnixMs(5)).is_some());
        assert!(!refusals.is_due(UnixMs(WINDOW_MS)));
        assert!(refusals.is_due(UnixMs(WINDOW_MS + 1)));
        let again = RefusedAgain { first: refused("po_a", "amount"), since: UnixMs(1), times: 3 };
        assert_eq!(refusals.take(), [again.into()]);
        assert!(refusals.take().is_empty() && !refusals.is_due(UnixMs(u64::MAX)));
        assert!(refusals.note(refused("po_a", "amount"), UnixMs(9)).is_some(), "a new window lists it again");
    }

    #[test]
    fn a_flood_of_different_ones_is_bounded_and_counted() {
        let mut refusals = Refusals::default();
        let flood = 5_000;
        let listed = (0..flood).filter(|n| refusals.note(refused(&format!("po_{n}"), "amount"), UnixMs(7)).is_some());
        assert_eq!(listed.count(), LISTED_MAX);
        let times = flood - LISTED_MAX as u64;
        let unlisted = RefusedUnlisted { rule: "amount".to_owned(), since: UnixMs(7), times };
        assert_eq!(refusals.take(), [unlisted.into()]);
    }
}
