//! A further attempt, which takes a person.

use primitives::statement::{Ceremony, Cosigned};
use primitives::{AttemptNo, IntentId, UnixMs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;

/// An operator's decision that one more attempt at an intent may be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowRequest {
    /// The decision; it names the intent and the attempt. One operator's signature suffices.
    #[schema(value_type = Object)]
    pub ceremony: Cosigned<Ceremony>,
}

/// A further attempt that was allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllowedAttempt {
    /// The intent.
    pub intent: IntentId,
    /// Which attempt.
    pub attempt: AttemptNo,
    /// When it was allowed.
    pub at: UnixMs,
    /// By which operators.
    pub operators: Vec<String>,
}

/// Allows one more attempt, after those that are made without a person; 403 with the rule's code.
pub fn put_allowed(request: &AllowRequest) -> Call<AllowedAttempt> {
    Call::put("/v1/allowed-attempts".into(), request)
}
