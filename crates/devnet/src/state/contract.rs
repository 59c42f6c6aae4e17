//! A deployed contract.

use primitives::Address;
use revm::bytecode::Bytecode;
use tron_tx::proto::SmartContract;

/// A contract's description as it was deployed, and its code ready to run.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The message of the deployment with `contract_address`, `code_hash` and `trx_hash` filled in.
    pub description: SmartContract,
    /// Who deployed it and shares its callers' energy.
    pub creator: Address,
    /// Percent of the energy that a caller pays, 0..=100.
    pub caller_percent: i64,
    /// Energy that the creator gives at most to one call.
    pub creator_energy_limit: i64,
    /// Keccak-256 of the code.
    pub code_hash: [u8; 32],
    /// The code, analysed once.
    pub code: Bytecode,
}
