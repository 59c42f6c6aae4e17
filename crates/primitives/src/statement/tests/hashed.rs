//! The statements that keys of the token sign: golden encodings and digests, and what contradicts itself.

use proptest::prelude::*;

use super::plane;
use crate::statement::*;
use crate::{Address, ChainId, UnixMs, Usdt};

fn key_id() -> crate::KeyId {
    "00112233445566778899aabbccddeeff".parse().expect("a key id")
}

fn checkpoint() -> Checkpoint {
    Checkpoint { plane: plane(), incarnation: [3; 16], seq: 1_000, head: [4; 32], at: UnixMs(1_751_466_432_000) }
}

fn canary() -> Canary {
    Canary { plane: plane(), key_id: key_id(), nonce: [5; 32], at: UnixMs(1_751_466_432_000) }
}

fn image(image: &str, platform: &str, sha256: u8) -> ImageDigest {
    ImageDigest { image: image.to_owned(), platform: platform.to_owned(), sha256: [sha256; 32] }
}

fn release() -> Release {
    Release {
        name: "lucid-plane".to_owned(),
        version: "1.0.0".to_owned(),
        source: [6; 32],
        digests: vec![image("tron-client", "linux/amd64", 7), image("tron-client", "linux/arm64", 8)],
    }
}

fn attribute(name: &str, value: &str) -> EffectiveAttribute {
    EffectiveAttribute { name: name.to_owned(), value: value.to_owned() }
}

fn manifest() -> Manifest {
    Manifest {
        plane: plane(),
        key_id: key_id(),
        class: KeyClass::Hot,
        label: "hot".to_owned(),
        public_key: [2; 33],
        address: Address::parse("TVEZYjZyemfJoLUdGtzsM2ua1HAnbsNgAF").expect("an address"),
        attributes: vec![attribute("CKA_LOCAL", "true"), attribute("CKA_SENSITIVE", "true")],
        token: TokenDescription {
            label: "plane".to_owned(),
            model: "SoftHSM v2".to_owned(),
            serial: "0123456789abcdef".to_owned(),
            firmware: "2.6".to_owned(),
        },
        made_at: UnixMs(1_751_466_432_000),
        operators: vec!["alice".to_owned(), "bob".to_owned()],
        ceremony: [9; 16],
        generation: 0,
        retired_at: None,
    }
}

pub(super) fn attestation() -> Attestation {
    Attestation {
        chain_id: ChainId(0x2b66_53dc),
        plane: plane(),
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
    }
}

fn golden<S: Hashed + PartialEq + std::fmt::Debug>(statement: &S, encoding: &str, digest: &str) {
    assert_eq!(hex::encode(statement.encode()), encoding);
    assert_eq!(hex::encode(statement.digest()), digest);
    assert_eq!(S::decode(&statement.encode()).as_ref(), Ok(statement));
}

#[test]
fn golden_checkpoint() {
    golden(
        &checkpoint(),
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633812100303030303030303030303030303030318e807222004040404040404040404040404040404040404040404040404040404040404042880aca3dcfc32",
        "19eb76c68577adf8bd8afe37b6987fbf1f469464cb1d513e7f4b069d6e102a9c",
    );
}

#[test]
fn golden_canary() {
    golden(
        &canary(),
        "0a27706c5f36626137623831302d396461642d313164312d383062342d303063303466643433306338122030303131323233333434353536363737383839396161626263636464656566661a2005050505050505050505050505050505050505050505050505050505050505052080aca3dcfc32",
        "195c26673d38d8cf7c59bf17602efeb8e2f92cb909cd2e4a19313daf6acf52c5",
    );
}

#[test]
fn golden_release() {
    golden(
        &release(),
        "0a0b6c756369642d706c616e651205312e302e301a200606060606060606060606060606060606060606060606060606060606060606223c0a0b74726f6e2d636c69656e74120b6c696e75782f616d6436341a200707070707070707070707070707070707070707070707070707070707070707223c0a0b74726f6e2d636c69656e74120b6c696e75782f61726d36341a200808080808080808080808080808080808080808080808080808080808080808",
        "aece79d3d56e8cb8e505826d76a015fb9c0bc2a581b63e4e1756ed04c72de24c",
    );
}

#[test]
fn golden_manifest() {
    golden(
        &manifest(),
        "0a27706c5f36626137623831302d396461642d313164312d383062342d3030633034666434333063381220303031313232333334343535363637373838393961616262636364646565666618012203686f742a21020202020202020202020202020202020202020202020202020202020202020202321541d351c7c627ad5531edb9587f4150caf393c33e873a110a09434b415f4c4f43414c1204747275653a150a0d434b415f53454e534954495645120474727565422a0a05706c616e65120a536f667448534d2076321a10303132333435363738396162636465662203322e364880aca3dcfc325205616c6963655203626f625a1009090909090909090909090909090909",
        "7f616f85f9ea26629f273a8516fcf9ca1b5b9d283e756905d74a702d4b64b52b",
    );
}

