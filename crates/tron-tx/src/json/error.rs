//! Why JSON gives no message.

use thiserror::Error;

/// Why JSON gives no message of the protocol.
#[derive(Debug, Error)]
pub enum JsonError {
    /// Not JSON at all, or of another shape.
    #[error("not the JSON of the node's interface: {0}")]
    Syntax(#[from] serde_json::Error),
    /// A message is no object.
    #[error("{0} has to be an object")]
    NotObject(&'static str),
    /// A field's value is not of its type.
    #[error("{message}.{field} {expected}")]
    Field {
        /// The message.
        message: &'static str,
        /// The field.
        field: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// A message has fields that the protocol does not have, in a form that does not tell their bytes.
    #[error("{0} has unknown fields whose bytes cannot be told")]
    Unknown(&'static str),
    /// The fields are right and the message still is not.
    #[error("not a message of the protocol: {0}")]
    Message(#[from] prost::DecodeError),
}
