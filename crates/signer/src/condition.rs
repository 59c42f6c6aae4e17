//! How the token is, for readiness, metrics and the people who are paged.

use std::fmt;
use std::time::Duration;

use cryptoki::error::RvError;

/// A failed call, where it says why the token does not serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The name of the function, such as `C_Sign`.
    pub function: String,
    /// What it returned.
    pub rv: RvError,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {:?}", self.function, self.rv)
    }
}

/// The gravest thing that is wrong with an open token; the variants stand in that order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The token refused the PIN, which is not presented again: a person must see to it, then restart.
    PinRejected,
    /// The module needs C_Finalize and C_Initialize, which is a new worker process. Nothing is asked of it any more.
    RestartNeeded {
        /// The call that showed it.
        cause: Cause,
    },
    /// Calls do not return. The sessions that are left go on; only a new worker process frees the others.
    Hung {
        /// How many sessions wait.
        sessions: usize,
    },
    /// The device is out of reach or has no session left, and is left alone for a while.
    Suspended {
        /// The call that showed it.
        cause: Cause,
        /// When one request will try again.
        retry_in: Duration,
    },
    /// The device wants a person, such as a full audit log drained or a full token emptied. Each request is tried once.
    OperatorNeeded {
        /// The call that showed it.
        cause: Cause,
    },
    /// Nothing is wrong.
    Serving,
}

/// The sessions that sign, beside the one that holds the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sessions {
    /// Working or ready to.
    pub serving: usize,
    /// Given up for a while because the device had none left.
    pub resting: usize,
    /// Waiting for a call that was given up.
    pub hung: usize,
}
