//! No bytes make the decoders panic, and what they accept is written again exactly, in every layer.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tron_tx::{EitherForm, ExactRaw, RawTransaction, SignedTransaction, json};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(raw) = RawTransaction::decode(bytes) {
        assert_eq!(raw.encode(), bytes, "decoded raw data has to be written again exactly");
        let exact = ExactRaw::decode(bytes).expect("the typed reading is the stricter one");
        assert_eq!(exact.txid(), raw.txid(), "both readings name the same transaction");
    }
    if let Ok(transaction) = SignedTransaction::decode(bytes) {
        assert_eq!(transaction.encode(), bytes, "a decoded transaction has to be written again exactly");
        let _ = transaction.signers();
    }
    if let Ok(form) = EitherForm::decode(bytes) {
        let transaction = match form {
            EitherForm::Raw(_) => SignedTransaction { raw_data: bytes.to_vec(), ..Default::default() },
            EitherForm::Whole { transaction, .. } => transaction,
        };
        // Names that are no UTF-8 are lost in the visible form, as they are in the node's; hexadecimal loses nothing
        // but the two unused fields of a contract.
        let rendered = json::render_transaction(&transaction, false);
        let parsed = json::parse_transaction(&rendered).expect("our own JSON can be read");
        if RawTransaction::decode(&transaction.raw_data).is_ok() {
            assert_eq!(parsed, transaction, "JSON keeps every byte");
        }
        let _ = json::render_transaction(&transaction, true);
    }
});
