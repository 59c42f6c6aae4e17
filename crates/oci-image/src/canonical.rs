//! JSON of one form: keys sorted, so that equal values are equal bytes.

use serde::Serialize;
use serde_json::Value;

/// Compact, as registries hash it.
///
/// # Panics
/// If a value has no JSON form, which no type of this crate is.
pub fn compact(value: &impl Serialize) -> Vec<u8> {
    sorted(value).to_string().into_bytes()
}

/// Indented, with a line feed at the end, as people read it.
pub fn pretty(value: &impl Serialize) -> Vec<u8> {
    format!("{:#}\n", sorted(value)).into_bytes()
}

/// serde_json's map is a `BTreeMap` unless its feature `preserve_order` is on; the tests here see if it ever is.
fn sorted(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("types of this crate have string keys and no failing Serialize")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Unsorted {
        b: u8,
        a: Inner,
    }

    #[derive(Serialize)]
    struct Inner {
        z: u8,
        y: u8,
    }

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value = Unsorted { b: 1, a: Inner { z: 2, y: 3 } };
        assert_eq!(compact(&value), br#"{"a":{"y":3,"z":2},"b":1}"#);
        assert_eq!(pretty(&value), b"{\n  \"a\": {\n    \"y\": 3,\n    \"z\": 2\n  },\n  \"b\": 1\n}\n");
    }
}
