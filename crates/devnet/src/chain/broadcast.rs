//! Taking in transactions.

use primitives::{Address, TxId, UnixMs};
use tron_tx::proto::Transaction;

use super::Chain;
use crate::broadcast::BroadcastError;

impl Chain {
    /// Checks a transaction in the node's order and, if all is well, lets it wait for a block (java-tron
    /// `Wallet.broadcastTransaction`, `Manager.pushTransaction`).
    pub fn broadcast(&mut self, transaction: Transaction, now: UnixMs) -> Result<TxId, BroadcastError> {
        todo!()
    }

    /// A signed transfer from the faucet's account, ready to be broadcast.
    pub fn faucet_transfer(&self, to: Address, amount: i64, now: UnixMs) -> Transaction {
        todo!()
    }

    /// A waiting transaction.
    pub fn pending(&self, id: &TxId) -> Option<&Transaction> {
        todo!()
    }

    /// Ids of all waiting transactions, in order of arrival.
    pub fn pending_ids(&self) -> Vec<TxId> {
        todo!()
    }
}
