//! Messages to JSON, by their descriptions.

use serde_json::{Map, Value};

use crate::Payload;
use crate::proto::{Described, Field, Kind, Log, Schema};
use crate::wire::{Fields, WireValue};

/// A message in the node's JSON.
pub fn render<M: Described>(message: &M, visible: bool) -> Value {
    Value::Object(render_encoded(M::SCHEMA, &message.encode_to_vec(), visible))
}

/// A contract's message in the node's JSON, whatever its type.
pub fn render_payload(payload: &Payload, visible: bool) -> Value {
    let schema = payload.contract_type().schema();
    Value::Object(schema.map(|schema| render_encoded(schema, &payload.encode(), visible)).unwrap_or_default())
}

/// A message's bytes in the node's JSON; what is unknown or broken is left out.
pub(super) fn render_encoded(schema: &'static Schema, bytes: &[u8], visible: bool) -> Map<String, Value> {
    let mut object = Map::new();
    for wire in Fields::new(bytes).map_while(Result::ok) {
        let Some(field) = schema.field(wire.number) else { continue };
        let Some(value) = render_value(schema, field, wire.value, visible) else { continue };
        if field.repeated {
            let list = object.entry(field.name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(items) = list {
                items.push(value);
            }
        } else {
            object.insert(field.name.to_owned(), value);
        }
    }
    object
}

fn render_value(schema: &Schema, field: &Field, value: WireValue<'_>, visible: bool) -> Option<Value> {
    Some(match (field.kind, value) {
        (Kind::Int64, WireValue::Varint(number)) => number.cast_signed().into(),
        (Kind::Int32, WireValue::Varint(number)) => low_half(number).into(),
        (Kind::Bool, WireValue::Varint(number)) => (number != 0).into(),
        (Kind::Enum(names), WireValue::Varint(number)) => {
            let number = low_half(number);
            names.iter().find(|(known, _)| *known == number).map_or_else(|| number.into(), |(_, name)| (*name).into())
        }
        (Kind::Str, WireValue::Bytes(bytes)) => String::from_utf8_lossy(bytes).into(),
        (Kind::Text, WireValue::Bytes(bytes)) if visible => String::from_utf8_lossy(bytes).into(),
        (Kind::Address, WireValue::Bytes(bytes)) if visible => base58(schema, bytes).into(),
        (Kind::Bytes | Kind::Text | Kind::Address, WireValue::Bytes(bytes)) => hex::encode(bytes).into(),
        (Kind::Message(inner) | Kind::Entry(inner), WireValue::Bytes(bytes)) => {
            Value::Object(render_encoded(inner, bytes, visible))
        }
        _ => return None,
    })
}

/// A 32-bit number is sign-extended on the wire; its low half is the number.
const fn low_half(number: u64) -> i32 {
    let [a, b, c, d, ..] = number.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

/// Base58check of whatever the bytes are, as the node does; a log's 20-byte address gets its prefix back first.
fn base58(schema: &Schema, bytes: &[u8]) -> String {
    if schema.name == Log::SCHEMA.name && bytes.len() == 20 {
        return bs58::encode([&[0x41], bytes].concat()).with_check().into_string();
    }
    bs58::encode(bytes).with_check().into_string()
}
