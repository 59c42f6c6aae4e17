//! Bytes that are written as hexadecimal text in JSON.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// A byte string whose JSON form is lower-case hexadecimal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct HexBytes(pub Vec<u8>);

/// The text, written at one go: `hex::encode` collects it digit by digit, ten times as slowly.
fn digits(bytes: &[u8]) -> String {
    let mut text = vec![0; 2 * bytes.len()];
    hex::encode_to_slice(bytes, &mut text).expect("two digits a byte");
    String::from_utf8(text).expect("digits are ASCII")
}

impl fmt::Display for HexBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&digits(&self.0))
    }
}

impl Serialize for HexBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&digits(&self.0))
    }
}

impl fmt::Debug for HexBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{self}")
    }
}

impl AsRef<[u8]> for HexBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for HexBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<HexBytes> for String {
    fn from(bytes: HexBytes) -> Self {
        digits(&bytes.0)
    }
}

impl TryFrom<String> for HexBytes {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        hex::decode(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_two_lower_case_digits_each() {
        let all = HexBytes((0..=255).collect());
        let text = all.0.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        assert_eq!(all.to_string(), text);
        assert_eq!(String::from(all.clone()), text);
        assert_eq!(serde_json::to_value(&all).unwrap(), serde_json::json!(text));
        assert_eq!(serde_json::from_value::<HexBytes>(serde_json::json!(text)).unwrap(), all);
        assert_eq!(HexBytes::default().to_string(), "");
    }
}
