//! The mirror: payout-router's feed, applied.

use api::Event;
use api::payout_router::{PayoutView, events};
use service::BoxError;
use service::clock::SharedClock;
use service::feed::Apply;
use store::{Commit, Filter, LIST_LIMIT_MAX, Store};

use crate::payout::PayoutRow;

/// Applies what payout-router's feed tells.
#[derive(Debug)]
pub(crate) struct Mirror {
    pub(crate) store: Store,
    pub(crate) clock: SharedClock,
}

impl Apply for Mirror {
    async fn apply(&self, event: &Event, commit: Commit) -> Result<Commit, BoxError> {
        if ![events::CHANGED, events::ENDED].contains(&event.kind.as_str()) {
            return Ok(commit);
        }
        let view: PayoutView = serde_json::from_value(event.data.clone())?;
        let now = self.clock.now();
        let Some(found) = self.store.get::<PayoutRow>(&view.payout_id.to_string()).await? else {
            // We died between the router's answer and our own commit, or somebody else asked the router.
            let row = PayoutRow::of_router(view, event.version, now);
            return Ok(commit.insert(&row).event(row.created()));
        };
        if event.version <= found.record.seen {
            return Ok(commit);
        }
        let next = found.record.told(view, Some(event.version), now);
        let event = found.record.changed(&next, found.next_version());
        let commit = commit.update(&found, &next);
        Ok(match event {
            Some(event) => commit.event(event),
            None => commit,
        })
    }

    /// payout-router's versions begin anew, so that none of them has been seen.
    async fn resync(&self) -> Result<(), BoxError> {
        let mut after = None;
        loop {
            let page =
                self.store.list::<PayoutRow>(Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() }).await?;
            let mut commit = Commit::new(self.clock.now());
            for found in page.items.iter().filter(|found| found.record.seen > 0) {
                commit = commit.update(found, &PayoutRow { seen: 0, ..found.record.clone() });
            }
            self.store.commit(commit).await?;
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(()),
            }
        }
    }
}
