//! Everything in the worker, put together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use service::clock::SharedClock;
use service::config::{ConfigError, secret};
use service::health::Finding;
use service::serve::{StartError, open_store};
use signer::{Rules, TokenError};
use store::{Record, Store, StoreError};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::audit::Audit;
use crate::audit::checkpoint::StoredCheckpoint;
use crate::book::Book;
use crate::freeze::{Freeze, Freezer};
use crate::gauges::Gauges;
use crate::keeper::Keeper;
use crate::key::Key;
use crate::making::{AwaitedKeys, Maker};
use crate::metrics::Metrics;
use crate::policy::{HighestPolicy, PolicyFile, PolicySource};
use crate::register::{self, Attempt};
use crate::settings::{Pin, PinnedSettings, Settings, SettingsDesk, Trust};
use crate::signing::{Allowed, SigningCore};
use crate::standing::Standing;
use crate::wallet::Wallet;

/// What the store keeps.
pub const NOUNS: [&str; 8] = [
    Wallet::NOUN,
    Attempt::NOUN,
    Freeze::NOUN,
    StoredCheckpoint::NOUN,
    HighestPolicy::NOUN,
    Key::NOUN,
    PinnedSettings::NOUN,
    Allowed::NOUN,
];

/// Whose database it is: the file's name is wallet-manager's, though the worker alone opens it.
const SERVICE: &str = "wallet-manager";

/// How long the database of a killed worker is waited for.
const LET_GO: Duration = Duration::from_secs(2);

/// How soon a token that could not be opened is tried again. A refused PIN never is.
const REOPEN_MS: u64 = 3_000;

/// The longest that a try may take: opening waits for the module without a limit of its own.
const LOOK_MAX: Duration = Duration::from_secs(90);

/// How many missed canaries make the token suspect.
const CANARIES_MISSED: u64 = 3;

/// Everything in the worker. Clones are the same.
#[derive(Debug, Clone)]
pub struct Core {
    /// Signs and bars.
    pub signing: SigningCore,
    /// Makes and retires keys.
    pub maker: Maker,
    /// Has two operators agree to other settings.
    pub settings: SettingsDesk,
    pin: Arc<Pin>,
    /// Where everything is counted.
    pub counted: service::metrics::Metrics,
    /// How the worker stands, for whoever watches over it.
    pub standing: watch::Sender<Standing>,
    pub(crate) gauges: Gauges,
    canary_ms: u64,
}

/// The store, which no other process may have open. One that is being killed may take a moment to let go of it.
async fn only_store(directory: &Path) -> Result<Store, StartError> {
    let deadline = Instant::now() + LET_GO;
    loop {
        match open_store(directory, SERVICE, &NOUNS).await {
            Err(StartError::Store(StoreError::InUse { .. })) if Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            opened => return opened,
        }
    }
}

impl Core {
    /// Opens the database and puts the parts together. The token is not tried yet.
    pub async fn open(settings: &Settings, clock: SharedClock) -> Result<Self, StartError> {
        let store = only_store(&settings.data_dir).await?;
        Self::over(settings, store, clock).await
    }

