//! wallet-manager: the only service that reaches the token. It makes wallets, signs what it has decoded and checked,
//! and keeps the register of what was ever signed or barred.
//!
//! Its HTTP process carries requests; what decides and signs is the `signing-core` crate.

mod answer;
mod app;
mod audit_command;
pub mod config;
mod policy_command;
mod problem;
mod relay;
mod release_command;
mod routes;
mod supervisor;
#[cfg(test)]
mod tests;
mod token_args;
mod token_command;

pub use app::{State, WalletManager};
pub use audit_command::AuditCommand;
pub use policy_command::PolicyCommand;
pub use relay::Relay;
pub use release_command::ReleaseCommand;
pub use signing_core::fresh::ProveKey;
pub use signing_core::worker::SigningWorker;
pub use token_command::TokenCommand;
