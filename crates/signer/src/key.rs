//! How a key is named in the token, and the public half that we trust.

use std::fmt;

use primitives::statement::KeyClass;
use primitives::{Address, KeyId};
use tron_tx::PublicKey;

/// CKA_ID: 16 bytes chosen at random by the caller before the key exists, so that a repeated request finds the same key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CkaId([u8; 16]);

/// The key that signs the audit log's checkpoints and other keys' manifests, one per token.
pub const AUDIT_KEY: CkaId = CkaId::new(*b"lucid-audit--key");

impl CkaId {
    /// The key that signs releases, one per token.
    pub const RELEASE: Self = Self::new(*b"lucid-releasekey");

    /// The key that signs nothing but canaries, one per token.
    pub const CANARY: Self = Self::new(*b"lucid-canary-key");

    /// The key that signs attestations, one per token.
    pub const COMPLIANCE: Self = Self::new(*b"lucid-compliance");

    /// What the key is for; `None` for a wallet's key, whose id is random. It is told by the id alone, so that no record
    /// of a wallet, however it was altered, lends a transaction the signature of another class.
    pub const fn class(&self) -> Option<KeyClass> {
        match *self {
            AUDIT_KEY => Some(KeyClass::Audit),
            Self::RELEASE => Some(KeyClass::Release),
            Self::CANARY => Some(KeyClass::Canary),
            Self::COMPLIANCE => Some(KeyClass::Compliance),
            _ => None,
        }
    }

    /// Takes the bytes as they are; they must not repeat within a token.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The id that a key's name stands for; `None` for a name that is not 32 lower-case hexadecimal digits.
    pub fn parse(name: &KeyId) -> Option<Self> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(name.as_str(), &mut bytes).ok()?;
        let id = Self(bytes);
        (id.key_id() == *name).then_some(id)
    }

    /// The name outside the token: the bytes as 32 hexadecimal digits.
    pub fn key_id(&self) -> KeyId {
        self.to_string().parse().expect("32 hexadecimal digits are a name")
    }

    /// The bytes as the token stores them.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for CkaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for CkaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CkaId({self})")
    }
}

/// A key of the token together with the public key that was pinned when it was made.
///
/// The token is not trusted to say which key it signs with: everything it answers is verified against this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinnedKey {
    /// Where the key is in the token.
    pub id: CkaId,
    /// Which key it must be.
    pub public_key: PublicKey,
}

impl PinnedKey {
    /// The account that the key alone controls.
    pub fn address(&self) -> Address {
        self.public_key.address()
    }

    /// The key's name outside the token.
    pub fn key_id(&self) -> KeyId {
        self.id.key_id()
    }
}
