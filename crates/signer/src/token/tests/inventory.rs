//! What the token has is found, read back and listed, and nothing is made by looking.

use super::*;
use crate::AUDIT_KEY;

#[test]
fn looking_makes_nothing_and_finds_what_was_made() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    assert_eq!(token.find_key(AUDIT_KEY).wait().unwrap(), None);
    assert!(token.list_keys().wait().unwrap().is_empty(), "looking made a key");
    let (audit, first) = (make(&token, AUDIT_KEY), make(&token, FIRST));
    assert_eq!(token.find_key(AUDIT_KEY).wait().unwrap(), Some(audit));
    assert_eq!(token.find_key(SECOND).wait().unwrap(), None);
    let listed: Vec<_> = token.list_keys().wait().unwrap().into_iter().map(|key| (key.id, key.label)).collect();
    let named = |key: &PinnedKey| (key.id.as_bytes().to_vec(), "hot".to_owned());
    assert_eq!(listed, [named(&first), named(&audit)]);
}

#[test]
fn attributes_are_those_that_the_token_has() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    let key = make(&token, FIRST);
    let read = token.attributes_of(key).wait().unwrap();
    assert!(read.windows(2).all(|pair| pair[0].name < pair[1].name), "{read:?}");
    let value = |name: &str| read.iter().find(|one| one.name == name).map(|one| one.value.as_str());
    for (name, wanted) in [
        ("CKA_LOCAL", "true"),
        ("CKA_NEVER_EXTRACTABLE", "true"),
        ("CKA_ALWAYS_SENSITIVE", "true"),
        ("CKA_EXTRACTABLE", "false"),
        ("CKA_MODIFIABLE", "false"),
        ("CKA_COPYABLE", "false"),
        ("CKA_VALUE", "refused"),
        ("CKA_EC_PARAMS", "06052b8104000a"),
    ] {
        assert_eq!(value(name), Some(wanted), "{name} of {read:?}");
    }
    let other = make(&token, SECOND);
    let mixed = PinnedKey { public_key: other.public_key, ..key };
    assert!(matches!(token.attributes_of(mixed).wait(), Err(TokenError::PublicKeyMismatch { .. })));
}
