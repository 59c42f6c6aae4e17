//! A statement together with the signature of a secp256k1 key, as keys of the token make it.

use std::fmt;

use primitives::HexBytes;
use primitives::statement::{Hashed, StatementError};
use serde::{Deserialize, Serialize};

use crate::public_key::PublicKey;
use crate::signature::{RecoverableSignature, SignatureError};

/// A statement and a signature over its digest. Having one proves nothing: [`TokenSigned::verify`] gives the statement.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Wire", try_from = "Wire", bound = "S: Hashed + Clone")]
pub struct TokenSigned<S> {
    statement: S,
    signature: RecoverableSignature,
}

/// The wire form of both parts, hexadecimal; the signature is r ‖ s ‖ v.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    statement: HexBytes,
    signature: HexBytes,
}

impl<S: Hashed> TokenSigned<S> {
    /// Puts a statement and a signature together, unchecked.
    pub const fn new(statement: S, signature: RecoverableSignature) -> Self {
        Self { statement, signature }
    }

    /// The statement, if the signature is this key's.
    pub fn verify(&self, key: &PublicKey) -> Result<&S, SignatureError> {
        if self.signer()? == *key { Ok(&self.statement) } else { Err(SignatureError::WrongKey) }
    }

    /// The key whose signature it is.
    pub fn signer(&self) -> Result<PublicKey, SignatureError> {
        self.signature.recover(&self.statement.digest())
    }

    /// The signature by itself.
    pub const fn signature(&self) -> &RecoverableSignature {
        &self.signature
    }

    /// The statement with its signature unchecked: to show, to log, to forward, never to act on.
    pub const fn unverified(&self) -> &S {
        &self.statement
    }
}

impl<S: fmt::Debug> fmt::Debug for TokenSigned<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokenSigned").field(&self.statement).finish()
    }
}

impl<S: Hashed> From<TokenSigned<S>> for Wire {
    fn from(signed: TokenSigned<S>) -> Self {
        Self { statement: signed.statement.encode().into(), signature: signed.signature.to_bytes().to_vec().into() }
    }
}

impl<S: Hashed> TryFrom<Wire> for TokenSigned<S> {
    type Error = StatementError;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let signature = RecoverableSignature::parse(wire.signature.as_ref())
            .map_err(|_| StatementError::Malformed("signature"))?
            .normalised();
        Ok(Self { statement: S::decode(&wire.statement.0)?, signature })
    }
}

#[cfg(test)]
mod tests {
    use primitives::statement::{Attestation, Canary, KycLevel};
    use primitives::{Address, ChainId, UnixMs, Usdt};

    use super::*;
    use crate::LocalKey;

    fn key(scalar: u8) -> LocalKey {
        LocalKey::from_scalar(&[scalar; 32]).expect("a scalar")
    }

    fn canary() -> Canary {
        Canary {
            plane: "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("a plane"),
            key_id: "00112233445566778899aabbccddeeff".parse().expect("an id"),
            nonce: [5; 32],
            at: UnixMs(1_751_466_432_000),
        }
    }

    #[test]
    fn only_the_expected_key_is_believed() {
        let signed = TokenSigned::new(canary(), key(1).sign(&canary().digest()));
        assert_eq!(signed.verify(&key(1).public_key()), Ok(&canary()));
        assert_eq!(signed.verify(&key(2).public_key()), Err(SignatureError::WrongKey));
        let json = serde_json::to_string(&signed).expect("serialises");
        assert_eq!(serde_json::from_str::<TokenSigned<Canary>>(&json).expect("its own form"), signed);
        let other = TokenSigned::new(Canary { nonce: [6; 32], ..canary() }, *signed.signature());
        assert!(other.verify(&key(1).public_key()).is_err());
    }

    /// eth_account 0.13: `Account.from_key(bytes([1]) * 32).sign_message(encode_typed_data(...))` of the same values.
    #[test]
    fn what_a_wallet_signs_as_typed_data_is_believed() {
        let attestation = Attestation {
            chain_id: ChainId(0x2b66_53dc),
            plane: canary().plane,
            payout_id: "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().expect("a payout id"),
            node_id: "node-17".to_owned(),
            kyc_hash: [0x11; 32],
            level: KycLevel::Enhanced,
            recipient: Address::parse("TVEZYjZyemfJoLUdGtzsM2ua1HAnbsNgAF").expect("an address"),
            amount: Usdt::new(25_000_000).expect("small"),
            reason: "node reward, June €".to_owned(),
            not_before: UnixMs(1_751_466_432_000),
            expires_at: UnixMs(1_751_552_832_000),
            nonce: [0x22; 32],
        };
        let by_eth_account = "c549853a1691a319163318880e4736252555e450cdcdfe9ffea9928be571157a\
                              354cfc1592768e678a11df5badcb9fc2b4871995f8dab174e829317c6f0f7e691c";
        let signature = RecoverableSignature::parse(&hex::decode(by_eth_account).expect("hex")).expect("65 bytes");
        let signed = TokenSigned::new(attestation.clone(), signature);
        assert_eq!(signed.verify(&key(1).public_key()), Ok(&attestation));
        assert_eq!(key(1).sign(&attestation.digest()), signature);
    }
}
