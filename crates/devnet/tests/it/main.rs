//! The devnet from outside: its binary as a process, asked over HTTP by hand, by tronpy and by tronweb.

#![expect(clippy::unwrap_used, reason = "tests")]

mod api;
mod contract;
mod costs;
mod fault_injection;
mod foreign_clients;
mod restart;
mod support;
mod token;
