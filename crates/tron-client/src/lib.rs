//! tron-client: the only service that reaches TRON nodes.
//!
//! It reads every solid block itself and checks it ([`scan`]), so that what it says of a transaction is what the chain
//! says and not what a node does; it brings transactions onto the chain ([`broadcast`]); and it answers questions about
//! the chain's state from whichever node is fit to be asked ([`nodes`]).
//!
//! From the bottom up: [`wire`] (the nodes' JSON), [`node`] and [`nodes`] (asking them), [`scan`] (blocks in order, the
//! ledger of what is looked for), [`submission`] (what is stored of a transaction, and the pure decisions), [`watch`] (of a wallet), [`poll`],
//! [`head`] and [`broadcast`] (the background tasks beside the scanner), [`app`] and [`routes`].

pub mod anchor;
pub mod app;
pub mod broadcast;
pub mod config;
pub mod facts;
pub mod head;
pub mod health;
pub mod metrics;
pub mod node;
pub mod nodes;
pub mod poll;
pub mod problem;
pub mod routes;
pub mod scan;
pub mod submission;
pub mod watch;
pub mod wire;

use service::config::Seed;
use service::{App, Context, Service, StartError};
use utoipa_axum::router::OpenApiRouter;

pub use app::Shared;

/// The service's commented defaults.
pub(crate) const DEFAULTS: &str = include_str!("../config.default.toml");
/// Variables of the seed project that set keys of ours.
pub(crate) const SEEDS: [Seed; 1] = [Seed { variable: "TRON_API_KEY", key: "provider.api_key", secret: true }];

/// The service.
#[derive(Debug)]
pub struct TronClient;

impl Service for TronClient {
    const NAME: &'static str = "tron-client";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DEFAULTS: &'static str = DEFAULTS;
    const SEEDS: &'static [Seed] = &SEEDS;
    /// Blocks are parsed and hashed on them.
    const THREADS: usize = 2;

    type Config = config::Config;
    type State = Shared;

    fn routes() -> OpenApiRouter<Shared> {
        routes::all()
    }

    async fn start(context: Context, config: config::Config) -> Result<App<Shared>, StartError> {
        app::build(context, config).await
    }
}
