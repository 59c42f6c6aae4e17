//! Where contracts come to live (java-tron `WalletUtil`, `TransactionUtil`).

use primitives::{Address, TxId};

use crate::hash::keccak256;

/// The address of a contract deployed by a transaction.
pub fn deployed(txid: &TxId, owner: Address) -> Address {
    Address::from_public_key_hash(keccak256(&[txid.as_bytes().as_slice(), &owner.to_bytes21()].concat()))
}

/// The address of a contract that a contract makes with CREATE.
///
/// `nonce` counts the internal transactions of the root transaction, from 0.
pub fn created(root: &TxId, nonce: u64) -> Address {
    Address::from_public_key_hash(keccak256(&[root.as_bytes().as_slice(), &nonce.to_be_bytes()].concat()))
}

/// The address of a contract that a contract makes with CREATE2; 0x41 stands where Ethereum has 0xff.
pub fn created2(sender: Address, salt: &[u8; 32], init_code: &[u8]) -> Address {
    let parts = [sender.to_bytes21().as_slice(), salt, &keccak256(init_code)].concat();
    Address::from_public_key_hash(keccak256(&parts))
}
