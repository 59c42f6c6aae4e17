//! Protobuf written by hand, well or badly: nothing here is of the code that is examined.

/// A field's value.
#[derive(Clone)]
pub(super) enum Value {
    Integer(u64),
    Bytes(Vec<u8>),
    Message(Message),
    /// The bytes after the key, whatever they are, under this wire type.
    Written(u8, Vec<u8>),
}

type Fields = Vec<(u64, Value)>;

/// Fields in the order in which they are written.
#[derive(Clone, Default)]
pub(super) struct Message(pub(super) Fields);

pub(super) fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// The same number in a byte more.
pub(super) fn longer(value: u64) -> Vec<u8> {
    let mut bytes = varint(value);
    *bytes.last_mut().unwrap() |= 0x80;
    bytes.push(0);
    bytes
}

impl Value {
    fn body(&self) -> (u8, Vec<u8>) {
        let with_length = |bytes: &[u8]| [varint(bytes.len() as u64).as_slice(), bytes].concat();
        match self {
            Self::Integer(value) => (0, varint(*value)),
            Self::Bytes(bytes) => (2, with_length(bytes)),
            Self::Message(message) => (2, with_length(&message.encode())),
            Self::Written(wire_type, bytes) => (*wire_type, bytes.clone()),
        }
    }

    /// Itself with its length, or if it has none its value, in a byte more than it needs.
    fn over_long(&self) -> Self {
        match self {
            Self::Integer(value) => Self::Written(0, longer(*value)),
            other => {
                let (wire_type, body) = other.body();
                let length = body.iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
                let long = body[..length]
                    .iter()
                    .enumerate()
                    .fold(0, |sum, (at, byte)| sum | u64::from(byte & 0x7f) << (7 * at));
                Self::Written(wire_type, [longer(long).as_slice(), &body[length..]].concat())
            }
        }
    }
}

impl Message {
    pub(super) fn of(fields: impl IntoIterator<Item = (u64, Value)>) -> Self {
        Self(fields.into_iter().collect())
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let field = |(number, value): &(u64, Value)| {
            let (wire_type, body) = value.body();
            [varint(number << 3 | u64::from(wire_type)), body].concat()
        };
        self.0.iter().flat_map(field).collect()
    }

    /// The message within, by the numbers of the fields on the way.
    pub(super) fn within(&mut self, path: &[u64]) -> &mut Self {
        path.iter().fold(self, |message, number| {
            let found = message.0.iter_mut().find(|(known, _)| known == number).unwrap();
            let (_, Value::Message(inner)) = found else { panic!("no message") };
            inner
        })
    }

    /// Puts a field in its place, in place of what is there.
    pub(super) fn set(&mut self, number: u64, value: Value) {
        self.unset(number);
        let at = self.0.iter().position(|(known, _)| *known > number).unwrap_or(self.0.len());
        self.0.insert(at, (number, value));
    }

    pub(super) fn unset(&mut self, number: u64) {
        self.0.retain(|(known, _)| *known != number);
    }

    /// Every way to write it that means the same to a lenient reader, or has something more in it.
    pub(super) fn flawed(&self) -> Vec<(&'static str, Self)> {
        let mut flawed = Vec::new();
        let mut add = |what, change: &dyn Fn(&mut Fields)| {
            let mut fields = self.0.clone();
            change(&mut fields);
            flawed.push((what, Self(fields)));
        };
        let unknown = [
            ("an unknown integer", 2_047, Value::Integer(1)),
            ("an unknown integer of zero", 99, Value::Integer(0)),
            ("unknown bytes", 100, Value::Bytes(b"hello".to_vec())),
            ("an unknown 64 bits", 101, Value::Written(1, vec![7; 8])),
            ("an unknown 32 bits", 102, Value::Written(5, vec![7; 4])),
            ("a group", 103, Value::Written(3, varint(103 << 3 | 4))),
            ("the end of no group", 104, Value::Written(4, vec![])),
            ("a field of number 0", 0, Value::Integer(1)),
            ("a field of a number without end", 1 << 29, Value::Integer(1)),
        ];
        for (what, number, value) in unknown {
            add(what, &|fields| fields.push((number, value.clone())));
        }
        add("an unknown field first", &|fields| fields.insert(0, (100, Value::Integer(1))));
        for at in 0..self.0.len() {
            add("a field twice", &|fields| fields.insert(at, fields[at].clone()));
            add("a longer varint", &|fields| fields[at].1 = fields[at].1.over_long());
            add("a field last", &|fields| {
                let field = fields.remove(at);
                if at < fields.len() { fields.push(field) } else { fields.insert(0, field) }
            });
            add("a number as bytes, bytes as a number", &|fields| {
                fields[at].1 = match &fields[at].1 {
                    Value::Integer(value) => Value::Bytes(varint(*value)),
                    _ => Value::Integer(5),
                };
            });
        }
        flawed
    }
}
