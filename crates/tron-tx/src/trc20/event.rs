//! The topics of a token's events.

/// The first topic of a log, by event.
pub mod topic {
    use super::super::interface::Token;
    use alloy_sol_types::SolEvent as _;

    macro_rules! topics {
        ($($constant:ident $event:ident $signature:literal,)*) => {
            $(#[doc = concat!("`", $signature, "`.")]
            pub const $constant: [u8; 32] = Token::$event::SIGNATURE_HASH.0;)*
        };
    }

    topics! {
        TRANSFER Transfer "Transfer(address,address,uint256)",
        APPROVAL Approval "Approval(address,address,uint256)",
        ADDED_BLACK_LIST AddedBlackList "AddedBlackList(address)",
        REMOVED_BLACK_LIST RemovedBlackList "RemovedBlackList(address)",
        DESTROYED_BLACK_FUNDS DestroyedBlackFunds "DestroyedBlackFunds(address,uint256)",
        PAUSE Pause "Pause()",
        UNPAUSE Unpause "Unpause()",
        PARAMS Params "Params(uint256,uint256)",
        ISSUE Issue "Issue(uint256)",
        REDEEM Redeem "Redeem(uint256)",
        DEPRECATE Deprecate "Deprecate(address)",
        OWNERSHIP_TRANSFERRED OwnershipTransferred "OwnershipTransferred(address,address)",
    }
}
