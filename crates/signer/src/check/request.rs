//! The request to sign a transaction, and the proof that it passed.

use primitives::statement::{Anchor, Approval, Attested, Authorisation, Signed};
use primitives::{AttemptNo, IntentId, KeyId, TxId, UnixMs};
use tron_tx::RawTransaction;

use super::consent::Consent;

/// A transaction with the authority for it and the place on the chain that it refers to.
#[derive(Debug, Clone)]
pub struct SignTransaction {
    /// The transaction's raw_data, exactly as it will be broadcast.
    pub raw_data: Vec<u8>,
    /// The right to make it.
    pub authorisation: Signed<Authorisation>,
    /// The solid block that its reference block must be.
    pub anchor: Signed<Anchor>,
    /// The compliance desk's word for the payment, if there is one.
    pub attestation: Option<Attested>,
    /// The approvals of people.
    pub approvals: Vec<Signed<Approval>>,
}

/// By what right a transaction is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Right {
    /// By an authorisation, an issuer's or one that follows from a decision of two operators.
    Issued(Authorisation),
    /// By a decision of two operators to change an account's permissions.
    PermissionUpdate { intent: IntentId, attempt: AttemptNo, key_id: KeyId },
}

/// A transaction that passed every check; there is no other way to have one, and nothing else is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub(super) raw_data: Vec<u8>,
    pub(super) txid: TxId,
    pub(super) transaction: RawTransaction,
    pub(super) right: Right,
    pub(super) consent: Consent,
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

    /// The verified authorisation; none for an update of an account's permissions, on which no policy has a say.
    pub const fn authorisation(&self) -> Option<&Authorisation> {
        match &self.right {
            Right::Issued(authorisation) => Some(authorisation),
            Right::PermissionUpdate { .. } => None,
        }
    }

    /// What others have agreed to.
    pub const fn consent(&self) -> Consent {
        self.consent
    }

    /// The intent that the transaction serves.
    pub const fn intent(&self) -> &IntentId {
        match &self.right {
            Right::Issued(Authorisation { intent, .. }) | Right::PermissionUpdate { intent, .. } => intent,
        }
    }

    /// Which attempt at the intent.
    pub const fn attempt(&self) -> AttemptNo {
        match self.right {
            Right::Issued(Authorisation { attempt, .. }) | Right::PermissionUpdate { attempt, .. } => attempt,
        }
    }

    /// The key that is to sign.
    pub const fn key_id(&self) -> &KeyId {
        match &self.right {
            Right::Issued(Authorisation { key_id, .. }) | Right::PermissionUpdate { key_id, .. } => key_id,
        }
    }
}
