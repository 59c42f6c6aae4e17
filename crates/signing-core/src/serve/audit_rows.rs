//! What lies in the tables, for whoever holds it against the log.

use api::wallet_manager::audit::AuditRowPage;
use serde::{Deserialize, Serialize};
use service::Problem;
use store::StoreError;

use crate::Core;
use crate::audit::{Place, lying};
use crate::protocol::Ask;

/// Asks for rows and shares of limits as they lie there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditRows {
    /// Where the page before ended; the first rows without it.
    pub after: Option<String>,
    /// How many at most.
    pub limit: usize,
}

impl Ask for AuditRows {
    type Answer = AuditRowPage;

    async fn answer(self, core: &Core) -> Result<AuditRowPage, Problem> {
        let after = self.after.map(|text| Place::parse(&text).ok_or(StoreError::ListCursor)).transpose()?;
        let page = lying(&core.signing.store, after, self.limit).await?;
        Ok(AuditRowPage { rows: page.rows, shares: page.shares, next: page.next.map(|place| place.cursor()) })
    }
}
