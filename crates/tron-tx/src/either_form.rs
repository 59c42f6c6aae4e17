//! A transaction given as bytes without saying whether signatures are included.

use crate::canonical::require_known_values;
use crate::decode_error::DecodeError;
use crate::exact::ExactRaw;
use crate::proto::{self, Described as _};
use crate::signed_transaction::SignedTransaction;
use crate::wire::{Fields, WireValue};

/// A raw_data or a whole Transaction, decoded without loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EitherForm {
    /// A raw_data: nobody can have signed it here.
    Raw(ExactRaw),
    /// A whole Transaction, perhaps with signatures.
    Whole {
        /// Its raw_data.
        exact: ExactRaw,
        /// All of it.
        transaction: SignedTransaction,
    },
}

impl EitherForm {
    /// Reads whichever of the two the bytes are.
    ///
    /// No bytes are both: a raw_data needs a contract (field 11), and a whole Transaction has no such field.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if looks_raw(bytes) {
            return ExactRaw::decode(bytes).map(Self::Raw);
        }
        let transaction = SignedTransaction::decode(bytes)?;
        let exact = ExactRaw::decode(&transaction.raw_data)?;
        require_known_values(proto::Transaction::SCHEMA, bytes)?;
        Ok(Self::Whole { exact, transaction })
    }

    /// The raw_data.
    pub const fn exact(&self) -> &ExactRaw {
        match self {
            Self::Raw(exact) | Self::Whole { exact, .. } => exact,
        }
    }
}

/// Which of the two to try, which matters only for the error: field 1 is 2 bytes in a raw_data and a whole raw_data in
/// a Transaction, and a raw_data has fields that a Transaction has not.
fn looks_raw(bytes: &[u8]) -> bool {
    let mut raw = false;
    for field in Fields::new(bytes).map_while(Result::ok) {
        match (field.number, field.value) {
            (1, WireValue::Bytes(value)) if value.len() > 8 => return false,
            (4 | 8 | 11 | 14, _) => raw = true,
            _ => {}
        }
    }
    raw
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{self, bytes};
    use proptest::prelude::*;

    #[test]
    fn tells_the_two_apart() {
        let raw_data = bytes(vectors::TRANSFER_RAW);
        let whole = SignedTransaction { raw_data: raw_data.clone(), ..Default::default() };
        let signed = SignedTransaction { signatures: vec![bytes(vectors::TRANSFER_SIGNATURE)], ..whole.clone() };
        let exact = ExactRaw::decode(&raw_data).unwrap();
        assert_eq!(EitherForm::decode(&raw_data).unwrap(), EitherForm::Raw(exact.clone()));
        for transaction in [whole, signed] {
            let form = EitherForm::decode(&transaction.encode()).unwrap();
            assert_eq!(form, EitherForm::Whole { exact: exact.clone(), transaction });
        }
    }

    #[test]
    fn errors_speak_of_the_form_that_was_meant() {
        let raw_data = bytes(vectors::TRANSFER_RAW);
        let error = |bytes: &[u8]| EitherForm::decode(bytes).unwrap_err().to_string();
        assert_eq!(error(&[&raw_data[..], &[0x98, 0x06, 1]].concat()), "Transaction.raw has no field 99");
        let whole = SignedTransaction { raw_data, ..Default::default() }.encode();
        assert_eq!(error(&[&whole[..], &[0x70, 1]].concat()), "Transaction has no field 14");
        let unknown_result = [&whole[..], &[0x2a, 2, 0x18, 0x67]].concat();
        assert_eq!(error(&unknown_result), "contractRet: 103 stands for nothing known");
        assert_eq!(error(&[]), "the transaction has no raw_data");
        assert_eq!(error(&[0x0a, 0x02, 1, 2, 0x40, 1]), "the transaction has no contract");
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = EitherForm::decode(&bytes);
        }
    }
}
