//! 64-bit integers as texts, for clients whose numbers end at 2^53 (`int64_as_string`, java-tron 4.8.2).

use serde_json::{Map, Value};

/// Fields that the protocol declares as 32-bit integers, which stay numbers.
const SHORT: [&str; 5] = ["version", "Permission_id", "id", "parent_id", "brokerage"];

/// The document with every 64-bit integer turned into a text.
pub(super) fn as_text(document: Value) -> Value {
    match document {
        Value::Number(number) if !number.is_f64() => Value::String(number.to_string()),
        Value::Array(items) => Value::Array(items.into_iter().map(as_text).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(field).collect::<Map<_, _>>()),
        other => other,
    }
}

fn field((name, value): (String, Value)) -> (String, Value) {
    let short = SHORT.contains(&name.as_str()) && value.is_number();
    (name, if short { value } else { as_text(value) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn long_integers_become_texts_and_short_ones_stay() {
        let document =
            json!({ "number": 9_007_199_254_740_993_i64, "version": 32, "list": [{ "amount": 1 }], "on": true });
        let expected = json!({ "number": "9007199254740993", "version": 32, "list": [{ "amount": "1" }], "on": true });
        assert_eq!(as_text(document), expected);
    }
}
