//! The signing core: what lives in the worker process beside the token, and decides there what is signed.
//!
//! Where to look: [`signing`] is a signature from request to answer, [`register`] what makes it happen once,
//! [`keeper`] the token's life, [`policy`] the policy in force, [`making`] how a wallet comes to be; the checks
//! themselves are `signer::check` and `signer::policy`. wallet-manager's HTTP process carries requests to it and
//! decides nothing.

pub mod book;
pub mod fresh;
pub mod keeper;
pub mod making;
pub mod metrics;
pub mod policy;
mod problem;
pub mod random;
pub mod register;
pub mod signing;
pub mod wallet;
