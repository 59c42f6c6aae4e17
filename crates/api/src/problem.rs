//! How a refusal looks: RFC 9457, with a stable code for programs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A problem document, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// A URI for the kind of problem; `about:blank` followed by the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same sentence for every problem of this code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong with this request.
    #[serde(default)]
    pub detail: String,
    /// The stable code, such as `amount_above_limit`.
    pub code: String,
    /// The request's id, to find it in the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Members of this code's own, such as the txid that is in the way.
    #[serde(flatten)]
    pub members: serde_json::Map<String, serde_json::Value>,
}
