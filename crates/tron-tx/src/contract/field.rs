//! Reading single fields into typed values.

use primitives::{Address, Resource, Sun};

use crate::decode_error::{DecodeError, FieldFlaw};
use crate::proto::ResourceCode;

pub(super) fn address(field: &'static str, bytes: &[u8]) -> Result<Address, DecodeError> {
    Address::from_bytes21(bytes).map_err(|flaw| DecodeError::field(field, flaw))
}

pub(super) fn sun(field: &'static str, value: i64) -> Result<Sun, DecodeError> {
    Sun::from_i64(value).map_err(|_| DecodeError::field(field, FieldFlaw::Negative(value)))
}

pub(super) fn count(field: &'static str, value: i64) -> Result<u64, DecodeError> {
    u64::try_from(value).map_err(|_| DecodeError::field(field, FieldFlaw::Negative(value)))
}

/// TRON_POWER can be staked only under a chain parameter that mainnet has off, so it is refused.
pub(super) fn resource(field: &'static str, value: i32) -> Result<Resource, DecodeError> {
    match ResourceCode::try_from(value) {
        Ok(ResourceCode::Bandwidth) => Ok(Resource::Bandwidth),
        Ok(ResourceCode::Energy) => Ok(Resource::Energy),
        Ok(ResourceCode::TronPower) | Err(_) => Err(DecodeError::field(field, FieldFlaw::Unknown(value.into()))),
    }
}

pub(super) const fn resource_code(resource: Resource) -> i32 {
    match resource {
        Resource::Bandwidth => ResourceCode::Bandwidth as i32,
        Resource::Energy => ResourceCode::Energy as i32,
    }
}
