//! Whether this process is the only one that tells the token of this plane's log.
//!
//! The lock on the database's file keeps a second process off that file, and not off a copy of it. Two that go on from
//! one copy would each sign by a register of its own; but they share the token's data object. Whoever finds a record in
//! it that his own log does not have stands aside: the last one that was started goes on, alone.

use std::sync::Arc;

use primitives::LogPosition;
use signer::Token;
use tracing::error;

use super::checkpoint::position;
use super::open::OpenError;
use super::{Audit, head};

impl Audit {
    /// Looks into the token, and stops signing for good if somebody else has told it of another log; answers whether this
    /// process may go on telling it. To be asked while nobody here tells it anything.
    pub(super) async fn is_alone(&self, token: &Arc<Token>) -> Result<bool, OpenError> {
        let values = token.data(head::name(self.plane)).await?;
        let newest = values.iter().filter_map(|value| head::decode(value)).max_by_key(|checkpoint| checkpoint.seq);
        let Some(told) = newest.as_ref().map(position).filter(|told| !told.is_empty()) else { return Ok(true) };
        let found = self.store.log(told.seq.saturating_sub(1), 1).await?;
        if found.first().is_some_and(|record| record.position == told) {
            return Ok(true);
        }
        let LogPosition { seq, head } = told;
        let other =
            format!("another process goes on from a copy of this log: the token was told of record {seq}, {head}");
        error!(other, "nothing is signed by this process any more");
        self.metrics.cut(true);
        self.state().compared = Some((Arc::downgrade(token), Err(other)));
        Ok(false)
    }
}
