//! Reading a message so that nothing of it is lost: bytes that would not be written again exactly are refused.

use crate::decode_error::{DecodeError, FieldFlaw};
use crate::proto::{Described, Kind, Schema};
use crate::wire::{Fields, WireValue};

/// Reads a message whose canonical bytes are exactly `bytes`.
///
/// Canonical is what java-tron writes: ascending fields, defaults left out, shortest varints, no unknown fields.
/// Other bytes may mean the same to a lenient reader, but another hash; a signer must not guess which is meant.
pub fn decode_exactly<M: Described + PartialEq>(bytes: &[u8]) -> Result<M, DecodeError> {
    let message = M::decode(bytes);
    if message.as_ref().is_ok_and(|message| message.encode_to_vec() == bytes) {
        return message.map_err(DecodeError::Malformed);
    }
    // Something is wrong; the walk below only finds the words for it.
    inspect(M::SCHEMA, bytes)?;
    message.map_err(DecodeError::Malformed)?;
    Err(DecodeError::NotCanonical { message: M::SCHEMA.name, what: "it would not be written like this" })
}

/// Finds the first thing that makes `bytes` not canonical.
fn inspect(schema: &'static Schema, bytes: &[u8]) -> Result<(), DecodeError> {
    let flaw = |what| DecodeError::NotCanonical { message: schema.name, what };
    let mut last = 0;
    for field in Fields::new(bytes) {
        let field = field.map_err(|source| DecodeError::Wire { message: schema.name, source })?;
        let unknown = DecodeError::UnknownField { message: schema.name, number: field.number };
        let known = schema.field(field.number).ok_or(unknown)?;
        if field.number < last {
            return Err(flaw("fields are out of order"));
        }
        if field.number == last && !known.repeated {
            return Err(flaw("a field is there twice"));
        }
        if !field.minimal {
            return Err(flaw("an integer is longer than it need be"));
        }
        last = field.number;
        match (known.kind, field.value) {
            (Kind::Message(inner), WireValue::Bytes(value)) => inspect(inner, value)?,
            (Kind::Entry(_), WireValue::Bytes(_)) => {}
            (Kind::Bytes | Kind::Address | Kind::Text | Kind::Str, WireValue::Bytes(value)) => {
                if value.is_empty() && !known.repeated {
                    return Err(flaw("an empty field is written out"));
                }
            }
            (Kind::Int64 | Kind::Int32 | Kind::Bool | Kind::Enum(_), WireValue::Varint(value)) => {
                if value == 0 {
                    return Err(flaw("a zero field is written out"));
                }
            }
            _ => return Err(DecodeError::WireType { message: schema.name, field: known.name }),
        }
    }
    Ok(())
}

/// Refuses a number that an enumeration has no name for: nobody could say what it means.
pub(crate) fn require_known_values(schema: &'static Schema, bytes: &[u8]) -> Result<(), DecodeError> {
    for wire in Fields::new(bytes).map_while(Result::ok) {
        let Some(field) = schema.field(wire.number) else { continue };
        match (field.kind, wire.value) {
            (Kind::Message(inner), WireValue::Bytes(value)) => require_known_values(inner, value)?,
            (Kind::Enum(names), WireValue::Varint(value)) => {
                let value = value.cast_signed();
                if !names.iter().any(|(known, _)| i64::from(*known) == value) {
                    return Err(DecodeError::field(field.name, FieldFlaw::Unknown(value)));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
