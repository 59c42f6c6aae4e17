//! Failed calls by function and raw return value, the repaired ones included.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::error::TokenError;

/// More labels than this are counted together, because a module may invent return values.
const MOST_LABELS: usize = 128;

/// How often a function failed with one return value since the token was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureCount {
    /// The function, such as `C_Sign`; `other` for what came after too many others.
    pub function: String,
    /// The return value as the driver calls it, such as `DeviceError`; a vendor's own with its number.
    pub rv: String,
    /// How often.
    pub count: u64,
}

/// The counters of one token.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<BTreeMap<(String, String), u64>>);

impl Failures {
    /// Counts the error if it is a failed call.
    pub(crate) fn note(&self, error: &TokenError) {
        let TokenError::Call { function, rv, .. } = error else { return };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut label = (function.clone(), format!("{rv:?}"));
        if counts.len() >= MOST_LABELS && !counts.contains_key(&label) {
            label = ("other".to_owned(), "other".to_owned());
        }
        let count = counts.entry(label).or_default();
        *count = count.saturating_add(1);
    }

    /// All counts, by function and value.
    pub(crate) fn counts(&self) -> Vec<FailureCount> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|((function, rv), count)| FailureCount { function: function.clone(), rv: rv.clone(), count: *count })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;
    use cryptoki::error::RvError;

    #[test]
    fn counts_calls_and_keeps_the_labels_few() {
        let failures = Failures::default();
        failures.note(&TokenError::Closed);
        assert_eq!(failures.counts(), []);
        for code in 0..u64::try_from(MOST_LABELS).unwrap() + 10 {
            for _ in 0..2 {
                let rv = RvError::VendorDefined(code);
                failures.note(&TokenError::Call { function: "C_Sign".to_owned(), rv, action: Action::for_rv(rv) });
            }
        }
        let counts = failures.counts();
        assert_eq!(counts.len(), MOST_LABELS + 1);
        let other = counts.iter().find(|count| count.function == "other").unwrap();
        assert_eq!(other.count, 20);
        assert!(counts.iter().any(|count| count.rv == "VendorDefined(3)" && count.count == 2), "{counts:?}");
    }
}
