use primitives::UnixMs;
use primitives::statement::{Hashed, KeyClass, Manifest, Release, TokenDescription};
use serde_json::{Value, json};
use tron_tx::{LocalKey, TokenSigned};

use super::Digests;
use super::keys::KeyFile;
use super::verify::{Trusted, verified};

fn digests() -> Value {
    let platforms = |digit: &str| {
        let manifest =
            |digit: &str| json!({ "manifest": { "digest": format!("sha256:{}", digit.repeat(64)), "size": 1 } });
        json!({ "linux/amd64": manifest(digit), "linux/arm64": manifest("e") })
    };
    json!({
        "version": 1, "sources": "5".repeat(64), "archives": {},
        "images": {
            "tron-client": { "reference": "localhost/lucid/tron-client:1", "platforms": platforms("a") },
            "wallet-manager": { "reference": "localhost/lucid/wallet-manager:1", "platforms": platforms("b") },
        },
    })
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn key(scalar: u8) -> LocalKey {
    LocalKey::from_scalar(&[scalar; 32]).expect("a scalar")
}

fn release() -> Release {
    Digests::parse(&bytes(&digests())).unwrap().release("lucid-plane", "0.1.0").unwrap()
}

fn signed() -> Vec<u8> {
    let signed = TokenSigned::new(release(), key(1).sign(&release().digest()));
    serde_json::to_vec(&signed).unwrap()
}

#[test]
fn the_releases_own_digests_are_believed() {
    let release = verified(&signed(), &bytes(&digests()), &Trusted::Key(&key(1).public_key())).unwrap();
    assert_eq!(release.digests.len(), 4);
    assert_eq!(release.digests[3].platform, "linux/arm64");
    assert_eq!(release.source, [0x55; 32]);
}

#[test]
fn another_key_another_byte_and_another_build_are_named() {
    let failure = |signed: &[u8], digests: &Value, scalar: u8| {
        format!("{:#}", verified(signed, &bytes(digests), &Trusted::Key(&key(scalar).public_key())).unwrap_err())
    };
    assert!(failure(&signed(), &digests(), 2).contains("not signed by this key"));
    let mut other = digests();
    other["images"]["tron-client"]["platforms"]["linux/amd64"]["manifest"]["digest"] =
        json!(format!("sha256:{}", "c".repeat(64)));
    assert!(failure(&signed(), &other, 1).contains("tron-client for linux/amd64 is ccc"));
    let mut fewer = digests();
    fewer["images"].as_object_mut().unwrap().remove("wallet-manager");
    assert!(failure(&signed(), &fewer, 1).contains("wallet-manager for linux/amd64 is missing"));
    let mut more = digests();
    more["images"]["devnet"] = more["images"]["tron-client"].clone();
    assert!(failure(&signed(), &more, 1).contains("devnet for linux/amd64 is not part of the release"));
    let mut sources = digests();
    sources["sources"] = json!("6".repeat(64));
    assert!(failure(&signed(), &sources, 1).contains("sources 666"));
    sources.as_object_mut().unwrap().remove("sources");
    assert!(failure(&signed(), &sources, 1).contains("does not name the sources"));
    let mut torn: Value = serde_json::from_slice(&signed()).unwrap();
    let text = torn["statement"].as_str().unwrap().replacen("30", "31", 1);
    torn["statement"] = json!(text);
    assert!(verified(&bytes(&torn), &bytes(&digests()), &Trusted::Key(&key(1).public_key())).is_err());
}

/// A manifest of the release key of this scalar, by the audit key of scalar 9.
fn manifest(scalar: u8, class: KeyClass, retired_at: Option<UnixMs>) -> TokenSigned<Manifest> {
    let manifest = Manifest {
        plane: "pl_00000000-0000-0000-0000-000000000000".parse().unwrap(),
        key_id: hex::encode([scalar; 16]).parse().unwrap(),
        class,
        label: "lucid release".to_owned(),
        public_key: key(scalar).public_key().to_compressed(),
        address: key(scalar).address(),
        attributes: vec![],
        token: TokenDescription::default(),
        made_at: UnixMs(1),
        operators: vec![],
        ceremony: [0; 16],
        generation: u32::from(scalar),
        retired_at,
    };
    let signature = key(9).sign(&manifest.digest());
    TokenSigned::new(manifest, signature)
}

#[test]
fn a_retired_keys_release_is_believed_by_nobody_who_has_the_list() {
    let in_force = |scalar| manifest(scalar, KeyClass::Release, None);
    let retired = |scalar| manifest(scalar, KeyClass::Release, Some(UnixMs(5)));
    let (own, audit, other) = (key(1).public_key(), key(9).public_key(), key(2).public_key());
    let outcome = |keys: &[TokenSigned<Manifest>], audit, named| {
        let file = bytes(&json!({ "audit_key": "00", "keys": keys }));
        let list = KeyFile::parse(&file).unwrap();
        let trusted = Trusted::List(&list, audit, named);
        verified(&signed(), &bytes(&digests()), &trusted).map_err(|error| format!("{error:#}"))
    };
    outcome(&[in_force(1), retired(2)], &audit, None).unwrap();
    outcome(&[in_force(1), in_force(2)], &audit, Some(&own)).unwrap();
    for (keys, audit, named, complaint) in [
        (vec![retired(1), in_force(2)], &audit, None, "key_retired: release key 1"),
        (vec![retired(1)], &audit, Some(&own), "key_retired"),
        // Whatever else is said of it, and in whatever order.
        (vec![in_force(1), retired(1)], &audit, None, "key_retired"),
        (vec![in_force(2)], &audit, None, "no release key of the list"),
        (vec![manifest(1, KeyClass::Compliance, None)], &audit, None, "no release key of the list"),
        (vec![in_force(1)], &own, None, "not signed by the audit key"),
        (vec![in_force(1)], &audit, Some(&other), "not signed by this key"),
        (vec![], &audit, Some(&own), "no release key of the list"),
    ] {
        let found = outcome(&keys, audit, named).unwrap_err();
        assert!(found.contains(complaint), "{found}");
    }
}
