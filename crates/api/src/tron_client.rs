//! tron-client, port 8091: the chain as it read it itself, and the way onto it.

use primitives::statement::{Anchor, Finality, Signed};
use primitives::{Address, Bandwidth, BlockId, BlockRef, ChainId, Energy, HexBytes, Network, Sun, TxId, UnixMs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;

mod wallets;

pub use wallets::{
    AccountPermissions, ChainTransaction, WalletTransaction, WatchView, account_permissions, block_transaction,
    watch_wallet,
};

/// Where the chain stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChainView {
    /// The network's name in the configuration.
    pub network: Network,
    /// Its id, compared with the configuration.
    pub chain_id: ChainId,
    /// The first block.
    pub genesis: BlockId,
    /// The newest block that a node reported; may still be replaced.
    pub head: Option<BlockRef>,
    /// The newest block that a node calls solid.
    pub solid: Option<BlockRef>,
    /// The block where tron-client began to read.
    pub first: Option<BlockRef>,
    /// The newest solid block that tron-client has read and checked itself, with every block from the first on.
    pub scanned: Option<BlockRef>,
    /// The nodes, in order of preference.
    pub nodes: Vec<NodeView>,
}

/// What a second node says of the newest block of those that were read that it has reported too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfirmationView {
    /// The newest block that was read and that two nodes have reported solid, of two owners where there are two: a node
    /// that is behind is asked for no other. The newest that was read where there is one node, or too few can be asked.
    pub block: BlockRef,
    /// What is said of it, and so of every block before it, and of none after it.
    pub confirmation: BlockConfirmation,
}

/// Whether a block is another node's, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlockConfirmation {
    /// There is one node, by configuration.
    OneNode,
    /// Two nodes have it, of two owners where there are two.
    Confirmed,
    /// Too few could be asked now.
    Unavailable,
    /// A node has another block there.
    Disagrees,
}

/// One node, as it answered last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeView {
    /// Its name in the configuration; never its URL, which may carry a key.
    pub name: String,
    /// Whether its last answer was usable.
    pub up: bool,
    /// The newest block it reported.
    pub head: Option<u64>,
    /// What was wrong with its last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// The chain's prices and limits; sun unless said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChainParameters {
    /// Sun burned per unit of energy that is not staked (`getEnergyFee`).
    pub energy_price_sun: u64,
    /// Sun burned per byte of bandwidth that is neither staked nor free (`getTransactionFee`).
    pub bandwidth_price_sun: u64,
    /// Burned for creating an account without staked bandwidth (`getCreateAccountFee`).
    pub create_account_fee: Sun,
    /// Charged for creating an account in any case (`getCreateNewAccountFeeInSystemContract`).
    pub new_account_fee: Sun,
    /// Charged for a memo (`getMemoFee`).
    pub memo_fee: Sun,
    /// The highest fee_limit (`getMaxFeeLimit`).
    pub max_fee_limit: Sun,
    /// An account's free bandwidth a day (`getFreeNetLimit`).
    pub free_bandwidth: Bandwidth,
    /// Energy shared by all stake a day (`getTotalEnergyCurrentLimit`).
    pub total_energy_limit: u64,
    /// Stake for energy, in whole TRX.
    pub total_energy_weight: u64,
    /// Bandwidth shared by all stake a day (`getTotalNetLimit`).
    pub total_bandwidth_limit: u64,
    /// Stake for bandwidth, in whole TRX.
    pub total_bandwidth_weight: u64,
}

/// An account as a node has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountView {
    /// Its address.
    pub address: Address,
    /// Whether it is on the chain yet; TRX sent to one that is not costs 1.1 TRX more.
    pub activated: bool,
    /// Whether a contract lives there.
    pub is_contract: bool,
    /// TRX that can be spent.
    pub balance: Sun,
    /// TRX staked for energy and not lent out.
    pub staked_for_energy: Sun,
    /// TRX staked for bandwidth and not lent out.
    pub staked_for_bandwidth: Sun,
    /// TRX whose energy is lent to others.
    pub delegated_for_energy: Sun,
    /// TRX whose bandwidth is lent to others.
    pub delegated_for_bandwidth: Sun,
    /// What it may use now.
    pub resources: Resources,
    /// Its permissions, owner first.
    pub permissions: Vec<Permission>,
}

/// Energy and bandwidth, decayed to now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resources {
    /// Energy from stake, its own and lent to it.
    pub energy_limit: Energy,
    /// Of which used.
    pub energy_used: Energy,
    /// Bandwidth from stake.
    pub bandwidth_limit: Bandwidth,
    /// Of which used.
    pub bandwidth_used: Bandwidth,
    /// Free bandwidth.
    pub free_bandwidth_limit: Bandwidth,
    /// Of which used.
    pub free_bandwidth_used: Bandwidth,
}

/// Who may sign for an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Permission {
    /// 0 owner, 1 witness, 2 to 9 active.
    pub id: u32,
    /// The weight that signatures must reach.
    pub threshold: u64,
    /// Which contract types it may sign, 32 bytes; none for the owner, who may all.
    pub operations: Option<HexBytes>,
    /// The keys and their weights.
    pub keys: Vec<PermissionKey>,
}

