//! trx-staking, port 8095: energy and bandwidth for the wallets that pay.
//!
//! A **lease** ([`ledger`]) reserves some of what a wallet has for one transaction; it is an entry in a ledger and touches
//! nobody else. **Stakes** and **delegations** ([`operation`]) are transactions of a staking wallet, authorised here and
//! carried through wallet-manager and tron-client ([`drive`]). A **pool** ([`pool`]) says which wallet is to have how
//! much, and begins stakes and delegations by itself if it may. After a restore ([`restored`]) nothing is begun twice. What happens next is decided in `payments::staking`.

mod app;
mod config;
mod drive;
mod follow;
mod lease;
mod ledger;
mod metrics;
mod operation;
mod pool;
mod problem;
mod restored;
mod routes;
#[cfg(test)]
mod tests;

pub use app::TrxStaking;
