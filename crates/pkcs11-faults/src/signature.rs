//! Signatures that are not what was asked for.

use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};

use crate::plan::die;
use crate::rule::Fault;

/// The key that answers where another was asked; any other than the tests' keys, which are random.
const OTHER_KEY: [u8; 32] = [0x42; 32];

/// What the module says instead of `signature`, r ‖ s over `digest`; never longer.
pub(crate) fn spoil(signature: &[u8], digest: &[u8], due: &[Fault]) -> Vec<u8> {
    due.iter().fold(signature.to_vec(), |signature, fault| match fault {
        Fault::OtherKey => other_key(digest),
        Fault::HighS => high_s(&signature),
        Fault::Short => signature.get(..signature.len().saturating_sub(1)).unwrap_or_default().to_vec(),
        _ => signature,
    })
}

fn other_key(digest: &[u8]) -> Vec<u8> {
    let signed: Result<Signature, _> = SigningKey::from_slice(&OTHER_KEY).and_then(|key| key.sign_prehash(digest));
    signed.unwrap_or_else(|error| die(&format!("cannot sign: {error}"))).to_bytes().to_vec()
}

fn high_s(signature: &[u8]) -> Vec<u8> {
    let parsed = Signature::from_slice(signature).unwrap_or_else(|error| die(&format!("no signature: {error}")));
    let low = parsed.normalize_s();
    let (r, s) = low.split_scalars();
    let high = Signature::from_scalars(*r, -*s).unwrap_or_else(|error| die(&format!("no high s: {error}")));
    high.to_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_becomes_high_and_stays_the_same_signature() {
        let signature = other_key(&[7; 32]);
        let high = spoil(&signature, &[7; 32], &[Fault::HighS]);
        assert_eq!(high[..32], signature[..32]);
        assert!(high[32] >= 0x7f, "{high:x?}");
        assert_eq!(spoil(&high, &[7; 32], &[Fault::HighS]), high, "a high one stays");
        assert_eq!(spoil(&signature, &[7; 32], &[Fault::Short]), signature[..63]);
        assert_eq!(spoil(&signature, &[7; 32], &[Fault::Hang]), signature);
    }
}
