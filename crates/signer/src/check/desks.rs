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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_is_written_as_it_always_was() {
        let one = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
        let other = "TLa2f6VPqDgRE67v1736s7bJ8Ray5wYjU7";
        for (written, accounts) in [
            ("null".to_owned(), vec![]),
            (format!("{one:?}"), vec![one]),
            (format!("[{other:?},{one:?}]"), vec![other, one]),
        ] {
            let desks: Desks = serde_json::from_str(&written).unwrap();
            assert!(accounts.iter().all(|account| desks.contains(&account.parse().unwrap())));
            assert_eq!(desks.0.len(), accounts.len());
            assert_eq!(serde_json::to_string(&desks).unwrap(), written);
        }
        assert_eq!(serde_json::from_str::<Desks>(&format!("[{one:?}]")).unwrap().0.len(), 1);
        serde_json::from_str::<Desks>("\"nobody\"").unwrap_err();
    }
}
