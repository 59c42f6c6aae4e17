//! Signed messages: text that a wallet signs to prove that it holds a key, never a transaction.

use crate::hash::keccak256;

/// What a wallet signs for `message`: keccak-256 over a prefix, the length in decimal and the message
/// (tronweb `utils/message`). The prefix keeps it apart from any transaction's hash.
pub fn message_digest(message: &[u8]) -> [u8; 32] {
    let mut text = format!("\x19TRON Signed Message:\n{}", message.len()).into_bytes();
    text.extend_from_slice(message);
    keccak256(&text)
}
