//! What our services sign for one another: facts and permissions that a thief in the middle cannot make.
//!
//! One encoding for all: a domain tag, then deterministic protobuf (fields ascending, defaults omitted, one spelling).
//! Ed25519 is over `tag ‖ encoding`, so that no statement can be taken for another kind. Golden vectors are in the tests.

mod anchor;
mod authorisation;
mod signed;
#[cfg(test)]
mod tests;
mod unsigned;

pub use anchor::Anchor;
pub use authorisation::{Asset, Authorisation, Ending, Kind, PreviousAttempt};
pub use signed::{SignKey, Signed, StatementError, VerifyKey};
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
