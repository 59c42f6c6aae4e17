//! The audit log, read: nobody writes to it but the decisions themselves.

use api::wallet_manager::audit::{AuditCheckpointPage, AuditHead, AuditPage, AuditRecord};
use serde::{Deserialize, Serialize};
use service::Problem;
use store::{Filter, LogRecord};

use crate::Core;
use crate::audit::checkpoint::StoredCheckpoint;
use crate::protocol::Ask;

/// Asks for records after a number, in order.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct AuditRecords {
    /// The number; 0 for the beginning.
    pub after: u64,
    /// How many at most.
    pub limit: usize,
}

impl Ask for AuditRecords {
    type Answer = AuditPage;

    async fn answer(self, core: &Core) -> Result<AuditPage, Problem> {
        let records = core.signing.store.log(self.after, self.limit).await?;
        Ok(AuditPage { records: records.into_iter().map(view).collect() })
    }
}

/// A record as others see it.
pub(crate) fn view(record: LogRecord) -> AuditRecord {
    let LogRecord { position, at, kind, body, changes } = record;
    AuditRecord { seq: position.seq, at, kind, body, changes, head: position.head }
}

/// Asks where the log stands, and what vouches for it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct AuditPlace;

impl Ask for AuditPlace {
    type Answer = AuditHead;

    async fn answer(self, core: &Core) -> Result<AuditHead, Problem> {
        Ok(core.signing.audit.head().await?)
    }
}

/// Asks for checkpoints, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditCheckpoints {
    /// Where the page before ended; the newest without it.
    pub after: Option<String>,
    /// How many at most.
    pub limit: usize,
}

impl Ask for AuditCheckpoints {
    type Answer = AuditCheckpointPage;

    async fn answer(self, core: &Core) -> Result<AuditCheckpointPage, Problem> {
        let filter = Filter { after: self.after, limit: self.limit, ..Filter::default() };
        let page = core.signing.store.list::<StoredCheckpoint>(filter).await?;
        let checkpoints = page.items.iter().map(|stored| stored.record.view()).collect();
        Ok(AuditCheckpointPage { checkpoints, next: page.next })
    }
}
