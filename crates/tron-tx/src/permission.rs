//! Which of an account's permissions a transaction is signed under.

use std::fmt;

use crate::decode_error::{DecodeError, FieldFlaw};

/// A permission's number: 0 the owner's, 1 the witness's, 2 to 9 the active ones (java-tron `AccountPermissionUpdateActuator`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PermissionId(u8);

impl PermissionId {
    /// The owner's, which may do everything.
    pub const OWNER: Self = Self(0);
    /// The first active one, which every account has.
    pub const ACTIVE: Self = Self(2);

    /// A permission number, at most 9.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 9 { Some(Self(number)) } else { None }
    }

    /// The number.
    pub const fn number(self) -> u8 {
        self.0
    }

    pub(crate) fn decode(number: i32) -> Result<Self, DecodeError> {
        u8::try_from(number)
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| DecodeError::field("Permission_id", FieldFlaw::Unknown(number.into())))
    }
}

impl fmt::Display for PermissionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
