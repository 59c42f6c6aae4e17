//! What must be reserved before a signature.

use primitives::{KeyId, UnixMs};

use super::holder::Facts;
use super::limits::{Bound, Limits, Measure, Window};
use crate::Refusal;

/// A share of a window's sum. It is taken in the commit that registers the attempt, counts until its window is over
/// whatever becomes of the attempt, and is never given back early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// The sum's name: of one key, one measure and one window.
    pub scope: String,
    /// How much, in smallest units.
    pub amount: i64,
    /// What the sum may reach with it.
    pub ceiling: i64,
    /// How long it counts.
    pub window: Window,
}

impl Reservation {
    /// What a transaction must reserve; nothing in a window without a bound.
    pub(super) fn all(facts: &Facts<'_>, limits: &Limits) -> Result<Vec<Self>, Refusal> {
        let amount = i64::try_from(facts.amount).map_err(|_| Refusal::PolicyAmount)?;
        let of = |window: Window| match window.bound(limits) {
            Bound::Unlimited => None,
            // A bound is an amount, which is never above i64::MAX.
            Bound::AtMost(most) => Some(Self {
                scope: scope(facts, window),
                amount,
                ceiling: i64::try_from(most).unwrap_or(i64::MAX),
                window,
            }),
        };
        Ok(Window::ALL.into_iter().filter_map(of).collect())
    }

    /// The name of the sum of a wallet's window; none for a window that each recipient has one of.
    pub fn sum(key: &KeyId, measure: Measure, window: Window) -> Option<String> {
        let measure = measure.name();
        match window {
            Window::Hour => Some(format!("policy:{key}:{measure}:hour")),
            Window::Day => Some(format!("policy:{key}:{measure}:day")),
            Window::RecipientDay => None,
        }
    }

    /// The rule that is broken when the sum would pass the ceiling.
    pub const fn rule(&self) -> Refusal {
        self.window.rule()
    }

    /// Until when it counts if it is taken now.
    pub const fn until(&self, now: UnixMs) -> UnixMs {
        now.plus_ms(self.window.ms())
    }
}

fn scope(facts: &Facts<'_>, window: Window) -> String {
    let (key, measure) = (&facts.holder.key, facts.measure());
    let of_recipient = || format!("policy:{key}:{}:day:{}", measure.name(), facts.recipient);
    Reservation::sum(key, measure, window).unwrap_or_else(of_recipient)
}
