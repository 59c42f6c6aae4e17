//! The TRON virtual machine: revm's interpreter under TRON's costs, call rules and environment (java-tron
//! `actuator/core/vm`; what differs from the EVM is listed at each part).
//!
//! Frames, journal and calls are our own, since nearly every rule of theirs differs: no intrinsic cost, no refunds,
//! no warm and cold, everything forwarded, 64 frames deep, balances of 63 bits.

mod calls;
mod creates;
mod frames;
mod halts;
mod host;
mod machine;
mod precompiles;
mod storage_ops;
mod table;
mod tron_ops;

use primitives::{Address, BlockId, TxId, UnixMs};
use revm::primitives::Bytes;
use tron_tx::proto::{ContractResult, InternalTransaction, Log};

use crate::state::State;
use machine::Machine;

/// Energy that a byte of deployed code costs.
pub(crate) const CODE_BYTE_ENERGY: i64 = 200;

/// What code can see of the block and the transaction around it.
pub(crate) struct Env<'a> {
    /// Number of the block.
    pub(crate) number: u64,
    /// Its time.
    pub(crate) time: UnixMs,
    /// Who makes it.
    pub(crate) producer: Address,
    /// What `CHAINID` pushes.
    pub(crate) chain_id: u32,
    /// What `BASEFEE` pushes: sun per unit of energy.
    pub(crate) energy_fee: i64,
    /// Ids of earlier blocks.
    pub(crate) block_ids: &'a dyn Fn(u64) -> Option<BlockId>,
    /// The transaction, from which addresses of created contracts derive.
    pub(crate) root: TxId,
    /// Who signed it.
    pub(crate) origin: Address,
}

/// A call or deployment from outside.
pub(crate) struct Message {
    /// Who calls.
    pub(crate) caller: Address,
    /// The contract called, or the address of the one being made.
    pub(crate) target: Address,
    /// Sun, already moved to the target.
    pub(crate) value: i64,
    /// What to run.
    pub(crate) code: revm::bytecode::Bytecode,
    /// Calldata; empty for a deployment.
    pub(crate) input: Bytes,
    /// Most energy to use.
    pub(crate) energy_limit: i64,
}

/// How running code ended. State changes are only those of success.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The state afterwards; what was given if it did not succeed.
    pub(crate) state: State,
    /// The protocol's name for the end.
    pub(crate) result: ContractResult,
    /// Energy used, all of the limit for most failures.
    pub(crate) energy_used: i64,
    /// Return or revert data; the code for a deployment.
    pub(crate) output: Bytes,
    /// Events, none unless it succeeded.
    pub(crate) logs: Vec<Log>,
    /// Inner calls, all rejected unless it succeeded.
    pub(crate) internal: Vec<InternalTransaction>,
    /// Why it failed.
    pub(crate) message: String,
}

/// Runs a contract's code.
pub(crate) fn call(state: State, env: &Env<'_>, message: Message) -> Ran {
    Machine::new(state, env).run(message, false)
}

/// Runs init code; on success the output is the code to store, already paid for.
pub(crate) fn create(state: State, env: &Env<'_>, message: Message) -> Ran {
    Machine::new(state, env).run(message, true)
}

pub(crate) fn to_evm(address: Address) -> revm::primitives::Address {
    address.evm().into()
}

pub(crate) fn from_evm(address: revm::primitives::Address) -> Address {
    Address::from_evm(address.into_array())
}

#[cfg(test)]
mod tests;
