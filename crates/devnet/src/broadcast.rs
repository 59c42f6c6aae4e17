//! Why a node refuses a transaction, with the code and text that clients match on.

use primitives::TxId;
use thiserror::Error;

/// A refusal of `broadcasttransaction`: nothing changed, except that the id may answer DUP from now on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{code:?}: {message}")]
pub struct BroadcastError {
    /// The class of refusal.
    pub code: ResponseCode,
    /// The text, before its hex encoding.
    pub message: String,
    /// The transaction's id.
    pub txid: TxId,
}

/// `Return.response_code` of the protocol (api.proto).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseCode {
    /// A signature is missing, wrong, or not enough.
    SigError = 1,
    /// The contract's own rules refuse it.
    ContractValidateError = 2,
    /// It could not be executed.
    ContractExeError = 3,
    /// Bandwidth, memo fee or multi-signature fee cannot be paid. The missing D is the protocol's.
    BandwithError = 4,
    /// The id was seen before.
    DupTransactionError = 5,
    /// The reference block is unknown here.
    TaposError = 6,
    /// Over the size limit.
    TooBigTransactionError = 7,
    /// Expired, or expiring too far ahead.
    TransactionExpirationError = 8,
    /// Too many transactions wait.
    ServerBusy = 9,
    /// Anything else.
    OtherError = 20,
}

impl ResponseCode {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SigError => "SIGERROR",
            Self::ContractValidateError => "CONTRACT_VALIDATE_ERROR",
            Self::ContractExeError => "CONTRACT_EXE_ERROR",
            Self::BandwithError => "BANDWITH_ERROR",
            Self::DupTransactionError => "DUP_TRANSACTION_ERROR",
            Self::TaposError => "TAPOS_ERROR",
            Self::TooBigTransactionError => "TOO_BIG_TRANSACTION_ERROR",
            Self::TransactionExpirationError => "TRANSACTION_EXPIRATION_ERROR",
            Self::ServerBusy => "SERVER_BUSY",
            Self::OtherError => "OTHER_ERROR",
        }
    }
}
