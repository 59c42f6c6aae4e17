//! The compliance desk's accounts: one, and while its key is renewed the next one beside it.

use std::collections::BTreeSet;

use primitives::Address;
use serde::{Deserialize, Serialize};

/// The accounts whose keys sign attestations. Written as nothing, one address, or a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Desks(BTreeSet<Address>);

/// One address stays one address: what was pinned before there could be two is the same.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    None(()),
    One(Address),
    Many(BTreeSet<Address>),
}

impl Desks {
    /// Whether this account is the desk's.
    pub fn contains(&self, account: &Address) -> bool {
        self.0.contains(account)
    }
}

impl FromIterator<Address> for Desks {
    fn from_iter<I: IntoIterator<Item = Address>>(accounts: I) -> Self {
        Self(accounts.into_iter().collect())
    }
}

impl From<Written> for Desks {
    fn from(written: Written) -> Self {
        match written {
            Written::None(()) => Self::default(),
            Written::One(account) => Self::from_iter([account]),
            Written::Many(accounts) => Self(accounts),
        }
    }
}

impl From<Desks> for Written {
    fn from(Desks(accounts): Desks) -> Self {
        match (accounts.len(), accounts.first()) {
            (0, _) => Self::None(()),
            (1, Some(account)) => Self::One(*account),
            _ => Self::Many(accounts),
        }
    }
}
