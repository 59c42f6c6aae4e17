//! Signatures: a transaction each, decoded, checked, registered and signed in the worker.

use api::wallet_manager::batch::BATCH_MAX;
use api::wallet_manager::{SignatureRequest, SignatureView};
use primitives::TxId;
use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::protocol::Ask;

/// Asks for the signatures of up to [`BATCH_MAX`] transactions; each has an outcome of its own, in the same order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sign(pub Vec<(TxId, SignatureRequest)>);

impl Ask for Sign {
    type Answer = Vec<Result<SignatureView, Problem>>;

    async fn answer(self, core: &Core) -> Result<Self::Answer, Problem> {
        if self.0.len() > BATCH_MAX {
            return Err(Problem::unprocessable("batch_too_long", format!("{BATCH_MAX} transactions are the most.")));
        }
        let asked = self.0.into_iter().map(|(txid, request)| (txid, request.into())).collect();
        let outcomes = core.signing.sign_each(asked).await;
        Ok(outcomes.into_iter().map(|outcome| outcome.map_err(Problem::from)).collect())
    }
}
