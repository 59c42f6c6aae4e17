//! An attestation's nonce is good for one intent, whatever else is attested with it.

use store::{Commit, Hold};

use crate::register::{Asked, Attempt};

/// What the sums of used nonces begin with.
const USES: &str = "attestation:";

/// Takes the nonce for the intent, for ever: a later attempt of the same intent has it already, any other intent is
/// refused.
pub(super) fn used(commit: Commit, attempt: &Attempt) -> Commit {
    let Some(Asked::Authorised(request)) = attempt.signing().map(|signing| &signing.request) else { return commit };
    let Some(attested) = &request.attestation else { return commit };
    let scope = format!("{USES}{}", primitives::HexBytes(attested.unverified().nonce.to_vec()));
    commit.hold(Hold { scope, holder: attempt.intent.to_string(), amount: 1, ceiling: 1 })
}

/// Whether this is the sum of a used nonce.
pub(super) fn is_use(scope: &str) -> bool {
    scope.starts_with(USES)
}
