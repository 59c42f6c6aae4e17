//! What must be reserved before a signature.

use primitives::{KeyId, UnixMs};

use super::grant::Grant;
use super::holder::Facts;
use super::limits::{Bound, Limits, Measure, Window};
use super::totals::Total;
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
    /// The rule that is broken when the sum would pass the ceiling.
    pub rule: Refusal,
}

impl Reservation {
    /// What a transaction must reserve; nothing in a window without a bound.
    pub(super) fn all(facts: &Facts<'_>, grant: &Grant, limits: &Limits) -> Result<Vec<Self>, Refusal> {
        let amount = i64::try_from(facts.amount).map_err(|_| Refusal::PolicyAmount)?;
        let of = |window: Window| match window.bound(limits) {
            Bound::Unlimited => None,
            // A bound is an amount, which is never above i64::MAX.
            Bound::AtMost(most) => Some(Self {
                scope: scope(facts, window),
                amount,
                ceiling: i64::try_from(most).unwrap_or(i64::MAX),
                window,
                rule: window.rule(),
            }),
        };
        let totals = Total::ALL.into_iter().flat_map(|total| {
            Total::WINDOWS.into_iter().filter_map(move |window| Self::of_total(facts, grant, total, window))
        });
        Ok(Window::ALL.into_iter().filter_map(of).chain(totals).collect())
    }

    /// The share of a total; none where it has no bound or nothing is added to it.
    fn of_total(facts: &Facts<'_>, grant: &Grant, total: Total, window: Window) -> Option<Self> {
        let most = grant.total(total, window)?;
        let amount = match total {
            Total::Fees => i64::try_from(facts.fee_limit.units()).ok().filter(|fee| *fee > 0)?,
            Total::Signatures => 1,
        };
        let ceiling = i64::try_from(most).unwrap_or(i64::MAX);
        Some(Self { scope: Self::total(&facts.holder.key, total, window), amount, ceiling, window, rule: total.rule() })
    }

    /// The name of the sum of a wallet's total.
    pub fn total(key: &KeyId, total: Total, window: Window) -> String {
        let window = if window == Window::Hour { "hour" } else { "day" };
        format!("policy:{key}:{}:{window}", total.name())
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
        self.rule
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
