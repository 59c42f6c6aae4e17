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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors;

    #[test]
    fn known_answers() {
        let txid = TxId::parse(vectors::TRIGGER_TXID).unwrap();
        let deployed = deployed(&txid, vectors::address(vectors::OWNER));
        assert_eq!(deployed.to_hex21(), "418e6d1f836ae1f14b42d8ab32eeef410401a1d5d5");
        assert_eq!(created(&txid, 1).to_hex21(), "41f8e277af71ff72380e583f07ae6ea8d78431388c");
        let sender = Address::from_hex21("411f4428123047f51a0e76a4b3f2da904a7855208c").unwrap();
        let made = created2(sender, &[0; 32], &[0]);
        assert_eq!(made.to_hex21(), "41c42b922ace3e54043fb1c62b5d7719eb888193c5");
    }
}
