//! The file as it is written.

use std::collections::BTreeMap;

use primitives::{KeyId, WalletId};
use serde::Deserialize;

use super::grant::Grant;
use super::holder::Class;
use super::{Policy, PolicyFault};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    #[serde(default)]
    class: BTreeMap<Class, Grant>,
    #[serde(default)]
    wallet: BTreeMap<WalletId, Grant>,
    #[serde(default)]
    key: BTreeMap<KeyId, Grant>,
}

pub(super) fn read(text: &str) -> Result<Policy, PolicyFault> {
    let document: Document = toml::from_str(text).map_err(|error| PolicyFault::of_toml(text, &error))?;
    let Document { version, class, wallet, key } = document;
    if version == 0 {
        return Err(PolicyFault::Text { line: 1, problem: "versions count from 1".to_owned() });
    }
    let policy = Policy { version, classes: class, wallets: wallet, keys: key };
    let fault = policy.tables().find_map(|(table, grant)| grant.fault().map(|problem| (table, problem)));
    match fault {
        Some((table, problem)) => Err(PolicyFault::of_table(text, table, problem)),
        None => Ok(policy),
    }
}
