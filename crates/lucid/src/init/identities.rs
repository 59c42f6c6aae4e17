//! The keys by which services and the operator know one another.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use primitives::Network;
use primitives::statement::{SignKey, VerifyKey};

use super::secret_file;
use crate::directory::Directory;
use crate::roster::{OPERATOR, ROSTER};

/// Who decides on a devnet, where one person plays both.
pub(crate) const DEVNET_OPERATORS: [&str; 2] = ["first", "second"];

/// What an API key begins with.
const API_KEY: &str = "lk_";

/// Public keys by name, and the hash of the demo merchant's API key. The secrets stay in their files.
#[derive(Debug)]
pub(super) struct Identities {
    /// What each one's calls are checked against; the operator's too.
    pub(super) call: BTreeMap<&'static str, VerifyKey>,
    /// What the statements of those services that make some are checked against.
    pub(super) authority: BTreeMap<&'static str, VerifyKey>,
    /// The operators of a devnet, of whom two decide what no service does. On a real plane they make their keys
    /// themselves, each on a machine of their own.
    pub(super) operators: BTreeMap<&'static str, VerifyKey>,
    /// The merchant's API key, which only the operator's own file holds.
    pub(super) merchant_key: String,
    /// The API key of the merchant that a container plays on a devnet.
    pub(super) shop_key: Option<String>,
}

impl Identities {
    /// Makes every secret that does not exist yet.
    pub(super) fn make(directory: &Directory, network: Network, containers: bool) -> Result<Self> {
        let mut call = BTreeMap::from([(OPERATOR, public(&directory.call_key(OPERATOR))?)]);
        let mut authority = BTreeMap::new();
        for member in &ROSTER {
            call.insert(member.name, public(&directory.call_key(member.name))?);
            if member.has_authority {
                authority.insert(member.name, public(&directory.authority_key(member.name))?);
            }
        }
        let mut operators = BTreeMap::new();
        if network == Network::Devnet {
            for name in DEVNET_OPERATORS {
                operators.insert(name, public(&directory.operator_key(name))?);
            }
        }
        let merchant_key = secret_file::ensure(&directory.merchant_key(), API_KEY)?;
        let plays = containers && network == Network::Devnet;
        let shop_key = plays.then(|| secret_file::ensure(&directory.shop_key(), API_KEY)).transpose()?;
        Ok(Self { call, authority, operators, merchant_key, shop_key })
    }
}

fn public(path: &Path) -> Result<VerifyKey> {
    let secret = secret_file::ensure(path, "")?;
    let key = SignKey::parse(&secret).with_context(|| format!("{} holds no secret key", path.display()))?;
    Ok(key.verify_key())
}
