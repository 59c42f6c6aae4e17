//! Blocks in the node's JSON, read so that nothing in them is taken on trust.

use alloy_primitives::hex;
use primitives::{BlockId, TxId};
use prost::Message as _;
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::error::JsonError;
use super::parse::{Form, encode, parse};
use super::render::render;
use super::result::TransactionText;
use super::transaction::render_transaction;
use super::unknown;
use crate::proto::{BlockHeader, BlockHeaderRaw, Described as _, TransactionResult};
use crate::wire::put_bytes;
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
    /// The transaction with its results, less any fields in them that the protocol does not have.
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
        let object = header.as_object().ok_or(BlockError::Shape("block_header is no object"))?;
        let raw = object.get("raw_data").and_then(Value::as_object);
        let raw = raw.ok_or(BlockError::Shape("the header has no raw_data"))?;
        let bytes = encode(BlockHeaderRaw::SCHEMA, raw, Form::HASHED)?;
        let raw = BlockHeaderRaw::decode(bytes.as_slice()).map_err(JsonError::from)?;
        let claimed = BlockId::parse(id).map_err(|_| BlockError::Shape("blockID is no hash"))?;
        let computed = hash::block_id_of(&bytes, raw.number);
        if computed != claimed {
            return Err(BlockError::Id { computed, claimed });
        }
        let header: BlockHeader = parse(header, false)?;
        Ok(Some(CheckedHeader { id: computed, raw, witness_signature: header.witness_signature }))
    }

    fn check(self) -> Result<Option<CheckedBlock>, BlockError> {
        let Some(header) = self.check_header()? else { return Ok(None) };
        let mut leaves = Vec::with_capacity(self.transactions.len());
        let mut transactions = Vec::with_capacity(self.transactions.len());
        for text in self.transactions {
            let (leaf, transaction) = check_transaction(text)?;
            leaves.push(leaf);
            transactions.push(transaction);
        }
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

/// A transaction and its leaf. The leaf is over the bytes as they are in the block, unknown fields included.
fn check_transaction(text: TransactionText<'_>) -> Result<([u8; 32], BlockTransaction), BlockError> {
    let bytes = |text, what| hex::decode::<&str>(text).map_err(|_| BlockError::Shape(what));
    let raw_data = bytes(text.raw_data_hex, "raw_data_hex is not hexadecimal")?;
    let signatures = text
        .signature
        .into_iter()
        .map(|text| bytes(text, "a signature is not hexadecimal"))
        .collect::<Result<_, _>>()?;
    let mut transaction = SignedTransaction { raw_data, signatures, results: Vec::with_capacity(text.ret.len()) };
    let mut whole = transaction.encode();
    for result in text.ret {
        let result = result.encode()?;
        put_bytes(&mut whole, 5, &result);
        transaction.results.push(TransactionResult::decode(result.as_slice()).map_err(JsonError::from)?);
    }
    unknown::encode(&mut whole, &text.unknown).ok_or(JsonError::Unknown("Transaction"))?;
    let claimed = TxId::parse(text.txid).map_err(|_| BlockError::Shape("txID is no hash"))?;
    let computed = transaction.txid();
    if computed != claimed {
        return Err(BlockError::TxId { computed, claimed });
    }
    Ok((hash::sha256(&whole), BlockTransaction { txid: computed, transaction }))
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
