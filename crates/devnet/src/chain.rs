//! The chain: blocks, the states of those that are not solid yet, and what waits to be included.

mod broadcast;
mod fork;
mod journal;
mod pending;
mod produce;
mod slots;
mod view;

use std::collections::{HashMap, VecDeque};

use primitives::{BlockId, TxId};
use tron_tx::proto::{Block, TransactionInfo};

use crate::genesis::GenesisConfig;
use crate::keys::DevnetKey;
use crate::state::State;

pub use fork::ForkReport;
pub use journal::JournalError;
pub use view::{At, ResourceUse, View};

/// A block with everything that is asked about it.
#[derive(Debug, Clone)]
pub struct StoredBlock {
    /// Its id.
    pub id: BlockId,
    /// The message.
    pub block: Block,
    /// Ids of its transactions, in order.
    pub txids: Vec<TxId>,
    /// What they did, in the same order.
    pub infos: Vec<TransactionInfo>,
}

/// A simulated TRON chain. It reads no clock: every method that needs the time is given it.
#[derive(Debug)]
pub struct Chain {
    config: GenesisConfig,
    producers: Vec<DevnetKey>,
    /// All blocks; the index is the number.
    blocks: Vec<StoredBlock>,
    /// The states after the solid block and each later one, oldest first.
    states: VecDeque<State>,
    /// Where each included transaction is.
    included: HashMap<TxId, (u64, usize)>,
    pool: pending::Pool,
    journal: Option<journal::Journal>,
}

impl Chain {
    /// A chain of one block, the genesis.
    pub fn new(config: GenesisConfig) -> Self {
        todo!()
    }

    /// What the chain began with, parameters included.
    pub const fn config(&self) -> &GenesisConfig {
        &self.config
    }

    /// The chain as seen at one of its ends.
    pub fn view(&self, at: At) -> View<'_> {
        todo!()
    }

    /// The newest block.
    pub fn head(&self) -> &StoredBlock {
        todo!()
    }

    /// The newest irreversible block.
    pub fn solid(&self) -> &StoredBlock {
        todo!()
    }

    /// The last four bytes of the genesis block's id.
    pub fn chain_id(&self) -> u32 {
        todo!()
    }
}
