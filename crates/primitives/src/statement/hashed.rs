//! What a secp256k1 key of the token signs: not a statement but its digest.

use sha2::{Digest as _, Sha256};

use super::Statement;

/// A statement that is signed over a digest, by a key that lives in a token.
///
/// Every domain tag begins with `l`, which read as protobuf would end a group that never began, so that no raw_data of
/// a transaction can have the digest of a statement.
pub trait Hashed: Statement {
    /// What is signed: SHA-256 over the domain tag and the encoding, unless the statement has a form of its own.
    fn digest(&self) -> [u8; 32] {
        Sha256::new().chain_update(Self::DOMAIN).chain_update(self.encode()).finalize().into()
    }
}
