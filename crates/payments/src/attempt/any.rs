//! An attempt of any state, as it is stored.

use primitives::statement::{Authorisation, Signed};
use primitives::{TxId, UnixMs};
use serde::{Deserialize, Serialize};

use super::{Attempt, Barring, Ended, Open, Sealed, SealedTx, Submitted};

/// An attempt in whichever state it is; only the store's edge sees this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum AnyAttempt {
    /// No transaction yet.
    Open(Attempt<Open>),
    /// Fixed, not signed as far as we know.
    Sealed(Attempt<Sealed>),
    /// Signed.
    Submitted(Attempt<Submitted>),
    /// Given up; the register has the last word.
    Barring(Attempt<Barring>),
    /// Over.
    Ended(Attempt<Ended>),
}

impl AnyAttempt {
    /// Begins an attempt under a permission.
    pub const fn open(authorisation: Signed<Authorisation>) -> Self {
        Self::Open(Attempt::open(authorisation))
    }

    /// The permission that it acts on.
    pub const fn authorisation(&self) -> &Signed<Authorisation> {
        match self {
            Self::Open(attempt) => attempt.authorisation(),
            Self::Sealed(attempt) => attempt.authorisation(),
            Self::Submitted(attempt) => attempt.authorisation(),
            Self::Barring(attempt) => attempt.authorisation(),
            Self::Ended(attempt) => attempt.authorisation(),
        }
    }

    /// The transaction, once there is one that counts.
    pub fn tx(&self) -> Option<&SealedTx> {
        match self {
            Self::Open(_) | Self::Barring(_) => None,
            Self::Sealed(attempt) => Some(attempt.tx()),
            Self::Submitted(attempt) => Some(attempt.tx()),
            Self::Ended(attempt) => attempt.ended().tx.as_ref(),
        }
    }

    /// The transaction's id.
    pub fn txid(&self) -> Option<TxId> {
        self.tx().map(|tx| tx.txid)
    }

    /// When the transaction ceases to be valid.
    pub fn expiration(&self) -> Option<UnixMs> {
        self.tx().map(|tx| tx.expiration)
    }

    /// How it ended, if it has.
    pub const fn ended(&self) -> Option<&Ended> {
        match self {
            Self::Ended(attempt) => Some(attempt.ended()),
            _ => None,
        }
    }

    /// Its state's name.
    pub const fn state(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Sealed(_) => "sealed",
            Self::Submitted(_) => "submitted",
            Self::Barring(_) => "barring",
            Self::Ended(_) => "ended",
        }
    }
}

macro_rules! any_from {
    ($($state:ident),*) => {
        $(impl From<Attempt<$state>> for AnyAttempt {
            fn from(attempt: Attempt<$state>) -> Self {
                Self::$state(attempt)
            }
        })*
    };
}

any_from!(Open, Sealed, Submitted, Barring, Ended);
