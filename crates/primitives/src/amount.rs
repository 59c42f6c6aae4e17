//! Money, as integers of the smallest unit; never a float, never above what a signed 64-bit integer holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a text or a calculation gives no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmountError {
    /// Not digits with at most one decimal point: signs, exponents, spaces and separators are refused.
    #[error("an amount is written as digits with an optional decimal point, such as 25 or 0.5")]
    Format,
    /// More than six decimals: the smallest unit is a millionth.
    #[error("an amount has at most six decimals")]
    Decimals,
    /// More than 2^63 - 1 smallest units, the largest value that the protocol and the databases hold.
    #[error("the amount is too large")]
    TooLarge,
}

/// How many smallest units make one: both TRX and USDT-TRC20 have six decimals.
const UNIT: u64 = 1_000_000;
const MAX: u64 = i64::MAX as u64;

fn parse(text: &str) -> Result<u64, AmountError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(AmountError::Format);
    }
    if fraction.len() > 6 {
        return Err(AmountError::Decimals);
    }
    let whole: u64 = whole.parse().map_err(|_| AmountError::TooLarge)?;
    let fraction: u64 = format!("{fraction:0<6}").parse().map_err(|_| AmountError::Format)?;
    whole
        .checked_mul(UNIT)
        .and_then(|units| units.checked_add(fraction))
        .filter(|units| *units <= MAX)
        .ok_or(AmountError::TooLarge)
}

fn write(units: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (whole, fraction) = (units / UNIT, units % UNIT);
    if fraction == 0 {
        return f.pad(&whole.to_string());
    }
    let decimals = format!("{fraction:06}");
    f.pad(&format!("{whole}.{}", decimals.trim_end_matches('0')))
}

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident, $unit:literal) => {
        $(#[$doc])*
        ///
        /// In JSON and for people it is a decimal string of whole units with at most six decimals.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(u64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// An amount in smallest units, at most `i64::MAX`.
            pub const fn new(units: u64) -> Result<Self, AmountError> {
                if units <= MAX { Ok(Self(units)) } else { Err(AmountError::TooLarge) }
            }

            /// An amount from the protocol's signed integers; a negative one is refused.
            pub fn from_i64(units: i64) -> Result<Self, AmountError> {
                u64::try_from(units).map(Self).map_err(|_| AmountError::Format)
            }

            /// Reads a decimal string of whole units, such as `25` or `0.5`.
            pub fn parse(text: &str) -> Result<Self, AmountError> {
                parse(text).map(Self)
            }

            /// The amount in smallest units.
            pub const fn units(self) -> u64 {
                self.0
            }

            /// The amount in smallest units, as the protocol and the databases have it.
            pub const fn to_i64(self) -> i64 {
                self.0.cast_signed()
            }

            /// The sum, or `None` above `i64::MAX` units.
            pub fn checked_add(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).filter(|units| *units <= MAX).map(Self)
            }

            /// The difference, or `None` where it would be negative.
            pub fn checked_sub(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).map(Self)
            }

            /// The difference, or nothing where it would be negative.
            #[must_use]
            pub const fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }

            /// Whether it is nothing.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write(self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                std::write!(f, "{self} {}", $unit)
            }
        }

        impl FromStr for $name {
            type Err = AmountError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = AmountError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(amount: $name) -> Self {
                amount.to_string()
            }
        }
    };
}

amount! {
    /// TRX, counted in sun (1 TRX = 1,000,000 sun).
    Sun, "TRX"
}

amount! {
    /// USDT-TRC20, counted in micro-USDT (1 USDT = 1,000,000).
    Usdt, "USDT"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_writes_decimals() {
        for (text, units, shown) in [
            ("25", 25_000_000, "25"),
            ("0.01", 10_000, "0.01"),
            ("1.500000", 1_500_000, "1.5"),
            ("007.1", 7_100_000, "7.1"),
        ] {
            let amount = Usdt::parse(text).expect("a valid amount");
            assert_eq!((amount.units(), amount.to_string().as_str()), (units, shown));
        }
    }

    #[test]
    fn refuses_with_the_reason() {
        for text in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,000", " 1", "1 ", "0x1", "NaN", "１"] {
            assert_eq!(Sun::parse(text), Err(AmountError::Format), "{text:?}");
        }
        assert_eq!(Sun::parse("0.0000001"), Err(AmountError::Decimals));
        assert_eq!(Sun::parse("9223372036854.775808"), Err(AmountError::TooLarge));
        assert_eq!(Sun::parse("99999999999999999999999"), Err(AmountError::TooLarge));
        assert_eq!(Sun::parse("9223372036854.775807").map(Sun::to_i64), Ok(i64::MAX));
        assert_eq!(Sun::from_i64(-1), Err(AmountError::Format));
    }

    proptest! {
        #[test]
        fn round_trips(units in 0..=MAX) {
            let amount = Sun::new(units).expect("within bounds");
            prop_assert_eq!(Sun::parse(&amount.to_string()), Ok(amount));
        }
    }
}
