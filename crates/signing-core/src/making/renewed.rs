//! Keys that are renewed: each of their class has a number, and two are in force at most.
//!
//! The next one may be made while the last one is in force, so that those who believe it can pin both. When the old one is
//! retired, the token keeps that as well: whoever uses it without this plane's database goes by that.

use primitives::statement::KeyClass;
use signer::CkaId;
use store::{Filter, LIST_LIMIT_MAX, StoreError};
use tracing::info;

use super::{MakeError, Maker};
use crate::key::{Key, only};
use crate::random;

/// How many keys of one class may be in force.
const IN_FORCE_MAX: usize = 2;

impl Maker {
    /// Where in the token a new key of this class is made.
    pub(super) async fn place(&self, class: KeyClass) -> Result<CkaId, MakeError> {
        if class.is_wallet() {
            return Ok(CkaId::new(random::bytes()));
        }
        if let Some(id) = only(class) {
            return Ok(id);
        }
        let known = self.of_class(class).await?;
        if known.iter().filter(|key| key.retired.is_none()).count() >= IN_FORCE_MAX {
            return Err(MakeError::ClassTaken(class));
        }
        let token = self.keeper.token().map_err(MakeError::Unavailable)?;
        let mut next = known.iter().filter_map(Key::generation).max().unwrap_or_default();
        loop {
            next = next.checked_add(1).ok_or(MakeError::ClassTaken(class))?;
            let id = CkaId::generation(class, next).ok_or(MakeError::Class(class))?;
            // One that was retired before this database began is passed over. One that is in the token and in force is
            // taken up, as it was when there was one for ever: a publisher's key may be older than the plane.
            if !self.audit.head_in_token() || token.retired(id).await?.is_none() {
                return Ok(id);
            }
        }
    }

    /// Has the token keep which of its renewed keys are retired, where it does not yet: it may have been away. One that
    /// keeps no head of the log keeps no data objects at all.
    pub async fn mark_retired(&self) -> Result<(), MakeError> {
        let Ok(token) = self.keeper.token() else { return Ok(()) };
        if !self.audit.head_in_token() {
            return Ok(());
        }
        for class in [KeyClass::Compliance, KeyClass::Release] {
            for key in self.of_class(class).await? {
                let (Some(retired), Some(id)) = (&key.retired, CkaId::parse(&key.key_id)) else { continue };
                if token.retired(id).await?.is_none() {
                    token.retire(id, retired.at).await?;
                    info!(key = %key.name, "the token keeps that a key is retired");
                }
            }
        }
        Ok(())
    }

    /// Every key of this class, retired ones too.
    async fn of_class(&self, class: KeyClass) -> Result<Vec<Key>, StoreError> {
        let (mut keys, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.list::<Key>(Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() }).await?;
            keys.extend(page.items.into_iter().map(|key| key.record).filter(|key| key.class == class));
            after = page.next;
            if after.is_none() {
                return Ok(keys);
            }
        }
    }
}
