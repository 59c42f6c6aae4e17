//! Keys of the devnet: producers, the faucet and named test accounts, all from the configured seed.

use k256::ecdsa::SigningKey;
use primitives::Address;
use sha2::{Digest, Sha256};
use sha3::Keccak256;

/// A secp256k1 key of the devnet. Anybody who knows the seed knows it: never fund it on a real network.
#[derive(Clone)]
pub struct DevnetKey {
    key: SigningKey,
    address: Address,
}

impl DevnetKey {
    /// The key of `label` under `seed`, the same on every machine: SHA-256 of both with a counter for the (never seen)
    /// hash that is no valid scalar.
    pub fn derive(seed: &str, label: &str) -> Self {
        for round in 0u32.. {
            let digest = Sha256::new()
                .chain_update(b"tron devnet key\0")
                .chain_update(seed.as_bytes())
                .chain_update([0])
                .chain_update(label.as_bytes())
                .chain_update(round.to_be_bytes())
                .finalize();
            if let Ok(key) = SigningKey::from_slice(&digest) {
                return Self::new(key);
            }
        }
        unreachable!("a digest that is a valid scalar comes at once")
    }

    fn new(key: SigningKey) -> Self {
        let point = key.verifying_key().to_sec1_point(false);
        let hash = Keccak256::digest(&point.as_bytes()[1..]);
        Self { key, address: Address::from_public_key_hash(hash.into()) }
    }

    /// The account that this key controls by its default owner permission.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// The signing key itself, for signing transactions and headers.
    pub const fn signing_key(&self) -> &SigningKey {
        &self.key
    }

    /// The 32 secret bytes, for handing a funded test account to a foreign client.
    pub fn secret_bytes(&self) -> [u8; 32] {
        self.key.to_bytes().into()
    }
}

impl std::fmt::Debug for DevnetKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DevnetKey").field("address", &self.address).finish_non_exhaustive()
    }
}
