//! Properties of the chain as a whole.

use primitives::{BlockId, UnixMs};

use super::account::PerResource;

/// What java-tron keeps in its dynamic properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Number of the newest block.
    pub head_number: u64,
    /// Its id.
    pub head_id: BlockId,
    /// Its time.
    pub head_time: UnixMs,
    /// Whether it ran maintenance, after which two slots stay empty.
    pub head_was_maintenance: bool,
    /// Number of the newest irreversible block.
    pub solid_number: u64,
    /// When maintenance is next due.
    pub next_maintenance: UnixMs,
    /// The count of maintenance periods.
    pub cycle: u64,
    /// Stake of the network in whole TRX.
    pub weight: PerResource<i64>,
    /// Free bandwidth used by everybody, at `public_net_slot`.
    pub public_net_usage: i64,
    /// Slot of the last use of free bandwidth.
    pub public_net_slot: i64,
    /// Sun burned since genesis.
    pub burned: i64,
}

impl Totals {
    /// Before the first block, at the genesis block's time.
    pub const fn at_genesis(time: UnixMs) -> Self {
        Self {
            head_number: 0,
            head_id: BlockId::new([0; 32]),
            head_time: time,
            head_was_maintenance: false,
            solid_number: 0,
            next_maintenance: time,
            cycle: 0,
            weight: PerResource { bandwidth: 0, energy: 0 },
            public_net_usage: 0,
            public_net_slot: 0,
            burned: 0,
        }
    }
}
