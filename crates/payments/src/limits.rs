//! How much may be paid, at once and within a window.

use primitives::{Sun, Usdt};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::payout::Money;

/// The bounds of the V0 path: end users without KYC. All figures are configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The least that one payout may be.
    pub payout_min: Usdt,
    /// The most that one payout may be on the V0 path.
    pub v0_payout_max: Usdt,
    /// The most that all V0 payouts may be within 24 hours.
    pub v0_day_max: Usdt,
    /// The most that all payouts may be within an hour.
    pub all_hour_max: Usdt,
    /// The most that one TRX payout may be.
    pub trx_payout_max: Sun,
    /// The most that all TRX payouts may be within 24 hours.
    pub trx_day_max: Sun,
}

/// A TRX payout that no waiting makes possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TrxLimitError {
    /// Nothing.
    #[error("a payout of nothing")]
    Zero,
    /// More than one payout may be.
    #[error("{amount} TRX is above the limit of {max} TRX for one payout")]
    AboveLimit {
        /// What was asked.
        amount: Sun,
        /// The most.
        max: Sun,
    },
}

/// A payout that no waiting makes possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LimitError {
    /// Less than one payout may be.
    #[error("{amount} USDT is below the smallest payout, {min} USDT")]
    BelowMinimum {
        /// What was asked.
        amount: Usdt,
        /// The least.
        min: Usdt,
    },
    /// More than one payout of its path may be; it is refused, never rerouted.
    #[error("{amount} USDT is above the V0 path's limit of {max} USDT for one payout")]
    AboveLimit {
        /// What was asked.
        amount: Usdt,
        /// The most.
        max: Usdt,
    },
}

/// A sum that slides: what is reserved counts until `length_ms` after the payout's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The ledger scope that the sum is kept in.
    pub scope: &'static str,
    /// How long an ended payout goes on counting.
    pub length_ms: u64,
    /// The most that may count at once, in smallest units.
    pub ceiling: i64,
}

const HOUR_MS: u64 = 3_600_000;

impl Limits {
    /// Refuses what is too little or too much for one payout.
    pub fn check(&self, amount: Usdt) -> Result<(), LimitError> {
        if amount < self.payout_min {
            return Err(LimitError::BelowMinimum { amount, min: self.payout_min });
        }
        if amount > self.v0_payout_max {
            return Err(LimitError::AboveLimit { amount, max: self.v0_payout_max });
        }
        Ok(())
    }

    /// Refuses a TRX payout of nothing or of too much.
    pub fn check_trx(&self, amount: Sun) -> Result<(), TrxLimitError> {
        if amount.is_zero() {
            return Err(TrxLimitError::Zero);
        }
        if amount > self.trx_payout_max {
            return Err(TrxLimitError::AboveLimit { amount, max: self.trx_payout_max });
        }
        Ok(())
    }

    /// The windows that a payout of this money counts in.
    pub fn windows(&self, money: Money) -> Vec<Window> {
        let window = |scope, hours, ceiling| Window { scope, length_ms: hours * HOUR_MS, ceiling };
        match money {
            Money::Usdt(_) => vec![
                window("limit:v0:day", 24, self.v0_day_max.to_i64()),
                window("limit:all:hour", 1, self.all_hour_max.to_i64()),
            ],
            Money::Trx(_) => vec![window("limit:trx:day", 24, self.trx_day_max.to_i64())],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usdt(text: &str) -> Usdt {
        Usdt::parse(text).expect("an amount")
    }

    #[test]
    fn the_bounds_themselves_pass() {
        let limits = Limits {
            payout_min: usdt("0.01"),
            v0_payout_max: usdt("1000"),
            v0_day_max: usdt("10000"),
            all_hour_max: usdt("10000"),
            trx_payout_max: Sun::ZERO,
            trx_day_max: Sun::ZERO,
        };
        assert_eq!(limits.check(usdt("0.01")), Ok(()));
        assert_eq!(limits.check(usdt("1000")), Ok(()));
        let below = LimitError::BelowMinimum { amount: usdt("0.009999"), min: usdt("0.01") };
        assert_eq!(limits.check(usdt("0.009999")), Err(below));
        let above = LimitError::AboveLimit { amount: usdt("1000.000001"), max: usdt("1000") };
        assert_eq!(limits.check(usdt("1000.000001")), Err(above));
    }
}
