//! The one place that reads the time; everything else is told.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use primitives::UnixMs;

/// Tells the time.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> UnixMs;
}

/// A clock that many parts look at.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads it")]
    fn now(&self) -> UnixMs {
        // A clock before 1970 or after the year 292 million reads as the nearest of the two.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        UnixMs(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// A clock that stands still until it is set; for tests.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// A clock that shows this time.
    pub fn at(now: UnixMs) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(now.0)))
    }

    /// Shows another time, later or earlier.
    pub fn set(&self, now: UnixMs) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Goes on by this much.
    pub fn advance_ms(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMs {
        UnixMs(self.0.load(Ordering::SeqCst))
    }
}

/// A clock that runs with the runtime's timers, so that under tokio's paused time it jumps where the timers jump;
/// for tests.
#[derive(Clone, Copy, Debug)]
pub struct TimerClock {
    origin: UnixMs,
    started: tokio::time::Instant,
}

impl TimerClock {
    /// A clock that shows `now` at this moment. Must be called inside a runtime.
    pub fn starting_at(now: UnixMs) -> Arc<Self> {
        Arc::new(Self { origin: now, started: tokio::time::Instant::now() })
    }
}

impl Clock for TimerClock {
    fn now(&self) -> UnixMs {
        self.origin.plus_ms(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_is_past_2025_and_a_manual_one_stands() {
        assert!(SystemClock.now() > UnixMs(1_735_689_600_000));
        let clock = ManualClock::at(UnixMs(5));
        assert_eq!(clock.now(), UnixMs(5));
        clock.advance_ms(7);
        assert_eq!(clock.now(), UnixMs(12));
        clock.set(UnixMs(1));
        assert_eq!(clock.now(), UnixMs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_clock_follows_paused_time() {
        let clock = TimerClock::starting_at(UnixMs(1_000));
        tokio::time::advance(std::time::Duration::from_millis(250)).await;
        assert_eq!(clock.now(), UnixMs(1_250));
    }
}
