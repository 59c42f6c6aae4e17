//! A store's log as lines, for a verifier or for a file.

use api::wallet_manager::audit::AuditHead;
use primitives::{PlaneId, UnixMs};
use sha2::{Digest, Sha256};
use store::{Filter, LIST_LIMIT_MAX, Store, StoreError};

use super::checkpoint::StoredCheckpoint;
use super::tables::{contradictions, lying};
use super::verify::{Known, Line};
use crate::register::Attempt;
use crate::serve::audit_view;

impl From<&Attempt> for Known {
    fn from(attempt: &Attempt) -> Self {
        let signing = attempt.signing();
        let signature = signing.and_then(|signing| signing.signature.as_ref());
        Self {
            intent: attempt.intent.clone(),
            attempt: attempt.attempt,
            txid: signing.map(|signing| signing.txid),
            signature: signature.map(|signature| Sha256::digest(signature).to_vec().into()),
            audit: attempt.audit,
        }
    }
}

/// Gives every line of a store's log to `take`, until it refuses one. Nobody else may have the store open.
pub async fn export<E: From<StoreError>>(
    store: &Store,
    plane: Option<PlaneId>,
    head: AuditHead,
    at: UnixMs,
    mut take: impl FnMut(Line) -> Result<(), E>,
) -> Result<(), E> {
    take(Line::Log { plane, at, head })?;
    let mut after = None;
    loop {
        let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
        let page = store.list::<StoredCheckpoint>(filter).await?;
        page.items.iter().try_for_each(|stored| take(Line::Checkpoint(stored.record.view())))?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut seq = 0;
    loop {
        let page = store.log(seq, LIST_LIMIT_MAX).await?;
        let Some(last) = page.last() else { break };
        seq = last.position.seq;
        page.into_iter().try_for_each(|record| take(Line::Record(audit_view(record))))?;
    }
    let mut after = None;
    loop {
        let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
        let page = store.list::<Attempt>(filter).await?;
        page.items.iter().try_for_each(|attempt| take(Line::Attempt(Known::from(&attempt.record))))?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut after = None;
    loop {
        let page = lying(store, after, LIST_LIMIT_MAX).await?;
        page.rows.into_iter().try_for_each(|row| take(Line::Row(row)))?;
        page.shares.into_iter().try_for_each(|share| take(Line::Share(share)))?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let found = contradictions(store).await?;
    found.into_iter().try_for_each(|detail| take(Line::Contradiction { detail }))?;
    take(Line::End { register: true, rows: true, at_rest: true })
}
