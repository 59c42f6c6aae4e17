//! Protobuf's wire form, as far as the protocol's messages use it: varints and length-delimited fields.

use thiserror::Error;

/// Why bytes are not a sequence of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WireError {
    /// The bytes end inside a field, or a length runs past the end.
    #[error("the bytes end inside a field")]
    Truncated,
    /// A varint has more than 64 bits.
    #[error("an integer has more than 64 bits")]
    Varint,
    /// A key whose number is 0 or too large, or whose wire type does not exist: what trailing bytes look like.
    #[error("bytes that are no field")]
    Key,
}

/// A field's value on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WireValue<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// Fixed-width values, which no message of the protocol has.
    Fixed,
}

/// A field on the wire; `minimal` is false if a varint of it could have been shorter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WireField<'a> {
    pub(crate) number: u32,
    pub(crate) value: WireValue<'a>,
    pub(crate) minimal: bool,
}

/// The fields of a message, one after another.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (head, tail) = self.rest.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.rest = tail;
        Ok(head)
    }

    /// The next varint, and whether it is as short as it can be.
    fn varint(&mut self) -> Result<(u64, bool), WireError> {
        let mut value = 0_u64;
        for index in 0..10 {
            let (&byte, tail) = self.rest.split_first().ok_or(WireError::Truncated)?;
            self.rest = tail;
            if index == 9 && byte > 1 {
                return Err(WireError::Varint);
            }
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok((value, index == 0 || byte != 0));
            }
        }
        Err(WireError::Varint)
    }

    fn field(&mut self) -> Result<WireField<'a>, WireError> {
        let (key, key_minimal) = self.varint()?;
        let number = u32::try_from(key >> 3).map_err(|_| WireError::Key)?;
        if number == 0 || number >= 1 << 29 {
            return Err(WireError::Key);
        }
        let (value, minimal) = match key & 7 {
            0 => {
                let (value, minimal) = self.varint()?;
                (WireValue::Varint(value), minimal)
            }
            1 => (self.take(8).map(|_| WireValue::Fixed)?, true),
            2 => {
                let (length, minimal) = self.varint()?;
                let length = usize::try_from(length).map_err(|_| WireError::Truncated)?;
                (WireValue::Bytes(self.take(length)?), minimal)
            }
            5 => (self.take(4).map(|_| WireValue::Fixed)?, true),
            _ => return Err(WireError::Key),
        };
        Ok(WireField { number, value, minimal: key_minimal && minimal })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<WireField<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

/// Appends a varint.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_byte(value) | 0x80);
        value >>= 7;
    }
    out.push(low_byte(value));
}

const fn low_byte(value: u64) -> u8 {
    let [low, ..] = value.to_le_bytes();
    low
}

/// Appends an integer field.
pub(crate) fn put_integer(out: &mut Vec<u8>, number: u32, value: u64) {
    put_varint(out, u64::from(number) << 3);
    put_varint(out, value);
}

/// Appends a length-delimited field.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u32, value: &[u8]) {
    put_varint(out, u64::from(number) << 3 | 2);
    put_varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(number in 1_u32..1 << 29, value: u64, bytes: Vec<u8>) {
            let mut out = Vec::new();
            put_integer(&mut out, number, value);
            put_bytes(&mut out, number, &bytes);
            let fields: Vec<_> = Fields::new(&out).map(Result::unwrap).collect();
            prop_assert!(fields.iter().all(|field| field.minimal && field.number == number));
            prop_assert_eq!(fields[0].value, WireValue::Varint(value));
            prop_assert_eq!(fields[1].value, WireValue::Bytes(&bytes));
        }

        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = Fields::new(&bytes).count();
        }
    }

    #[test]
    fn sees_an_over_long_varint() {
        let fields: Vec<_> = Fields::new(&[0x08, 0x81, 0x00]).map(Result::unwrap).collect();
        assert_eq!((fields[0].value, fields[0].minimal), (WireValue::Varint(1), false));
        assert_eq!(Fields::new(&[0x08, 0x80, 0x80]).next().unwrap().unwrap_err(), WireError::Truncated);
        let eleven = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
        assert_eq!(Fields::new(&eleven).next().unwrap().unwrap_err(), WireError::Varint);
        assert_eq!(Fields::new(&[0x00]).next().unwrap().unwrap_err(), WireError::Key);
    }
}
