//! Blocks that were read, by number.

use primitives::BlockRef;
use store::StoreError;

use super::{Extent, Ledger};
use crate::scan::headers::HeaderPage;

impl Ledger {
    /// The block of this number that was read; `None` if none was, or longer ago than the ring of headers goes back.
    pub async fn block(&self, number: u64) -> Result<Option<BlockRef>, StoreError> {
        let Some(Extent { first, last, .. }) = self.extent() else { return Ok(None) };
        if number == last.number {
            return Ok(Some(last));
        }
        if number < first.number || number > last.number {
            return Ok(None);
        }
        let page = self.store.get::<HeaderPage>(&HeaderPage::id_for(number)).await?;
        Ok(page.and_then(|page| page.record.at(number)))
    }
}
