//! The stop of everything: while something is open that nobody can explain, nothing is authorised.

use service::clock::SharedClock;
use store::{Commit, Hold, Store, StoreError};

/// The scope that every open discrepancy holds a share of.
pub(crate) const SCOPE: &str = "halt";

/// Whether everything is stopped.
#[derive(Debug, Clone)]
pub(crate) struct Halt {
    store: Store,
    clock: SharedClock,
}

impl Halt {
    pub(crate) const fn new(store: Store, clock: SharedClock) -> Self {
        Self { store, clock }
    }

    /// How many discrepancies are open.
    pub(crate) async fn open(&self) -> Result<i64, StoreError> {
        self.store.held(SCOPE, self.clock.now()).await
    }

    /// Whether anything holds a share of this scope.
    pub(crate) async fn held(&self, scope: &str) -> Result<bool, StoreError> {
        Ok(self.store.held(scope, self.clock.now()).await? > 0)
    }

    /// Whether nothing may be authorised.
    pub(crate) async fn stands(&self) -> Result<bool, StoreError> {
        Ok(self.open().await? > 0)
    }
}

/// What stops everything, until [`lifted`] for the same discrepancy.
pub(crate) fn hold(commit: Commit, discrepancy: &str) -> Commit {
    commit.hold(Hold { scope: SCOPE.to_owned(), holder: discrepancy.to_owned(), amount: 1, ceiling: i64::MAX })
}

/// Gives a discrepancy's share back.
pub(crate) fn lifted(commit: Commit, discrepancy: &str) -> Commit {
    commit.release(SCOPE, discrepancy, None)
}

/// Has the store refuse the commit if anything holds a share of this scope: what was read before the commit may have
/// changed by then.
pub(crate) fn fence(commit: Commit, scope: &str) -> Commit {
    const HOLDER: &str = "fence";
    commit
        .hold(Hold { scope: scope.to_owned(), holder: HOLDER.to_owned(), amount: 1, ceiling: 1 })
        .release(scope, HOLDER, None)
}
