//! Whether the worker answers at all.

use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::protocol::Ask;

/// Asks for nothing but an answer.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Ping;

impl Ask for Ping {
    type Answer = ();

    async fn answer(self, _: &Core) -> Result<(), Problem> {
        Ok(())
    }
}
