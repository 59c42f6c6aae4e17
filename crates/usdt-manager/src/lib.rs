//! usdt-manager, port 8094: USDT-TRC20 transfers, each one attempt at a payout, one transaction, one ending.
//!
//! payout-router asks for a transfer with its signed permission; here it is checked against the token and the chain,
//! leased energy for, given funds, **sealed** ([`drive`]), and carried through wallet-manager and tron-client to the
//! solid block. What happens next is decided in `payments::transfer`; this crate gathers the facts and keeps the rows.

mod app;
mod config;
mod drive;
mod follow;
mod funds;
mod metrics;
mod problem;
mod routes;
#[cfg(test)]
mod testing;
mod token;
mod transfer;

pub use app::UsdtManager;
