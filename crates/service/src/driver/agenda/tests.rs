//! What the agenda promises, without a loop around it.

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note(String);

impl Record for Note {
    const NOUN: &'static str = "note";

    fn id(&self) -> String {
        self.0.clone()
    }

    fn stage(&self) -> &'static str {
        "any"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}

fn note(id: &str, version: u64) -> Versioned<Note> {
    Versioned { record: Note(id.to_owned()), version }
}

fn agenda() -> Agenda<Note> {
    Agenda::new(Duration::from_millis(100), Duration::from_secs(1))
}

fn failed() -> Ended {
    Ended::Failed("why".to_owned())
}

#[test]
fn a_newer_version_waits_for_the_turn_of_the_older() {
    let mut agenda = agenda();
    assert!(agenda.take(note("a", 1)).is_some());
    assert_eq!(agenda.take(note("a", 2)), None);
    let (later, _) = agenda.end(note("a", 1), failed(), UnixMs(0));
    assert_eq!(later, Some(note("a", 2)));
    assert_eq!(agenda.next_retry(), None, "the newer version is the retry");
    assert_eq!(agenda.take(note("a", 3)), None, "it is in its turn");
}

#[test]
fn a_claim_replaces_a_waiting_try() {
    let mut agenda = agenda();
    agenda.take(note("a", 1));
    agenda.end(note("a", 1), failed(), UnixMs(0));
    assert_eq!(agenda.next_retry(), Some(UnixMs(100)));
    assert_eq!(agenda.take(note("a", 2)), Some(note("a", 2)));
    assert_eq!(agenda.next_retry(), None);
    assert_eq!(agenda.retry(UnixMs(1_000)), None);
}

#[test]
fn the_same_failure_is_news_once_and_so_is_the_recovery() {
    let mut agenda = agenda();
    agenda.take(note("a", 1));
    assert_eq!(agenda.end(note("a", 1), failed(), UnixMs(0)).1, News::Failing("why".to_owned()));
    let read = agenda.retry(UnixMs(100)).unwrap();
    assert_eq!(agenda.end(read, failed(), UnixMs(100)).1, News::None);
    assert_eq!(agenda.next_retry(), Some(UnixMs(300)));
    let read = agenda.retry(UnixMs(300)).unwrap();
    let other = Ended::Failed("another".to_owned());
    assert_eq!(agenda.end(read, other, UnixMs(300)).1, News::Failing("another".to_owned()));
    let read = agenda.retry(UnixMs(700)).unwrap();
    assert_eq!(agenda.end(read, Ended::Committed, UnixMs(700)).1, News::Recovered);
    agenda.take(note("a", 2));
    assert_eq!(agenda.end(note("a", 2), Ended::Committed, UnixMs(700)).1, News::None);
}

#[test]
fn a_parked_version_stays_so_and_a_newer_one_frees_it() {
    let mut agenda = agenda();
    agenda.take(note("a", 1));
    agenda.end(note("a", 1), Ended::Panicked("why".to_owned()), UnixMs(0));
    assert_eq!((agenda.take(note("a", 1)), agenda.parked()), (None, 1));
    assert_eq!(agenda.take(note("a", 2)), Some(note("a", 2)));
    assert_eq!(agenda.parked(), 0);
}

#[test]
fn memory_is_bounded() {
    let mut agenda = agenda();
    for n in 0..MAX_WAITING + 10 {
        let id = n.to_string();
        agenda.take(note(&id, 1));
        agenda.end(note(&id, 1), failed(), UnixMs(0));
    }
    assert_eq!((agenda.waiting.len(), agenda.failures.len()), (MAX_WAITING, MAX_WAITING));
    assert!(agenda.running.is_empty());
}

proptest! {
    /// Whatever happens in whatever order, no record has two turns at once, and the two forms of `waiting` agree.
    #[test]
    fn never_two_turns_of_one_record(steps in prop::collection::vec((0_u8..4, 0_u8..3, 1_u64..4), 0..200)) {
        let mut agenda = agenda();
        let mut turns: Vec<Versioned<Note>> = Vec::new();
        let mut now = UnixMs(0);
        for (step, id, version) in steps {
            let id = id.to_string();
            let running = turns.iter().position(|turn| turn.record.0 == id);
            let begun = match (step, running) {
                (0, _) => agenda.take(note(&id, version)),
                (1, _) => {
                    now = now.plus_ms(150 * version);
                    agenda.retry(now)
                }
                (_, None) => None,
                (2, Some(index)) => agenda.end(turns.remove(index), failed(), now).0,
                (_, Some(index)) => {
                    let ended = if version == 1 { Ended::Panicked("p".to_owned()) } else { Ended::Committed };
                    agenda.end(turns.remove(index), ended, now).0
                }
            };
            if let Some(turn) = begun {
                prop_assert!(turns.iter().all(|other| other.record != turn.record));
                turns.push(turn);
            }
            prop_assert_eq!(agenda.waiting.len(), agenda.order.len());
            prop_assert_eq!(agenda.running.len(), turns.len());
            prop_assert!(agenda.waiting.keys().all(|id| !agenda.running.contains_key(id)));
        }
    }
}
