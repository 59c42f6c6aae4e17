//! The node's HTTP form of messages (java-tron `JsonFormat`, `Util`, `HttpSelfFormatFieldName`), both ways.
//!
//! `visible` is the node's own word: false writes every byte string in hexadecimal, true writes addresses in base58check
//! and names as text. Fields at their default are absent.

mod block;
mod error;
mod parse;
mod render;
mod result;
mod transaction;
mod unknown;

pub use block::{
    BlockError, BlockTransaction, CheckedBlock, CheckedHeader, parse_block, parse_blocks, parse_header, render_block,
};
pub use error::JsonError;
pub use parse::parse;
pub use render::{render, render_payload};
pub use transaction::{parse_transaction, render_created, render_transaction};
