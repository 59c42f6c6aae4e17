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

/// A class whose keys are renewed.
struct Renewed {
    class: KeyClass,
    /// The first key's id, from before there were others.
    first: CkaId,
    /// What the ids of the others begin with; their number follows, big endian.
    prefix: &'static [u8; 12],
}

const RENEWED: [Renewed; 2] = [
    Renewed { class: KeyClass::Compliance, first: CkaId::COMPLIANCE, prefix: b"lucid-desk--" },
    Renewed { class: KeyClass::Release, first: CkaId::RELEASE, prefix: b"lucid-issue-" },
];

impl CkaId {
    /// The first key that signs releases; those that follow it are [`CkaId::generation`]s.
    pub const RELEASE: Self = Self::new(*b"lucid-releasekey");

    /// The key that signs nothing but canaries, one per token.
    pub const CANARY: Self = Self::new(*b"lucid-canary-key");

    /// The first key that signs attestations; likewise.
    pub const COMPLIANCE: Self = Self::new(*b"lucid-compliance");

    /// The key of this number, from 1, of a class whose keys are renewed; `None` for other classes, and for 0.
    pub fn generation(class: KeyClass, number: u32) -> Option<Self> {
        let renewed = RENEWED.iter().find(|renewed| renewed.class == class)?;
        match number {
            0 => None,
            1 => Some(renewed.first),
            _ => {
                let mut bytes = [0; 16];
                bytes[..12].copy_from_slice(renewed.prefix);
                bytes[12..].copy_from_slice(&number.to_be_bytes());
                Some(Self(bytes))
            }
        }
    }

    /// Which key of its class it is, from 1, where such keys are renewed.
    pub fn number(&self) -> Option<u32> {
        RENEWED.iter().find_map(|renewed| {
            if *self == renewed.first {
                return Some(1);
            }
            let number = self.0.strip_prefix(renewed.prefix)?;
            let number = u32::from_be_bytes(number.try_into().ok()?);
            (number > 1).then_some(number)
        })
    }

    /// What the key is for; `None` for a wallet's key, whose id is random. It is told by the id alone, so that no record
    /// of a wallet, however it was altered, lends a transaction the signature of another class.
    pub fn class(&self) -> Option<KeyClass> {
        match *self {
            AUDIT_KEY => return Some(KeyClass::Audit),
            Self::CANARY => return Some(KeyClass::Canary),
            _ => {}
        }
        // By the prefix alone: whatever its number, it is no wallet's.
        let of = |renewed: &&Renewed| *self == renewed.first || self.0.starts_with(renewed.prefix);
        RENEWED.iter().find(of).map(|renewed| renewed.class)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renewed_key_is_known_by_its_class_and_number_and_no_other_is() {
        for class in [KeyClass::Compliance, KeyClass::Release] {
            for number in [1, 2, 3, 255, 256, u32::MAX] {
                let id = CkaId::generation(class, number).unwrap();
                assert_eq!((id.class(), id.number()), (Some(class), Some(number)));
            }
            assert_eq!(CkaId::generation(class, 0), None);
        }
        let [desk, issue] = [CkaId::COMPLIANCE, CkaId::RELEASE];
        assert_eq!(CkaId::generation(KeyClass::Compliance, 1), Some(desk));
        assert_eq!(CkaId::generation(KeyClass::Release, 1), Some(issue));
        for class in [KeyClass::Hot, KeyClass::Energy, KeyClass::Treasury, KeyClass::Audit, KeyClass::Canary] {
            assert_eq!(CkaId::generation(class, 2), None, "{class}");
        }
        for own in [AUDIT_KEY, CkaId::CANARY, CkaId::new([7; 16])] {
            assert_eq!(own.number(), None);
        }
        // A number that nobody gives out is of the class all the same: it is no wallet's.
        let nought = CkaId::new(*b"lucid-issue-\0\0\0\0");
        assert_eq!((nought.class(), nought.number()), (Some(KeyClass::Release), None));
    }
}