/// The three hashes are eth_account 0.13's (`encode_typed_data`) of the same values.
#[test]
fn golden_attestation() {
    let attestation = attestation();
    assert_eq!(
        hex::encode(attestation.domain_separator()),
        "fcf4533d63bfab12754089b353c899cc300c8a6466923da772b750473e686121"
    );
    assert_eq!(
        hex::encode(attestation.struct_hash()),
        "7276e50358b6798779cf826cd2a000f776619b0b0239b2222b547561aa25cf14"
    );
    golden(
        &attestation,
        "08dca799db021227706c5f36626137623831302d396461642d313164312d383062342d3030633034666434333063381a27706f5f36626137623831312d396461642d313164312d383062342d30306330346664343330633822076e6f64652d31372a20111111111111111111111111111111111111111111111111111111111111111130023a1541d351c7c627ad5531edb9587f4150caf393c33e8740c0f0f50b4a156e6f6465207265776172642c204a756e6520e282ac5080aca3dcfc325880e4bc85fd3262202222222222222222222222222222222222222222222222222222222222222222",
        "dfa33fc83f58a38bc971675591a3e7df4933cb541f92f322cf96b44510da36cf",
    );
}

#[test]
fn no_digest_of_a_statement_is_a_transactions() {
    // Wire type 4 closes a group, and none is open where raw_data begins.
    for domain in [Checkpoint::DOMAIN, Canary::DOMAIN, Release::DOMAIN, Manifest::DOMAIN] {
        assert_eq!(domain[0] & 7, 4);
        assert!(domain.ends_with(b"/v1\0"));
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    let refused = |change: fn(&mut Release)| {
        let mut changed = release();
        change(&mut changed);
        Release::decode(&changed.encode()).expect_err("contradiction")
    };
    refused(|r| r.digests.reverse());
    refused(|r| r.digests.clear());
    refused(|r| r.digests[1] = ImageDigest { sha256: [9; 32], ..r.digests[0].clone() });
    refused(|r| r.name = "two\nlines".to_owned());
    let refused = |change: fn(&mut Manifest)| {
        let mut changed = manifest();
        change(&mut changed);
        Manifest::decode(&changed.encode()).expect_err("contradiction")
    };
    refused(|m| m.attributes.reverse());
    refused(|m| m.attributes[1].name = m.attributes[0].name.clone());
    refused(|m| m.operators[1] = m.operators[0].clone());
    let refused = |change: fn(&mut Attestation)| {
        let mut changed = attestation();
        change(&mut changed);
        Attestation::decode(&changed.encode()).expect_err("contradiction")
    };
    refused(|a| a.expires_at = a.expires_at.plus_ms(1));
    refused(|a| a.expires_at = a.not_before);
    refused(|a| a.amount = Usdt::new(0).expect("small"));
}

#[test]
fn a_retirement_and_a_generation_are_in_the_hash_of_a_manifest() {
    let plain = manifest();
    for (generation, retired_at) in [(1, None), (2, None), (0, Some(UnixMs(0))), (2, Some(plain.made_at))] {
        let other = Manifest { generation, retired_at, ..plain.clone() };
        assert_eq!(Manifest::decode(&other.encode()).as_ref(), Ok(&other));
        assert_ne!(other.digest(), plain.digest());
    }
}

#[test]
fn every_class_has_a_name_and_a_number() {
    for class in KeyClass::ALL {
        assert_eq!(class.name().parse(), Ok(class));
        let manifest = Manifest { class, ..manifest() };
        assert_eq!(Manifest::decode(&manifest.encode()), Ok(manifest));
    }
}

proptest! {
    #[test]
    fn every_field_of_an_attestation_is_in_its_hash(
        kyc_hash: [u8; 32], recipient: [u8; 20], amount in 1..=i64::MAX as u64, nonce: [u8; 32],
        reason in "[ -~]{1,40}", node_id in "[a-z0-9-]{1,40}", until in 1..=86_400_000_u64,
    ) {
        let plain = attestation();
        let changed = Attestation {
            kyc_hash,
            recipient: Address::from_evm(recipient),
            amount: Usdt::new(amount).expect("below the bound"),
            nonce,
            reason,
            node_id,
            expires_at: plain.not_before.plus_ms(until),
            ..plain.clone()
        };
        prop_assert_eq!(Attestation::decode(&changed.encode()), Ok(changed.clone()));
        prop_assert_eq!(changed == plain, changed.digest() == plain.digest());
        for one in [
            Attestation { kyc_hash, ..plain.clone() },
            Attestation { recipient: Address::from_evm(recipient), ..plain.clone() },
            Attestation { amount: changed.amount, ..plain.clone() },
            Attestation { nonce, ..plain.clone() },
            Attestation { reason: changed.reason.clone(), ..plain.clone() },
            Attestation { node_id: changed.node_id.clone(), ..plain.clone() },
            Attestation { expires_at: changed.expires_at, ..plain.clone() },
        ] {
            prop_assert_eq!(one == plain, one.digest() == plain.digest());
        }
    }

    #[test]
    fn decoders_of_hashed_statements_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Attestation::decode(&bytes);
        let _ = Checkpoint::decode(&bytes);
        let _ = Canary::decode(&bytes);
        let _ = Release::decode(&bytes);
        let _ = Manifest::decode(&bytes);
        let _ = Ceremony::decode(&bytes);
    }
}
