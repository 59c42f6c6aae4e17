//! Why bytes are not a transaction that we can tell exactly.

use primitives::AddressError;
use thiserror::Error;

use crate::ContractType;
use crate::wire::WireError;

/// Why bytes are refused; nothing is ever decoded in part.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// Not protobuf, or a field holds what its type cannot.
    #[error("not a message of the protocol: {0}")]
    Malformed(prost::DecodeError),
    /// Not a sequence of fields: truncated, or with trailing bytes.
    #[error("{message}: {source}")]
    Wire {
        /// The message that is broken.
        message: &'static str,
        /// How.
        source: WireError,
    },
    /// A field that the protocol does not have.
    #[error("{message} has no field {number}")]
    UnknownField {
        /// The message that has it.
        message: &'static str,
        /// Its number.
        number: u32,
    },
    /// A field of another wire type than its own.
    #[error("{message}.{field} has the wrong wire type")]
    WireType {
        /// The message.
        message: &'static str,
        /// The field.
        field: &'static str,
    },
    /// The same content has another, canonical form, and so another hash.
    #[error("{message} is not in canonical form: {what}")]
    NotCanonical {
        /// The message.
        message: &'static str,
        /// What is unusual.
        what: &'static str,
    },
    /// A Transaction without raw_data.
    #[error("the transaction has no raw_data")]
    NoRawData,
    /// No contract at all.
    #[error("the transaction has no contract")]
    NoContract,
    /// The chain takes exactly one.
    #[error("the transaction has {0} contracts, the chain takes exactly one")]
    ManyContracts(usize),
    /// A contract type that the protocol does not have.
    #[error("unknown contract type {0}")]
    UnknownType(i32),
    /// A contract type without a message (CustomContract, GetContract).
    #[error("{} carries no message that could be decoded", .0.name())]
    NoMessage(ContractType),
    /// A contract without its message.
    #[error("the contract has no parameter")]
    NoParameter,
    /// The message's name is not the one of the contract's type.
    #[error("the contract's type is {}, its parameter's type_url {found:?}", expected.name())]
    TypeUrl {
        /// The contract's type.
        expected: ContractType,
        /// The parameter's type_url.
        found: String,
    },
    /// A field's value is outside what the protocol or we accept.
    #[error("{field}: {flaw}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        flaw: FieldFlaw,
    },
}

/// What is wrong with a field's value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FieldFlaw {
    /// No address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A negative number where none can be.
    #[error("{0} is negative")]
    Negative(i64),
    /// A number that names nothing.
    #[error("{0} stands for nothing known")]
    Unknown(i64),
    /// Bytes of another length than the protocol's.
    #[error("has {found} bytes instead of {expected}")]
    Length {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A field that the chain ignores and nobody should set.
    #[error("is unused by the chain and must be empty")]
    Unused,
    /// Not the decimal number of a TRC-10 token.
    #[error("is not a token id")]
    TokenId,
}

impl DecodeError {
    pub(crate) fn field(field: &'static str, flaw: impl Into<FieldFlaw>) -> Self {
        Self::Field { field, flaw: flaw.into() }
    }
}
