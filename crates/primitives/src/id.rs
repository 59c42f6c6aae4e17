//! Names of our own nouns: a prefix that says what it is, and a UUID derived from the parent, so that a retry finds
//! the same name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// Why a text is no id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// The prefix is missing or is another noun's.
    #[error("expected an id that begins with {0:?}")]
    Prefix(&'static str),
    /// What follows the prefix is no lower-case hyphenated UUID.
    #[error("expected a lower-case UUID after the prefix")]
    Uuid,
    /// A chosen name is 1 to 64 characters of `[A-Za-z0-9_-]`.
    #[error("a name is 1 to 64 characters of letters, digits, _ and -")]
    Name,
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix that marks ids of this noun.
            pub const PREFIX: &'static str = $prefix;

            /// Derives the id from its parent and the parts that single it out (UUIDv5, each part with its length).
            pub fn derive(parent: Uuid, parts: &[&str]) -> Self {
                Self(derive(parent, $prefix, parts))
            }

            /// The UUID without its prefix, the parent of what belongs to this noun.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let rest = text.strip_prefix($prefix).ok_or(IdError::Prefix($prefix))?;
                parse_uuid(rest).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 64 characters of `[A-Za-z0-9_-]`.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.to_owned().try_into()
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                if is_name(&text) { Ok(Self(text)) } else { Err(IdError::Name) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

fn parse_uuid(text: &str) -> Result<Uuid, IdError> {
    let uuid = Uuid::try_parse(text).map_err(|_| IdError::Uuid)?;
    // One spelling only: an id is compared as text in databases and URLs.
    if uuid.to_string() == text { Ok(uuid) } else { Err(IdError::Uuid) }
}

fn derive(parent: Uuid, prefix: &str, parts: &[&str]) -> Uuid {
    let mut name = prefix.as_bytes().to_vec();
    for part in parts {
        // The length keeps ("a", "bc") and ("ab", "c") apart.
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part.as_bytes());
    }
    Uuid::new_v5(&parent, &name)
}

uuid_id! {
    /// One plane: one token, one set of databases, one chain.
    PlaneId, "pl_"
}
uuid_id! {
    /// A payout; derived from plane, merchant and the merchant's own id, so that a client can compute it.
    PayoutId, "po_"
}
uuid_id! {
    /// One attempt at moving money, which is one transaction; derived from the payout and the attempt's number.
    TransferId, "tr_"
}
uuid_id! {
    /// A reservation of energy and bandwidth for one attempt; derived from the attempt.
    LeaseId, "le_"
}
uuid_id! {
    /// One stake or unstake of TRX.
    StakeId, "st_"
}
uuid_id! {
    /// One delegation, or reclaim, of a resource.
    DelegationId, "de_"
}
uuid_id! {
    /// A decision of two operators; derived from the whole statement.
    CeremonyId, "cm_"
}
uuid_id! {
    /// One stop of all signing; what lifts it names it.
    FreezeId, "fz_"
}

name_id! {
    /// A merchant, as the operator names it.
    MerchantId
}
name_id! {
    /// A merchant's own name for a payout, unique per merchant for ever.
    MerchantRef
}
name_id! {
    /// A wallet, as the operator names it.
    WalletId
}
name_id! {
    /// A key in the token, by the hexadecimal form of its CKA_ID.
    KeyId
}
name_id! {
    /// What a signature is for, the id of a payout, stake, delegation or sweep in its text form.
    IntentId
}

impl PayoutId {
    /// The id of what `merchant` calls `reference` in this plane.
    pub fn of(plane: PlaneId, merchant: &MerchantId, reference: &MerchantRef) -> Self {
        Self::derive(plane.uuid(), &[merchant.as_str(), reference.as_str()])
    }
}

impl TransferId {
    /// The id of this attempt at this payout.
    pub fn of(payout: PayoutId, attempt: AttemptNo) -> Self {
        Self::derive(payout.uuid(), &[&attempt.0.to_string()])
    }
}

impl LeaseId {
    /// The id of the one lease of this transfer.
    pub fn of(transfer: TransferId) -> Self {
        Self::derive(transfer.uuid(), &[])
    }
}

macro_rules! intent_of {
    ($($noun:ident),*) => {
        $(impl From<$noun> for IntentId {
            fn from(id: $noun) -> Self {
                Self(id.to_string())
            }
        })*
    };
}

intent_of!(PayoutId, StakeId, DelegationId, CeremonyId);

/// Which attempt at an intent, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptNo(pub u32);

impl AttemptNo {
    /// The first.
    pub const FIRST: Self = Self(1);

    /// The one after.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for AttemptNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANE: &str = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8";

    #[test]
    fn a_payout_id_is_derived_from_plane_merchant_and_reference() {
        let plane: PlaneId = PLANE.parse().expect("a plane id");
        let merchant: MerchantId = "shop".parse().expect("a name");
        let id = |text: &str| PayoutId::of(plane, &merchant, &text.parse().expect("a name"));
        assert_eq!(id("order-1"), id("order-1"));
        assert_ne!(id("order-1"), id("order-2"));
        assert_eq!(id("order-1").to_string().parse(), Ok(id("order-1")));
        // A golden value: clients compute it on their own.
        assert_eq!(id("order-1").to_string(), "po_bc48a363-15b7-55f1-89d5-39a97de5b76f");
    }

    #[test]
    fn parts_do_not_run_together() {
        let parent = Uuid::nil();
        assert_ne!(PayoutId::derive(parent, &["a", "bc"]), PayoutId::derive(parent, &["ab", "c"]));
    }

    #[test]
    fn one_spelling_only() {
        assert_eq!("po_6BA7B810-9dad-11d1-80b4-00c04fd430c8".parse::<PayoutId>(), Err(IdError::Uuid));
        assert_eq!("po_6ba7b8109dad11d180b400c04fd430c8".parse::<PayoutId>(), Err(IdError::Uuid));
        assert_eq!(PLANE.parse::<PayoutId>(), Err(IdError::Prefix("po_")));
        assert_eq!("a b".parse::<WalletId>(), Err(IdError::Name));
        assert_eq!("".parse::<WalletId>(), Err(IdError::Name));
        assert_eq!("x".repeat(65).parse::<WalletId>(), Err(IdError::Name));
    }
}
