//! How a worker's life ends.

use signing_core::standing::Leaving;

/// How a worker's life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// It ended by itself, or somebody else ended it.
    Died,
    /// It did not answer and was killed.
    Hung,
    /// It asked to be started anew.
    Left(Leaving),
    /// We stop.
    Stopped,
}

impl End {
    /// The reason as a metric's label.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Died => "died",
            Self::Hung => "hung",
            Self::Left(leaving) => leaving.code(),
            Self::Stopped => "stopped",
        }
    }
}
