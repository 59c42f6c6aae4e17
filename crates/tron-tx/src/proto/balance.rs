//! TRX: transfers, stakes and delegations. Every amount is in sun.

enumeration! {
    /// What a stake yields.
    ResourceCode { 0 Bandwidth "BANDWIDTH", 1 Energy "ENERGY", 2 TronPower "TRON_POWER", }
}

message! {
    /// Moves TRX.
    TransferContract = "TransferContract" {
        1 owner_address: address,
        2 to_address: address,
        3 amount: int64,
    }
}

message! {
    /// Stakes TRX under Stake 1.0, which mainnet no longer takes.
    FreezeBalanceContract = "FreezeBalanceContract" {
        1 owner_address: address,
        2 frozen_balance: int64,
        3 frozen_duration: int64,
        10 resource: enumeration ResourceCode,
        15 receiver_address: address,
    }
}

message! {
    /// Takes back a stake of Stake 1.0.
    UnfreezeBalanceContract = "UnfreezeBalanceContract" {
        1 owner_address: address,
        10 resource: enumeration ResourceCode,
        15 receiver_address: address,
    }
}

message! {
    /// Collects voting or block rewards.
    WithdrawBalanceContract = "WithdrawBalanceContract" {
        1 owner_address: address,
    }
}

message! {
    /// Stakes TRX for a resource (Stake 2.0).
    FreezeBalanceV2Contract = "FreezeBalanceV2Contract" {
        1 owner_address: address,
        2 frozen_balance: int64,
        3 resource: enumeration ResourceCode,
    }
}

message! {
    /// Begins to take back a stake (Stake 2.0).
    UnfreezeBalanceV2Contract = "UnfreezeBalanceV2Contract" {
        1 owner_address: address,
        2 unfreeze_balance: int64,
        3 resource: enumeration ResourceCode,
    }
}

message! {
    /// Collects stakes whose waiting time is over.
    WithdrawExpireUnfreezeContract = "WithdrawExpireUnfreezeContract" {
        1 owner_address: address,
    }
}

message! {
    /// Lends a stake's resource to another account; `lock_period` counts blocks.
    DelegateResourceContract = "DelegateResourceContract" {
        1 owner_address: address,
        2 resource: enumeration ResourceCode,
        3 balance: int64,
        4 receiver_address: address,
        5 lock: bool,
        6 lock_period: int64,
    }
}

message! {
    /// Takes a lent resource back.
    UnDelegateResourceContract = "UnDelegateResourceContract" {
        1 owner_address: address,
        2 resource: enumeration ResourceCode,
        3 balance: int64,
        4 receiver_address: address,
    }
}

message! {
    /// Turns every pending unstaking into a stake again.
    CancelAllUnfreezeV2Contract = "CancelAllUnfreezeV2Contract" {
        1 owner_address: address,
    }
}
