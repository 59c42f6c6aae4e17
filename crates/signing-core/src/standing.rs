//! How the worker stands, as it tells the process that watches over it.

use serde::{Deserialize, Serialize};

use crate::stamp::Stamp;

/// How the worker stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Whether it has tried the token, with success or without, and serves.
    pub serving: bool,
    /// The PIN file whose PIN the token refused: it must not be presented again, by any later worker either.
    pub refused_pin: Option<Stamp>,
    /// Why it ends and wants to be started anew.
    pub leaving: Option<Leaving>,
}

/// Why a worker ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaving {
    /// The module must be finalised and initialised anew, which takes a new process.
    TokenRestart,
    /// Calls to the module do not return.
    TokenHung,
    /// It was told to.
    Stopped,
}

impl Leaving {
    /// The reason as a metric's label.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TokenRestart => "token_restart",
            Self::TokenHung => "token_hung",
            Self::Stopped => "stopped",
        }
    }
}
