//! TRC-10 tokens.

message! {
    /// An amount of a new token that is frozen for some days.
    FrozenSupply = "AssetIssueContract.FrozenSupply" {
        1 frozen_amount: int64,
        2 frozen_days: int64,
    }
}

message! {
    /// Issues a TRC-10 token.
    AssetIssueContract = "AssetIssueContract" {
        1 owner_address: address,
        2 name: text,
        3 abbr: text,
        4 total_supply: int64,
        5 frozen_supply: [FrozenSupply],
        6 trx_num: int32,
        7 precision: int32,
        8 num: int32,
        9 start_time: int64,
        10 end_time: int64,
        11 order: int64,
        16 vote_score: int32,
        20 description: text,
        21 url: text,
        22 free_asset_net_limit: int64,
        23 public_free_asset_net_limit: int64,
        24 public_free_asset_net_usage: int64,
        25 public_latest_free_net_time: int64,
        41 id: string,
    }
}

message! {
    /// Moves a TRC-10 token; note that the token's id (ASCII digits) is field 1 and the owner field 2.
    TransferAssetContract = "TransferAssetContract" {
        1 asset_name: text,
        2 owner_address: address,
        3 to_address: address,
        4 amount: int64,
    }
}

message! {
    /// Buys a TRC-10 token from its issuer; the amount is the sun paid.
    ParticipateAssetIssueContract = "ParticipateAssetIssueContract" {
        1 owner_address: address,
        2 to_address: address,
        3 asset_name: text,
        4 amount: int64,
    }
}

message! {
    /// Takes back an issuer's frozen supply.
    UnfreezeAssetContract = "UnfreezeAssetContract" {
        1 owner_address: address,
    }
}

message! {
    /// Changes what a TRC-10 token says about itself and its bandwidth limits.
    UpdateAssetContract = "UpdateAssetContract" {
        1 owner_address: address,
        2 description: text,
        3 url: text,
        4 new_limit: int64,
        5 new_public_limit: int64,
    }
}
