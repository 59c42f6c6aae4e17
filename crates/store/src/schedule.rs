//! When a row is handed to a driver: its own due time, claims and wakes, worked out in one place for all back ends.

use primitives::UnixMs;

/// The three times that a row carries beside its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Schedule {
    /// From when on a claim may take the row; `None`: not until woken.
    pub(crate) next_at: Option<UnixMs>,
    /// Until when it is some driver's.
    pub(crate) claimed_until: Option<UnixMs>,
    /// The wake that no claim has answered yet. It outlives the commits in between: a driver that gathered its facts
    /// before the wake must not put the row to sleep again.
    pub(crate) woken: Option<UnixMs>,
}

impl Schedule {
    /// Taken by a driver, which answers every wake so far.
    pub(crate) const fn claimed(until: UnixMs) -> Self {
        Self { next_at: Some(until), claimed_until: Some(until), woken: None }
    }

    /// After a commit that leaves the record due at `due_at`: no longer claimed.
    pub(crate) fn committed(self, due_at: Option<UnixMs>) -> Self {
        Self { next_at: earlier(due_at, self.woken), claimed_until: None, woken: self.woken }
    }

    /// Due at once, or as soon as the claim that is on it ends.
    pub(crate) fn woken(self, now: UnixMs) -> Self {
        let woken = earlier(self.woken, Some(now));
        let claimed = self.claimed_until.is_some_and(|until| until > now);
        let next_at = if claimed { self.next_at } else { earlier(self.next_at, Some(now)) };
        Self { next_at, woken, ..self }
    }
}

fn earlier(a: Option<UnixMs>, b: Option<UnixMs>) -> Option<UnixMs> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_000);

    fn due(at: Option<u64>) -> Schedule {
        Schedule::default().committed(at.map(UnixMs))
    }

    #[test]
    fn a_wake_during_a_claim_survives_the_drivers_commit() {
        let woken = Schedule::claimed(UnixMs(5_000)).woken(NOW);
        assert_eq!(woken.next_at, Some(UnixMs(5_000)), "the claim still holds");
        let committed = woken.committed(Some(UnixMs(60_000)));
        assert_eq!(committed.next_at, Some(NOW));
        assert_eq!(Schedule::claimed(UnixMs(9_000)).committed(None), due(None), "the claim answered it");
        assert_eq!(committed.committed(None).next_at, Some(NOW), "a commit that is no claim does not");
    }

    #[test]
    fn a_wake_never_delays() {
        assert_eq!(due(Some(10)).woken(NOW).next_at, Some(UnixMs(10)));
        assert_eq!(due(Some(5_000)).woken(NOW).next_at, Some(NOW));
        assert_eq!(due(None).woken(NOW).next_at, Some(NOW));
        assert_eq!(Schedule::claimed(UnixMs(10)).woken(NOW).next_at, Some(UnixMs(10)), "an ended claim");
    }
}
