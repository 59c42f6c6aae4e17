//! For whom a question is asked, as the process that relays it says.
//!
//! The HTTP process checks who calls; the worker takes its word for the name and for nothing else. What is signed is
//! decided by the signatures that the worker verifies itself, whoever is named here.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest name, bytes.
pub const NAME_MAX: usize = 64;

tokio::task_local! {
    static CURRENT: Option<Caller>;
}

/// A caller's name: 1 to [`NAME_MAX`] characters of `[A-Za-z0-9._-]`, so that what is logged of it is bounded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Caller(Arc<str>);

/// The text is no caller's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a caller's name is 1 to {NAME_MAX} characters of [A-Za-z0-9._-]")]
pub struct NoName;

impl Caller {
    /// The caller of this name in the configuration. What does not fit the form is cut off and replaced, for a name that
    /// a person chose must not stand in the way of a payment.
    pub fn named(name: &str) -> Self {
        let fitting: String = name.chars().map(|c| if fits(c) { c } else { '_' }).take(NAME_MAX).collect();
        Self(if fitting.is_empty() { "_".into() } else { fitting.into() })
    }
}

/// Runs work for this caller; what it records names them.
pub async fn scope<F: Future>(caller: Option<Caller>, work: F) -> F::Output {
    CURRENT.scope(caller, work).await
}

/// [`scope`] for what waits for nothing.
pub fn sync_scope<T>(caller: Option<Caller>, work: impl FnOnce() -> T) -> T {
    CURRENT.sync_scope(caller, work)
}

/// For whom the current task works, if for anybody.
pub fn current() -> Option<Caller> {
    CURRENT.try_with(Clone::clone).ok().flatten()
}

const fn fits(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

impl TryFrom<String> for Caller {
    type Error = NoName;

    fn try_from(name: String) -> Result<Self, NoName> {
        let fitting = (1..=NAME_MAX).contains(&name.len()) && name.chars().all(fits);
        if fitting { Ok(Self(name.into())) } else { Err(NoName) }
    }
}

impl From<Caller> for String {
    fn from(caller: Caller) -> Self {
        caller.0.as_ref().to_owned()
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_name_has_a_bounded_form_that_is_its_own(name in ".{0,80}") {
            let caller = Caller::named(&name);
            let text = String::from(caller.clone());
            prop_assert!((1..=NAME_MAX).contains(&text.len()));
            prop_assert_eq!(Caller::try_from(text), Ok(caller));
        }
    }

    #[test]
    fn a_name_that_fits_stays_as_it_is_and_others_are_no_names() {
        assert_eq!(Caller::named("payout-router").to_string(), "payout-router");
        assert_eq!(Caller::named("a\"b\nc").to_string(), "a_b_c");
        for other in ["", "a b", "\"", &"x".repeat(NAME_MAX + 1)] {
            assert_eq!(Caller::try_from(other.to_owned()), Err(NoName));
        }
    }

    #[tokio::test]
    async fn the_scope_is_seen_inside_and_only_there() {
        let caller = Some(Caller::named("operator"));
        assert_eq!(scope(caller.clone(), async { current() }).await, caller);
        assert_eq!(current(), None);
    }
}
