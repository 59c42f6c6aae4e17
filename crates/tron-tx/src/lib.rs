//! TRON transactions and blocks as values: built, decoded exactly, hashed, signed for and recovered.
//!
//! Pure: no IO, no clock, no randomness. From the bottom up:
//! - [`proto`], the messages as on the wire, and [`ContractType`] and [`Payload`], the table of contract types;
//! - [`ExactRaw`], a raw_data decoded without loss, and [`RawTransaction`], the same in typed values, which is what
//!   services build and the signer decodes; [`SignedTransaction`] with signatures and results; [`EitherForm`] of the two;
//! - [`acting`], in whose name bytes act, whatever they are;
//! - [`hash`], [`contract_address`], [`RecoverableSignature`] and [`PublicKey`] (a [`PreparedKey`] where it is
//!   verified with often), [`TokenSigned`] statements;
//! - [`trc20`], calls and events of tokens; [`json`], the node's HTTP form.

mod acting;
#[cfg(test)]
mod arbitrary;
mod canonical;
pub mod contract;
pub mod contract_address;
mod contract_type;
mod decode_error;
mod either_form;
mod exact;
pub mod hash;
pub mod json;
mod local_key;
mod message;
mod permission;
pub mod proto;
mod public_key;
mod raw_transaction;
mod reference;
mod signature;
mod signed_transaction;
mod token_signed;
pub mod trc20;
#[cfg(test)]
mod vectors;
mod wire;

pub use acting::{Acting, Actor, acting};
pub use canonical::decode_exactly;
pub use contract::Contract;
pub use contract_type::{ContractType, Payload};
pub use decode_error::{DecodeError, FieldFlaw};
pub use either_form::EitherForm;
pub use exact::ExactRaw;
pub use local_key::{LocalKey, LocalKeyError};
pub use message::message_digest;
pub use permission::PermissionId;
pub use public_key::{PublicKey, PublicKeyError};
pub use raw_transaction::RawTransaction;
pub use reference::RefBlock;
pub use signature::{PreparedKey, RecoverableSignature, SignatureError};
pub use signed_transaction::{SignedTransaction, bandwidth_when_signed};
pub use token_signed::TokenSigned;
pub use wire::WireError;
