//! A simulated TRON full node: the chain, its contracts and its resources in one process, for tests and the demo.
//!
//! [`chain::Chain`] is everything below HTTP: transactions go in by [`chain::Chain::broadcast`], blocks come out by
//! [`chain::Chain::produce_block`], and a [`chain::View`] answers questions about the newest or the solid block. It
//! performs no IO except an optional journal file, reads no clock and draws no randomness: the same calls make the
//! same chain.

mod actuator;
mod admitted;
mod authority;
pub mod broadcast;
pub mod call;
pub mod chain;
pub mod config;
mod execution;
pub mod faults;
pub mod genesis;
pub mod http;
pub mod keys;
pub mod node;
pub mod params;
mod refusal;
mod resource;
pub mod server;
pub mod state;
#[cfg(test)]
mod testing;
mod tvm;
pub mod usdt;
