//! Wallets from which nothing more is paid until a person has looked.
//!
//! A mismatch means that money moved in another way than was permitted, other permissions on the chain that it could:
//! what is in the way of paying is not one payout but everything that is believed of its wallet. The freeze is
//! committed together with the verdict.

use primitives::Address;
use service::clock::SharedClock;
use store::{Commit, Hold, Store, StoreError};

/// The cause that stands for other permissions on the chain than were decided.
pub(crate) const PERMISSIONS: &str = "permissions";
/// The cause that stands for a person's word.
pub(crate) const OPERATOR: &str = "operator";
/// What every scope here begins with.
pub(crate) const SCOPES: &str = "frozen:";

/// The frozen wallets, kept as shares of a scope each: one for every cause.
#[derive(Debug, Clone)]
pub(crate) struct Freezer {
    store: Store,
    clock: SharedClock,
}

/// The scope whose shares keep a wallet frozen.
pub(crate) fn scope(wallet: Address) -> String {
    format!("{SCOPES}{wallet}")
}

/// What freezes a wallet, with what gives cause.
pub(crate) fn hold(wallet: Address, cause: &str) -> Hold {
    Hold { scope: scope(wallet), holder: cause.to_owned(), amount: 1, ceiling: i64::MAX }
}

impl Freezer {
    pub(crate) const fn new(store: Store, clock: SharedClock) -> Self {
        Self { store, clock }
    }

    /// Whether nothing may be paid from a wallet.
    pub(crate) async fn is_frozen(&self, wallet: Address) -> Result<bool, StoreError> {
        Ok(self.store.held(&scope(wallet), self.clock.now()).await? > 0)
    }

    /// What keeps a wallet frozen.
    pub(crate) async fn causes(&self, wallet: Address) -> Result<Vec<String>, StoreError> {
        let now = self.clock.now();
        let holds = self.store.holds(&scope(wallet)).await?;
        let frozen = holds.into_iter().filter(|hold| hold.until.is_none_or(|until| until > now));
        Ok(frozen.map(|hold| hold.holder).collect())
    }

    /// Lets nothing more be paid from a wallet, by the word of a person.
    pub(crate) async fn freeze(&self, wallet: Address) -> Result<(), store::CommitError> {
        self.store.commit(Commit::new(self.clock.now()).hold(hold(wallet, OPERATOR))).await
    }

    /// Lets a wallet pay again, by the word of a person.
    pub(crate) async fn thaw(&self, wallet: Address) -> Result<(), store::CommitError> {
        let causes = self.causes(wallet).await?;
        let commit = Commit::new(self.clock.now());
        let commit = causes.into_iter().fold(commit, |commit, cause| commit.release(scope(wallet), cause, None));
        self.store.commit(commit).await
    }
}
