//! The stop of all signing.

use api::wallet_manager::freeze::{FreezeList, FreezeRequest, FreezeView, ThawRequest};
use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::protocol::Ask;

/// Asks to stop all signing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutFreeze {
    /// Its name and why.
    pub request: FreezeRequest,
    /// Who asks.
    pub by: String,
}

impl Ask for PutFreeze {
    type Answer = FreezeView;

    async fn answer(self, core: &Core) -> Result<FreezeView, Problem> {
        Ok(core.signing.freezer.freeze(self.request, &self.by).await?)
    }
}

/// Brings two operators' decision to lift a stop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Thaw(pub ThawRequest);

impl Ask for Thaw {
    type Answer = FreezeView;

    async fn answer(self, core: &Core) -> Result<FreezeView, Problem> {
        Ok(core.signing.freezer.thaw(&self.0, &core.signing.rules).await?)
    }
}

/// Asks for the stops that hold.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Freezes;

impl Ask for Freezes {
    type Answer = FreezeList;

    async fn answer(self, core: &Core) -> Result<FreezeList, Problem> {
        Ok(core.signing.freezer.holding().await)
    }
}
