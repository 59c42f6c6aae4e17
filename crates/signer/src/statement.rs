//! The closed set of what a token signs, and which keys sign what.

use primitives::KeyId;
use primitives::statement::{Attestation, Canary, Checkpoint, Hashed, KeyClass, Manifest, Release};

use crate::check::Checked;
use crate::error::TokenError;
use crate::key::PinnedKey;

/// Everything that a key of the token can be made to sign. There is no variant for bytes or a digest: what is signed is
/// hashed here.
#[derive(Debug, Clone, Copy)]
pub enum Statement<'a> {
    /// A transaction that passed every check, by the wallet key that it was checked for.
    Transaction(&'a Checked),
    /// The compliance desk's word for a payout, by its key.
    Attestation(&'a Attestation),
    /// The audit log up to a record, by the audit key.
    Checkpoint(&'a Checkpoint),
    /// How a key was made, by the audit key.
    Manifest(&'a Manifest),
    /// What a release is made of, by the release key.
    Release(&'a Release),
    /// That the token works, by the canary key.
    Canary(&'a Canary),
}

/// Who signs a kind of statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signer {
    /// Keys of wallets, whose ids are random.
    Wallet,
    /// The one key of this class, whose id is known.
    Only(KeyClass),
}

impl Statement<'_> {
    /// What is signed, if this key may: the refusal comes before any token is asked.
    pub(crate) fn digest_for(self, key: &PinnedKey) -> Result<[u8; 32], TokenError> {
        let signer = key.id.class().map_or(Signer::Wallet, Signer::Only);
        if signer != self.signer() {
            return Err(TokenError::KeyClass { id: key.id, statement: self.noun() });
        }
        if self.key_id().is_some_and(|named| *named != key.key_id()) {
            return Err(TokenError::OtherKey { id: key.id });
        }
        Ok(self.digest())
    }

    const fn signer(self) -> Signer {
        match self {
            Self::Transaction(_) => Signer::Wallet,
            Self::Attestation(_) => Signer::Only(KeyClass::Compliance),
            Self::Checkpoint(_) | Self::Manifest(_) => Signer::Only(KeyClass::Audit),
            Self::Release(_) => Signer::Only(KeyClass::Release),
            Self::Canary(_) => Signer::Only(KeyClass::Canary),
        }
    }

    /// The key that the statement itself names as its signer.
    const fn key_id(&self) -> Option<&KeyId> {
        match self {
            Self::Transaction(checked) => Some(checked.key_id()),
            Self::Canary(canary) => Some(&canary.key_id),
            Self::Attestation(_) | Self::Checkpoint(_) | Self::Manifest(_) | Self::Release(_) => None,
        }
    }

    fn digest(self) -> [u8; 32] {
        match self {
            // The one hash over raw_data, which the checks made.
            Self::Transaction(checked) => *checked.txid().as_bytes(),
            Self::Attestation(attestation) => attestation.digest(),
            Self::Checkpoint(checkpoint) => checkpoint.digest(),
            Self::Manifest(manifest) => manifest.digest(),
            Self::Release(release) => release.digest(),
            Self::Canary(canary) => canary.digest(),
        }
    }

    const fn noun(self) -> &'static str {
        match self {
            Self::Transaction(_) => "transaction",
            Self::Attestation(_) => "attestation",
            Self::Checkpoint(_) => "checkpoint",
            Self::Manifest(_) => "manifest",
            Self::Release(_) => "release",
            Self::Canary(_) => "canary",
        }
    }
}

macro_rules! from_statement {
    ($($variant:ident($statement:ty)),*) => {
        $(impl<'a> From<&'a $statement> for Statement<'a> {
            fn from(statement: &'a $statement) -> Self {
                Self::$variant(statement)
            }
        })*
    };
}

from_statement!(
    Transaction(Checked),
    Attestation(Attestation),
    Checkpoint(Checkpoint),
    Manifest(Manifest),
    Release(Release),
    Canary(Canary)
);
