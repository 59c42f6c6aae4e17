//! The latest time that the chain has shown: what was over by then is over, whatever our own clock says now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use primitives::UnixMs;

/// When the newest anchor was solid under which anything was registered here. Clones are one and the same.
#[derive(Debug, Clone, Default)]
pub struct ChainTime(Arc<AtomicU64>);

impl ChainTime {
    /// The chain has come this far. It never goes back.
    pub fn reached(&self, solid_time: UnixMs) {
        self.0.fetch_max(solid_time.0, Ordering::Relaxed);
    }

    /// Our own clock, or the chain's time where ours shows less: by this one a decision of operators is over or not.
    pub fn at_least(&self, now: UnixMs) -> UnixMs {
        now.max(UnixMs(self.0.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_goes_back_and_holds_for_clones() {
        let time = ChainTime::default();
        assert_eq!(time.at_least(UnixMs(7)), UnixMs(7));
        time.clone().reached(UnixMs(20));
        time.reached(UnixMs(10));
        assert_eq!([7, 20, 30].map(|now| time.at_least(UnixMs(now))), [20, 20, 30].map(UnixMs));
    }
}
