//! wallet-manager's feed: a payout whose attempt was registered or barred is looked at now, and where its audit log
//! stood is kept and compared with what it told before.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use api::Event;
use api::payout_router::reconciliation::Finding;
use api::wallet_manager::{RegisteredAttempt, events};
use primitives::{LogPosition, PayoutId};
use service::BoxError;
use service::clock::SharedClock;
use service::feed::Apply;
use store::{Commit, Store, StoreError};

use crate::discrepancy::Discrepancy;
use crate::kept_head::{HeadRow, newest};
use crate::payout::PayoutRow;

/// An event may be applied again before it is committed, together with so many others.
const REMEMBERED: usize = 512;

/// Applies it.
#[derive(Debug)]
pub(crate) struct Register {
    store: Store,
    clock: SharedClock,
    trail: Mutex<Trail>,
}

/// The places in the log in the order in which the feed told them, by the events' ids.
#[derive(Debug, Default)]
struct Trail(VecDeque<(String, LogPosition)>);

impl Trail {
    /// The place before this event's, which is noted if it is told for the first time.
    fn before(&mut self, event: &str, place: LogPosition) -> Option<LogPosition> {
        let told = self.0.iter().position(|(id, _)| id == event);
        let index = told.unwrap_or(self.0.len());
        if told.is_none() {
            self.0.push_back((event.to_owned(), place));
        }
        let before = index.checked_sub(1).map(|index| self.0[index].1);
        if self.0.len() > REMEMBERED {
            self.0.pop_front();
        }
        before
    }
}

impl Register {
    /// Goes on after the head that was kept last.
    pub(crate) async fn new(store: Store, clock: SharedClock) -> Result<Self, StoreError> {
        let kept = match newest(&store).await? {
            Some(seq) => store.get::<HeadRow>(&HeadRow::id_of(seq)).await?,
            None => None,
        };
        let trail = kept.map(|kept| (String::new(), kept.record.0.audit));
        Ok(Self { store, clock, trail: Mutex::new(Trail(trail.into_iter().collect())) })
    }

    /// The kept place that this one contradicts: another head of the same number, or a higher number.
    async fn contradicted(&self, event: &Event, told: &HeadRow) -> Result<Kept, StoreError> {
        let place = told.0.audit;
        let before = self.trail.lock().unwrap_or_else(PoisonError::into_inner).before(&event.id, place);
        if let Some(kept) = self.store.get::<HeadRow>(&HeadRow::id_of(place.seq)).await? {
            let kept = kept.record.0.audit;
            return Ok(if kept == place { Kept::Already } else { Kept::Contradicts(kept) });
        }
        Ok(match before.filter(|before| before.seq > place.seq) {
            Some(before) => Kept::Contradicts(before),
            None => Kept::Not,
        })
    }
}

enum Kept {
    Not,
    Already,
    Contradicts(LogPosition),
}

impl Apply for Register {
    async fn apply(&self, event: &Event, commit: Commit) -> Result<Commit, BoxError> {
        // Stops of all signing are told there too: payouts wait, and are told by the register.
        if ![events::REGISTERED, events::VOIDED].contains(&event.kind.as_str()) {
            return Ok(commit);
        }
        let attempt: RegisteredAttempt = serde_json::from_value(event.data.clone())?;
        let mut commit = commit;
        // Other intents, stakes and delegations, are no payouts of ours.
        if let Ok(payout) = attempt.intent.as_str().parse::<PayoutId>() {
            commit = commit.wake::<PayoutRow>(payout.to_string());
        }
        let told = HeadRow::of(&attempt);
        if told.0.audit.is_empty() {
            return Ok(commit);
        }
        match self.contradicted(event, &told).await? {
            Kept::Already => Ok(commit),
            Kept::Not => Ok(commit.insert(&told)),
            Kept::Contradicts(kept) => {
                let finding = Finding::AuditContradicted { kept, told: told.0 };
                let known = self.store.get::<Discrepancy>(&Discrepancy::id_of(&finding)).await?;
                Ok(match known {
                    Some(_) => commit,
                    None => Discrepancy::new(finding, self.clock.now()).found(commit),
                })
            }
        }
    }

    /// The register's store has begun a new life: its feed is read from the beginning, where numbers are low again.
    async fn resync(&self) -> Result<(), BoxError> {
        self.trail.lock().unwrap_or_else(PoisonError::into_inner).0.clear();
        Ok(())
    }
}
