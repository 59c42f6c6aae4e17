//! A statement that several operators have signed, each on a machine of his own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{SignKey, Statement, StatementError, VerifyKey};
use crate::{HexBytes, UnixMs};

/// How far an operator's clock may be ahead of ours.
const CLOCK_MS: u64 = 5 * 60 * 1000;

/// The most signatures that are looked at.
const MOST_SIGNATURES: usize = 16;

/// A statement that is good for a time.
pub trait Dated: Statement {
    /// From when.
    fn issued_at(&self) -> UnixMs;

    /// Until when.
    fn valid_until(&self) -> UnixMs;
}

/// The people who may decide, by name, with their pinned keys.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Operators(BTreeMap<String, VerifyKey>);

/// Why the signatures under a statement do not suffice.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CosignedError {
    /// It is past its time.
    #[error("expired at {0}")]
    Expired(UnixMs),
    /// It is from the future.
    #[error("issued at {0}, which is yet to come")]
    NotYet(UnixMs),
    /// A signature is by a key that is not pinned.
    #[error("signed by {0}, which is no operator's key")]
    Stranger(String),
    /// One operator signed twice.
    #[error("operator {0} signed twice")]
    Twice(String),
    /// A signature is not good.
    #[error("the signature of operator {0} is not good")]
    Signature(String),
    /// Too few different operators signed.
    #[error("signed by {have} operators, {needed} are needed")]
    TooFew {
        /// How many are needed.
        needed: usize,
        /// How many signed.
        have: usize,
    },
    /// More signatures than anybody could need.
    #[error("more than {MOST_SIGNATURES} signatures")]
    TooMany,
}

impl Operators {
    /// The operators of a plane. Two names with one key would let one person sign as two.
    pub fn new(keys: impl IntoIterator<Item = (String, VerifyKey)>) -> Result<Self, StatementError> {
        let keys: BTreeMap<_, _> = keys.into_iter().collect();
        let different: BTreeSet<_> = keys.values().map(|key| key.to_bytes()).collect();
        if different.len() == keys.len() {
            Ok(Self(keys))
        } else {
            Err(StatementError::Malformed("one key, two names"))
        }
    }

    /// Their names with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &VerifyKey)> {
        self.0.iter().map(|(name, key)| (name.as_str(), key))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose key this is.
    pub fn name_of(&self, key: &VerifyKey) -> Option<&str> {
        self.iter().find(|(_, pinned)| *pinned == key).map(|(name, _)| name)
    }
}

/// One operator's signature.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cosignature {
    key: VerifyKey,
    signature: [u8; 64],
}

/// A statement and signatures over it. Having one proves nothing: [`Cosigned::verify`] gives the statement.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Wire", try_from = "Wire", bound = "S: Statement + Clone")]
pub struct Cosigned<S> {
    statement: S,
    signatures: Vec<Cosignature>,
}

/// A statement that enough operators have signed, with their names in ascending order.
#[derive(Debug, PartialEq, Eq)]
pub struct Agreed<'a, S> {
    /// The statement.
    pub statement: &'a S,
    /// Who signed it.
    pub operators: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSignature {
    key: VerifyKey,
    signature: HexBytes,
}

/// The wire form: the encoding in hexadecimal, and each signature with the key that it is by.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    statement: HexBytes,
    signatures: Vec<WireSignature>,
}

impl<S: Statement> Cosigned<S> {
    /// A statement that nobody has signed yet.
    pub const fn proposed(statement: S) -> Self {
        Self { statement, signatures: Vec::new() }
    }

    /// With one operator's signature more; the same operator's again changes nothing.
    #[must_use]
    pub fn signed_by(mut self, key: &SignKey) -> Self {
        let signature = key.sign(&self.message());
        let key = key.verify_key();
        if !self.signatures.iter().any(|made| made.key == key) {
            self.signatures.push(Cosignature { key, signature });
        }
        self
    }

    /// With the signatures under another copy of the same statement; a copy of another statement is refused. Of two
    /// signatures by one key the one that is here stays, which [`Cosigned::verify`] may find to be false.
    pub fn joined(mut self, copy: &Self) -> Result<Self, StatementError> {
        if self.statement.encode() != copy.statement.encode() {
            return Err(StatementError::Malformed("a copy of another statement"));
        }
        for made in &copy.signatures {
            if !self.signatures.iter().any(|known| known.key == made.key) {
                self.signatures.push(*made);
            }
        }
        Ok(self)
    }

    /// The keys that signatures claim to be by, unchecked, in the order in which they were made.
    pub fn signers(&self) -> impl Iterator<Item = &VerifyKey> {
        self.signatures.iter().map(|made| &made.key)
    }

    /// The statement with its signatures unchecked: to show, to log, to forward, never to act on.
    pub const fn unverified(&self) -> &S {
        &self.statement
    }

    fn message(&self) -> Vec<u8> {
        [S::DOMAIN, &self.statement.encode()].concat()
    }
}

impl<S: Dated> Cosigned<S> {
    /// The statement, if it is good now and every signature is of a different pinned operator, `needed` of them at
    /// least. A single wrong signature spoils it: somebody meant something else.
    pub fn verify(&self, operators: &Operators, needed: usize, now: UnixMs) -> Result<Agreed<'_, S>, CosignedError> {
        let (from, until) = (self.statement.issued_at(), self.statement.valid_until());
        if now >= until {
            return Err(CosignedError::Expired(until));
        }
        if from > now.plus_ms(CLOCK_MS) {
            return Err(CosignedError::NotYet(from));
        }
        if self.signatures.len() > MOST_SIGNATURES {
            return Err(CosignedError::TooMany);
        }
        let message = self.message();
        let mut names = BTreeSet::new();
        for made in &self.signatures {
            let name = operators.name_of(&made.key).ok_or_else(|| CosignedError::Stranger(made.key.to_string()))?;
            made.key.verify(&message, &made.signature).map_err(|_| CosignedError::Signature(name.to_owned()))?;
            if !names.insert(name.to_owned()) {
                return Err(CosignedError::Twice(name.to_owned()));
            }
        }
        if names.len() < needed {
            return Err(CosignedError::TooFew { needed, have: names.len() });
        }
        Ok(Agreed { statement: &self.statement, operators: names.into_iter().collect() })
    }
}

impl<S: fmt::Debug> fmt::Debug for Cosigned<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cosigned").field(&self.statement).field(&self.signatures.len()).finish()
    }
}

impl<S: Statement> From<Cosigned<S>> for Wire {
    fn from(cosigned: Cosigned<S>) -> Self {
        let signature = |made: &Cosignature| WireSignature { key: made.key, signature: made.signature.to_vec().into() };
        Self {
            statement: cosigned.statement.encode().into(),
            signatures: cosigned.signatures.iter().map(signature).collect(),
        }
    }
}

impl<S: Statement> TryFrom<Wire> for Cosigned<S> {
    type Error = StatementError;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let signature = |made: WireSignature| {
            let signature = made.signature.0.try_into().map_err(|_| StatementError::Malformed("signature length"))?;
            Ok(Cosignature { key: made.key, signature })
        };
        Ok(Self {
            statement: S::decode(&wire.statement.0)?,
            signatures: wire.signatures.into_iter().map(signature).collect::<Result<_, StatementError>>()?,
        })
    }
}
