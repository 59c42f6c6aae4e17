//! A record's body: the decision, and for whom it was asked.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::Caller;

/// The member that names the caller.
const MEMBER: &str = "relayed_for";

/// A decision as its record has it. Everything that is decided within a request names its caller here, so that no
/// record can forget it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Relayed<R> {
    /// The decision.
    #[serde(flatten)]
    pub(super) record: R,
    /// Who asked, by the word of the HTTP process, which only relays; by what right the worker has verified itself. None
    /// where nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) relayed_for: Option<Caller>,
}

impl<R: Serialize> Relayed<R> {
    /// The text that is hashed.
    pub(super) fn body(&self) -> String {
        serde_json::to_string(self).expect("records have text keys and no failing serialisers")
    }
}

impl<R: DeserializeOwned> Relayed<R> {
    /// Reads a body again, strictly.
    pub(super) fn parse(body: &str) -> serde_json::Result<Self> {
        let mut members: serde_json::Map<String, Value> = serde_json::from_str(body)?;
        let relayed_for = members.remove(MEMBER).map(Caller::deserialize).transpose()?;
        let record = R::deserialize(Value::Object(members)).map_err(serde_json::Error::custom)?;
        Ok(Self { record, relayed_for })
    }
}

/// For whom the decision of this body was asked; none where nobody asked.
pub fn relayed_for(body: &str) -> serde_json::Result<Option<Caller>> {
    Ok(Relayed::<serde_json::Map<String, Value>>::parse(body)?.relayed_for)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Stopped {
        because: String,
    }

    #[test]
    fn a_body_says_for_whom_and_is_read_strictly() {
        let record = || Stopped { because: "theft".to_owned() };
        let own = Relayed { record: record(), relayed_for: None };
        assert_eq!(own.body(), r#"{"because":"theft"}"#);
        let asked = Relayed { record: record(), relayed_for: Some(Caller::named("operator")) };
        assert_eq!(asked.body(), r#"{"because":"theft","relayed_for":"operator"}"#);
        for relayed in [own, asked] {
            assert_eq!(Relayed::parse(&relayed.body()).unwrap(), relayed);
            assert_eq!(relayed_for(&relayed.body()).unwrap(), relayed.relayed_for);
        }
        for body in [r#"{"because":"a","b":1}"#, r#"{"because":"a","relayed_for":"b c"}"#, "[]", "{}"] {
            assert!(Relayed::<Stopped>::parse(body).is_err(), "{body}");
        }
    }
}
