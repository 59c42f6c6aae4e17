//! The register's word on an intent, and the end of one of its attempts.

use api::wallet_manager::IntentView;
use api::wallet_manager::attempt::{AllowRequest, AllowedAttempt};
use primitives::statement::{Signed, Unsigned};
use primitives::{AttemptNo, IntentId};
use serde::{Deserialize, Serialize};
use service::Problem;
use store::{Filter, LIST_LIMIT_MAX};

use crate::Core;
use crate::protocol::Ask;
use crate::register::{Attempt, INTENT};

/// Asks what the register has for an intent; no attempts if it has none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Intent(pub IntentId);

impl Ask for Intent {
    type Answer = IntentView;

    async fn answer(self, core: &Core) -> Result<IntentView, Problem> {
        let tag = Some((INTENT.to_owned(), self.0.to_string()));
        let filter = Filter { tag, limit: LIST_LIMIT_MAX, ..Filter::default() };
        let page = core.signing.store.list::<Attempt>(filter).await?;
        let mut attempts: Vec<_> = page.items.iter().map(|attempt| attempt.record.view()).collect();
        attempts.sort_by_key(|attempt| attempt.attempt);
        Ok(IntentView { intent: self.0, attempts })
    }
}

/// Asks to bar an attempt for ever.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Void {
    /// The intent.
    pub intent: IntentId,
    /// Which attempt.
    pub attempt: AttemptNo,
}

impl Ask for Void {
    type Answer = Signed<Unsigned>;

    async fn answer(self, core: &Core) -> Result<Signed<Unsigned>, Problem> {
        Ok(core.signing.void(self.intent, self.attempt).await?)
    }
}

/// Brings an operator's decision that one more attempt may be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Allow(pub AllowRequest);

impl Ask for Allow {
    type Answer = AllowedAttempt;

    async fn answer(self, core: &Core) -> Result<AllowedAttempt, Problem> {
        Ok(core.signing.allow(&self.0).await?)
    }
}
