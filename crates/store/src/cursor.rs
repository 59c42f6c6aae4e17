//! Opaque places in the feed and in lists.

use uuid::Uuid;

use crate::error::{FeedError, StoreError};
use crate::incarnation::Incarnation;

/// The text that stands for a position in this life of the store.
pub(crate) fn feed_cursor(incarnation: Incarnation, position: i64) -> String {
    format!("{}.{position}", incarnation.0.simple())
}

/// The position that a reader names; the start of the feed without one.
pub(crate) fn feed_position(incarnation: Incarnation, after: Option<&str>) -> Result<i64, FeedError> {
    let Some(text) = after else { return Ok(0) };
    let (life, position) = text.split_once('.').ok_or(FeedError::Malformed)?;
    let life = Uuid::try_parse(life).map_err(|_| FeedError::Malformed)?;
    let position = ordinal(position).ok_or(FeedError::Malformed)?;
    if life == incarnation.0 { Ok(position) } else { Err(FeedError::Gone) }
}

/// The text that stands for a list's place after the row of this sequence.
pub(crate) fn list_cursor(seq: i64) -> String {
    format!("s{seq}")
}

/// The sequence that a list's reader names.
pub(crate) fn list_seq(after: &str) -> Result<i64, StoreError> {
    after.strip_prefix('s').and_then(ordinal).ok_or(StoreError::ListCursor)
}

fn ordinal(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Incarnation = Incarnation(Uuid::from_u128(7));

    #[test]
    fn a_cursor_leads_back_to_its_position_in_its_own_life_only() {
        let cursor = feed_cursor(LIFE, 12);
        assert_eq!(feed_position(LIFE, Some(&cursor)).ok(), Some(12));
        assert_eq!(feed_position(LIFE, None).ok(), Some(0));
        let other = feed_position(Incarnation(Uuid::from_u128(8)), Some(&cursor));
        assert!(matches!(other, Err(FeedError::Gone)));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let life = LIFE.0.simple();
        for text in ["", ".", "12", &format!("{life}"), &format!("{life}.-1"), &format!("{life}.+1"), "x.1"] {
            assert!(matches!(feed_position(LIFE, Some(text)), Err(FeedError::Malformed)), "{text:?}");
        }
        assert_eq!(list_seq(&list_cursor(3)).ok(), Some(3));
        for text in ["", "s", "3", "s-3", "s99999999999999999999"] {
            assert!(list_seq(text).is_err(), "{text:?}");
        }
    }
}