/// A key of a permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PermissionKey {
    /// The key's address.
    pub address: Address,
    /// Its weight.
    pub weight: u64,
}

/// A contract call that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConstantCallRequest {
    /// The contract.
    pub contract: Address,
    /// Who appears to call.
    pub caller: Address,
    /// Selector and arguments.
    pub calldata: HexBytes,
}

/// What a constant call came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConstantCallView {
    /// Whether the contract returned; a revert is an answer, not an error.
    pub success: bool,
    /// What it returned, or its revert data.
    pub result: HexBytes,
    /// Energy it would use.
    pub energy: Energy,
    /// The node's words for a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A transaction to bring onto the chain, or only to watch for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmissionRequest {
    /// The transaction's raw_data; its hash is the txid in the path.
    pub raw_data: HexBytes,
    /// 65-byte signatures; none to watch only. Once given they are kept, and broadcast until the transaction is solid
    /// or dead.
    pub signatures: Vec<HexBytes>,
}

/// How far a transaction has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubmissionStage {
    /// Not seen on the chain; no signature to broadcast.
    Watched,
    /// Not seen on the chain; broadcast again and again. What the nodes answered proves nothing.
    Pending,
    /// A node reports it in a block that is not solid yet; it may still move or vanish.
    Included,
    /// In a solid block that tron-client read itself; final.
    Solid,
    /// In none of the solid blocks from its reference block to past its expiration, all read and checked; final.
    Dead,
}

/// A transaction that tron-client follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubmissionView {
    /// Its id.
    pub txid: TxId,
    /// How far it has come.
    pub stage: SubmissionStage,
    /// When it ceases to be valid.
    pub expiration: UnixMs,
    /// How often it was broadcast.
    pub broadcasts: u32,
    /// The last answer to a broadcast, in the node's words; proves nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_answer: Option<String>,
    /// The block it is in, once it is in one.
    pub block: Option<BlockRef>,
    /// What it came to; from `included` on.
    pub receipt: Option<Receipt>,
    /// For a dead one: the last block of the range that does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent_through: Option<BlockRef>,
}

/// What an included transaction came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receipt {
    /// The protocol's contractRet, such as `SUCCESS`, `REVERT`, `OUT_OF_ENERGY`.
    pub contract_ret: String,
    /// All that it cost.
    pub fee: Sun,
    /// Energy in all.
    pub energy: Energy,
    /// Energy that stake paid for.
    pub energy_from_stake: Energy,
    /// TRX burned for the rest.
    pub energy_fee: Sun,
    /// Bytes that staked or free bandwidth paid for.
    pub bandwidth: Bandwidth,
    /// TRX burned for bandwidth instead.
    pub bandwidth_fee: Sun,
    /// What contracts logged, in order.
    pub logs: Vec<Log>,
}

/// One log entry of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Log {
    /// The contract.
    pub contract: Address,
    /// Up to four topics of 32 bytes.
    pub topics: Vec<HexBytes>,
    /// The rest.
    pub data: HexBytes,
}

/// Where the chain stands.
pub fn chain() -> Call<ChainView> {
    Call::get("/v1/chain".into())
}

/// Whether a second node has the newest block that two should have, of those that were read.
pub fn confirmation() -> Call<ConfirmationView> {
    Call::get("/v1/chain/confirmation".into())
}

/// The newest signed anchor; 503 `no_fresh_anchor` while the scanner is behind.
pub fn latest_anchor() -> Call<Signed<Anchor>> {
    Call::get("/v1/anchors/latest".into())
}

/// Prices and limits.
pub fn chain_parameters() -> Call<ChainParameters> {
    Call::get("/v1/chain-parameters".into())
}

/// An account at the solid block.
pub fn account(address: Address) -> Call<AccountView> {
    Call::get(format!("/v1/accounts/{address}"))
}

/// Runs a contract without changing anything, at the head block.
pub fn constant_call(request: &ConstantCallRequest) -> Call<ConstantCallView> {
    Call::post("/v1/constant-calls".into(), request)
}

/// Brings a transaction onto the chain, or watches for it.
pub fn put_submission(txid: TxId, request: &SubmissionRequest) -> Call<SubmissionView> {
    Call::put(format!("/v1/submissions/{txid}"), request)
}

/// How far a transaction has come; 404 `unknown_submission`.
pub fn submission(txid: TxId) -> Call<SubmissionView> {
    Call::get(format!("/v1/submissions/{txid}"))
}

/// tron-client's signed word on what became of a transaction for ever; 404 `unknown_submission`, 409 `not_final`.
pub fn finality(txid: TxId) -> Call<Signed<Finality>> {
    Call::get(format!("/v1/submissions/{txid}/finality"))
}

/// Event types of this service's feed; the data is a [`SubmissionView`], or for the last a [`WalletTransaction`].
pub mod events {
    /// A node reports the transaction in a block.
    pub const INCLUDED: &str = "submission.included";
    /// The transaction is in a solid block.
    pub const SOLID: &str = "submission.solid";
    /// The transaction can never be included.
    pub const DEAD: &str = "submission.dead";
    /// A watched wallet acts in a solid block; told once for each transaction, with its id as the subject.
    pub const WALLET_TRANSACTION: &str = "wallet.transaction";
}
