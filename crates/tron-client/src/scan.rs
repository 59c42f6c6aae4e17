//! Reading the chain: every solid block, checked and in order, exactly once, with a cursor that survives.

pub mod actors;
pub mod backfill;
pub mod cursor;
mod fault;
pub mod headers;
pub mod ledger;
pub mod reader;
pub mod recent;
pub mod scanner;
pub mod verify;

pub use fault::BlockFault;
pub use ledger::Ledger;
pub use reader::Reader;
pub use scanner::Scanner;
pub use verify::{CheckedBlock, ScannedBlock, verify};
