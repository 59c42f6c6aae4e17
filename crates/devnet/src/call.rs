//! Calls that leave no trace: constant calls and estimates.

use primitives::Address;
use tron_tx::proto::{ContractResult, InternalTransaction, Log};

/// A call or a trial deployment against the state of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstantCall {
    /// Who seems to call; need not exist.
    pub caller: Address,
    /// The contract, or none to run `data` as the code of a deployment.
    pub contract: Option<Address>,
    /// Sun sent along.
    pub value: i64,
    /// Calldata, or init code.
    pub data: Vec<u8>,
}

/// What a call did. A revert is an outcome, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallOutcome {
    /// How it ended.
    pub result: ContractResult,
    /// Energy used.
    pub energy_used: i64,
    /// Return data, or revert data.
    pub output: Vec<u8>,
    /// Events; addresses without their prefix, as on the wire.
    pub logs: Vec<Log>,
    /// Inner calls.
    pub internal: Vec<InternalTransaction>,
    /// Empty, or why it failed: `REVERT opcode executed` or the exception's text.
    pub message: String,
}

/// Why a call could not even begin (code CONTRACT_VALIDATE_ERROR), or an estimate found no energy that suffices
/// (CONTRACT_EXE_ERROR).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The address has no code.
    #[error("Smart contract is not exist.")]
    NoContract,
    /// The call fails however much energy it is given.
    #[error("{0}")]
    Failed(String),
}
