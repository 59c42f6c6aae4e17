//! Many signatures in one call: one token, one commit, an outcome for each.

use primitives::TxId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SignatureRequest, SignatureView};
use crate::{Call, Problem};

/// The most transactions of one call.
pub const BATCH_MAX: usize = 256;

/// Transactions to sign, at most [`BATCH_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureBatch {
    /// Each as [`put_signature`](super::put_signature) takes it.
    pub items: Vec<SignatureItem>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureItem {
    /// SHA-256 of raw_data.
    pub txid: TxId,
    /// What is asked and by what right.
    pub request: SignatureRequest,
}

/// What came of each, in the order of the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignatureOutcomes {
    /// As many as there were items.
    pub outcomes: Vec<SignatureOutcome>,
}

/// What came of one: as if it had been asked for alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignatureOutcome {
    /// It is signed.
    Signed(SignatureView),
    /// It is not. From status 500 on nothing is known, and the same item may be sent again.
    Problem(Problem),
}

/// Signs up to [`BATCH_MAX`] transactions, each as [`put_signature`](super::put_signature) does: a refused one refuses
/// itself alone, and the same one has the same signature for ever. 422 `batch_too_long`; 400 for a batch that cannot be
/// read; either changes nothing.
pub fn put_signatures(batch: &SignatureBatch) -> Call<SignatureOutcomes> {
    Call::put("/v1/signatures".into(), batch)
}
