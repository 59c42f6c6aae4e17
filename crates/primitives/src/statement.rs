//! What our services sign for one another: facts and permissions that a thief in the middle cannot make.
//!
//! One encoding for all: a domain tag, then deterministic protobuf (fields ascending, defaults omitted, one spelling).
//! Ed25519 is over `tag ‖ encoding`, so that no statement can be taken for another kind. What keys of the token sign is
//! [`Hashed`]; what needs two people is [`Cosigned`]. Golden vectors are in the tests.

mod anchor;
mod approval;
mod attestation;
mod attested;
mod authorisation;
mod canary;
mod ceremony;
mod checkpoint;
mod cosigned;
mod fields;
mod finality;
mod hashed;
mod key_class;
mod manifest;
mod recovered;
mod recovery_ended;
mod release;
mod signed;
mod spending;
#[cfg(test)]
mod tests;
mod unsigned;

pub use anchor::Anchor;
pub use approval::{Approval, Terms};
pub use attestation::{Attestation, KycLevel};
pub use attested::Attested;
pub use authorisation::{Asset, Authorisation, Ending, Kind, PreviousAttempt};
pub use canary::Canary;
pub use ceremony::{Action, Ceremony, NOTE_MAX, PermissionKeys};
pub use checkpoint::Checkpoint;
pub use cosigned::{Agreed, Cosigned, CosignedError, Dated, Operators};
pub use finality::{Fate, Finality};
pub use hashed::Hashed;
pub use key_class::{KeyClass, UnknownKeyClass};
pub use manifest::{EffectiveAttribute, Manifest, TokenDescription};
pub use recovered::{Currency, NamedPayout, PaidOut, RECOVERED_MAX, Recovered, RecoveredAs, Unpaid, shown_memo};
pub use recovery_ended::RecoveryEnded;
pub use release::{ImageDigest, Release};
pub use signed::{SignKey, Signed, StatementError, VerifyKey};
pub use spending::Spending;
pub use unsigned::Unsigned;

/// A statement with its one encoding.
pub trait Statement: Sized {
    /// The domain tag: text, version and a zero byte, unique to this kind of statement.
    const DOMAIN: &'static [u8];

    /// The deterministic encoding.
    fn encode(&self) -> Vec<u8>;

    /// Reads an encoding; anything but the one that [`Statement::encode`] gives is refused.
    fn decode(bytes: &[u8]) -> Result<Self, StatementError>;
}
