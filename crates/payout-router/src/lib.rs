//! payout-router, port 8092: the payout, its attempts and its limits; the only one that may authorise a payout.
//!
//! A request is held against the limits and recorded; then the payout is **authorised** attempt by attempt ([`drive`]),
//! each handed to usdt-manager (USDT) or made here (TRX), and followed through wallet-manager's register and
//! tron-client's reading of the chain until it has ended for certain. What happens next is decided in
//! `payments::payout`; this crate gathers the facts and keeps the rows.
//!
//! It is also who holds the plane against the chain: [`census`] and [`backstop`] look after our wallets, [`follow`] sees
//! what they do there and what the register says, [`reconcile`] brings the two together, and a [`discrepancy`] that
//! nobody can explain stops everything ([`halt`], [`stopping`]).

mod app;
mod backstop;
mod census;
mod config;
mod council;
mod discrepancy;
mod drift;
mod drive;
mod follow;
mod freezer;
mod funds;
mod halt;
mod health;
mod kept_head;
mod limits;
mod metrics;
mod payout;
mod problem;
mod reconcile;
mod recovery;
#[cfg(test)]
mod restored;
mod routes;
mod sighting;
mod stopping;
#[cfg(test)]
mod stops_everything;
mod stray;
#[cfg(test)]
mod testing;
mod wallet;

pub use app::PayoutRouter;
