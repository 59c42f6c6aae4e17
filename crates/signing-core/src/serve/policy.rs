//! The signing policy.

use api::wallet_manager::PolicyView;
use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::protocol::Ask;

/// Asks which policy is in force.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Policy;

impl Ask for Policy {
    type Answer = PolicyView;

    async fn answer(self, core: &Core) -> Result<PolicyView, Problem> {
        Ok(core.signing.policy.view())
    }
}
