//! A new request under the policy that holds when it is registered.

use primitives::UnixMs;

use super::{Anew, Passed, SignError, SigningCore};
use crate::register::Asked;

impl SigningCore {
    /// Runs every check of a new request, and has the store and the log know the policy that they were made by.
    pub(super) async fn check_governed(&self, asked: &Asked, now: UnixMs) -> Result<Passed, SignError> {
        let passed = self.check(asked, now, Anew(true)).await?;
        self.policy.remember(&self.store, &passed.policy, now).await?;
        self.audit.governed_by(&passed.policy).await?;
        Ok(passed)
    }
}
