//! A release is signed by the release key and by no other key of the token.

use primitives::statement::{Hashed, ImageDigest, Release};
use tron_tx::TokenSigned;

use super::*;

fn release() -> Release {
    let image = ImageDigest { image: "tron-client".to_owned(), platform: "linux/amd64".to_owned(), sha256: [7; 32] };
    Release { name: "lucid-plane".to_owned(), version: "0.1.0".to_owned(), source: [5; 32], digests: vec![image] }
}

#[test]
fn a_release_is_signed_by_the_release_key_alone() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    let key = token.ensure_key(CkaId::RELEASE, "lucid release", fresh(9)).wait().unwrap();
    let signature = token.sign(key, &release()).wait().unwrap().verify().unwrap();
    assert_eq!(TokenSigned::new(release(), signature).verify(&key.public_key), Ok(&release()));
    let wallet = make(&token, FIRST);
    let refused = token.sign(wallet, &release()).wait().unwrap_err();
    assert!(matches!(refused, TokenError::KeyClass { id: FIRST, .. }), "{refused}");
    // The pin is believed, not the token.
    let swapped = PinnedKey { public_key: wallet.public_key, ..key };
    assert!(token.sign(swapped, &release()).wait().and_then(Unverified::verify).is_err());
    assert_ne!(release().digest(), Release { version: "0.1.1".to_owned(), ..release() }.digest());
}
