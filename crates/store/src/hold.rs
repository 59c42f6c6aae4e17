//! Sums with a ceiling: limits, funds and pools of energy.

use primitives::UnixMs;

/// A share of a scope to be held by `holder` until it is released, refused if the scope's sum would pass the ceiling.
///
/// The same holder holding the same amount again changes nothing; another amount replaces the first, and only growth
/// is checked against the ceiling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// What is shared, such as `v0/day`.
    pub scope: String,
    /// Who holds, such as a payout's id.
    pub holder: String,
    /// How much, in the scope's unit; not negative.
    pub amount: i64,
    /// What the scope's sum may reach with this hold.
    pub ceiling: i64,
}

/// One holder's share as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// Who holds.
    pub holder: String,
    /// How much.
    pub amount: i64,
    /// When it stops counting; `None` while it was not released.
    pub until: Option<UnixMs>,
}

impl HoldRow {
    /// Whether it still counts at `now`.
    pub(crate) fn counts(&self, now: UnixMs) -> bool {
        self.until.is_none_or(|until| until > now)
    }
}
