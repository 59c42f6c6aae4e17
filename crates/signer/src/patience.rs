//! How long the token is waited for, and how often it is forgiven.

use std::time::Duration;

/// The driver's limits. The default suits everything from a software token to a smart card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a signature, counted from when a session takes it up.
    pub sign: Duration,
    /// For what searches or makes keys: such work waits for its turn at the token, and a smart card makes a key in
    /// seconds.
    pub search: Duration,
    /// How long a device that is out of reach, or out of sessions, is left alone at first; doubled each time.
    pub backoff: Duration,
    /// The longest that it is left alone.
    pub longest_backoff: Duration,
    /// After how many requests in a row that failed even after a repair the module needs a restart.
    pub strikes: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            sign: Duration::from_secs(10),
            search: Duration::from_mins(1),
            backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_mins(1),
            strikes: 5,
        }
    }
}
