//! The request to sign a transaction, and the proof that it passed.

use primitives::statement::{Anchor, Authorisation, Signed};
use primitives::{AttemptNo, IntentId, KeyId, TxId, UnixMs};
use tron_tx::RawTransaction;

/// A transaction with the authority for it and the place on the chain that it refers to.
#[derive(Debug, Clone)]
pub struct SignTransaction {
    /// The transaction's raw_data, exactly as it will be broadcast.
    pub raw_data: Vec<u8>,
    /// The right to make it.
    pub authorisation: Signed<Authorisation>,
    /// The solid block that its reference block must be.
    pub anchor: Signed<Anchor>,
}

/// A transaction that passed every check; there is no other way to have one, and nothing else is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub(super) raw_data: Vec<u8>,
    pub(super) txid: TxId,
    pub(super) transaction: RawTransaction,
    pub(super) authorisation: Authorisation,
}

impl Checked {
    /// SHA-256 of raw_data: the name of the transaction, and what is signed.
    pub const fn txid(&self) -> TxId {
        self.txid
    }

    /// The bytes that were checked.
    pub fn raw_data(&self) -> &[u8] {
        &self.raw_data
    }

    /// When the transaction ceases to be valid.
    pub const fn expiration(&self) -> UnixMs {
        self.transaction.expiration
    }

    /// What the bytes say.
    pub const fn transaction(&self) -> &RawTransaction {
        &self.transaction
    }

    /// The verified authorisation.
    pub const fn authorisation(&self) -> &Authorisation {
        &self.authorisation
    }

    /// The intent that the transaction serves.
    pub const fn intent(&self) -> &IntentId {
        &self.authorisation.intent
    }

    /// Which attempt at the intent.
    pub const fn attempt(&self) -> AttemptNo {
        self.authorisation.attempt
    }

    /// The key that is to sign.
    pub const fn key_id(&self) -> &KeyId {
        &self.authorisation.key_id
    }
}
