//! What the world said to the one question that an attempt's state entitles to.

use api::tron_client::SubmissionView;
use api::wallet_manager::SignatureView;
use api::wallet_manager::refusal::{Remedy, remedy};
use primitives::HexBytes;
use primitives::statement::{Anchor, Signed, Unsigned};

/// An answer. What was not answered is no fact: the question is put again later.
#[derive(Debug, Clone)]
pub enum Fact {
    /// To an open attempt: where the solid chain is.
    Anchor(Signed<Anchor>),
    /// To a sealed one: what wallet-manager said to the request for a signature.
    Signature(SignatureAnswer),
    /// To a submitted one: how far tron-client has seen it come.
    Submission(SubmissionView),
    /// To one that is being barred: what the register said.
    Void(VoidAnswer),
    /// To an ended one: nothing is asked.
    Nothing,
}

/// wallet-manager's answer to a request for a signature.
#[derive(Debug, Clone)]
pub enum SignatureAnswer {
    /// The signature.
    Signed(SignatureView),
    /// The attempt is registered as this other raw_data.
    Taken(HexBytes),
    /// It is not signed, and says why.
    Refused(Refusal),
}

/// wallet-manager's answer to a request to bar an attempt.
#[derive(Debug, Clone)]
pub enum VoidAnswer {
    /// Barred for ever.
    Barred(Signed<Unsigned>),
    /// Too late: it is registered as this raw_data, and this anchor goes with asking for the signature again.
    Taken(HexBytes, Signed<Anchor>),
}

/// Why a signature was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The rule's stable code.
    pub code: String,
}

impl Refusal {
    /// What it means for the attempt.
    pub fn remedy(&self) -> Remedy {
        remedy(&self.code)
    }
}
