//! The service put together.

use std::sync::Arc;
use std::time::Duration;

use service::config::ConfigError;
use service::health::Finding;
use service::{App, BoxError, Context, Service, StartError};
use signer::Profile;
use store::{Record, Store};
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;

use crate::config::{self, Config};
use crate::routes;
use signing_core::book::Book;
use signing_core::fresh::Fresh;
use signing_core::keeper::Keeper;
use signing_core::making::Maker;
use signing_core::metrics::Metrics;
use signing_core::policy::PolicySource;
use signing_core::register::Attempt;
use signing_core::signing::SigningCore;
use signing_core::wallet::Wallet;

/// How soon a token that could not be opened is tried again. A refused PIN never is.
const REOPEN_MS: u64 = 3_000;

/// How many missed canaries make the token suspect.
const CANARIES_MISSED: u64 = 3;

/// wallet-manager.
#[derive(Debug)]
pub struct WalletManager;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct State {
    /// Signs and bars.
    pub core: SigningCore,
    /// Makes wallets.
    pub maker: Maker,
}

impl Service for WalletManager {
    const NAME: &'static str = "wallet-manager";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DEFAULTS: &'static str = include_str!("../config.default.toml");
    // Checks and verification are the work here: a second thread keeps the answers flowing meanwhile.
    const THREADS: usize = 2;

    type Config = Config;
    type State = State;

    fn routes() -> OpenApiRouter<State> {
        routes::all()
    }

    async fn start(context: Context, config: Config) -> Result<App<State>, StartError> {
        let store = context.open_store(&[Wallet::NOUN, Attempt::NOUN]).await?;
        let fresh = Fresh::of_this_program(profile(&config)?).map_err(StartError::other)?;
        let state = parts(&context, &config, store, Some(fresh)).await?;
        Ok(app(&context, &config, state))
    }
}

/// Makes the parts over this store, and tries the token once, so that a start that can sign does so at once.
pub(crate) async fn parts(
    context: &Context,
    config: &Config,
    store: Store,
    fresh: Option<Fresh>,
) -> Result<State, StartError> {
    let keeper = Arc::new(Keeper::new(profile(config)?));
    let book = Arc::new(Book::read(&store).await?);
    let metrics = Metrics::new(&context.metrics);
    let core = SigningCore {
        store: store.clone(),
        rules: Arc::new(config::rules(context)?),
        policy: Arc::new(PolicySource::open(config.policy.file.clone(), metrics.clone(), context.clock.clone())?),
        book: Arc::clone(&book),
        keeper: Arc::clone(&keeper),
        authority: Arc::new(context.authority_key()?),
        clock: context.clock.clone(),
        metrics,
    };
    look_after(&core).await;
    let maker = Maker { store, book, keeper, fresh, clock: context.clock.clone() };
    Ok(State { core, maker })
}

/// Puts the parts together.
pub(crate) fn app(context: &Context, config: &Config, state: State) -> App<State> {
    let canary_ms = config.token.canary_ms;
    let (watched, tended, policy) = (state.core.clone(), state.core.clone(), Arc::clone(&state.core.policy));
    let store = state.core.store.clone();
    App::new(context, state, store)
        .check("token", move || std::future::ready(token_finding(&watched, canary_ms)))
        .check("policy", move || std::future::ready(policy.finding()))
        .task("canary", move |stop| tend(tended, canary_ms, stop))
}

fn profile(config: &Config) -> Result<Profile, ConfigError> {
    config.token.profile(std::env::var_os("LUCID_PKCS11_MODULE").map(Into::into))
}

/// One proof of the token, or one try to open it.
async fn look_after(core: &SigningCore) {
    // The keeper has logged what is wrong, and keeps it for whoever asks.
    let _ = core.keeper.look_after(&core.book.keys(), core.clock.now()).await;
    core.metrics.token(core.keeper.proven_at());
}

async fn tend(core: SigningCore, canary_ms: u64, stop: CancellationToken) -> Result<(), BoxError> {
    loop {
        let pause = if core.keeper.token().is_ok() { canary_ms } else { REOPEN_MS.min(canary_ms) };
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(pause)) => look_after(&core).await,
            () = stop.cancelled() => return Ok(()),
        }
    }
}

fn token_finding(core: &SigningCore, canary_ms: u64) -> Finding {
    let token = core.keeper.token().map_err(|unavailable| unavailable.detail)?;
    let age_ms = core.keeper.proven_at().map_or(u64::MAX, |at| core.clock.now().ms_since(at));
    if age_ms > canary_ms.saturating_mul(CANARIES_MISSED) {
        return Err(format!("the token did not prove itself for {age_ms} ms"));
    }
    Ok(format!("the token {} signs", token.identity().label))
}
