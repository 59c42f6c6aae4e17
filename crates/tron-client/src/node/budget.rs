//! How often a provider may be asked.

use std::time::{Duration, Instant};

/// A provider's budget: requests evenly spaced, with a burst of one second's worth. Pure; the caller sleeps.
#[derive(Debug, Clone)]
pub struct Budget {
    /// Between two requests; zero for no limit.
    spacing: Duration,
    /// How far ahead of the even spacing a burst may run.
    burst: Duration,
    /// The even spacing's next place.
    next: Option<Instant>,
}

impl Budget {
    /// So many requests a second; 0 for no limit.
    pub fn per_second(requests: u32) -> Self {
        let spacing = Duration::from_secs(1).checked_div(requests).unwrap_or_default();
        let burst = if requests == 0 { Duration::ZERO } else { Duration::from_secs(1).saturating_sub(spacing) };
        Self { spacing, burst, next: None }
    }

    /// Takes the next place and says when it is.
    pub fn take(&mut self, now: Instant) -> Instant {
        let place = self.next.unwrap_or(now).max(now);
        self.next = Some(place + self.spacing);
        place.checked_sub(self.burst).unwrap_or(now).max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_more_than_twice_the_rate_in_any_second(rate in 1_u32..50, gaps in proptest::collection::vec(0_u64..200, 1..300)) {
            let (start, mut budget) = (Instant::now(), Budget::per_second(rate));
            let mut now = start;
            let mut sent: Vec<Duration> = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                let at = budget.take(now);
                prop_assert!(at >= now);
                sent.push(at - start);
            }
            for (index, first) in sent.iter().enumerate() {
                let within = sent[index..].iter().filter(|at| **at < *first + Duration::from_secs(1)).count();
                prop_assert!(within <= 2 * rate as usize, "{within} in a second at {rate}/s");
            }
        }
    }

    #[test]
    fn no_limit_never_waits() {
        let (now, mut budget) = (Instant::now(), Budget::per_second(0));
        assert!((0..1_000).all(|_| budget.take(now) == now));
    }
}
