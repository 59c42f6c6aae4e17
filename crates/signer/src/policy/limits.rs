//! How much may be moved: at once, within an hour, within a day, and to one recipient within a day.

use std::fmt;

use primitives::{AmountError, Sun};
use serde::Deserialize;
use tron_tx::ContractType;

use crate::Refusal;

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// The word for a bound that is none; it must be written, so that nothing is without a bound by oversight.
const UNLIMITED: &str = "unlimited";

/// What is summed; each has its limits and its sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Tokens that leave the wallet.
    Usdt,
    /// TRX that leave the wallet.
    Trx,
    /// TRX staked.
    Stake,
    /// TRX unstaked.
    Unstake,
    /// The stake behind what is lent.
    Delegation,
    /// The stake behind what is taken back.
    Reclaim,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 6] = [Self::Usdt, Self::Trx, Self::Stake, Self::Unstake, Self::Delegation, Self::Reclaim];

    /// Its name in a policy and in the names of its sums.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usdt => "usdt",
            Self::Trx => "trx",
            Self::Stake => "stake",
            Self::Unstake => "unstake",
            Self::Delegation => "delegation",
            Self::Reclaim => "reclaim",
        }
    }

    /// The one contract type that moves it.
    pub const fn contract(self) -> ContractType {
        match self {
            Self::Usdt => ContractType::TriggerSmartContract,
            Self::Trx => ContractType::Transfer,
            Self::Stake => ContractType::FreezeBalanceV2,
            Self::Unstake => ContractType::UnfreezeBalanceV2,
            Self::Delegation => ContractType::DelegateResource,
            Self::Reclaim => ContractType::UnDelegateResource,
        }
    }

    /// The unit of its amounts.
    pub const fn unit(self) -> &'static str {
        if matches!(self, Self::Usdt) { "USDT" } else { "TRX" }
    }
}

/// The most that something may be. Both USDT and TRX have six decimals, so that one form serves both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Bound {
    /// So many smallest units, at most `i64::MAX`, and no more.
    AtMost(u64),
    /// No bound.
    Unlimited,
}

impl Bound {
    /// Whether this much is within the bound.
    pub const fn admits(self, amount: u64) -> bool {
        match self {
            Self::AtMost(most) => amount <= most,
            Self::Unlimited => true,
        }
    }
}

impl TryFrom<String> for Bound {
    type Error = AmountError;

    fn try_from(text: String) -> Result<Self, AmountError> {
        if text == UNLIMITED { Ok(Self::Unlimited) } else { Sun::parse(&text).map(|most| Self::AtMost(most.units())) }
    }
}

/// As in the file: whole units, or the word for none.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => Sun::new(*most).unwrap_or_default().fmt(f),
            Self::Unlimited => f.pad(UNLIMITED),
        }
    }
}

/// The bounds of one measure. All are required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Of one transaction.
    pub per_transaction: Bound,
    /// Of every transaction within an hour.
    pub per_hour: Bound,
    /// Of every transaction within 24 hours.
    pub per_day: Bound,
    /// Of every transaction to one recipient within 24 hours.
    pub per_recipient_per_day: Bound,
}

impl Limits {
    /// What is wrong with them taken together. What one transaction may be must fit into every window, or it would be
    /// waited for without end.
    pub(super) fn fault(&self) -> Option<&'static str> {
        if self.per_transaction > self.per_hour {
            Some("per_transaction is above per_hour")
        } else if self.per_hour > self.per_day {
            Some("per_hour is above per_day")
        } else if self.per_transaction > self.per_recipient_per_day {
            Some("per_transaction is above per_recipient_per_day")
        } else {
            None
        }
    }
}

/// A span of time that slides, within which every attempt counts from its registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// An hour.
    Hour,
    /// 24 hours.
    Day,
    /// 24 hours, for each recipient.
    RecipientDay,
}

impl Window {
    /// Every window, in the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::RecipientDay];

    /// The rule that is broken when its sum would pass the bound.
    pub const fn rule(self) -> Refusal {
        match self {
            Self::Hour => Refusal::PolicyHour,
            Self::Day => Refusal::PolicyDay,
            Self::RecipientDay => Refusal::PolicyRecipientDay,
        }
    }

    /// How long an attempt counts, milliseconds.
    pub const fn ms(self) -> u64 {
        match self {
            Self::Hour => HOUR_MS,
            Self::Day | Self::RecipientDay => DAY_MS,
        }
    }

    /// Its bound.
    pub const fn bound(self, limits: &Limits) -> Bound {
        match self {
            Self::Hour => limits.per_hour,
            Self::Day => limits.per_day,
            Self::RecipientDay => limits.per_recipient_per_day,
        }
    }
}
