//! What a request asks for: the query of a GET, the body of a POST, in the forms that java-tron takes.

use primitives::{Address, BlockId, TxId};
use serde_json::{Map, Value};

use super::answer::NodeError;

/// The arguments of a request.
#[derive(Debug, Clone, Default)]
pub(super) struct Params {
    arguments: Map<String, Value>,
    visible: bool,
    int64_as_text: bool,
}

impl Params {
    /// Reads a GET's arguments; values are texts.
    pub(super) fn of_query(query: &str) -> Self {
        let arguments: Map<String, Value> = form(query).map(|(name, value)| (name, Value::String(value))).collect();
        let mut params = Self::new(arguments);
        params.int64_as_text = params.flag("int64_as_string");
        params
    }

    /// Reads a POST's body: JSON, a form, or nothing at all. `visible` may stand in the query as well.
    pub(super) fn of_body(query: &str, content_type: &str, body: &[u8]) -> Result<Self, NodeError> {
        let text = std::str::from_utf8(body).map_err(|_| NodeError::json("syntax error, not UTF-8"))?;
        let mut arguments = if text.trim().is_empty() {
            Map::new()
        } else if content_type.starts_with("application/x-www-form-urlencoded") && !text.trim_start().starts_with('{') {
            form(text).map(|(name, value)| (name, Value::String(value))).collect()
        } else {
            match serde_json::from_str(text) {
                Ok(Value::Object(arguments)) => arguments,
                Ok(_) => return Err(NodeError::json("syntax error, expect {, pos 1")),
                Err(error) => return Err(NodeError::json(&format!("syntax error, {error}"))),
            }
        };
        if let Some((_, visible)) = form(query).find(|(name, _)| name == "visible") {
            arguments.entry("visible").or_insert(Value::String(visible));
        }
        Ok(Self::new(arguments))
    }

    fn new(arguments: Map<String, Value>) -> Self {
        let mut params = Self { arguments, visible: false, int64_as_text: false };
        params.visible = params.flag("visible");
        params
    }

    /// Whether addresses and names go as text instead of hexadecimal, both ways.
    pub(super) const fn visible(&self) -> bool {
        self.visible
    }

    /// Whether 64-bit integers go as texts (a GET option of java-tron 4.8.2).
    pub(super) const fn int64_as_text(&self) -> bool {
        self.int64_as_text
    }

    /// All arguments, as one JSON object.
    pub(super) fn object(&self) -> Value {
        Value::Object(self.arguments.clone())
    }

    /// An argument as it came.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.arguments.get(name).filter(|value| !value.is_null())
    }

    /// A truth value; absent is false.
    pub(super) fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// A text, numbers included; absent is none.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// An integer; absent is 0, as for a protobuf field.
    pub(super) fn int(&self, name: &str) -> Result<i64, NodeError> {
        match self.get(name) {
            None => Ok(0),
            Some(Value::Number(number)) => number.as_i64().ok_or_else(|| NodeError::not_a_number(&number.to_string())),
            Some(Value::String(text)) if text.is_empty() => Ok(0),
            Some(Value::String(text)) => text.trim().parse().map_err(|_| NodeError::not_a_number(text)),
            Some(other) => Err(NodeError::not_a_number(&other.to_string())),
        }
    }

    /// Hexadecimal bytes, either case; absent is none.
    pub(super) fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, NodeError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        hex::decode(digits).map(Some).map_err(|_| NodeError::parse("INVALID hex String"))
    }

    /// An address in the form that `visible` asks for; absent is none.
    pub(super) fn address(&self, name: &str) -> Result<Option<Address>, NodeError> {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let read = if self.visible { Address::parse(&text) } else { Address::from_hex21(&text) };
        let why = if self.visible { "INVALID base58 String, " } else { "INVALID hex String, " };
        read.map(Some).map_err(|error| NodeError::parse(&format!("{why}{error}")))
    }

    /// A transaction's id; absent, or of another length, finds nothing.
    pub(super) fn txid(&self, name: &str) -> Result<Option<TxId>, NodeError> {
        Ok(self.bytes(name)?.and_then(|bytes| bytes.try_into().ok()).map(TxId::new))
    }

    /// A block's id; absent, or of another length, finds nothing.
    pub(super) fn block_id(&self, name: &str) -> Result<Option<BlockId>, NodeError> {
        Ok(self.bytes(name)?.and_then(|bytes| bytes.try_into().ok()).map(BlockId::new))
    }
}

/// The pairs of a query or of a form.
fn form(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (unescape(name), unescape(value))
    })
}

/// Percent decoding, with `+` as a space; what is no escape stands for itself.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (first, escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => {
                bytes.push(b' ');
                rest = after;
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn query_and_body_mean_the_same() {
        let get = Params::of_query("num=7&visible=true&value=a%20b+c");
        let post = Params::of_body("", "application/json", br#"{"num":7,"visible":true,"value":"a b c"}"#).unwrap();
        let form =
            Params::of_body("visible=true", "application/x-www-form-urlencoded", b"num=7&value=a%20b+c").unwrap();
        for params in [get, post, form] {
            assert_eq!(params.int("num").unwrap(), 7);
            assert!(params.visible());
            assert_eq!(params.text("value").unwrap(), "a b c");
            assert_eq!(params.int("absent").unwrap(), 0);
        }
    }

    #[test]
    fn addresses_follow_the_visible_flag() {
        let hex = Params::of_query("address=417E5F4552091A69125D5DFCB7B8C2659029395BDF");
        let text = Params::of_query("address=TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC&visible=true");
        assert_eq!(hex.address("address").unwrap(), text.address("address").unwrap());
        let mixed = Params::of_query("address=TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC");
        assert!(mixed.address("address").is_err());
        assert_eq!(mixed.address("other").unwrap(), None);
    }

    #[test]
    fn an_empty_body_is_no_arguments_and_a_broken_one_an_error() {
        assert!(Params::of_body("", "application/json", b" ").unwrap().get("x").is_none());
        assert!(Params::of_body("", "application/json", b"{").is_err());
        assert!(Params::of_body("", "application/json", b"[1]").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(query in ".{0,60}", body: Vec<u8>) {
            let _ = Params::of_query(&query);
            let _ = Params::of_body(&query, "application/x-www-form-urlencoded", &body);
            let _ = Params::of_body(&query, "", &body);
        }
    }
}
