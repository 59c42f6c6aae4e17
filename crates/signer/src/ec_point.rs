//! CKA_EC_POINT in the forms that modules really give.

use thiserror::Error;
use tron_tx::PublicKey;

/// Why the bytes of CKA_EC_POINT are no secp256k1 public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EcPointError {
    /// Neither length and prefix of a DER OCTET STRING around a point nor of a bare point.
    #[error("CKA_EC_POINT has an unknown form ({0} bytes)")]
    Form(usize),
    /// The coordinates do not satisfy the curve's equation.
    #[error("CKA_EC_POINT is not on secp256k1")]
    NotOnCurve,
}

/// Reads CKA_EC_POINT by its exact length and prefix.
///
/// The standard asks for a DER OCTET STRING (67 bytes, `04 41 04`), and some modules give the bare point. A parser that
/// tries DER first misreads bare points whose first coordinate looks like a length, hence no attempt at parsing.
pub(crate) fn decode(bytes: &[u8]) -> Result<PublicKey, EcPointError> {
    let point = match bytes {
        [0x04, 0x41, point @ ..] if point.len() == 65 && point.starts_with(&[0x04]) => point,
        [0x04, 0x21, point @ ..] if point.len() == 33 && matches!(point.first(), Some(2 | 3)) => point,
        [0x04, ..] if bytes.len() == 65 => bytes,
        [0x02 | 0x03, ..] if bytes.len() == 33 => bytes,
        _ => return Err(EcPointError::Form(bytes.len())),
    };
    PublicKey::from_sec1(point).map_err(|_| EcPointError::NotOnCurve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tron_tx::LocalKey;

    fn wrapped(point: &[u8]) -> Vec<u8> {
        let mut der = vec![0x04, u8::try_from(point.len()).unwrap()];
        der.extend_from_slice(point);
        der
    }

    proptest! {
        #[test]
        fn all_four_forms_give_the_same_key(secret in proptest::array::uniform32(1u8..)) {
            let Ok(local) = LocalKey::from_scalar(&secret) else { return Ok(()) };
            let key = local.public_key();
            for point in [&key.to_uncompressed()[..], &key.to_compressed()] {
                prop_assert_eq!(decode(point), Ok(key));
                prop_assert_eq!(decode(&wrapped(point)), Ok(key));
            }
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..70)) {
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn refuses_other_lengths_and_points_off_the_curve() {
        let point = LocalKey::from_scalar(&[7; 32]).unwrap().public_key().to_uncompressed();
        let mut long = wrapped(&point);
        long.push(0);
        assert_eq!(decode(&long), Err(EcPointError::Form(68)));
        assert_eq!(decode(&[]), Err(EcPointError::Form(0)));
        assert_eq!(decode(&point[1..]), Err(EcPointError::Form(64)));
        let mut off = point;
        off[64] ^= 1;
        assert_eq!(decode(&off), Err(EcPointError::NotOnCurve));
    }
}
