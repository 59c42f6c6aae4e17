//! payment-gateway: the public edge, where a merchant's own name names a payout.
//!
//! It makes no payout and knows no limit: it finds out which merchant calls ([`config`] has the hashes of their API
//! keys), reads the request with care, and hands it to payout-router, whose refusal it passes on as it is. Where the
//! router's answer stays unknown the request is kept and forwarded until it is known. Merchants read from a mirror of
//! the router's payouts that follows its feed, each of them their own.

mod api_key;
mod app;
mod caller;
pub mod config;
mod drive;
mod find;
mod follow;
mod metrics;
mod payout;
mod problem;
mod router;
mod routes;
#[cfg(test)]
mod tests;
mod wish;

pub use api_key::KeyHash;
pub use app::{PaymentGateway, State};
