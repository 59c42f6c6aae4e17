//! The service put together.

use std::sync::Arc;

use primitives::PlaneId;
use service::auth::CallTokens;
use service::clock::SharedClock;
use service::{App, Context, Service, StartError, gauges};
use store::{Record, Store};
use utoipa_axum::router::OpenApiRouter;

use crate::api_key::Callers;
use crate::config::Config;
use crate::drive::Forwarding;
use crate::follow::Mirror;
use crate::metrics::Counters;
use crate::payout::PayoutRow;
use crate::router::Router;
use crate::routes;

/// The service.
#[derive(Debug)]
pub struct PaymentGateway;

/// What handlers share.
#[derive(Debug, Clone)]
pub struct State {
    /// The rows.
    pub(crate) store: Store,
    /// The clock.
    pub(crate) clock: SharedClock,
    /// The plane, from which ids are derived.
    pub(crate) plane: PlaneId,
    /// Who makes payouts.
    pub(crate) router: Router,
    /// What is counted.
    pub(crate) counters: Counters,
}

impl Service for PaymentGateway {
    const NAME: &'static str = "payment-gateway";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DEFAULTS: &'static str = include_str!("../config.default.toml");
    type Config = Config;
    type State = State;

    fn routes() -> OpenApiRouter<State> {
        routes::routes()
    }

    async fn start(context: Context, config: Config) -> Result<App<State>, StartError> {
        let store = context.open_store(&[PayoutRow::NOUN]).await?;
        assemble(&context, &config, store)
    }
}

/// The service on this store.
pub(crate) fn assemble(context: &Context, config: &Config, store: Store) -> Result<App<State>, StartError> {
    let peer = context.peer("payout-router")?;
    let router = Router::new(peer.clone());
    if config.merchants.is_empty() {
        tracing::warn!("no merchant is configured; nobody can ask for a payout");
    }
    let tokens = CallTokens::new(context.service, &context.base.peers, context.clock.clone());
    let callers = Callers::new(&config.merchants, tokens)?;
    let state = State {
        store: store.clone(),
        clock: context.clock.clone(),
        plane: context.base.plane.id,
        router: router.clone(),
        counters: Counters::new(&context.metrics, context.clock.clone()),
    };
    let (counters, counted) = (state.counters.clone(), store.clone());
    Ok(App::new(context, state, store.clone())
        .gate("/v1/", Arc::new(callers))
        .drive(Forwarding { router })
        .task("gauges", async move |stop| gauges::keep(|| counters.look(&counted), stop).await)
        .follow(peer, Mirror { store, clock: context.clock.clone() }))
}
