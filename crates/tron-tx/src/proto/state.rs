//! State that the node tells about accounts and witnesses. Balances are in sun.

use super::{AccountType, Permission, ResourceCode, StringMapEntry, Vote};

message! {
    /// A stake of Stake 1.0.
    Frozen = "Account.Frozen" {
        1 frozen_balance: int64,
        2 expire_time: int64,
    }
}

message! {
    /// A stake of Stake 2.0.
    FreezeV2 = "Account.FreezeV2" {
        1 resource_type "type": enumeration ResourceCode,
        2 amount: int64,
    }
}

message! {
    /// A stake that waits to be free again.
    UnFreezeV2 = "Account.UnFreezeV2" {
        1 resource_type "type": enumeration ResourceCode,
        3 unfreeze_amount: int64,
        4 unfreeze_expire_time: int64,
    }
}

message! {
    /// An account's energy.
    AccountResource = "Account.AccountResource" {
        1 energy_usage: int64,
        2 frozen_balance_for_energy: Frozen,
        3 latest_consume_time_for_energy: int64,
        4 acquired_delegated_frozen_balance_for_energy: int64,
        5 delegated_frozen_balance_for_energy: int64,
        6 storage_limit: int64,
        7 storage_usage: int64,
        8 latest_exchange_storage_time: int64,
        9 energy_window_size: int64,
        10 delegated_frozen_v2_balance_for_energy "delegated_frozenV2_balance_for_energy": int64,
        11 acquired_delegated_frozen_v2_balance_for_energy "acquired_delegated_frozenV2_balance_for_energy": int64,
        12 energy_window_optimized: bool,
    }
}

message! {
    /// An account.
    Account = "Account" {
        1 account_name: text,
        2 account_type "type": enumeration AccountType,
        3 address: address,
        4 balance: int64,
        5 votes: [Vote],
        6 asset: entries StringMapEntry,
        7 frozen: [Frozen],
        8 net_usage: int64,
        9 create_time: int64,
        10 latest_opration_time: int64,
        11 allowance: int64,
        12 latest_withdraw_time: int64,
        13 code: bytes,
        14 is_witness: bool,
        15 is_committee: bool,
        16 frozen_supply: [Frozen],
        17 asset_issued_name: text,
        18 latest_asset_operation_time: entries StringMapEntry,
        19 free_net_usage: int64,
        20 free_asset_net_usage: entries StringMapEntry,
        21 latest_consume_time: int64,
        22 latest_consume_free_time: int64,
        23 account_id: text,
        24 net_window_size: int64,
        25 net_window_optimized: bool,
        26 account_resource: AccountResource,
        30 code_hash "codeHash": bytes,
        31 owner_permission: Permission,
        32 witness_permission: Permission,
        33 active_permission: [Permission],
        34 frozen_v2 "frozenV2": [FreezeV2],
        35 unfrozen_v2 "unfrozenV2": [UnFreezeV2],
        36 delegated_frozen_v2_balance_for_bandwidth "delegated_frozenV2_balance_for_bandwidth": int64,
        37 acquired_delegated_frozen_v2_balance_for_bandwidth
            "acquired_delegated_frozenV2_balance_for_bandwidth": int64,
        41 acquired_delegated_frozen_balance_for_bandwidth: int64,
        42 delegated_frozen_balance_for_bandwidth: int64,
        46 old_tron_power: int64,
        47 tron_power: Frozen,
        56 asset_v2 "assetV2": entries StringMapEntry,
        57 asset_issued_id "asset_issued_ID": text,
        58 latest_asset_operation_time_v2 "latest_asset_operation_timeV2": entries StringMapEntry,
        59 free_asset_net_usage_v2 "free_asset_net_usageV2": entries StringMapEntry,
        60 asset_optimized: bool,
    }
}

message! {
    /// What one account lends another.
    DelegatedResource = "DelegatedResource" {
        1 from: address,
        2 to: address,
        3 frozen_balance_for_bandwidth: int64,
        4 frozen_balance_for_energy: int64,
        5 expire_time_for_bandwidth: int64,
        6 expire_time_for_energy: int64,
    }
}

message! {
    /// Whom an account lends to and borrows from.
    DelegatedResourceAccountIndex = "DelegatedResourceAccountIndex" {
        1 account: address,
        2 from_accounts "fromAccounts": [address],
        3 to_accounts "toAccounts": [address],
        4 timestamp: int64,
    }
}

message! {
    /// A witness or candidate.
    Witness = "Witness" {
        1 address: address,
        2 vote_count "voteCount": int64,
        3 pub_key "pubKey": bytes,
        4 url: string,
        5 total_produced "totalProduced": int64,
        6 total_missed "totalMissed": int64,
        7 latest_block_num "latestBlockNum": int64,
        8 latest_slot_num "latestSlotNum": int64,
        9 is_jobs "isJobs": bool,
    }
}
