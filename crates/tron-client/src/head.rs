//! The blocks that are not solid yet: where our transactions already are, as far as a node can say.
//!
//! Only to inform: money follows the solid blocks alone. Two questions a block, whatever the number of transactions.

pub mod branch;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use primitives::{BlockId, BlockRef, TxId};
use service::BoxError;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tron_tx::proto::ContractResult;

use self::branch::Branch;
use crate::node::{NodeFault, Question};
use crate::nodes::{NoNode, Nodes, Purpose, Sight, read_header};
use crate::scan::Ledger;
use crate::wire::receipt::WireReceipt;
use crate::wire::{self, WireError};
use api::tron_client::Receipt;

/// After a failure.
const PAUSE: Duration = Duration::from_millis(500);
/// Blocks asked for in one round; a chain that runs away from us is caught up with in several.
const ROUND: usize = 64;

/// Follows the head while there is something to look for.
#[derive(Debug)]
pub struct HeadFollower {
    /// What is looked for.
    pub ledger: Arc<Ledger>,
    /// Whom to ask.
    pub nodes: Arc<Nodes>,
    /// Where the chain stands.
    pub sight: watch::Receiver<Sight>,
}

type Found = HashMap<TxId, (BlockRef, Receipt)>;

impl HeadFollower {
    /// Runs until told to stop.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), BoxError> {
        let mut branch = Branch::default();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                changed = self.sight.changed() => changed?,
            }
            let sight = self.sight.borrow_and_update().clone();
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                followed = self.follow(&mut branch, &sight) => {
                    if let Err(error) = followed {
                        tracing::debug!(%error, "the head is looked at again later");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        }
    }

    async fn follow(&self, branch: &mut Branch, sight: &Sight) -> Result<(), BoxError> {
        let (Some(head), Some(solid)) = (sight.head, sight.solid) else { return Ok(()) };
        if self.ledger.open_count() == 0 {
            *branch = Branch::default();
            return Ok(());
        }
        branch.settle(solid.number);
        let (mut found, mut gone) = (Found::new(), Vec::new());
        let mut result = Ok(());
        for _ in 0..ROUND {
            let Some(number) = branch.wanted(solid.number, head) else { break };
            result = self.look(branch, number, &mut found, &mut gone).await;
            if result.is_err() {
                break;
            }
        }
        found.retain(|_, (block, _)| branch.has(block));
        self.ledger.see(&found, &gone).await?;
        Ok(result?)
    }

    async fn look(
        &self,
        branch: &mut Branch,
        number: u64,
        found: &mut Found,
        gone: &mut Vec<BlockId>,
    ) -> Result<(), NoNode> {
        let read = |body: &Bytes| {
            let header = read_header(body)?;
            if header.block.number == number { Ok(header) } else { Err(WireError::Member("number").into()) }
        };
        let header = self.nodes.ask(Purpose::State, &Question::header(number), read).await?.value;
        let block = header.block;
        // Before the block counts as looked at: without its receipts it would not be looked at again.
        let question = Question::head_receipts(number);
        let receipts = self.nodes.ask(Purpose::State, &question, |body| self.ours(body)).await?.value;
        gone.extend(branch.take(block, header.parent));
        found.extend(receipts.into_iter().map(|(txid, receipt)| (txid, (block, receipt))));
        Ok(())
    }

    /// The receipts of transactions that are looked for. `{}` and too few of them are normal here.
    fn ours(&self, body: &Bytes) -> Result<Vec<(TxId, Receipt)>, NodeFault> {
        if wire::is_empty_object(body) {
            return Ok(Vec::new());
        }
        let receipts: Vec<WireReceipt<'_>> = wire::read(body)?;
        let names = receipts.iter().map(WireReceipt::txid).collect::<Result<Vec<_>, _>>()?;
        let wanted = self.ledger.wanted(names.iter());
        let ours = receipts.iter().zip(names).filter(|(_, txid)| wanted.contains(txid));
        // Other transactions than contract calls have no result here, and are in no block unless they succeed.
        ours.map(|(receipt, txid)| {
            let result = receipt.contract_result().unwrap_or(ContractResult::Success);
            Ok((txid, receipt.receipt(result)?))
        })
        .collect()
    }
}
