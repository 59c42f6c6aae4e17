//! What all six services share, from the command line to the background loops. It knows no payment word.
//!
//! A service implements [`Service`] and its `main` calls [`cli::main`]; the example `greeter` is a
//! whole one. Two things are worth knowing before reading on: every route needs an authenticated caller unless it is
//! listed as open ([`serve`]), and background work is a row with a due time, never a loop of its own ([`driver`]).

pub mod auth;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod driver;
pub mod extract;
pub mod feed;
pub mod gauges;
pub mod health;
pub mod metrics;
pub mod problem;
pub mod request_id;
pub mod serve;
pub mod telemetry;
pub mod testing;

pub use auth::Caller;
pub use client::{Outcome, PeerClient};
pub use clock::Clock;
pub use config::Seed;
pub use problem::Problem;
pub use serve::{App, Context, Service, StartError};

/// Any error, where only its text matters: it is logged and the work is tried again.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
