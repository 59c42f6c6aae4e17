//! What a transaction did, kept per block: `TransactionInfo` of the protocol.

use primitives::{Address, TxId, UnixMs};
use tron_tx::proto::ContractResult;

use crate::state::PerResource;

/// The record of a transaction in a block (proto `TransactionInfo`). Amounts in sun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionInfo {
    /// Which transaction.
    pub id: TxId,
    /// All that was paid: contract's own fee, burned energy and bandwidth, multi-signature, memo.
    pub fee: i64,
    /// The block that has it.
    pub block_number: u64,
    /// That block's time.
    pub block_time: UnixMs,
    /// Return or revert data of a contract call; empty for other transactions.
    pub contract_result: Vec<u8>,
    /// The contract that was called or made.
    pub contract_address: Option<Address>,
    /// Resources used.
    pub receipt: Receipt,
    /// Events, in order.
    pub logs: Vec<EventLog>,
    /// Set when a contract call did not succeed: the JSON then has `result: "FAILED"`.
    pub failed: bool,
    /// Why, as text (`resMessage`).
    pub message: String,
    /// Sun of rewards paid out by WithdrawBalance.
    pub withdraw_amount: i64,
    /// Sun taken out of stake by UnfreezeBalanceV2.
    pub unfreeze_amount: i64,
    /// Sun of expired unfreezings paid out.
    pub withdraw_expire_amount: i64,
    /// Sun staked again by CancelAllUnfreezeV2; absent for every other contract.
    pub cancel_unfreeze: Option<PerResource<i64>>,
    /// Calls and transfers between contracts.
    pub internal: Vec<InternalTransaction>,
}

/// Resources that a transaction used (proto `ResourceReceipt`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The caller's staked energy.
    pub energy_usage: i64,
    /// Sun burned for energy.
    pub energy_fee: i64,
    /// The contract creator's staked energy.
    pub origin_energy_usage: i64,
    /// All energy used.
    pub energy_usage_total: i64,
    /// Bandwidth from stake or the free allowance.
    pub net_usage: i64,
    /// Sun burned for bandwidth.
    pub net_fee: i64,
    /// How a contract call ended; absent for transactions that run no code.
    pub result: Option<ContractResult>,
}

/// One event of a contract; the address goes without its prefix on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLog {
    /// The contract that emitted it.
    pub address: Address,
    /// Up to four topics.
    pub topics: Vec<[u8; 32]>,
    /// The rest.
    pub data: Vec<u8>,
}

/// A call, creation or self-destruction inside a contract call (proto `InternalTransaction`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternalTransaction {
    /// Hash of the inner transaction, unique within the root.
    pub hash: [u8; 32],
    /// Who called.
    pub caller: Address,
    /// Who was called or made.
    pub to: Address,
    /// Sun.
    pub value: i64,
    /// `call`, `create` or `suicide`.
    pub note: &'static str,
    /// Whether its effects were undone.
    pub rejected: bool,
}
