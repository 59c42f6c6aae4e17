//! The optional file that a chain lives on in: every block in order, replayed at the start.
//!
//! One record a line: `genesis <identity>`, `block <hex of the message>`, `rewind <number of the new head>`,
//! `pending <hex of a transaction>`. The chain is deterministic, so the blocks are the whole state; replaying proves it
//! by reaching the same ids.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use primitives::{Address, UnixMs};
use prost::Message as _;
use thiserror::Error;
use tron_tx::proto::{Block, Transaction};

use super::birth::GenesisError;
use super::{Chain, StoredBlock};
use crate::admitted::Admitted;
use crate::genesis::GenesisConfig;

/// Why a state file cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// Reading or writing failed.
    #[error("the state file")]
    Io(#[from] std::io::Error),
    /// The configuration makes no chain.
    #[error("the genesis configuration")]
    Genesis(#[from] GenesisError),
    /// The file begins from another genesis.
    #[error("the state file belongs to another genesis configuration")]
    OtherGenesis,
    /// A record does not lead to the block that it names.
    #[error("the state file's record {record} cannot be replayed: {reason}")]
    Replay {
        /// Which, from 0.
        record: usize,
        /// Why.
        reason: String,
    },
}

/// The open file. Its first failure to write is kept for [`Chain::save_pending`] to report.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    failure: Option<std::io::Error>,
}

impl Journal {
    fn append(&mut self, kind: &str, content: &str) {
        if self.failure.is_none() {
            self.failure = self.file.write_all(format!("{kind} {content}\n").as_bytes()).err();
        }
    }
}

impl Chain {
    /// The chain that `path` holds, or a new one; every block from now on is appended to the file. A record that was cut
    /// off by a crash is dropped.
    pub fn open(config: GenesisConfig, path: &Path) -> Result<Self, JournalError> {
        let mut chain = Self::new(config)?;
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        for (record, line) in text[..whole].lines().enumerate() {
            chain.replay(record, line)?;
        }
        let identity = hex::encode(chain.config.identity());
        let mut journal = Journal { file, failure: None };
        if whole == 0 {
            journal.append("genesis", &identity);
        }
        chain.journal = Some(journal);
        Ok(chain)
    }

    /// Writes what waits to the file, so that it waits again after the next start, and reports a write that failed
    /// earlier. Does nothing without a file.
    pub fn save_pending(&mut self) -> Result<(), JournalError> {
        let waiting: Vec<String> =
            self.pool.in_order().map(|admitted| hex::encode(admitted.transaction.encode_to_vec())).collect();
        let Some(journal) = &mut self.journal else { return Ok(()) };
        for transaction in waiting {
            journal.append("pending", &transaction);
        }
        match journal.failure.take() {
            Some(failure) => Err(failure.into()),
            None => Ok(journal.file.sync_all()?),
        }
    }

    pub(super) fn record_block(&mut self, stored: &StoredBlock) {
        if let Some(journal) = &mut self.journal {
            journal.append("block", &hex::encode(stored.block.encode_to_vec()));
        }
    }

    pub(super) fn record_rewind(&mut self) {
        let head = self.head_number();
        if let Some(journal) = &mut self.journal {
            journal.append("rewind", &head.to_string());
        }
    }

    fn replay(&mut self, record: usize, line: &str) -> Result<(), JournalError> {
        let fail = |reason: &str| JournalError::Replay { record, reason: reason.to_owned() };
        let (kind, content) = line.split_once(' ').ok_or_else(|| fail("not a record"))?;
        if (record == 0) != (kind == "genesis") {
            return Err(fail("the genesis stands first and once"));
        }
        match kind {
            "genesis" if content == hex::encode(self.config.identity()) => Ok(()),
            "genesis" => Err(JournalError::OtherGenesis),
            "block" => {
                let bytes = hex::decode(content).map_err(|_| fail("not hexadecimal"))?;
                let block = Block::decode(bytes.as_slice()).map_err(|_| fail("not a block"))?;
                self.replay_block(block).map_err(fail)
            }
            "rewind" => {
                let number: u64 = content.parse().map_err(|_| fail("not a number"))?;
                let depth = self.head_number().checked_sub(number).and_then(|depth| usize::try_from(depth).ok());
                let depth =
                    depth.filter(|depth| *depth < self.states.len()).ok_or_else(|| fail("that far is solid"))?;
                self.rewind(depth);
                Ok(())
            }
            "pending" => {
                let bytes = hex::decode(content).map_err(|_| fail("not hexadecimal"))?;
                let transaction = Transaction::decode(bytes.as_slice()).map_err(|_| fail("not a transaction"))?;
                // What no longer fits is gone, as it would be in a running node.
                let _ = self.broadcast(transaction, self.head_state().totals.head_time);
                Ok(())
            }
            _ => Err(fail("not a kind of record")),
        }
    }

    fn replay_block(&mut self, block: Block) -> Result<(), &'static str> {
        let header = block.block_header.as_ref().and_then(|header| header.raw_data.as_ref()).ok_or("no header")?;
        let time = UnixMs::from_i64(header.timestamp).ok_or("a time before 1970")?;
        let producer = Address::from_bytes21(&header.witness_address).map_err(|_| "no producer")?;
        let transactions: Result<Vec<Arc<Admitted>>, _> = block
            .transactions
            .iter()
            .map(|transaction| Admitted::read_trusted(transaction.clone()).map(Arc::new))
            .collect();
        let transactions = transactions.map_err(|(_, cause)| cause)?;
        let mut made = self.assemble(time, producer, &transactions, true);
        if made.stored.block.block_header.as_ref().and_then(|header| header.raw_data.as_ref()) != Some(header) {
            return Err("it leads to another block");
        }
        made.stored.block = block;
        self.adopt(made);
        Ok(())
    }
}
