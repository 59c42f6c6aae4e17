//! The chain as it was at some moment, for a node that stands still while the others go on.

use primitives::{BlockId, UnixMs};

use tron_tx::Payload;

use super::{At, Chain, StoredBlock, View};
use crate::actuator::{self, Scene};
use crate::state::State;

/// A view that owns what it looks at, except the blocks. A fork below it leaves it with the blocks that replaced its own.
#[derive(Debug, Clone)]
pub struct Snapshot {
    state: State,
    top: u64,
}

impl Chain {
    /// What one of the chain's ends looks like now.
    pub fn snapshot(&self, at: At) -> Snapshot {
        let view = self.view(at);
        Snapshot { state: view.state.clone(), top: view.top }
    }

    /// The chain as it was when the snapshot was taken.
    pub const fn view_of<'a>(&'a self, snapshot: &'a Snapshot) -> View<'a> {
        View { chain: self, state: &snapshot.state, top: snapshot.top }
    }

    /// The id of block 0.
    pub fn genesis_id(&self) -> BlockId {
        self.blocks[0].id
    }
}

impl StoredBlock {
    /// When it was made; 0 for the genesis.
    pub fn time(&self) -> UnixMs {
        let raw = self.block.block_header.as_ref().and_then(|header| header.raw_data.as_ref());
        raw.and_then(|raw| UnixMs::from_i64(raw.timestamp)).unwrap_or(UnixMs(0))
    }
}

impl View<'_> {
    /// The time of the newest block of this view.
    pub fn head_time(&self) -> UnixMs {
        self.head().time()
    }

    /// The block that a transaction built now refers to: the solid one (java-tron's `trx.reference.block`).
    pub fn reference_block(&self) -> BlockId {
        let solid = self.chain.solid().id;
        if solid.number() <= self.top { solid } else { self.head().id }
    }

    /// What a system contract's own rules say of it here; the error is the actuator's text. Contract calls have none.
    pub fn validate(&self, payload: &Payload) -> Result<(), String> {
        if matches!(payload, Payload::TriggerSmartContract(_) | Payload::CreateSmartContract(_)) {
            return Ok(());
        }
        let config = &self.chain.config;
        actuator::validate(self.state, Scene::new(self.state, &config.params, config.timestamp), payload)
    }
}
