//! Why a transaction cannot be part of the next block.

use crate::broadcast::ResponseCode;

/// A reason that changes nothing, in the words of the node (java-tron `Manager.processTransaction`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A signature does not fit the permission.
    Signature(String),
    /// The reference block is not on this chain.
    Tapos,
    /// It expires before the block, or more than a day after.
    Expiration,
    /// It is on the chain already.
    Duplicate,
    /// It is too large, or too large for making an account.
    TooBig(String),
    /// Bandwidth, memo or multi-signature fee cannot be paid.
    Resource,
    /// The contract's rules.
    Validate(String),
    /// What is found only while executing.
    Execute(String),
}

impl Refusal {
    /// The code and the text of the broadcast's answer (java-tron `Wallet.broadcastTransaction`).
    pub(crate) fn response(self) -> (ResponseCode, String) {
        match self {
            Self::Signature(cause) => (ResponseCode::SigError, format!("Validate signature error: {cause}")),
            Self::Tapos => (ResponseCode::TaposError, "Tapos check error.".to_owned()),
            Self::Expiration => (ResponseCode::TransactionExpirationError, "Transaction expired".to_owned()),
            Self::Duplicate => (ResponseCode::DupTransactionError, "Dup transaction.".to_owned()),
            Self::TooBig(text) => (ResponseCode::TooBigTransactionError, text),
            Self::Resource => (ResponseCode::BandwithError, "Account resource insufficient error.".to_owned()),
            Self::Validate(cause) => {
                (ResponseCode::ContractValidateError, format!("Contract validate error : {cause}"))
            }
            Self::Execute(cause) => (ResponseCode::ContractExeError, format!("Contract execute error : {cause}")),
        }
    }
}
