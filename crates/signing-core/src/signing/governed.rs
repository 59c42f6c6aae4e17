//! A new request under the policy that holds when it is registered.

use primitives::UnixMs;

use super::{Anew, Passed, SignError, SigningCore};
use crate::register::Asked;

impl SigningCore {
    /// Runs every check of a new request, and has the store and the log know the policy that they were made by. Where
    /// another came into force meanwhile they are made again: nothing is registered under what holds no more.
    pub(super) async fn check_governed(&self, asked: &Asked, now: UnixMs) -> Result<Passed, SignError> {
        loop {
            let passed = self.check(asked, now, Anew(true)).await?;
            let in_force = self.policy.current()?;
            if in_force.version == passed.policy {
                self.policy.remember(&self.store, &in_force.version, now).await?;
                self.audit.governed_by(&in_force).await?;
                self.metrics.anchored(asked.anchor().solid_time, now);
                return Ok(passed);
            }
        }
    }
}
