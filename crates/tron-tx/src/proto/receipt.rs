//! What a transaction did and cost, as the node tells it after the block.

use super::{ContractResult, MarketOrderDetail, ResultCode, StringMapEntry};

message! {
    /// A contract's event. The address has 20 bytes here.
    Log = "TransactionInfo.Log" {
        1 address: address,
        2 topics: [bytes],
        3 body "data": bytes,
    }
}

message! {
    /// Resources used and paid.
    ResourceReceipt = "ResourceReceipt" {
        1 energy_usage: int64,
        2 energy_fee: int64,
        3 origin_energy_usage: int64,
        4 energy_usage_total: int64,
        5 net_usage: int64,
        6 net_fee: int64,
        7 result: enumeration ContractResult,
        8 energy_penalty_total: int64,
    }
}

message! {
    /// TRX or a TRC-10 token that an internal call carried.
    CallValueInfo = "InternalTransaction.CallValueInfo" {
        1 call_value "callValue": int64,
        2 token_id "tokenId": string,
    }
}

message! {
    /// A call made by a contract.
    InternalTransaction = "InternalTransaction" {
        1 hash: bytes,
        2 caller_address: address,
        3 transfer_to_address "transferTo_address": address,
        4 call_value_info "callValueInfo": [CallValueInfo],
        5 note: bytes,
        6 rejected: bool,
        7 extra: string,
    }
}

message! {
    /// A transaction's outcome.
    TransactionInfo = "TransactionInfo" {
        1 id: bytes,
        2 fee: int64,
        3 block_number "blockNumber": int64,
        4 block_time_stamp "blockTimeStamp": int64,
        5 contract_result "contractResult": [bytes],
        6 contract_address: address,
        7 receipt: ResourceReceipt,
        8 log: [Log],
        9 result: enumeration ResultCode,
        10 res_message "resMessage": text,
        14 asset_issue_id "assetIssueID": string,
        15 withdraw_amount: int64,
        16 unfreeze_amount: int64,
        17 internal_transactions: [InternalTransaction],
        18 exchange_received_amount: int64,
        19 exchange_inject_another_amount: int64,
        20 exchange_withdraw_another_amount: int64,
        21 exchange_id: int64,
        22 shielded_transaction_fee: int64,
        25 order_id "orderId": bytes,
        26 order_details "orderDetails": [MarketOrderDetail],
        27 packing_fee "packingFee": int64,
        28 withdraw_expire_amount: int64,
        29 cancel_unfreeze_v2_amount "cancel_unfreezeV2_amount": entries StringMapEntry,
    }
}
