//! How late a driver is, for whoever looks at the metrics: true even while the loop stands still.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use primitives::UnixMs;

/// What the loop last said of itself.
#[derive(Debug)]
pub(super) struct Lateness {
    idle_ms: u64,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    /// When the loop last came round.
    round: UnixMs,
    /// Since when the row that waits longest has waited for a turn that succeeds; none if none waits.
    waiting: Option<UnixMs>,
}

impl Lateness {
    /// Of a loop that comes round at least as often as this.
    pub(super) fn new(now: UnixMs, idle: Duration) -> Self {
        let idle_ms = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
        Self { idle_ms, seen: Mutex::new(Seen { round: now, waiting: None }) }
    }

    /// The loop has come round.
    pub(super) fn comes_round(&self, now: UnixMs, waiting: Option<UnixMs>) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen { round: now, waiting };
    }

    /// For how long the row that waits longest has, in milliseconds. A loop that should have come round and has not is
    /// taken for a row that waits: it knows of none.
    pub(super) fn at(&self, now: UnixMs) -> u64 {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = seen.waiting.map_or(0, |since| now.ms_since(since));
        let stood = now.ms_since(seen.round.plus_ms(self.idle_ms.saturating_mul(2)));
        waited.max(stood)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_grows_older_though_the_loop_stands_still() {
        let lateness = Lateness::new(UnixMs(1_000), Duration::from_millis(500));
        assert_eq!(lateness.at(UnixMs(2_000)), 0);
        assert_eq!(lateness.at(UnixMs(9_000)), 7_000, "the loop has not come round for 8 s and may take 1 s");
        lateness.comes_round(UnixMs(9_000), Some(UnixMs(4_000)));
        assert_eq!(lateness.at(UnixMs(9_100)), 5_100);
        assert_eq!(lateness.at(UnixMs(20_000)), 16_000);
        lateness.comes_round(UnixMs(20_000), None);
        assert_eq!(lateness.at(UnixMs(20_500)), 0);
    }
}
