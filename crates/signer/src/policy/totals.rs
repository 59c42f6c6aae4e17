//! How much all transactions of a wallet together may burn, and how many there may be: what bounds a flood of payments
//! that are each within their limits.

use serde::Deserialize;

use super::limits::{Bound, Window};
use crate::Refusal;

/// The most that the fee_limits of a wallet's transactions may add up to, TRX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    /// Within an hour.
    pub per_hour: Bound,
    /// Within 24 hours.
    pub per_day: Bound,
}

/// How many attempts of a wallet may be registered, whatever they move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signatures {
    /// Within an hour, at least 1.
    pub per_hour: u32,
    /// Within 24 hours, no less.
    pub per_day: u32,
}

/// What is added up beside the amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Total {
    /// fee_limits.
    Fees,
    /// Attempts.
    Signatures,
}

impl Total {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Fees, Self::Signatures];

    /// The windows that each has.
    pub const WINDOWS: [Window; 2] = [Window::Hour, Window::Day];

    /// Its name in a policy and in the names of its sums.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fees => "fees",
            Self::Signatures => "signatures",
        }
    }

    /// The rule that is broken when its sum would pass the bound.
    pub const fn rule(self) -> Refusal {
        match self {
            Self::Fees => Refusal::PolicyFees,
            Self::Signatures => Refusal::PolicySignatures,
        }
    }
}

impl Fees {
    /// The bound of an hour or a day.
    pub const fn bound(&self, window: Window) -> Bound {
        if matches!(window, Window::Hour) { self.per_hour } else { self.per_day }
    }

    /// What is wrong with them, where one transaction may burn this much.
    pub(super) fn fault(&self, fee_limit_max: u64) -> Option<&'static str> {
        if fee_limit_max == 0 {
            Some("fees are for calls, which this table does not allow")
        } else if !self.per_hour.admits(fee_limit_max) {
            Some("fees: fee_limit_max is above per_hour")
        } else if self.per_hour > self.per_day {
            Some("fees: per_hour is above per_day")
        } else {
            None
        }
    }
}

impl Signatures {
    /// The bound of an hour or a day.
    pub const fn bound(&self, window: Window) -> Bound {
        let most = if matches!(window, Window::Hour) { self.per_hour } else { self.per_day };
        Bound::AtMost(most as u64)
    }

    pub(super) const fn fault(self) -> Option<&'static str> {
        if self.per_hour == 0 {
            Some("signatures: per_hour is at least 1")
        } else if self.per_hour > self.per_day {
            Some("signatures: per_hour is above per_day")
        } else {
            None
        }
    }
}
