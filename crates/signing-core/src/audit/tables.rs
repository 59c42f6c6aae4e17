//! The tables that the log speaks of, page by page: every row and every share of a limit, as they lie there.

use primitives::{HoldState, RowState};
use serde::{Deserialize, Serialize};
use store::{Filter, LIST_LIMIT_MAX, Record, Store, StoreError, Versioned};

use super::STAMP;
use super::checkpoint::StoredCheckpoint;
use super::told::unbalanced;
use crate::core::NOUNS;
use crate::key::Key;
use crate::register::Attempt;
use crate::wallet::Wallet;

/// The nouns of which every row is the work of a record: all but checkpoints, which are signed themselves.
pub(super) fn told_of() -> impl Iterator<Item = &'static str> {
    NOUNS.into_iter().filter(|noun| *noun != StoredCheckpoint::NOUN)
}

/// Those of them that rule over what may be signed, of which there are few: all but the attempts.
pub(super) fn ruling() -> impl Iterator<Item = &'static str> {
    told_of().filter(|noun| *noun != Attempt::NOUN)
}

/// A place in the tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// After a row of a noun.
    Row(String, i64),
    /// After a share: scope and holder.
    Share(String, String),
}

impl Place {
    /// The place as a text for others to give back.
    pub fn cursor(&self) -> String {
        hex::encode(serde_json::to_vec(self).expect("two variants of texts and a number"))
    }

    /// Reads the text again.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_slice(&hex::decode(text).ok()?).ok()
    }
}

/// What lies at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lying {
    /// Rows.
    pub rows: Vec<RowState>,
    /// Shares of limits.
    pub shares: Vec<HoldState>,
    /// Where to go on; none at the end.
    pub next: Option<Place>,
}

/// Up to `limit` rows or shares after a place, from the beginning without one. What is unknown to this program as a noun
/// has no rows and nothing after it.
pub async fn lying(store: &Store, after: Option<Place>, limit: usize) -> Result<Lying, StoreError> {
    let limit = limit.clamp(1, LIST_LIMIT_MAX);
    let mut nouns = told_of();
    let (noun, seq) = match after {
        None => (nouns.next(), 0),
        Some(Place::Row(noun, seq)) => (nouns.find(|known| *known == noun), seq),
        Some(Place::Share(scope, holder)) => return shares(store, (&scope, &holder), limit).await,
    };
    let Some(noun) = noun else { return Ok(Lying::default()) };
    let page = store.row_states(noun, STAMP, seq, limit).await?;
    let next = match (page.next, nouns.next()) {
        (Some(seq), _) => Place::Row(noun.to_owned(), seq),
        (None, Some(following)) => Place::Row(following.to_owned(), 0),
        (None, None) => Place::Share(String::new(), String::new()),
    };
    Ok(Lying { rows: page.rows, shares: Vec::new(), next: Some(next) })
}

/// What the store says against itself, in the tables by which rows are found and sums are known.
pub(super) async fn contradictions(store: &Store) -> Result<Vec<String>, StoreError> {
    let mut found = unbalanced(store).await?;
    unfound::<Attempt>(store, &mut found).await?;
    unfound::<Wallet>(store, &mut found).await?;
    unfound::<Key>(store, &mut found).await?;
    Ok(found)
}

/// Tells of the records of a noun that are not found by a name or a tag that they have: by these it is known that a
/// transaction was signed, a nonce used, and which attempts an intent has.
async fn unfound<R: Record>(store: &Store, found: &mut Vec<String>) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
        let page = store.list::<R>(filter).await?;
        for Versioned { record, .. } in page.items {
            let (noun, id) = (R::NOUN, record.id());
            for (key, value) in record.keys() {
                let holder = store.find::<R>(key, &value).await?;
                if holder.is_none_or(|holder| holder.record.id() != id) {
                    found.push(format!("the {noun} {id} is not found by its {key}"));
                }
            }
            for (tag, value) in record.tags() {
                let filter = Filter { tag: Some((tag.to_owned(), value)), limit: LIST_LIMIT_MAX, ..Filter::default() };
                let tagged = store.list::<R>(filter).await?;
                if !tagged.items.iter().any(|tagged| tagged.record.id() == id) && tagged.next.is_none() {
                    found.push(format!("the {noun} {id} is not found by its {tag}"));
                }
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn shares(store: &Store, after: (&str, &str), limit: usize) -> Result<Lying, StoreError> {
    let shares = store.hold_states(after, limit).await?;
    let last = shares.last().filter(|_| shares.len() == limit);
    let next = last.map(|share| Place::Share(share.scope.clone(), share.holder.clone()));
    Ok(Lying { rows: Vec::new(), shares, next })
}
