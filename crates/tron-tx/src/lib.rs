//! TRON transactions and blocks as values: built, decoded exactly, hashed, signed for and recovered.
//!
//! Pure: no IO, no clock, no randomness. Layers, from the bottom: [`proto`] (messages as on the wire),
//! [`ContractType`] and [`Payload`] (the table of contract types).

mod contract_type;
pub mod proto;

pub use contract_type::{ContractType, Payload};
