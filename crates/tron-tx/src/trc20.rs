//! TRC-20 tokens: calls, answers and events, as USDT has them.

mod call;
mod event;
mod interface;
mod transfer_log;

pub use call::{
    CalldataError, TokenCall, allowance, approve, balance_of, bool_result, calc_fee, is_black_listed, owner, paused,
    total_supply, transfer, u64_result,
};
pub use event::topic;
pub use interface::selector;
pub use transfer_log::{TransferLog, TransferLogError};
