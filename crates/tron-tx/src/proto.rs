//! The protocol's messages, written from its field numbers (TRON protocol definitions, `core/Tron.proto` and
//! `core/contract/*.proto`, as of java-tron 4.8).
//!
//! Nested messages have flat names here: `Transaction.raw` is [`TransactionRaw`], `SmartContract.ABI.Entry` is
//! [`AbiEntry`]. Every message carries its [`Schema`] as well, from the same table, so that the node's JSON form
//! (module `json`) can never name other fields than the wire form has.

#[macro_use]
mod declare;
mod account;
mod asset;
mod balance;
mod block;
mod exchange;
mod governance;
mod receipt;
mod schema;
mod shielded;
mod smart;
mod state;
mod transaction;

pub use account::{
    AccountCreateContract, AccountPermissionUpdateContract, AccountType, AccountUpdateContract, Key, Permission,
    PermissionType, SetAccountIdContract,
};
pub use asset::{
    AssetIssueContract, FrozenSupply, ParticipateAssetIssueContract, TransferAssetContract, UnfreezeAssetContract,
    UpdateAssetContract,
};
pub use balance::{
    CancelAllUnfreezeV2Contract, DelegateResourceContract, FreezeBalanceContract, FreezeBalanceV2Contract,
    ResourceCode, TransferContract, UnDelegateResourceContract, UnfreezeBalanceContract, UnfreezeBalanceV2Contract,
    WithdrawBalanceContract, WithdrawExpireUnfreezeContract,
};
pub use block::{Block, BlockHeader, BlockHeaderRaw};
pub use exchange::{
    ExchangeCreateContract, ExchangeInjectContract, ExchangeTransactionContract, ExchangeWithdrawContract,
    MarketCancelOrderContract, MarketSellAssetContract,
};
pub use governance::{
    ProposalApproveContract, ProposalCreateContract, ProposalDeleteContract, UpdateBrokerageContract, Vote,
    VoteAssetContract, VoteWitnessContract, WitnessCreateContract, WitnessUpdateContract,
};
pub use receipt::{CallValueInfo, InternalTransaction, Log, ResourceReceipt, TransactionInfo};
pub use schema::{Described, Field, Kind, Schema};
pub use shielded::{ReceiveDescription, ShieldedTransferContract, SpendDescription};
pub use smart::{
    Abi, AbiEntry, AbiParam, ClearAbiContract, CreateSmartContract, EntryType, SmartContract, StateMutability,
    TriggerSmartContract, UpdateEnergyLimitContract, UpdateSettingContract,
};
pub use state::{
    Account, AccountResource, DelegatedResource, DelegatedResourceAccountIndex, FreezeV2, Frozen, UnFreezeV2, Witness,
};
pub use transaction::{
    AccountId, Any, Authority, ContractResult, IntMapEntry, MarketOrderDetail, ResultCode, StringMapEntry, Transaction,
    TransactionContract, TransactionRaw, TransactionResult,
};
