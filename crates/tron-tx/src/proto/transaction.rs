//! Transactions, their one contract and their result.

use crate::ContractType;

enumeration! {
    /// Whether the node carried a transaction out; the protocol spells success so.
    ResultCode { 0 Success "SUCESS", 1 Failed "FAILED", }
}

enumeration! {
    /// How a transaction ended on the chain; `SUCCESS` is the only one that had its effect.
    ContractResult {
        0 Default "DEFAULT",
        1 Success "SUCCESS",
        2 Revert "REVERT",
        3 BadJumpDestination "BAD_JUMP_DESTINATION",
        4 OutOfMemory "OUT_OF_MEMORY",
        5 PrecompiledContract "PRECOMPILED_CONTRACT",
        6 StackTooSmall "STACK_TOO_SMALL",
        7 StackTooLarge "STACK_TOO_LARGE",
        8 IllegalOperation "ILLEGAL_OPERATION",
        9 StackOverflow "STACK_OVERFLOW",
        10 OutOfEnergy "OUT_OF_ENERGY",
        11 OutOfTime "OUT_OF_TIME",
        12 JvmStackOverFlow "JVM_STACK_OVER_FLOW",
        13 Unknown "UNKNOWN",
        14 TransferFailed "TRANSFER_FAILED",
        15 InvalidCode "INVALID_CODE",
    }
}

message! {
    /// `google.protobuf.Any`: a message with the name of its type.
    Any = "google.protobuf.Any" {
        1 type_url: string,
        2 value: bytes,
    }
}

message! {
    /// An account's name and address (unused by the chain).
    AccountId = "AccountId" {
        1 name: text,
        2 address: address,
    }
}

message! {
    /// An authority (unused by the chain).
    Authority = "authority" {
        1 account: AccountId,
        2 permission_name: text,
    }
}

message! {
    /// What a transaction does: a type and its message.
    TransactionContract = "Transaction.Contract" {
        1 contract_type "type": enumeration ContractType,
        2 parameter: Any,
        3 provider: bytes,
        4 contract_name "ContractName": text,
        5 permission_id "Permission_id": int32,
    }
}

message! {
    /// The part of a transaction that is hashed and signed.
    TransactionRaw = "Transaction.raw" {
        1 ref_block_bytes: bytes,
        3 ref_block_num: int64,
        4 ref_block_hash: bytes,
        8 expiration: int64,
        9 auths: [Authority],
        10 memo "data": bytes,
        11 contract: [TransactionContract],
        12 scripts: bytes,
        14 timestamp: int64,
        18 fee_limit: int64,
    }
}

message! {
    /// A fill of an order.
    MarketOrderDetail = "MarketOrderDetail" {
        1 maker_order_id "makerOrderId": bytes,
        2 taker_order_id "takerOrderId": bytes,
        3 fill_sell_quantity "fillSellQuantity": int64,
        4 fill_buy_quantity "fillBuyQuantity": int64,
    }
}

/// An entry of a map from text to number.
///
/// Maps are lists of entries here: java-tron writes both fields of an entry even when they are zero, which prost's
/// own map leaves out, and keeps the order of the wire, which a sorted map would lose. A block's transaction root
/// covers these bytes.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct StringMapEntry {
    /// Field 1.
    #[prost(string, optional, tag = 1)]
    pub key: Option<String>,
    /// Field 2.
    #[prost(int64, optional, tag = 2)]
    pub value: Option<i64>,
}

impl StringMapEntry {
    /// An entry with both fields written.
    pub fn new(key: impl Into<String>, value: i64) -> Self {
        Self { key: Some(key.into()), value: Some(value) }
    }
}

impl super::Described for StringMapEntry {
    const SCHEMA: &'static super::Schema = &super::Schema {
        name: "map<string, int64>",
        fields: &[
            super::Field { number: 1, name: "key", repeated: false, kind: super::Kind::Str },
            super::Field { number: 2, name: "value", repeated: false, kind: super::Kind::Int64 },
        ],
    };
}

/// An entry of a map from number to number; see [`StringMapEntry`] for why it is no map.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct IntMapEntry {
    /// Field 1.
    #[prost(int64, optional, tag = 1)]
    pub key: Option<i64>,
    /// Field 2.
    #[prost(int64, optional, tag = 2)]
    pub value: Option<i64>,
}

impl IntMapEntry {
    /// An entry with both fields written.
    pub fn new(key: i64, value: i64) -> Self {
        Self { key: Some(key), value: Some(value) }
    }
}

impl super::Described for IntMapEntry {
    const SCHEMA: &'static super::Schema = &super::Schema {
        name: "map<int64, int64>",
        fields: &[
            super::Field { number: 1, name: "key", repeated: false, kind: super::Kind::Int64 },
            super::Field { number: 2, name: "value", repeated: false, kind: super::Kind::Int64 },
        ],
    };
}

message! {
    /// What came of a transaction, as the block's producer wrote it into the block.
    TransactionResult = "Transaction.Result" {
        1 fee: int64,
        2 ret: enumeration ResultCode,
        3 contract_ret "contractRet": enumeration ContractResult,
        14 asset_issue_id "assetIssueID": string,
        15 withdraw_amount: int64,
        16 unfreeze_amount: int64,
        18 exchange_received_amount: int64,
        19 exchange_inject_another_amount: int64,
        20 exchange_withdraw_another_amount: int64,
        21 exchange_id: int64,
        22 shielded_transaction_fee: int64,
        25 order_id "orderId": bytes,
        26 order_details "orderDetails": [MarketOrderDetail],
        27 withdraw_expire_amount: int64,
        28 cancel_unfreeze_v2_amount "cancel_unfreezeV2_amount": entries StringMapEntry,
    }
}

message! {
    /// A transaction: raw data, signatures over its hash, and results once it is in a block.
    Transaction = "Transaction" {
        1 raw_data: TransactionRaw,
        2 signature: [bytes],
        5 ret: [TransactionResult],
    }
}
