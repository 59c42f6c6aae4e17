//! Sending transactions (`broadcasthex`).

use primitives::HexBytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tron_tx::SignedTransaction;

/// The body that sends exactly these bytes. `broadcasttransaction` would have the node rebuild raw_data from JSON.
pub fn question(raw_data: &HexBytes, signatures: &[HexBytes]) -> Value {
    let signatures = signatures.iter().map(|signature| signature.0.clone()).collect();
    let whole = SignedTransaction { raw_data: raw_data.0.clone(), signatures, results: Vec::new() };
    json!({ "transaction": hex::encode(whole.encode()) })
}

/// `broadcasthex`, or the refusal of `broadcasttransaction`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireBroadcast {
    result: bool,
    code: String,
    message: String,
}

/// What a node said to a broadcast. It proves nothing: not even success means that the transaction reaches a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BroadcastAnswer {
    /// The protocol's code, `SUCCESS` included; for metrics.
    pub code: String,
    /// Code and text, for people.
    pub text: String,
}

impl WireBroadcast {
    /// The answer.
    pub fn answer(&self) -> BroadcastAnswer {
        let code = match (self.code.as_str(), self.result) {
            ("", true) => "SUCCESS",
            ("", false) => "OTHER_ERROR",
            (code, _) => code,
        };
        // Hexadecimal in one endpoint's answers, plain text in the other's.
        let decoded = hex::decode(&self.message).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let message = decoded.as_deref().filter(|text| !text.is_empty()).unwrap_or(&self.message);
        let text = if message.is_empty() { code.to_owned() } else { format!("{code}: {message}") };
        BroadcastAnswer { code: code.to_owned(), text: text.chars().take(ANSWER_MAX).collect() }
    }
}

/// A node's words are stored and shown; so many characters of them.
const ANSWER_MAX: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: Value) -> String {
        serde_json::from_value::<WireBroadcast>(answer).unwrap().answer().text
    }

    #[test]
    fn both_forms_of_an_answer_are_read() {
        assert_eq!(text(json!({"result": true, "code": "SUCCESS", "message": "", "txid": "00"})), "SUCCESS");
        assert_eq!(text(json!({"result": true, "txid": "00"})), "SUCCESS");
        let hex = hex::encode("Transaction expired");
        assert_eq!(
            text(json!({"code": "TRANSACTION_EXPIRATION_ERROR", "message": hex})),
            "TRANSACTION_EXPIRATION_ERROR: Transaction expired"
        );
        assert_eq!(
            text(json!({"result": false, "code": "TAPOS_ERROR", "message": "Tapos check error."})),
            "TAPOS_ERROR: Tapos check error."
        );
        assert_eq!(text(json!({})), "OTHER_ERROR");
    }

    #[test]
    fn the_bytes_are_raw_data_and_signatures() {
        let question = question(&HexBytes(vec![1, 2]), &[HexBytes(vec![3; 65])]);
        assert_eq!(question["transaction"], format!("0a0201021241{}", "03".repeat(65)));
    }
}
