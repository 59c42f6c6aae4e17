//! payout-router, port 8092: the payout, its attempts and its limits; the only one that may authorise a payout.
//!
//! A request is held against the limits and recorded; then the payout is **authorised** attempt by attempt ([`drive`]),
//! each handed to usdt-manager (USDT) or made here (TRX), and followed through wallet-manager's register and
//! tron-client's reading of the chain until it has ended for certain. What happens next is decided in
//! `payments::payout`; this crate gathers the facts and keeps the rows.

mod app;
mod config;
mod drive;
mod follow;
mod freezer;
mod limits;
mod payout;
mod problem;
mod routes;
#[cfg(test)]
mod testing;

pub use app::PayoutRouter;
