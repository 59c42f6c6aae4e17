use primitives::statement::{Hashed, Release};
use serde_json::{Value, json};
use tron_tx::{LocalKey, TokenSigned};

use super::Digests;
use super::verify::verified;

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
    let release = verified(&signed(), &bytes(&digests()), &key(1).public_key()).unwrap();
    assert_eq!(release.digests.len(), 4);
    assert_eq!(release.digests[3].platform, "linux/arm64");
    assert_eq!(release.source, [0x55; 32]);
}

#[test]
fn another_key_another_byte_and_another_build_are_named() {
    let failure = |signed: &[u8], digests: &Value, scalar: u8| {
        format!("{:#}", verified(signed, &bytes(digests), &key(scalar).public_key()).unwrap_err())
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
    assert!(verified(&bytes(&torn), &bytes(&digests()), &key(1).public_key()).is_err());
}
