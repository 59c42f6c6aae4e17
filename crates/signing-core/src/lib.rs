//! The signing core: what lives in the worker process beside the token, and decides there what is signed.
//!
//! Where to look: [`signing`] is a signature from request to answer, [`register`] what makes it happen once,
//! [`keeper`] the token's life, [`policy`] the policy in force, [`making`] how a wallet comes to be; the checks
//! themselves are `signer::check` and `signer::policy`. [`Core`] is all of it put together.
//!
//! wallet-manager's HTTP process carries requests to it and decides nothing: it asks through a [`Client`], [`serve()`]
//! answers, and [`protocol`] is what they have in common.

pub mod audit;
pub mod book;
pub mod caller;
pub mod ceremony;
mod client;
mod core;
pub mod freeze;
pub mod fresh;
mod gauges;
pub mod harden;
pub mod keeper;
pub mod key;
pub mod making;
mod memory;
pub mod metrics;
pub mod policy;
mod problem;
pub mod protocol;
pub mod random;
pub mod register;
pub mod serve;
pub mod settings;
pub mod signing;
pub mod stamp;
pub mod standing;
pub mod undecided;
pub mod wallet;
pub mod worker;

pub use self::client::{AskError, Attached, Client};
pub use self::core::{Core, NOUNS};
pub use self::serve::serve;
pub use self::settings::Settings;
