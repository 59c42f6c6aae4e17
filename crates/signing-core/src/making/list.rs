//! Every key that there is, and what else the token holds.

use std::collections::BTreeSet;

use api::wallet_manager::key::{KeyList, UnknownKey};
use primitives::HexBytes;
use store::{Filter, LIST_LIMIT_MAX, StoreError};
use tracing::warn;

use super::Maker;
use crate::key::Key;

impl Maker {
    /// All keys by name, and those of the token that none of them is: left by a database that was lost, or another
    /// plane's. They are named, never touched.
    pub async fn all(&self) -> Result<KeyList, StoreError> {
        let mut keys = Vec::new();
        let mut after = None;
        loop {
            let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = self.store.list::<Key>(filter).await?;
            keys.extend(page.items.iter().map(|key| key.record.view()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        let known: BTreeSet<String> = keys.iter().map(|key| key.key_id.to_string()).collect();
        Ok(KeyList { unknown: self.unknown(&known).await, keys })
    }

    async fn unknown(&self, known: &BTreeSet<String>) -> Option<Vec<UnknownKey>> {
        let token = self.keeper.token().ok()?;
        let listed = token.list_keys().await.inspect_err(|error| {
            warn!(%error, "the token does not list its keys");
        });
        let unknown =
            listed.ok()?.into_iter().filter(|key| !known.contains(&HexBytes::from(key.id.clone()).to_string()));
        Some(unknown.map(|key| UnknownKey { id: key.id.into(), label: key.label }).collect())
    }
}
