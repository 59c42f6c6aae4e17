//! Answers and refusals in the node's own manner: HTTP 200 with `{"Error": "class … : …"}` (java-tron servlets).

use serde_json::{Value, json};

/// What an endpoint gives back: a JSON document or a refusal.
pub(super) type Answer = Result<Value, NodeError>;

/// The answer for everything that was not found.
pub(super) fn nothing() -> Answer {
    Ok(json!({}))
}

/// A refusal as a Java exception's class and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeError {
    class: &'static str,
    text: String,
}

impl NodeError {
    fn new(class: &'static str, text: impl Into<String>) -> Self {
        Self { class, text: text.into() }
    }

    /// The contract's own rules refuse it.
    pub(super) fn validate(text: impl Into<String>) -> Self {
        Self::new("org.tron.core.exception.ContractValidateException", text)
    }

    /// The body is no JSON.
    pub(super) fn json(text: &str) -> Self {
        Self::new("com.alibaba.fastjson.JSONException", text)
    }

    /// A field of the body does not fit its message.
    pub(super) fn parse(text: &str) -> Self {
        Self::new("org.tron.core.services.http.JsonFormat$ParseException", format!("1:1: {text}"))
    }

    /// Bytes that are no message.
    pub(super) fn protobuf(text: &str) -> Self {
        Self::new("com.google.protobuf.InvalidProtocolBufferException", text)
    }

    /// A text that should be an integer.
    pub(super) fn not_a_number(text: &str) -> Self {
        Self::new("java.lang.NumberFormatException", format!("For input string: \"{text}\""))
    }

    /// An argument is missing.
    pub(super) fn parameter(text: &str) -> Self {
        Self::new("java.security.InvalidParameterException", text)
    }

    /// An argument makes no sense.
    pub(super) fn argument(text: &str) -> Self {
        Self::new("java.lang.IllegalArgumentException", text)
    }

    /// What java-tron says where it did not expect that something is missing.
    pub(super) fn null_pointer() -> Self {
        Self::new("java.lang.NullPointerException", "null")
    }

    /// The class and the text, as one line.
    pub(super) fn text(&self) -> String {
        format!("class {} : {}", self.class, self.text)
    }

    /// The document that goes out with HTTP 200.
    pub(super) fn document(&self) -> Value {
        json!({ "Error": self.text() })
    }
}
