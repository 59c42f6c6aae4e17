//! The signing policy: what each wallet may sign, whatever an authorisation says.
//!
//! It bounds the loss when whoever authorises is taken. A file in TOML, deny by default: a wallet without a table signs
//! nothing, a table allows what it lists, and every amount has a limit or says that it has none. [`Policy::judge`] is
//! pure; the sums of its windows are the caller's, who takes every [`Reservation`] durably before the token is asked.

mod canonical;
mod demands;
mod document;
mod fault;
mod grant;
mod holder;
mod judge;
mod limits;
mod names;
mod presets;
mod render;
mod reservation;
#[cfg(test)]
mod tests;
mod totals;
mod words;

use std::collections::BTreeMap;

use primitives::{KeyId, WalletId};
use sha2::{Digest, Sha256};

pub use demands::{Demands, Threshold};
pub use fault::PolicyFault;
pub use grant::Grant;
pub use holder::{Class, Facts, Holder, Surroundings};
pub use limits::{Bound, Limits, Measure, Window};
pub use presets::{PRESETS, Preset};
pub use reservation::Reservation;
pub use totals::{Fees, Signatures, Total};
pub use words::Weighed;

/// A policy that was read and found consistent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    version: u32,
    classes: BTreeMap<Class, Grant>,
    wallets: BTreeMap<WalletId, Grant>,
    keys: BTreeMap<KeyId, Grant>,
}

impl Policy {
    /// Reads a policy file; whatever is unknown, missing or at odds with itself is an error with its line.
    pub fn parse(text: &str) -> Result<Self, PolicyFault> {
        document::read(text)
    }

    /// The policy that holds where no file is named.
    pub fn built_in() -> Self {
        Self::parse(presets::BUILT_IN).expect("the built-in policy is a constant, which a test reads")
    }

    /// The number that its author gave it, from 1.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// SHA-256 of [`Policy::canonical`]: the same for every spelling of the same rules.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.canonical()).into()
    }

    /// What holds for a wallet: its key's table, otherwise its own, otherwise its class's, and only that one.
    pub fn grant(&self, holder: &Holder) -> Option<&Grant> {
        self.keys
            .get(&holder.key)
            .or_else(|| self.wallets.get(&holder.wallet))
            .or_else(|| self.classes.get(&holder.class))
    }

    /// Every table with its name, in a fixed order.
    pub fn tables(&self) -> impl Iterator<Item = (String, &Grant)> {
        let classes = self.classes.iter().map(|(class, grant)| (format!("class.{}", class.name()), grant));
        let wallets = self.wallets.iter().map(|(wallet, grant)| (format!("wallet.{wallet}"), grant));
        let keys = self.keys.iter().map(|(key, grant)| (format!("key.{key}"), grant));
        classes.chain(wallets).chain(keys)
    }
}
