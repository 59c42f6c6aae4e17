//! A message's description at run time: enough to turn its wire form into the node's JSON and back.

/// A message that knows its own description.
pub trait Described: prost::Message + Default {
    /// The fields in ascending order of their numbers.
    const SCHEMA: &'static Schema;
}

/// A message's full name and fields.
#[derive(Debug)]
pub struct Schema {
    /// The protocol's full name without the package, such as `TransferContract` or `Transaction.raw`.
    pub name: &'static str,
    /// The fields; ascending by number, because that is the canonical order on the wire.
    pub fields: &'static [Field],
}

impl Schema {
    /// The field with this number.
    pub fn field(&self, number: u32) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.number == number)
    }
}

/// One field of a message.
#[derive(Debug)]
pub struct Field {
    /// The number on the wire.
    pub number: u32,
    /// The name in JSON, verbatim from the protocol (which mixes styles).
    pub name: &'static str,
    /// Whether it is a list (a map is a list of entries).
    pub repeated: bool,
    /// What it holds.
    pub kind: Kind,
}

/// What a field holds, and how the node writes it in JSON.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A 64-bit signed integer; a JSON number.
    Int64,
    /// A 32-bit signed integer; a JSON number.
    Int32,
    /// A boolean.
    Bool,
    /// UTF-8 text.
    Str,
    /// Bytes that are hexadecimal in both JSON forms.
    Bytes,
    /// Bytes of an address: hexadecimal, or base58check in the visible form (java-tron `HttpSelfFormatFieldName`).
    Address,
    /// Bytes of a name: hexadecimal, or text in the visible form (java-tron `HttpSelfFormatFieldName`).
    Text,
    /// An enumeration by number and name.
    Enum(&'static [(i32, &'static str)]),
    /// A message.
    Message(&'static Schema),
    /// A map's entry: a message whose two fields are always written, even when zero, as java-tron does.
    Entry(&'static Schema),
}
