//! Blocks in the node's JSON, read so that nothing in them is taken on trust.

use alloy_primitives::hex;
use primitives::{BlockId, TxId};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::error::JsonError;
use super::parse::parse;
use super::render::render;
use super::result::ResultText;
use super::transaction::render_transaction;
use crate::proto::{BlockHeader, BlockHeaderRaw};
use crate::{SignedTransaction, hash};

/// Why an answer is no block that we can trust.
#[derive(Debug, Error)]
pub enum BlockError {
    /// The node says that something went wrong; many of its errors come with HTTP status 200.
    #[error("the node answers: {0}")]
    Node(String),
    /// Not a block's JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A part is missing or is not what the protocol has.
    #[error("block: {0}")]
    Shape(&'static str),
    /// The header does not hash to the id that the node gives it.
    #[error("the header hashes to {computed}, the node calls it {claimed}")]
    Id {
        /// What we compute.
        computed: BlockId,
        /// What the node says.
        claimed: BlockId,
    },
    /// The raw data does not hash to the txid that the node gives it.
    #[error("a transaction hashes to {computed}, the node calls it {claimed}")]
    TxId {
        /// What we compute.
        computed: TxId,
        /// What the node says.
        claimed: TxId,
    },
    /// The transactions do not hash to the root in the header: some are missing, added or changed.
    #[error("the transactions of block {0} do not hash to its root")]
    Root(BlockId),
}

/// A header whose id was recomputed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedHeader {
    /// The id.
    pub id: BlockId,
    /// The raw header.
    pub raw: BlockHeaderRaw,
    /// The producer's signature, which is not checked here.
    pub witness_signature: Vec<u8>,
}

/// A transaction of a checked block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockTransaction {
    /// Its name, recomputed.
    pub txid: TxId,
    /// The transaction with its results.
    pub transaction: SignedTransaction,
}

/// A block whose id, txids and transaction root were recomputed: it is whole and is what its id says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedBlock {
    /// The header.
    pub header: CheckedHeader,
    /// Every transaction, in order.
    pub transactions: Vec<BlockTransaction>,
}

/// Only what the hashes cover is read; `raw_data`, two thirds of an answer, is skipped for the sake of the scanner.
#[derive(Deserialize)]
struct BlockText<'a> {
    #[serde(rename = "Error")]
    error: Option<String>,
    #[serde(rename = "blockID")]
    id: Option<&'a str>,
    block_header: Option<Value>,
    #[serde(default, borrow)]
    transactions: Vec<TransactionText<'a>>,
}

#[derive(Deserialize)]
struct TransactionText<'a> {
    #[serde(rename = "txID")]
    txid: &'a str,
    raw_data_hex: &'a str,
    #[serde(default, borrow)]
    signature: Vec<&'a str>,
    #[serde(default, borrow)]
    ret: Vec<ResultText<'a>>,
}

#[derive(Deserialize)]
struct BlocksText<'a> {
    #[serde(rename = "Error")]
    error: Option<String>,
    #[serde(default, borrow)]
    block: Vec<BlockText<'a>>,
}

/// A block with all of its transactions; `None` if the node has no such block (`{}`).
pub fn parse_block(text: &[u8]) -> Result<Option<CheckedBlock>, BlockError> {
    let block: BlockText<'_> = serde_json::from_slice(text).map_err(JsonError::from)?;
    block.check()
}

/// The blocks of `getblockbylimitnext` or `getblockbylatestnum`, in the node's order; empty if it has none.
pub fn parse_blocks(text: &[u8]) -> Result<Vec<CheckedBlock>, BlockError> {
    let blocks: BlocksText<'_> = serde_json::from_slice(text).map_err(JsonError::from)?;
    if let Some(error) = blocks.error {
        return Err(BlockError::Node(error));
    }
    blocks.block.into_iter().filter_map(|block| block.check().transpose()).collect()
}

/// A block's header alone, as `getblock` answers without detail; `None` if the node has no such block.
pub fn parse_header(text: &[u8]) -> Result<Option<CheckedHeader>, BlockError> {
    let block: BlockText<'_> = serde_json::from_slice(text).map_err(JsonError::from)?;
    block.check_header()
}

impl BlockText<'_> {
    fn check_header(&self) -> Result<Option<CheckedHeader>, BlockError> {
        if let Some(error) = &self.error {
            return Err(BlockError::Node(error.clone()));
        }
        let (id, header) = match (self.id, &self.block_header) {
            (None, None) => return Ok(None),
            (Some(id), Some(header)) => (id, header),
            _ => return Err(BlockError::Shape("blockID and block_header come together")),
        };
        let header: BlockHeader = parse(header, false)?;
        let raw = header.raw_data.ok_or(BlockError::Shape("the header has no raw_data"))?;
        let claimed = BlockId::parse(id).map_err(|_| BlockError::Shape("blockID is no hash"))?;
        let computed = hash::block_id(&raw);
        if computed != claimed {
            return Err(BlockError::Id { computed, claimed });
        }
        Ok(Some(CheckedHeader { id: computed, raw, witness_signature: header.witness_signature }))
    }

    fn check(self) -> Result<Option<CheckedBlock>, BlockError> {
        let Some(header) = self.check_header()? else { return Ok(None) };
        let transactions = self.transactions.into_iter().map(TransactionText::check).collect::<Result<Vec<_>, _>>()?;
        let leaves: Vec<_> = transactions.iter().map(|entry| entry.transaction.leaf()).collect();
        if hash::transaction_root(&leaves).as_slice() != root(&header.raw) {
            return Err(BlockError::Root(header.id));
        }
        Ok(Some(CheckedBlock { header, transactions }))
    }
}

/// The header's root; a producer may leave the root of no transactions out instead of writing 32 zeros.
fn root(raw: &BlockHeaderRaw) -> &[u8] {
    if raw.tx_trie_root.is_empty() { &[0; 32] } else { &raw.tx_trie_root }
}

impl TransactionText<'_> {
    fn check(self) -> Result<BlockTransaction, BlockError> {
        let bytes = |text, what| hex::decode::<&str>(text).map_err(|_| BlockError::Shape(what));
        let raw_data = bytes(self.raw_data_hex, "raw_data_hex is not hexadecimal")?;
        let signatures = self
            .signature
            .into_iter()
            .map(|text| bytes(text, "a signature is not hexadecimal"))
            .collect::<Result<_, _>>()?;
        let results = self
            .ret
            .into_iter()
            .map(|text| text.into_message().ok_or(BlockError::Shape("a ret is not the protocol's")))
            .collect::<Result<_, _>>()?;
        let claimed = TxId::parse(self.txid).map_err(|_| BlockError::Shape("txID is no hash"))?;
        let transaction = SignedTransaction { raw_data, signatures, results };
        let computed = transaction.txid();
        if computed != claimed {
            return Err(BlockError::TxId { computed, claimed });
        }
        Ok(BlockTransaction { txid: computed, transaction })
    }
}

/// A block as the node answers it; `transactions` is absent when there are none.
pub fn render_block(header: &BlockHeader, transactions: &[SignedTransaction], visible: bool) -> Value {
    let raw = header.raw_data.clone().unwrap_or_default();
    let mut rendered = render(header, visible);
    if header.raw_data.is_none() {
        rendered["raw_data"] = json!({});
    }
    let mut block = json!({ "blockID": hash::block_id(&raw).to_string(), "block_header": rendered });
    if !transactions.is_empty() {
        block["transactions"] = transactions.iter().map(|entry| render_transaction(entry, visible)).collect();
    }
    block
}

#[cfg(test)]
mod tests;
