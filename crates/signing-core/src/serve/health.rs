//! Whether the worker's parts work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use service::Problem;
use service::health::Finding;

use crate::Core;
use crate::protocol::Ask;

/// The parts that are told of, each of which must work for the service to be ready.
pub const PARTS: [&str; 5] = ["database", "token", "freeze", "policy", "audit"];

/// Asks how the parts are.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Health;

impl Ask for Health {
    type Answer = BTreeMap<String, Finding>;

    async fn answer(self, core: &Core) -> Result<Self::Answer, Problem> {
        let mut findings = BTreeMap::new();
        for part in PARTS {
            findings.insert(part.to_owned(), find(core, part).await);
        }
        Ok(findings)
    }
}

async fn find(core: &Core, part: &'static str) -> Finding {
    match part {
        "database" => service::serve::database(&core.signing.store).await,
        "token" => core.token_finding(),
        "freeze" => core.signing.freezer.finding().await,
        "policy" => core.signing.policy.finding(),
        "audit" => core.signing.audit.finding(),
        other => Err(format!("{other} is no part of the worker")),
    }
}
