//! How long to wait before the next worker: twice as long each time, until one has lasted.

use std::time::Duration;

use crate::config::Worker;

#[derive(Debug)]
pub(super) struct Pause {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pause {
    pub(super) fn new(limits: &Worker) -> Self {
        let first = Duration::from_millis(limits.backoff_ms);
        let longest = Duration::from_millis(limits.longest_backoff_ms).max(first);
        Self { first, longest, next: first }
    }

    /// This pause; the next one is longer.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.saturating_mul(2).min(self.longest);
        pause
    }

    /// How long a worker must have lasted for its end to be no consequence of the last one's.
    pub(super) const fn longest(&self) -> Duration {
        self.longest
    }

    /// Begins anew with the shortest.
    pub(super) const fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew() {
        let limits = Worker { backoff_ms: 100, longest_backoff_ms: 350, ..Worker::default() };
        let mut pause = Pause::new(&limits);
        let next = |pause: &mut Pause| pause.next().as_millis();
        assert_eq!([next(&mut pause), next(&mut pause), next(&mut pause), next(&mut pause)], [100, 200, 350, 350]);
        pause.reset();
        assert_eq!(next(&mut pause), 100);
    }
}
