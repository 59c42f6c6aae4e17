//! Taking in transactions (java-tron `Wallet.broadcastTransaction`, `Manager.pushTransaction`).

use std::sync::Arc;

use primitives::{Address, TxId, UnixMs};
use tron_tx::Payload;
use tron_tx::proto::{Transaction, TransactionRaw, TransferContract};

use super::Chain;
use crate::admitted::Admitted;
use crate::authority;
use crate::broadcast::{BroadcastError, ResponseCode};

/// How long a faucet's transfer lives.
const LIFE_MS: u64 = 60_000;

impl Chain {
    /// Checks a transaction in the node's order and, if all is well, lets it wait for a block. An id that was given in
    /// before answers DUP even if it was refused: the node notes ids before it checks anything.
    pub fn broadcast(&mut self, transaction: Transaction, now: UnixMs) -> Result<TxId, BroadcastError> {
        self.take_in(transaction, now, |_, transaction| Admitted::read(transaction))
    }

    /// [`Chain::broadcast`], with the transaction read so.
    pub(super) fn take_in(
        &mut self,
        transaction: Transaction,
        now: UnixMs,
        read: impl FnOnce(&Self, Transaction) -> Result<Admitted, (TxId, &'static str)>,
    ) -> Result<TxId, BroadcastError> {
        let txid = Admitted::id_of(&transaction);
        let refuse = |code, message: &str| Err(BroadcastError { code, message: message.to_owned(), txid });
        if self.pool.len() >= self.config.max_pending {
            return refuse(ResponseCode::ServerBusy, "Server busy.");
        }
        if !self.pool.note(txid, now) {
            return refuse(ResponseCode::DupTransactionError, "Transaction already exists.");
        }
        let admitted = match read(self, transaction) {
            Ok(admitted) => admitted,
            Err((_, cause)) => {
                return refuse(ResponseCode::ContractValidateError, &format!("Contract validate error : {cause}"));
            }
        };
        if admitted.raw().expiration < self.next_slot().to_i64() {
            return refuse(ResponseCode::TransactionExpirationError, "Transaction expired");
        }
        let stacked = authority::check(&self.pool.state, &admitted)
            .and_then(|()| self.place(&admitted))
            .and_then(|()| self.stack(&admitted));
        if let Err(refusal) = stacked {
            let (code, message) = refusal.response();
            return Err(BroadcastError { code, message, txid });
        }
        self.pool.add(Arc::new(admitted), now);
        Ok(txid)
    }

    /// A signed transfer from the faucet's account, ready to be broadcast.
    pub fn faucet_transfer(&self, to: Address, amount: i64, now: UnixMs) -> Transaction {
        let key = self.config.faucet_key();
        let owner_address = key.address().to_bytes21().to_vec();
        let transfer = TransferContract { owner_address, to_address: to.to_bytes21().to_vec(), amount };
        let reference = self.head().id;
        let raw = TransactionRaw {
            ref_block_bytes: reference.as_bytes()[6..8].to_vec(),
            ref_block_hash: reference.as_bytes()[8..16].to_vec(),
            expiration: self.next_slot().plus_ms(LIFE_MS).to_i64(),
            timestamp: now.to_i64(),
            contract: vec![Payload::from(transfer).into_contract(0)],
            ..TransactionRaw::default()
        };
        let mut transaction = Transaction { raw_data: Some(raw), ..Transaction::default() };
        let signature = key.sign(Admitted::id_of(&transaction).as_bytes());
        transaction.signature.push(signature);
        transaction
    }
}
