//! From which amount on a payment needs more than its authorisation.

use std::fmt;

use primitives::{AmountError, Sun};
use serde::Deserialize;

/// The word for a demand that is never made; it must be written, so that none is lost by oversight.
const NEVER: &str = "never";

/// The amount from which on something is demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Threshold {
    /// From so many smallest units on, that many included.
    From(u64),
    /// Of no amount.
    Never,
}

impl Threshold {
    /// Whether this much is concerned.
    pub const fn concerns(self, amount: u64) -> bool {
        match self {
            Self::From(least) => amount >= least,
            Self::Never => false,
        }
    }
}

impl TryFrom<String> for Threshold {
    type Error = AmountError;

    fn try_from(text: String) -> Result<Self, AmountError> {
        if text == NEVER { Ok(Self::Never) } else { Sun::parse(&text).map(|least| Self::From(least.units())) }
    }
}

/// As in the file: whole units, or the word for never.
impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(least) => Sun::new(*least).unwrap_or_default().fmt(f),
            Self::Never => f.pad(NEVER),
        }
    }
}

/// The demands on one measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demands {
    /// From when on the compliance desk must attest a payout or refund.
    pub attestation_from: Threshold,
    /// From when on people must approve.
    pub approvals_from: Threshold,
    /// How many different people, 1 or 2; two at least where the approvals do not say who asked.
    #[serde(default)]
    pub approvers_needed: Option<u8>,
}

impl Demands {
    /// How many people must approve what needs approvals; 0 where nothing does.
    pub fn approvers(&self) -> u8 {
        if self.approvals_from == Threshold::Never { 0 } else { self.approvers_needed.unwrap_or(2) }
    }

    /// How many people must approve this much.
    pub fn approvers_for(&self, amount: u64) -> u8 {
        if self.approvals_from.concerns(amount) { self.approvers() } else { 0 }
    }

    /// What is wrong with them taken together.
    pub(super) fn fault(&self) -> Option<&'static str> {
        match (self.approvals_from, self.approvers_needed) {
            (Threshold::Never, None) | (Threshold::From(_), Some(1 | 2)) => None,
            (Threshold::Never, Some(_)) => Some("approvers_needed is for nothing, approvals are never demanded"),
            (Threshold::From(_), None) => Some("approvals_from needs approvers_needed"),
            (Threshold::From(_), Some(_)) => Some("approvers_needed is 1 or 2"),
        }
    }
}
