//! What the worker counts.

use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::protocol::Ask;

/// Asks for everything that the worker counts, in Prometheus' text form.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Metrics;

impl Ask for Metrics {
    type Answer = String;

    async fn answer(self, core: &Core) -> Result<String, Problem> {
        core.read_gauges().await;
        Ok(core.counted.text())
    }
}
