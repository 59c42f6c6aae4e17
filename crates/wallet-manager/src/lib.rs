//! wallet-manager: the only service that reaches the token. It makes wallets, signs what it has decoded and checked,
//! and keeps the register of what was ever signed or barred.
//!
//! Where to look: [`signing`] is a signature from request to answer, [`register`] what makes it happen once,
//! [`keeper`] the token's life, [`policy`] the policy in force; the checks themselves are `signer::check` and
//! `signer::policy`.

mod app;
pub mod book;
pub mod config;
pub mod fresh;
mod init_token;
pub mod keeper;
pub mod making;
pub mod metrics;
pub mod policy;
mod policy_command;
mod problem;
mod random;
pub mod register;
mod routes;
pub mod signing;
#[cfg(test)]
mod tests;
pub mod wallet;

pub use app::{State, WalletManager};
pub use fresh::ProveKey;
pub use init_token::InitToken;
pub use policy_command::PolicyCommand;
