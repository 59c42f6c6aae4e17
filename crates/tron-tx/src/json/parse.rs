//! JSON to messages, by their descriptions.

use serde_json::{Map, Value};

use super::error::JsonError;
use super::unknown;
use crate::proto::{Described, Field, Kind, Schema};
use crate::wire::{put_bytes, put_integer};

/// How to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// Whether addresses and names are in the visible form.
    pub(super) visible: bool,
    /// Whether fields that the protocol does not have are kept; else they are passed over, as the node does.
    pub(super) keep_unknown: bool,
}

impl Form {
    /// A request's form, in which what is unknown does not count.
    const fn of_request(visible: bool) -> Self {
        Self { visible, keep_unknown: false }
    }

    /// The form of what a hash covers: every byte counts.
    pub(super) const HASHED: Self = Self { visible: false, keep_unknown: true };
}

/// A message from the node's JSON, as forgiving as the node: unknown fields and nulls are passed over.
pub fn parse<M: Described>(value: &Value, visible: bool) -> Result<M, JsonError> {
    let object = value.as_object().ok_or(JsonError::NotObject(M::SCHEMA.name))?;
    Ok(M::decode(encode(M::SCHEMA, object, Form::of_request(visible))?.as_slice())?)
}

/// The canonical bytes of a contract's message in a request.
pub(super) fn encode_request(
    schema: &'static Schema,
    object: &Map<String, Value>,
    visible: bool,
) -> Result<Vec<u8>, JsonError> {
    encode(schema, object, Form::of_request(visible))
}

/// The bytes of the message that an object stands for: known fields ascending, then, if kept, unknown ones.
pub(super) fn encode(schema: &'static Schema, object: &Map<String, Value>, form: Form) -> Result<Vec<u8>, JsonError> {
    let mut out = Vec::new();
    for field in schema.fields {
        match object.get(field.name) {
            None | Some(Value::Null) => {}
            Some(Value::Array(items)) if field.repeated => {
                for item in items.iter().filter(|item| !item.is_null()) {
                    encode_value(&mut out, schema, field, item, form)?;
                }
            }
            Some(value) => encode_value(&mut out, schema, field, value, form)?,
        }
    }
    if form.keep_unknown {
        unknown::encode(&mut out, object).ok_or(JsonError::Unknown(schema.name))?;
    }
    Ok(out)
}

fn encode_value(
    out: &mut Vec<u8>,
    schema: &'static Schema,
    field: &'static Field,
    value: &Value,
    form: Form,
) -> Result<(), JsonError> {
    let wrong = |expected| JsonError::Field { message: schema.name, field: field.name, expected };
    match field.kind {
        Kind::Int64 => integer(out, field, int64(value).ok_or_else(|| wrong("has to be a 64-bit integer"))?),
        Kind::Int32 => {
            let number = int64(value).and_then(|number| i32::try_from(number).ok());
            integer(out, field, number.ok_or_else(|| wrong("has to be a 32-bit integer"))?.into());
        }
        Kind::Bool => integer(out, field, truth(value).ok_or_else(|| wrong("has to be true or false"))?.into()),
        Kind::Enum(names) => {
            let number = enumeration(names, value, form).ok_or_else(|| wrong("has to be one of its known values"))?;
            integer(out, field, number.into());
        }
        Kind::Str => bytes(out, field, value.as_str().ok_or_else(|| wrong("has to be text"))?.as_bytes()),
        Kind::Text if form.visible => {
            bytes(out, field, value.as_str().ok_or_else(|| wrong("has to be text"))?.as_bytes());
        }
        Kind::Address if form.visible => {
            let address = value.as_str().and_then(base58).ok_or_else(|| wrong("has to be a base58check address"))?;
            bytes(out, field, &address);
        }
        Kind::Bytes | Kind::Text | Kind::Address => {
            let decoded = value.as_str().and_then(hexadecimal).ok_or_else(|| wrong("has to be hexadecimal"))?;
            bytes(out, field, &decoded);
        }
        Kind::Message(inner) => {
            let object = value.as_object().ok_or_else(|| wrong("has to be an object"))?;
            put_bytes(out, field.number, &encode(inner, object, form)?);
        }
        Kind::Entry(inner) => {
            let object = value.as_object().ok_or_else(|| wrong("has to be a list of objects"))?;
            put_bytes(out, field.number, &entry(inner, object, form)?);
        }
    }
    Ok(())
}

/// A map's entry, of which both fields are written whatever they are.
fn entry(schema: &'static Schema, object: &Map<String, Value>, form: Form) -> Result<Vec<u8>, JsonError> {
    let mut out = Vec::new();
    for field in schema.fields {
        let before = out.len();
        if let Some(value) = object.get(field.name) {
            encode_value(&mut out, schema, field, value, form)?;
        }
        if out.len() == before {
            match field.kind {
                Kind::Str => put_bytes(&mut out, field.number, &[]),
                _ => put_integer(&mut out, field.number, 0),
            }
        }
    }
    Ok(out)
}

fn integer(out: &mut Vec<u8>, field: &Field, value: i64) {
    if value != 0 || field.repeated {
        put_integer(out, field.number, value.cast_unsigned());
    }
}

fn bytes(out: &mut Vec<u8>, field: &Field, value: &[u8]) {
    if !value.is_empty() || field.repeated {
        put_bytes(out, field.number, value);
    }
}

/// Numbers may come as text, which clients use above 2^53.
fn int64(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn truth(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

/// By name or by number; an all-lower-case name is read with a capital, as ABI files of Solidity have it.
fn enumeration(names: &[(i32, &str)], value: &Value, form: Form) -> Option<i32> {
    if let Some(number) = value.as_i64() {
        return names.iter().map(|(known, _)| *known).find(|known| i64::from(*known) == number);
    }
    let name = value.as_str()?;
    if let Some(unknown) = name.strip_prefix("UNKNOWN_ENUM_VALUE_").filter(|_| form.keep_unknown) {
        // What Java's protobuf calls a number that has no name.
        return unknown.rsplit_once('_')?.1.parse().ok();
    }
    let capital = match name.split_at_checked(1) {
        Some((first, rest)) if name.chars().all(|c| c.is_ascii_lowercase()) => first.to_ascii_uppercase() + rest,
        _ => name.to_owned(),
    };
    names.iter().find(|(_, known)| *known == capital).map(|(number, _)| *number)
}

fn base58(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    primitives::Address::parse(text).ok().map(|address| address.to_bytes21().to_vec())
}

/// Hexadecimal as java-tron reads it: either case, `0x` allowed, an odd number of digits gets a leading zero.
pub(super) fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    if digits.len() % 2 == 1 {
        return hex::decode(format!("0{digits}")).ok();
    }
    hex::decode(digits).ok()
}
