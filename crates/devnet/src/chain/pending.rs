//! Transactions that wait for a block.

/// The waiting transactions and the state on top of the head that they lead to.
#[derive(Debug)]
pub(super) struct Pool {}
