//! Signing with the devnet's own keys.

use prost::Message as _;
use tron_tx::proto::{Transaction, TransactionRaw};
use tron_tx::{LocalKey, hash};

use crate::keys::DevnetKey;

/// The transaction with the key's signature added.
pub(crate) fn sign(mut transaction: Transaction, key: &DevnetKey) -> Transaction {
    let key = LocalKey::from_scalar(&key.secret_bytes()).expect("a devnet key is a valid scalar");
    let raw = transaction.raw_data.as_ref().map(TransactionRaw::encode_to_vec).unwrap_or_default();
    let signature = key.sign(hash::txid(&raw).as_bytes());
    transaction.signature.push(signature.to_bytes().to_vec());
    transaction
}
