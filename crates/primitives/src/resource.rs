//! What a transaction consumes besides money.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! resource {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// None.
            pub const ZERO: Self = Self(0);

            /// The sum, saturating: a resource is a bound, not money.
            #[must_use]
            pub const fn plus(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }

            /// What is left after `other` is taken, never below none.
            #[must_use]
            pub const fn minus(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

resource! {
    /// What executing a contract costs, in the TVM's units; bought by stake or burned at a price in sun.
    Energy
}

resource! {
    /// What storing a transaction costs, in bytes; staked, free (600 a day) or burned at 1,000 sun each.
    Bandwidth
}

/// Which of the two a stake or a delegation is for; the numbers are the protocol's `ResourceCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// `BANDWIDTH`, 0.
    Bandwidth,
    /// `ENERGY`, 1.
    Energy,
}
