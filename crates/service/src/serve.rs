//! From a service's parts to a running process: routes behind one gate, background tasks, an orderly stop.
//!
//! A stop has two steps. First *draining*: no new connections, long polls return at once, running requests finish.
//! Then *stopping*: drivers and followers end after the turn they are in. Both together may take `server.shutdown_ms`;
//! what is not done by then is dropped, and is done again after the next start, as after any crash.

mod app;
mod context;
pub(crate) mod gate;
mod operations;
mod run;
#[cfg(test)]
mod tests;

pub use app::{App, database};
pub use context::{Context, Shutdown, open_store};
pub use run::run;

use serde::de::DeserializeOwned;
use thiserror::Error;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{LicenseBuilder, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use crate::config::{ConfigError, Seed, Source};
use crate::{BoxError, feed};

/// What a service is made of. Its `main` is `service::cli::main::<TheService>()`.
pub trait Service: Send + Sized + 'static {
    /// The name: of the binary, among the peers, in tokens.
    const NAME: &'static str;
    /// The version, usually `env!("CARGO_PKG_VERSION")`.
    const VERSION: &'static str;
    /// The service's commented defaults, usually `include_str!("../config.default.toml")`.
    const DEFAULTS: &'static str;
    /// Variables of the seed project that set keys of this service.
    const SEEDS: &'static [Seed] = &[];
    /// Threads that run tasks. One is the smallest and enough for most; databases have threads of their own.
    const THREADS: usize = 1;

    /// The service's own sections; must deny unknown fields. [`NoSections`](crate::config::NoSections) if it has none.
    type Config: DeserializeOwned + Send;
    /// What handlers share.
    type State: Clone + Send + Sync + 'static;

    /// The routes, without the feed, health, metrics and the OpenAPI document, which are added.
    fn routes() -> OpenApiRouter<Self::State>;

    /// Makes the parts: opens the store, reads keys, checks what only this service can check.
    fn start(
        context: Context,
        config: Self::Config,
    ) -> impl Future<Output = Result<App<Self::State>, StartError>> + Send;
}

/// Why a service does not start, or did not run to an orderly end.
#[derive(Debug, Error)]
pub enum StartError {
    /// The operator can correct it: exit code 64.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The port is taken, or the address is not this machine's.
    #[error("cannot listen on {address}")]
    Listen {
        /// The configured address.
        address: std::net::SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// A background task ended by itself, which none should.
    #[error("the task {name} ended: {cause}")]
    Task {
        /// Which.
        name: String,
        /// How.
        cause: String,
    },
    /// Anything else.
    #[error(transparent)]
    Other(#[from] BoxError),
}

impl StartError {
    /// Wraps any other error.
    pub fn other(error: impl Into<BoxError>) -> Self {
        Self::Other(error.into())
    }
}

/// What the service is configured with.
pub const fn source<S: Service>() -> Source {
    Source { service: S::NAME, defaults: S::DEFAULTS, seeds: S::SEEDS }
}

/// The service's routes and the feed's.
fn all_routes<S: Service>() -> OpenApiRouter<S::State> {
    S::routes().merge(feed::routes())
}

/// The OpenAPI document of a service.
pub fn openapi<S: Service>() -> OpenApi {
    described::<S>(all_routes::<S>().into_openapi())
}

fn described<S: Service>(mut document: OpenApi) -> OpenApi {
    S::NAME.clone_into(&mut document.info.title);
    S::VERSION.clone_into(&mut document.info.version);
    // Whoever starts a document from nothing, as the router does, starts from its library's own name and licence.
    document.info.description = Some("One of the six services of the Lucid TRON payment plane.".to_owned());
    document.info.contact = None;
    let licence = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0"));
    document.info.license = Some(licence.build());
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("call_token", SecurityScheme::Http(scheme));
    document
}
