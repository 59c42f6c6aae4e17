//! The chain: blocks, the states of those that are not solid yet, and what waits to be included.

mod account_message;
mod assemble;
mod birth;
mod broadcast;
mod calls;
mod fork;
mod impersonate;
mod journal;
mod pending;
mod produce;
mod slots;
mod snapshot;
mod view;

use std::collections::{HashMap, VecDeque};

use primitives::{BlockId, TxId};
use tron_tx::proto::{Block, TransactionInfo};

use crate::genesis::GenesisConfig;
use crate::keys::DevnetKey;
use crate::state::State;

pub use birth::GenesisError;
pub use fork::ForkReport;
pub use journal::JournalError;
pub use snapshot::Snapshot;
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
    chain_id: u32,
    /// All blocks; the index is the number.
    blocks: Vec<StoredBlock>,
    /// The states after the solid block and each later one, oldest first; never empty.
    states: VecDeque<State>,
    by_id: HashMap<BlockId, u64>,
    /// Where each included transaction is.
    included: HashMap<TxId, (u64, usize)>,
    pool: pending::Pool,
    journal: Option<journal::Journal>,
}

impl Chain {
    /// A chain of one block, the genesis.
    pub fn new(config: GenesisConfig) -> Result<Self, GenesisError> {
        birth::chain(config)
    }

    /// What the chain began with, parameters included.
    pub const fn config(&self) -> &GenesisConfig {
        &self.config
    }

    /// The chain as seen at one of its ends.
    pub fn view(&self, at: At) -> View<'_> {
        let (state, top) = match at {
            At::Pending => (&self.pool.state, self.head_number()),
            At::Head => (self.head_state(), self.head_number()),
            At::Solid => (&self.states[0], self.head_state().totals.solid_number),
        };
        View { chain: self, state, top }
    }

    /// The newest block.
    pub fn head(&self) -> &StoredBlock {
        self.blocks.last().expect("the genesis is never removed")
    }

    /// The newest irreversible block.
    pub fn solid(&self) -> &StoredBlock {
        let number = usize::try_from(self.head_state().totals.solid_number).unwrap_or(0);
        &self.blocks[number]
    }

    /// The last four bytes of the genesis block's id.
    pub const fn chain_id(&self) -> u32 {
        self.chain_id
    }

    fn head_state(&self) -> &State {
        self.states.back().expect("the solid block's state is kept")
    }

    fn head_number(&self) -> u64 {
        self.head_state().totals.head_number
    }

    fn block(&self, number: u64) -> Option<&StoredBlock> {
        usize::try_from(number).ok().and_then(|number| self.blocks.get(number))
    }
}

#[cfg(test)]
mod tests;
