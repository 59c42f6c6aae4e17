//! Keys of the devnet: producers, the faucet and named test accounts, all from the configured seed.

use primitives::Address;
use tron_tx::{LocalKey, hash};

/// A secp256k1 key of the devnet. Anybody who knows the seed knows it: never fund it on a real network.
#[derive(Clone)]
pub struct DevnetKey {
    secret: [u8; 32],
    key: LocalKey,
    address: Address,
}

impl DevnetKey {
    /// The key of `label` under `seed`, the same on every machine.
    pub fn derive(seed: &str, label: &str) -> Self {
        let mut secret = hash::sha256(format!("tron devnet key/{seed}/{label}").as_bytes());
        loop {
            // Nobody has ever seen a digest that is no valid scalar; hashing again would step over it.
            if let Ok(key) = LocalKey::from_scalar(&secret) {
                let address = key.address();
                return Self { secret, key, address };
            }
            secret = hash::sha256(&secret);
        }
    }

    /// The account that this key controls by its default owner permission.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// A 65-byte signature of a digest.
    pub fn sign(&self, digest: &[u8; 32]) -> Vec<u8> {
        self.key.sign(digest).to_bytes().to_vec()
    }

    /// The 32 secret bytes, for handing a funded test account to a foreign client.
    pub const fn secret_bytes(&self) -> [u8; 32] {
        self.secret
    }
}

impl std::fmt::Debug for DevnetKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DevnetKey").field("address", &self.address).finish_non_exhaustive()
    }
}
