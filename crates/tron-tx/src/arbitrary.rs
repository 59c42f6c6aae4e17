//! Random messages of any type, made from the descriptions, for tests of everything that is driven by them.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::proto::{Field, Kind, Schema};
use crate::wire::{put_bytes, put_integer};

/// Canonical bytes of a random message: some fields set, addresses valid, names UTF-8.
pub(crate) fn encoded(schema: &'static Schema) -> BoxedStrategy<Vec<u8>> {
    schema.fields.iter().fold(Just(Vec::new()).boxed(), |before, field| {
        (before, values(field)).prop_map(|(before, field)| [before, field].concat()).boxed()
    })
}

fn values(field: &'static Field) -> BoxedStrategy<Vec<u8>> {
    if field.repeated {
        return vec(value(field, true), 0..3).prop_map(|values| values.concat()).boxed();
    }
    prop_oneof![Just(Vec::new()), value(field, false)].boxed()
}

/// One value with its key; nothing for a default, unless the field is a list.
fn value(field: &'static Field, keep_default: bool) -> BoxedStrategy<Vec<u8>> {
    let number = field.number;
    let integer = move |value: i64| {
        let mut out = Vec::new();
        if value != 0 || keep_default {
            put_integer(&mut out, number, value.cast_unsigned());
        }
        out
    };
    let bytes = move |value: Vec<u8>| {
        let mut out = Vec::new();
        if !value.is_empty() || keep_default {
            put_bytes(&mut out, number, &value);
        }
        out
    };
    match field.kind {
        Kind::Int64 => any::<i64>().prop_map(integer).boxed(),
        Kind::Int32 => any::<i32>().prop_map(move |value| integer(value.into())).boxed(),
        Kind::Bool => any::<bool>().prop_map(move |value| integer(value.into())).boxed(),
        Kind::Enum(names) => (0..names.len()).prop_map(move |index| integer(names[index].0.into())).boxed(),
        Kind::Str | Kind::Text => ".{0,8}".prop_map(move |text| bytes(text.into_bytes())).boxed(),
        Kind::Bytes => any::<Vec<u8>>().prop_map(bytes).boxed(),
        Kind::Address => any::<[u8; 20]>().prop_map(move |body| bytes([&[0x41], &body[..]].concat())).boxed(),
        Kind::Message(inner) => encoded(inner).prop_map(move |inner| framed(number, &inner)).boxed(),
        Kind::Entry(inner) => entry(inner).prop_map(move |inner| framed(number, &inner)).boxed(),
    }
}

fn framed(number: u32, inner: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, number, inner);
    out
}

/// A map's entry has both fields, zero or not.
fn entry(schema: &'static Schema) -> BoxedStrategy<Vec<u8>> {
    let [key, entry_value] = schema.fields else { panic!("an entry has two fields") };
    (value(key, true), value(entry_value, true)).prop_map(|(key, value)| [key, value].concat()).boxed()
}

/// A random payload of every contract type in turn.
pub(crate) fn payloads() -> BoxedStrategy<crate::Payload> {
    (0..crate::ContractType::ALL.len())
        .prop_flat_map(|index| {
            let contract_type = crate::ContractType::ALL[index];
            let schema = contract_type.schema().expect("ALL has those with a message");
            encoded(schema).prop_map(move |bytes| {
                crate::Payload::decode_exactly(contract_type, &bytes).expect("the description fits the message")
            })
        })
        .boxed()
}
