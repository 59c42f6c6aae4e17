//! Carries one transaction from its permission to the solid block, for whoever owns it.
//!
//! usdt-manager (USDT), payout-router (TRX) and trx-staking (stakes, delegations) all make transactions; what an attempt
//! may do next is decided in `payments::attempt`, and this crate puts the one question that the attempt's committed
//! state entitles to: an anchor while it is open, a signature once it is sealed, its fate once it is signed. Every
//! question is an idempotent command, so that asking again after a crash is the same question.

mod answer;
mod questions;
#[cfg(test)]
mod tests;

pub use answer::AskError;
pub use questions::Transact;
