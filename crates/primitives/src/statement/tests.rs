//! Golden vectors, round trips and refusals of the signed statements.

mod ceremonies;
mod hashed;

use proptest::prelude::*;

use super::*;
use crate::{Address, AttemptNo, BlockId, ChainId, PlaneId, Resource, Sun, TxId, UnixMs};

pub(super) fn plane() -> PlaneId {
    "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("a plane id")
}

fn authorisation() -> Authorisation {
    Authorisation {
        chain_id: ChainId(0x2b66_53dc),
        plane: plane(),
        kind: Kind::Payout,
        intent: "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().expect("an intent"),
        attempt: AttemptNo(2),
        previous: vec![PreviousAttempt {
            txid: Some(TxId::new([7; 32])),
            expiration: UnixMs(1_751_466_492_131),
            ending: Ending::Dead,
        }],
        key_id: "00112233445566778899aabbccddeeff".parse().expect("a key id"),
        permission_id: 2,
        asset: Asset::Token(Address::parse("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t").expect("an address")),
        resource: None,
        recipient: Address::parse("TVEZYjZyemfJoLUdGtzsM2ua1HAnbsNgAF").expect("an address"),
        amount: 25_000_000,
        memo_hash: None,
        fee_limit_max: Sun::new(50_000_000).expect("small"),
        expiration_max: UnixMs(1_751_467_000_000),
        valid_until: UnixMs(1_751_466_600_000),
    }
}

fn anchor() -> Anchor {
    let mut id = [9; 32];
    id[..8].copy_from_slice(&66_987_547_u64.to_be_bytes());
    Anchor {
        chain_id: ChainId(0x2b66_53dc),
        number: 66_987_547,
        block_id: BlockId::new(id),
        solid_time: UnixMs(1_751_466_432_000),
    }
}

fn unsigned() -> Unsigned {
    Unsigned {
        plane: plane(),
        intent: "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().expect("an intent"),
        attempt: AttemptNo(1),
        voided_at: UnixMs(1_751_466_432_000),
    }
}

fn key() -> SignKey {
    SignKey::from_seed(&[1; 32])
}

#[test]
fn golden_authorisation() {
    assert_eq!(
        hex::encode(authorisation().encode()),
        "080110dca799db021a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633820012a27706f5f36626137623831312d396461642d313164312d383062342d30306330346664343330633830023a2b0a20070707070707070707070707070707070707070707070707070707070707070710e381a7dcfc321801422030303131323233333434353536363737383839396161626263636464656566664802521541a614f803b6fd780986a42c78ec9c7f77e6ded13c621541d351c7c627ad5531edb9587f4150caf393c33e8768c0f0f50b7880e1eb178001c081c6dcfc328801c0ccaddcfc32"
    );
}

#[test]
fn golden_anchor() {
    assert_eq!(
        hex::encode(anchor().encode()),
        "08dca799db02109bccf81f1a200000000003fe261b0909090909090909090909090909090909090909090909092080aca3dcfc32"
    );
}

#[test]
fn golden_unsigned() {
    assert_eq!(
        hex::encode(unsigned().encode()),
        "0a27706c5f36626137623831302d396461642d313164312d383062342d3030633034666434333063381227706f5f36626137623831312d396461642d313164312d383062342d30306330346664343330633818012080aca3dcfc32"
    );
}

#[test]
fn golden_recovery_ended() {
    let freeze = "fz_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().expect("an id");
    let ended = RecoveryEnded { plane: plane(), freeze, at: UnixMs(1_751_466_432_000) };
    let expected = "0a27706c5f36626137623831302d396461642d313164312d383062342d3030633034666434333063381227667a5f\
         36626137623831312d396461642d313164312d383062342d3030633034666434333063381880aca3dcfc32";
    assert_eq!(hex::encode(ended.encode()), expected);
    assert_eq!(RecoveryEnded::decode(&ended.encode()), Ok(ended));
}

#[test]
fn golden_wire_form() {
    let json = serde_json::to_string(&Signed::sign(unsigned(), &key())).expect("serialises");
    assert_eq!(
        json,
        r#"{"statement":"0a27706c5f36626137623831302d396461642d313164312d383062342d3030633034666434333063381227706f5f36626137623831312d396461642d313164312d383062342d30306330346664343330633818012080aca3dcfc32","signature":"ccd463a63f8cfdd3aa54678e5cb2bfc63dc4cb74c60692d23ef76b14f0e82b2c5ee65cc9a987e59edf19fecffe907866ac7c61c348b810367d6b6015295eb509"}"#
    );
}

#[test]
fn only_the_pinned_key_is_believed() {
    let signed = Signed::sign(anchor(), &key());
    assert_eq!(signed.verify(&key().verify_key()), Ok(&anchor()));
    let other = SignKey::from_seed(&[2; 32]).verify_key();
    assert_eq!(signed.verify(&other), Err(StatementError::Signature));
}

#[test]
fn a_signature_is_good_for_one_kind_of_statement() {
    // The same bytes under another domain: the tag is part of what is signed.
    let bytes = unsigned().encode();
    let signature = key().sign(&[Anchor::DOMAIN, &bytes].concat());
    let json = serde_json::json!({ "statement": hex::encode(&bytes), "signature": hex::encode(signature) });
    let signed: Signed<Unsigned> = serde_json::from_value(json).expect("well-formed");
    assert_eq!(signed.verify(&key().verify_key()), Err(StatementError::Signature));
}

#[test]
fn refuses_what_contradicts_itself() {
    let refused = |change: fn(&mut Authorisation)| {
        let mut changed = authorisation();
        change(&mut changed);
        Authorisation::decode(&changed.encode()).expect_err("contradiction")
    };
    refused(|a| a.attempt = AttemptNo(1));
    refused(|a| a.attempt = AttemptNo(0));
    refused(|a| a.previous.clear());
    refused(|a| a.amount = 0);
    refused(|a| a.amount = u64::MAX);
    refused(|a| a.resource = Some(Resource::Energy));
    refused(|a| a.kind = Kind::Stake);
    let mut wrong = anchor();
    wrong.number += 1;
    Anchor::decode(&wrong.encode()).expect_err("the id carries the number");
}

#[test]
fn refuses_another_encoding_of_the_same_statement() {
    // An explicit default, field 9 = 0, and a trailing unknown field, 100 = 1.
    for tail in [&[0x48, 0x00][..], &[0xa0, 0x06, 0x01][..]] {
        for bytes in [unsigned().encode(), anchor().encode(), authorisation().encode()] {
            let mut longer = bytes;
            longer.extend_from_slice(tail);
            assert!(Unsigned::decode(&longer).is_err());
            assert!(Anchor::decode(&longer).is_err());
            assert!(Authorisation::decode(&longer).is_err());
        }
    }
}

proptest! {
    #[test]
    fn authorisations_round_trip(amount in 1..=i64::MAX as u64, recipient: [u8; 20], memo: Option<[u8; 32]>, until: u64) {
        let mut statement = authorisation();
        statement.amount = amount;
        statement.recipient = Address::from_evm(recipient);
        statement.memo_hash = memo;
        statement.valid_until = UnixMs(until);
        prop_assert_eq!(Authorisation::decode(&statement.encode()), Ok(statement));
    }

    #[test]
    fn decoders_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Authorisation::decode(&bytes);
        let _ = Anchor::decode(&bytes);
        let _ = Unsigned::decode(&bytes);
    }
}
