//! The feed, which the HTTP process serves.

use serde::{Deserialize, Serialize};
use service::Problem;
use store::EventPage;

use crate::Core;
use crate::protocol::Ask;

/// Asks for events after a cursor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Events {
    /// Where the reader stands; the beginning without it.
    pub after: Option<String>,
    /// How many at most.
    pub limit: usize,
}

impl Ask for Events {
    type Answer = EventPage;

    async fn answer(self, core: &Core) -> Result<EventPage, Problem> {
        let page = core.signing.store.events(self.after.as_deref(), self.limit).await?;
        core.signing.audit.hold_told(&page.events).await?;
        Ok(page)
    }
}
