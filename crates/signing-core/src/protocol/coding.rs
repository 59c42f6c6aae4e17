//! Messages as bytes: the one place that knows the encoding.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The bytes of a message.
pub fn encode(message: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(message).expect("messages have text keys and no failing parts")
}

/// The message of these bytes. The error says where they are wrong, and quotes none of them.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> std::io::Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("a message that cannot be read, at byte {} of {}", error.column(), bytes.len());
        std::io::Error::new(std::io::ErrorKind::InvalidData, place)
    })
}
