//! The register's word on a transaction, whichever key it was signed with.

use api::wallet_manager::RegisteredAttempt;
use primitives::TxId;
use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::protocol::Ask;
use crate::register::{Attempt, KEY_TXID};

/// Asks for the attempt that was registered as this transaction; none if there is none, whoever signed it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Registered(pub TxId);

impl Ask for Registered {
    type Answer = Option<RegisteredAttempt>;

    async fn answer(self, core: &Core) -> Result<Self::Answer, Problem> {
        for key in core.signing.book.key_ids() {
            let found = core.signing.store.find::<Attempt>(KEY_TXID, &format!("{key}/{}", self.0)).await?;
            if let Some(attempt) = found {
                return Ok(Some(attempt.record.view()));
            }
        }
        Ok(None)
    }
}
