//! The interface of USDT-TRC20, from which selectors and topics are computed.

alloy_sol_types::sol! {
    interface Token {
        event Transfer(address indexed from, address indexed to, uint256 value);
        event Approval(address indexed owner, address indexed spender, uint256 value);
        event AddedBlackList(address indexed account);
        event RemovedBlackList(address indexed account);
        event DestroyedBlackFunds(address indexed account, uint256 balance);
        event Pause();
        event Unpause();
        event Params(uint256 feeBasisPoints, uint256 maxFee);
        event Issue(uint256 amount);
        event Redeem(uint256 amount);
        event Deprecate(address newAddress);
        event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function approve(address spender, uint256 value) external returns (bool);
        function balanceOf(address account) external view returns (uint256);
        function allowance(address holder, address spender) external view returns (uint256);
        function decimals() external view returns (uint8);
        function symbol() external view returns (string);
        function name() external view returns (string);
        function totalSupply() external view returns (uint256);
        function owner() external view returns (address);
        function getOwner() external view returns (address);
        function increaseApproval(address spender, uint256 added) external returns (bool);
        function decreaseApproval(address spender, uint256 taken) external returns (bool);
        function paused() external view returns (bool);
        function pause() external;
        function unpause() external;
        function isBlackListed(address account) external view returns (bool);
        function getBlackListStatus(address account) external view returns (bool);
        function addBlackList(address account) external;
        function removeBlackList(address account) external;
        function destroyBlackFunds(address account) external;
        function basisPointsRate() external view returns (uint256);
        function maximumFee() external view returns (uint256);
        function calcFee(uint256 value) external view returns (uint256);
        function setParams(uint256 basisPoints, uint256 maxFee) external;
        function deprecated() external view returns (bool);
        function upgradedAddress() external view returns (address);
        function oldBalanceOf(address account) external view returns (uint256);
        function issue(uint256 amount) external;
        function MAX_UINT() external view returns (uint256);
    }
}

macro_rules! selectors {
    ($($constant:ident $call:ident $signature:literal,)*) => {
        /// The first four bytes of a call, by function.
        pub mod selector {
            use super::Token;
            use alloy_sol_types::SolCall as _;

            $(#[doc = concat!("`", $signature, "`.")]
            pub const $constant: [u8; 4] = Token::$call::SELECTOR;)*

            /// Every selector with its function's signature.
            pub const ALL: &[([u8; 4], &str)] = &[$(($constant, $signature),)*];

            /// The signature of the function with this selector, if it is one of USDT's.
            pub fn signature(selector: [u8; 4]) -> Option<&'static str> {
                ALL.iter().find(|(known, _)| *known == selector).map(|(_, signature)| *signature)
            }
        }
    };
}

selectors! {
    TRANSFER transferCall "transfer(address,uint256)",
    TRANSFER_FROM transferFromCall "transferFrom(address,address,uint256)",
    APPROVE approveCall "approve(address,uint256)",
    BALANCE_OF balanceOfCall "balanceOf(address)",
    ALLOWANCE allowanceCall "allowance(address,address)",
    DECIMALS decimalsCall "decimals()",
    SYMBOL symbolCall "symbol()",
    NAME nameCall "name()",
    TOTAL_SUPPLY totalSupplyCall "totalSupply()",
    OWNER ownerCall "owner()",
    GET_OWNER getOwnerCall "getOwner()",
    INCREASE_APPROVAL increaseApprovalCall "increaseApproval(address,uint256)",
    DECREASE_APPROVAL decreaseApprovalCall "decreaseApproval(address,uint256)",
    PAUSED pausedCall "paused()",
    PAUSE pauseCall "pause()",
    UNPAUSE unpauseCall "unpause()",
    IS_BLACK_LISTED isBlackListedCall "isBlackListed(address)",
    GET_BLACK_LIST_STATUS getBlackListStatusCall "getBlackListStatus(address)",
    ADD_BLACK_LIST addBlackListCall "addBlackList(address)",
    REMOVE_BLACK_LIST removeBlackListCall "removeBlackList(address)",
    DESTROY_BLACK_FUNDS destroyBlackFundsCall "destroyBlackFunds(address)",
    BASIS_POINTS_RATE basisPointsRateCall "basisPointsRate()",
    MAXIMUM_FEE maximumFeeCall "maximumFee()",
    CALC_FEE calcFeeCall "calcFee(uint256)",
    SET_PARAMS setParamsCall "setParams(uint256,uint256)",
    DEPRECATED deprecatedCall "deprecated()",
    UPGRADED_ADDRESS upgradedAddressCall "upgradedAddress()",
    OLD_BALANCE_OF oldBalanceOfCall "oldBalanceOf(address)",
    ISSUE issueCall "issue(uint256)",
    MAX_UINT MAX_UINTCall "MAX_UINT()",
}
