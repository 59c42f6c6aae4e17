//! The signing core: keys that live in a PKCS#11 token, and the checks that stand before every signature.
//!
//! Statements in, signatures out. Nothing here takes bytes to sign: a [`Token`] signs a [`Statement`] of a closed set,
//! each with a key of its class. A [`SignTransaction`] is decoded and held against its authorisation by [`check`], what
//! passes is a [`Checked`], and only that is signed as a transaction. How much and to
//! whom is bounded by a [`Policy`] beside it.
//!
//! The token is not believed: attributes are read back after generation, the public key is pinned, and every signature
//! is verified before it is released.

mod action;
mod attributes;
pub mod check;
mod circuit;
mod condition;
mod data_object;
pub mod doctor;
mod durable;
mod ec_point;
mod error;
mod failures;
mod generate;
mod inventory;
mod key;
mod login;
mod login_record;
mod module;
mod patience;
pub mod pin;
pub mod policy;
mod pool;
mod possession;
mod prepared;
pub mod profile;
mod provision;
mod retirement;
mod seat;
mod signature;
#[cfg(test)]
mod softhsm;
mod statement;
mod ticket;
mod token;

pub use action::Action;
pub use attributes::AttributeFault;
pub use check::{Checked, Refusal, Rules, SignDecision, SignTransaction};
pub use condition::{Cause, Condition, Sessions};
pub use data_object::DataName;
pub use ec_point::EcPointError;
pub use error::TokenError;
pub use failures::FailureCount;
pub use inventory::{ListedKey, Remaining};
pub use key::{AUDIT_KEY, CkaId, PinnedKey};
pub use patience::Patience;
pub use policy::Policy;
pub use possession::{Challenge, verify as verify_possession};
pub use profile::{OptionalAttribute, Profile, VendorProfile, softhsm_module};
pub use provision::provision;
pub use signature::Unverified;
pub use statement::Statement;
pub use ticket::Ticket;
pub use token::{Token, TokenIdentity, sessions_for_cores};