    /// Puts the parts together over this store.
    pub async fn over(settings: &Settings, store: Store, clock: SharedClock) -> Result<Self, StartError> {
        let pin = Pin::hold(&store, Trust::of(settings)).await?;
        let pin = Arc::new(pin.map_err(|unpinned| ConfigError::Values(unpinned.to_string()))?);
        let counted = service::metrics::Metrics::of_part();
        let (metrics, gauges) = (Metrics::new(&counted), Gauges::new(&counted, settings.profile.capacity));
        let standing = watch::Sender::new(Standing { refused_pin: settings.refused_pin, ..Standing::default() });
        let keeper = Arc::new(Keeper::new(settings, standing.clone()));
        let book = Arc::new(Book::read(&store).await?);
        let authority = secret::sign_key("keys.authority_key_file", &settings.authority_key_file)?;
        let audit = Audit::new(store.clone(), clock.clone(), &counted, settings.rules.plane, settings.audit.clone());
        let audit = Arc::new(audit);
        let chain_time = register::chain_time(&store).await?;
        let rules = Arc::new(Rules { chain_time, ..settings.rules.clone() });
        let council = settings.policy_signed.then(|| Arc::clone(&rules));
        let file = PolicyFile { path: settings.policy_file.clone(), council };
        let policy = PolicySource::open(file, HighestPolicy::read(&store).await?, metrics.clone(), clock.clone());
        if let Ok(policy_in_force) = policy.current() {
            policy.remember(&store, &policy_in_force.version, clock.now()).await?;
        }
        let freezer = Freezer::read(store.clone(), Arc::clone(&audit), clock.clone(), metrics.clone()).await?;
        if let Some(restored) = store.restored() {
            freezer.hold_restored(settings.rules.plane, restored).await.map_err(StartError::other)?;
        }
        let signing = SigningCore {
            audit: Arc::clone(&audit),
            store: store.clone(),
            rules,
            policy: Arc::new(policy),
            anchors: Arc::default(),
            book: Arc::clone(&book),
            keeper: Arc::clone(&keeper),
            freezer: Arc::new(freezer),
            authority: Arc::new(authority),
            clock: clock.clone(),
            metrics,
        };
        let settings_desk = SettingsDesk { store: store.clone(), audit: Arc::clone(&audit), clock: clock.clone() };
        let maker = Maker {
            store,
            rules: Arc::clone(&signing.rules),
            book,
            keeper,
            audit,
            freezer: Arc::clone(&signing.freezer),
            clock,
            profile: settings.profile.clone(),
            awaited: AwaitedKeys::default(),
        };
        let canary_ms = settings.canary_ms;
        Ok(Self { signing, maker, settings: settings_desk, pin, counted, standing, gauges, canary_ms })
    }

    /// One proof of the token, or one try to open it.
    pub async fn look_after(&self) {
        let core = &self.signing;
        let begun = Instant::now();
        // The keeper has logged what is wrong, and keeps it for whoever asks.
        let proof = core.keeper.look_after(&core.book.keys(), core.clock.now()).await;
        self.gauges.proved(begun.elapsed(), proof.is_ok());
        core.metrics.token(core.keeper.proven_at());
        if let Ok(token) = core.keeper.token() {
            core.metrics.inside(&token);
            self.gauges.ask(&token).await;
        }
        core.policy.try_again();
        let policy = core.policy.current().ok();
        if let Ok(token) = core.keeper.token()
            && let Err(error) =
                core.audit.opened(&token, policy.as_ref().map(|policy| policy.version.clone()), &self.pin).await
        {
            error!(%error, "nothing is signed before the audit log agrees with the token");
        } else if core.keeper.token().is_ok()
            && let Err(error) = self.maker.vouch_for_own().await
        {
            error!(%error, "the signer's own keys have no manifest yet");
        }
        if let Err(error) = self.maker.mark_retired().await {
            error!(%error, "the token does not keep yet which of its keys are retired");
        }
        if let Some(policy) = policy
            && let Err(error) = core.policy.remember(&core.store, &policy.version, core.clock.now()).await
        {
            error!(%error, "the policy in force could not be remembered; nothing is registered under it before it is");
        }
        core.policy.tell_refused(&core.audit).await;
        self.standing.send_if_modified(|standing| !std::mem::replace(&mut standing.serving, true));
    }

    /// Looks after the token, at once and then again and again, until the stop.
    pub async fn tend(self, stop: CancellationToken) {
        loop {
            if tokio::time::timeout(LOOK_MAX, self.look_after()).await.is_err() {
                self.gauges.proved(LOOK_MAX, false);
                self.signing.keeper.suspect(&TokenError::Hung);
            }
            let open = self.signing.keeper.token().is_ok();
            let pause = Duration::from_millis(if open { self.canary_ms } else { REOPEN_MS.min(self.canary_ms) });
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Whether the token signs.
    pub fn token_finding(&self) -> Finding {
        let core = &self.signing;
        let token = core.keeper.token().map_err(|unavailable| unavailable.detail)?;
        let age_ms = core.keeper.proven_at().map_or(u64::MAX, |at| core.clock.now().ms_since(at));
        if age_ms > self.canary_ms.saturating_mul(CANARIES_MISSED) {
            return Err(format!("the token did not prove itself for {age_ms} ms"));
        }
        Ok(format!("the token {} signs", token.identity().label))
    }
}
