//! Signatures: a transaction each, decoded, checked, registered and signed in the worker.

use api::wallet_manager::{SignatureRequest, SignatureView};
use primitives::TxId;
use serde::{Deserialize, Serialize};
use service::Problem;
use tracing::Instrument;

use crate::protocol::Ask;
use crate::{Core, caller};

/// The most transactions of one call.
pub const BATCH_MAX: usize = 256;

/// Asks for the signatures of up to [`BATCH_MAX`] transactions; each has an outcome of its own, in the same order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sign(pub Vec<(TxId, SignatureRequest)>);

impl Ask for Sign {
    type Answer = Vec<Result<SignatureView, Problem>>;

    async fn answer(self, core: &Core) -> Result<Self::Answer, Problem> {
        if self.0.len() > BATCH_MAX {
            return Err(Problem::unprocessable("batch_too_long", format!("{BATCH_MAX} transactions are the most.")));
        }
        let under_way: Vec<_> = self.0.into_iter().map(|(txid, request)| signed(core, txid, request)).collect();
        Ok(futures::future::join_all(under_way).await)
    }
}

/// One signature, in a task of its own: the checks of a batch share the processors.
async fn signed(core: &Core, txid: TxId, request: SignatureRequest) -> Result<SignatureView, Problem> {
    let signing = core.signing.clone();
    let work = async move { signing.sign(txid, request).await.map_err(Problem::from) };
    let work = caller::scope(caller::current(), work).in_current_span();
    let work = match service::request_id::current() {
        Some(id) => tokio::spawn(id.scope(work)),
        None => tokio::spawn(work),
    };
    work.await.unwrap_or_else(|panic| Err(Problem::internal(panic)))
}
