//! Constant calls (`triggerconstantcontract`).

use api::tron_client::{ConstantCallRequest, ConstantCallView};
use primitives::{Energy, HexBytes};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{WireError, bytes};

/// The body that asks for the call.
pub fn question(request: &ConstantCallRequest) -> Value {
    json!({
        "owner_address": request.caller.to_hex21(),
        "contract_address": request.contract.to_hex21(),
        "data": request.calldata.to_string(),
    })
}

/// `triggerconstantcontract`.
#[derive(Debug, Deserialize)]
pub struct WireCall {
    result: WireReturn,
    #[serde(default)]
    energy_used: u64,
    #[serde(default)]
    constant_result: Vec<String>,
    #[serde(default)]
    transaction: WireCalled,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireReturn {
    result: bool,
    code: String,
    /// Text, hexadecimal.
    message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireCalled {
    ret: Vec<WireCalledReturn>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireCalledReturn {
    ret: String,
}

/// What the node made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// It ran, to success or to a revert.
    Ran(ConstantCallView),
    /// It could not begin: no contract there, for example.
    Refused(String),
}

impl WireCall {
    /// The outcome. A revert still has `result: true`; `transaction.ret` tells (java-tron `TriggerConstantContractServlet`).
    pub fn outcome(&self) -> Result<Called, WireError> {
        let message = String::from_utf8_lossy(&bytes(&self.result.message, "message")?).into_owned();
        if !self.result.result {
            return match self.result.code.as_str() {
                "CONTRACT_VALIDATE_ERROR" | "CONTRACT_EXE_ERROR" => Ok(Called::Refused(message)),
                _ => Err(WireError::Json(format!("{}: {message}", self.result.code))),
            };
        }
        let failed = self.transaction.ret.first().is_some_and(|ret| ret.ret == "FAILED") || !message.is_empty();
        let output = self.constant_result.first().map_or("", String::as_str);
        Ok(Called::Ran(ConstantCallView {
            success: !failed,
            result: HexBytes(bytes(output, "constant_result")?),
            energy: Energy(self.energy_used),
            message: (!message.is_empty()).then_some(message),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(answer: Value) -> Result<Called, WireError> {
        serde_json::from_value::<WireCall>(answer).unwrap().outcome()
    }

    #[test]
    fn a_revert_is_an_answer_and_no_contract_a_refusal() {
        let ran = outcome(
            json!({"result": {"result": true}, "energy_used": 935, "constant_result": ["0001"], "transaction": {"ret": [{}]}}),
        );
        let Ok(Called::Ran(view)) = ran else { panic!("{ran:?}") };
        assert!(view.success && view.energy == Energy(935) && view.result.0 == [0, 1] && view.message.is_none());

        let text = hex::encode("REVERT opcode executed");
        let ran = outcome(
            json!({"result": {"result": true, "message": text}, "energy_used": 1, "constant_result": [""], "transaction": {"ret": [{"ret": "FAILED"}]}}),
        );
        let Ok(Called::Ran(view)) = ran else { panic!("{ran:?}") };
        assert_eq!((view.success, view.message.as_deref()), (false, Some("REVERT opcode executed")));

        let text = hex::encode("Smart contract is not exist.");
        let refused = outcome(json!({"result": {"code": "CONTRACT_VALIDATE_ERROR", "message": text}}));
        assert_eq!(refused, Ok(Called::Refused("Smart contract is not exist.".into())));
        assert!(outcome(json!({"result": {"code": "OTHER_ERROR", "message": ""}})).is_err());
    }
}
