//! tron-client against a simulated TRON network: real HTTP, real SQLite, every fault that the network can show.
//!
//! Blocks are made by the tests, at times that they choose, so what a test sees never depends on the machine's pace.

#![expect(clippy::unwrap_used, reason = "tests")]

mod airlock;
mod dead;
mod faults;
mod field;
mod journey;
mod late;
mod liar;
mod process;
mod surface;
mod wallets;
