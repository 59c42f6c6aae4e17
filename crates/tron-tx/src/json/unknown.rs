//! Fields that the protocol does not have, as java-tron's `JsonFormat` shows them: by number, in lists.
//!
//! Anybody can put such fields into a transaction's results before it is broadcast; the nodes keep them, and the block's
//! transaction root covers them (seen on mainnet, block 79,072,107). A scanner that stopped there could be stopped by
//! anybody.

use serde_json::{Map, Value};

use super::parse::hexadecimal;
use crate::wire::{put_bytes, put_integer, put_varint};

/// Whether a key is a field's number and not its name.
pub(super) fn is_number(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// Appends an object's unknown fields, ascending; `None` if their bytes cannot be told.
///
/// Fixed-width values are the exception: the node shows them as numbers too, so they come out as varints, and the root
/// that covers them will not match.
pub(super) fn encode(out: &mut Vec<u8>, object: &Map<String, Value>) -> Option<()> {
    let numbered = object.iter().filter(|(key, _)| is_number(key));
    let mut fields: Vec<(u32, &Value)> =
        numbered.map(|(key, value)| Some((key.parse().ok()?, value))).collect::<Option<_>>()?;
    fields.sort_unstable_by_key(|(number, _)| *number);
    for (number, values) in fields {
        for value in values.as_array()? {
            encode_value(out, number, value)?;
        }
    }
    Some(())
}

fn encode_value(out: &mut Vec<u8>, number: u32, value: &Value) -> Option<()> {
    match value {
        Value::Number(varint) => put_integer(out, number, varint.as_u64()?),
        Value::String(digits) => put_bytes(out, number, &hexadecimal(digits)?),
        Value::Object(group) => {
            put_varint(out, u64::from(number) << 3 | 3);
            encode(out, group)?;
            put_varint(out, u64::from(number) << 3 | 4);
        }
        _ => return None,
    }
    Some(())
}
