//! A block producer.

use primitives::Address;

/// A witness and its record (proto `Witness`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its account.
    pub address: Address,
    /// Votes as counted at the last maintenance, whole TRX.
    pub votes: i64,
    /// Where it presents itself.
    pub url: String,
    /// Blocks made.
    pub produced: u64,
    /// Slots missed.
    pub missed: u64,
    /// Its newest block.
    pub latest_block: u64,
    /// Slot of its newest block.
    pub latest_slot: u64,
    /// Percent of rewards that it keeps from its voters.
    pub brokerage: i64,
    /// Rewards of the running cycle for its voters, sun.
    pub cycle_reward: i64,
}
