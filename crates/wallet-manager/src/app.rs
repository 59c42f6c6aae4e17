//! The service put together.

use std::sync::Arc;

use service::{App, Context, Service, StartError};
use signing_core::Client;
use signing_core::fresh::Fresh;
use signing_core::serve::PARTS;
use utoipa_axum::router::OpenApiRouter;

use crate::config::{self, Config};
use crate::relay::Relay;
use crate::routes;
use crate::supervisor::{Counts, Supervisor, kept};

/// wallet-manager.
#[derive(Debug)]
pub struct WalletManager;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct State {
    /// Does everything.
    pub worker: Relay,
}

impl Service for WalletManager {
    const NAME: &'static str = "wallet-manager";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DEFAULTS: &'static str = include_str!("../config.default.toml");
    // What callers claim is checked here, their tokens and bodies: a second thread keeps the answers flowing meanwhile.
    const THREADS: usize = 2;

    type Config = Config;
    type State = State;

    fn routes() -> OpenApiRouter<State> {
        routes::all()
    }

    async fn start(context: Context, mut config: Config) -> Result<App<State>, StartError> {
        let settings = config::settings(&context, &config)?;
        config.worker.environment.extend(config.token.vendor()?.environment);
        let client = Client::default();
        let fresh = Fresh::of_this_program(kept(&config.worker.environment));
        let state = State { worker: Relay::new(client.clone(), Arc::new(fresh)) };
        let counts = Counts::new(&context.metrics);
        let mut supervisor = Supervisor::new(client, settings, config.worker, counts)?;
        let finding = supervisor.finding();
        let life = supervisor.start().await?;
        Ok(app(&context, state)
            .check("worker", move || std::future::ready(finding()))
            .task("supervisor of the signing worker", move |stop| supervisor.run(life, stop)))
    }
}

/// Puts the parts together.
pub(crate) fn app(context: &Context, state: State) -> App<State> {
    let worker = state.worker.clone();
    let counted = worker.clone();
    context.metrics.show_also(move || {
        let worker = counted.clone();
        async move { worker.samples().await }
    });
    let app = App::without_store(context, state, Arc::new(worker.clone()));
    PARTS.into_iter().fold(app, |app, part| {
        let worker = worker.clone();
        app.check(part, move || {
            let worker = worker.clone();
            async move { worker.finding(part).await }
        })
    })
}
