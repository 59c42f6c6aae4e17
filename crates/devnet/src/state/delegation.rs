//! Stake lent to another account's use.

use primitives::{Address, UnixMs};

use super::account::PerResource;

/// Giver, receiver, and whether this is the part that is locked for a time.
pub type DelegationKey = (Address, Address, bool);

/// What one account lends another. Sun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delegation {
    /// How much.
    pub amount: PerResource<i64>,
    /// Until when it cannot be taken back; 0 in the unlocked part.
    pub expires_at: PerResource<UnixMs>,
}

impl Delegation {
    /// Whether nothing is lent any more.
    pub const fn is_empty(&self) -> bool {
        self.amount.bandwidth == 0 && self.amount.energy == 0
    }

    /// Whether a lock of this part, if any, is over.
    pub const fn expired(&self, resource: super::StakedResource, now: UnixMs) -> bool {
        self.expires_at.of(resource).0 < now.0
    }
}
