//! Checking a block that a node served: pure, and the only way to a [`ScannedBlock`].

use std::collections::HashMap;

use api::tron_client::{Receipt, WalletTransaction};
use bytes::Bytes;
use primitives::{Address, BlockId, BlockRef, TxId};
use tron_tx::json::{self, CheckedBlock as WholeBlock};
use tron_tx::proto::ContractResult;

use super::actors::Actors;
use super::fault::BlockFault;
use crate::wire::header::Header;
use crate::wire::receipt::{WireReceipt, WireReceiptId};
use crate::wire::{self, WireError};

/// A block whose id and transaction root were recomputed and whose receipts are complete. It may still be one of
/// another chain: that it follows the block before is checked by [`CheckedBlock::follow`].
#[derive(Debug, Clone)]
pub struct CheckedBlock(ScannedBlock);

/// A block that was read whole, checked, and follows the one before it.
#[derive(Debug, Clone)]
pub struct ScannedBlock {
    /// Number, id and time.
    pub block: BlockRef,
    /// The id of the block before.
    pub parent: BlockId,
    /// Its transactions' names, computed, in order.
    pub txids: Box<[TxId]>,
    /// How each ended, in the same order.
    results: Box<[ContractResult]>,
    /// In whose name they act.
    actors: Actors,
    /// The receipts as served, to be read when one of the transactions is ours.
    receipts: Bytes,
}

/// Checks a block by itself: it is the one asked for, and has as many receipts as transactions, of the same names. Id
/// and transaction root were recomputed when it was read.
pub fn check(block: &WholeBlock, receipts: &Bytes, expected: u64) -> Result<CheckedBlock, BlockFault> {
    let header = Header::of(&block.header)?;
    let number = header.block.number;
    if number != expected {
        return Err(BlockFault::Number { expected, got: number });
    }
    let txids: Box<[TxId]> = block.transactions.iter().map(|entry| entry.txid).collect();
    check_receipts(number, &txids, receipts)?;
    let results = block.transactions.iter().map(|entry| {
        let result = entry.transaction.results.first().map_or(0, |result| result.contract_ret);
        ContractResult::try_from(result).map_err(|_| WireError::Member("contractRet"))
    });
    Ok(CheckedBlock(ScannedBlock {
        block: header.block,
        parent: header.parent,
        actors: Actors::of(&block.transactions),
        results: results.collect::<Result<_, _>>()?,
        receipts: if txids.is_empty() { Bytes::new() } else { receipts.clone() },
        txids,
    }))
}

/// Whether these are the receipts of exactly these transactions.
fn check_receipts(number: u64, txids: &[TxId], body: &[u8]) -> Result<(), BlockFault> {
    // `{}` is how a node says that it has none; right for an empty block, and a count too low for every other.
    let receipts: Vec<WireReceiptId<'_>> = if wire::is_empty_object(body) { Vec::new() } else { wire::read(body)? };
    if receipts.len() != txids.len() {
        return Err(BlockFault::ReceiptCount { number, transactions: txids.len(), receipts: receipts.len() });
    }
    let names = receipts.iter().map(|receipt| TxId::parse(receipt.id).map_err(|_| WireError::Member("id")));
    let mut names: Vec<TxId> = names.collect::<Result<_, _>>()?;
    if *names == *txids {
        return Ok(());
    }
    // In order on every node that we know of; the protocol does not promise it.
    let mut expected = txids.to_vec();
    expected.sort_unstable();
    names.sort_unstable();
    if names == expected { Ok(()) } else { Err(BlockFault::ReceiptNames(number)) }
}

impl CheckedBlock {
    /// Number, id and time.
    pub const fn block(&self) -> BlockRef {
        self.0.block
    }

    /// The block, if it follows the one with this id; the first of a scan follows whatever it names.
    pub fn follow(self, parent: Option<BlockId>) -> Result<ScannedBlock, BlockFault> {
        match parent {
            Some(expected) if expected != self.0.parent => {
                Err(BlockFault::Parent { number: self.0.block.number, parent: self.0.parent, expected })
            }
            _ => Ok(self.0),
        }
    }
}

/// Checks one block of which the node's answers are given: all of the above in one.
pub fn verify(
    block: &[u8],
    receipts: &Bytes,
    expected: u64,
    parent: Option<BlockId>,
) -> Result<ScannedBlock, BlockFault> {
    let whole = json::parse_block(block)?.ok_or(WireError::Empty)?;
    check(&whole, receipts, expected)?.follow(parent)
}

impl ScannedBlock {
    /// What these wallets do in this block, each from the block on from which it is watched.
    pub fn of_wallets(&self, watched: &HashMap<Address, u64>) -> Vec<WalletTransaction> {
        let sightings = self.actors.among(watched, self.block.number).into_iter();
        let told = sightings.map(|seen| WalletTransaction {
            txid: self.txids[seen.place],
            wallet: seen.wallet,
            contract_type: seen.contract_type,
            block: self.block,
            contract_ret: self.results[seen.place].name().to_owned(),
        });
        told.collect()
    }

    /// The receipts of those transactions that are asked for; [`WireError`] where one of them cannot be read.
    pub fn receipts(&self, wanted: impl Fn(&TxId) -> bool) -> Result<Vec<(TxId, Receipt)>, WireError> {
        if !self.txids.iter().any(&wanted) {
            return Ok(Vec::new());
        }
        let receipts: Vec<WireReceipt<'_>> = wire::read(&self.receipts)?;
        let mut found = Vec::new();
        for receipt in &receipts {
            let txid = receipt.txid()?;
            if let Some(place) = self.txids.iter().position(|name| *name == txid).filter(|_| wanted(&txid)) {
                found.push((txid, receipt.receipt(self.results[place])?));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
