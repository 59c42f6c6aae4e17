//! What two operators sign: golden vectors, and every way in which signatures do not suffice.

use super::plane;
use crate::statement::*;
use crate::{Address, AttemptNo, ChainId, FreezeId, Sun, TxId, UnixMs};

const NOW: UnixMs = UnixMs(1_751_466_500_000);

fn ceremony(action: Action) -> Ceremony {
    Ceremony {
        plane: plane(),
        chain_id: ChainId(0x2b66_53dc),
        action,
        nonce: [7; 16],
        issued_at: UnixMs(1_751_466_432_000),
        valid_until: UnixMs(1_751_552_832_000),
    }
}

fn make() -> Ceremony {
    ceremony(Action::MakeKey { class: KeyClass::Hot, name: "hot".parse().expect("a name") })
}

fn address(last: u8) -> Address {
    Address::from_evm([last; 20])
}

fn harden() -> Action {
    Action::HardenWallet {
        wallet: "hot".parse().expect("a name"),
        account: address(3),
        owner: PermissionKeys { threshold: 2, keys: vec![(address(1), 1), (address(2), 1)] },
        active: PermissionKeys { threshold: 1, keys: vec![(address(3), 1)] },
        operations: [0xc0; 32],
    }
}

fn thaw() -> Action {
    Action::Thaw { freeze: "fz_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().expect("an id") }
}

fn spend() -> Action {
    Action::Spend(Spending {
        wallet: "treasury".parse().expect("a name"),
        account: address(4),
        asset: Asset::Token(address(5)),
        recipient: address(6),
        amount: 25_000_000,
        fee_max: Sun::new(31_000_000).expect("sun"),
    })
}

fn freeze() -> FreezeId {
    "fz_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().expect("an id")
}

fn named(payout: &str) -> NamedPayout {
    NamedPayout {
        payout: payout.parse().expect("an id"),
        merchant: "shop".parse().expect("a name"),
        reference: "order-7".parse().expect("a name"),
    }
}

fn paid(memo: Option<&str>) -> PaidOut {
    let memo = memo.and_then(shown_memo);
    PaidOut { currency: Currency::Usdt, recipient: address(6), units: 25_000_000, memo }
}

fn recover(txids: &[u8], payouts: &[&str]) -> Action {
    let payout = named("po_6ba7b811-9dad-11d1-80b4-00c04fd430c8");
    let was = [RecoveredAs::Payout(payout), RecoveredAs::Kept, RecoveredAs::Other];
    let transactions = txids.iter().zip(was.into_iter().cycle()).map(|(txid, was)| Recovered {
        txid: TxId::new([*txid; 32]),
        deed: "TransferContract SUCCESS".to_owned(),
        paid: (was != RecoveredAs::Other).then(|| paid(Some("invoice 7"))),
        was,
    });
    let unpaid = payouts.iter().map(|payout| Unpaid { payout: named(payout), asks: paid(None) });
    let note = "the merchant's list".to_owned();
    Action::Recover { freeze: freeze(), transactions: transactions.collect(), unpaid: unpaid.collect(), note }
}

fn key(seed: u8) -> SignKey {
    SignKey::from_seed(&[seed; 32])
}

fn operators() -> Operators {
    let pinned = |(name, seed): (&str, u8)| (name.to_owned(), key(seed).verify_key());
    Operators::new([("alice", 1), ("bob", 2), ("carol", 3)].map(pinned)).expect("different keys")
}

#[test]
fn golden_ceremonies() {
    let golden = |action, expected: &str| {
        let ceremony = ceremony(action);
        assert_eq!(hex::encode(ceremony.encode()), expected);
        assert_eq!(Ceremony::decode(&ceremony.encode()), Ok(ceremony));
    };
    golden(
        make().action,
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633810dca799db021a10070707070707070707070707070707072080aca3dcfc322880e4bc85fd32520708011203686f74",
    );
    golden(
        Action::RetireKey { key_id: "00112233445566778899aabbccddeeff".parse().expect("an id") },
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633810dca799db021a10070707070707070707070707070707072080aca3dcfc322880e4bc85fd325a220a203030313132323333343435353636373738383939616162626363646465656666",
    );
    golden(
        thaw(),
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633810dca799db021a10070707070707070707070707070707072080aca3dcfc322880e4bc85fd3262290a27667a5f36626137623831312d396461642d313164312d383062342d303063303466643433306338",
    );
    golden(
        harden(),
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633810dca799db021a10070707070707070707070707070707072080aca3dcfc322880e4bc85fd326a97010a03686f741238080212190a15410101010101010101010101010101010101010101100112190a1541020202020202020202020202020202020202020210011a1d080112190a1541030303030303030303030303030303030303030310012220c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c02a15410303030303030303030303030303030303030303",
    );
    golden(
        spend(),
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633810dca799db021a10070707070707070707070707070707072080aca3dcfc322880e4bc85fd327a590a08747265617375727912154104040404040404040404040404040404040404041a15410505050505050505050505050505050505050505221541060606060606060606060606060606060606060628c0f0f50b30c08be40e",
    );
    golden(
        Action::SetPolicy { version: 3, sha256: [8; 32] },
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633810dca799db021a10070707070707070707070707070707072080aca3dcfc322880e4bc85fd327224080312200808080808080808080808080808080808080808080808080808080808080808",
    );
    golden(
        Action::AdoptSettings { sha256: [9; 32] },
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633810dca799db021a10070707070707070707070707070707072080aca3dcfc322880e4bc85fd328201220a200909090909090909090909090909090909090909090909090909090909090909",
    );
    golden(
        Action::AttemptAgain { intent: "po_a".parse().expect("an intent"), attempt: AttemptNo(3) },
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633810dca799db021a10070707070707070707070707070707072080aca3dcfc322880e4bc85fd328a01080a04706f5f611003",
    );
    golden(
        Action::Explain { discrepancy: "audit-7".to_owned(), note: "a restore, ticket 1042".to_owned() },
        "0a27706c5f36626137623831302d396461642d313164312d383062342d30306330346664343330633810dca799db021a10070707070707070707070707070707072080aca3dcfc322880e4bc85fd329201210a0761756469742d3712166120726573746f72652c207469636b65742031303432",
    );
}

#[test]
fn transactions_and_payouts_are_told_in_one_order_and_once_each() {
    const ONE: &str = "po_6ba7b810-9dad-11d1-80b4-00c04fd430c8";
    const TWO: &str = "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8";
    let many: Vec<u8> = (0..=200).collect();
    for (txids, payouts) in [(&[1, 2, 3][..], &[ONE, TWO][..]), (&[1], &[]), (&[], &[ONE]), (&many[1..], &[])] {
        let ceremony = ceremony(recover(txids, payouts));
        assert_eq!(Ceremony::decode(&ceremony.encode()), Ok(ceremony));
    }
    for (txids, payouts) in
        [(&[][..], &[][..]), (&[2, 1], &[]), (&[1, 1], &[]), (&many, &[]), (&[], &[TWO, ONE]), (&[1], &[ONE, ONE])]
    {
        let ceremony = self::ceremony(recover(txids, payouts));
        assert!(Ceremony::decode(&ceremony.encode()).is_err(), "{txids:?} {payouts:?}");
    }
}

#[test]
fn two_different_operators_suffice() {
    let cosigned = Cosigned::proposed(make()).signed_by(&key(2)).signed_by(&key(1));
    let agreed = cosigned.verify(&operators(), 2, NOW).expect("two operators");
    assert_eq!(agreed.statement, &make());
    assert_eq!(agreed.operators, ["alice", "bob"]);
    let json = serde_json::to_string(&cosigned).expect("serialises");
    let read: Cosigned<Ceremony> = serde_json::from_str(&json).expect("its own form");
    assert_eq!(read, cosigned);
    assert_eq!(read.verify(&operators(), 2, NOW).expect("unchanged").operators, ["alice", "bob"]);
}

#[test]
fn copies_that_were_signed_apart_come_together_in_any_order() {
    let proposed = Cosigned::proposed(make());
    let (alices, bobs) = (proposed.clone().signed_by(&key(1)), proposed.clone().signed_by(&key(2)));
    for (one, other) in [(&alices, &bobs), (&bobs, &alices)] {
        let both = one.clone().joined(other).expect("one statement");
        assert_eq!(both.verify(&operators(), 2, NOW).expect("two operators").operators, ["alice", "bob"]);
        assert_eq!(both.clone().joined(&both), Ok(both.clone()), "what is there already is there once");
        assert_eq!(both.clone().joined(&proposed), Ok(both));
    }
    let another = Cosigned::proposed(Ceremony { nonce: [8; 16], ..make() }).signed_by(&key(2));
    assert!(alices.joined(&another).is_err(), "a like statement is another one");
}

#[test]
fn one_operator_does_not_suffice_however_often() {
    let once = Cosigned::proposed(make()).signed_by(&key(1));
    assert_eq!(once.verify(&operators(), 2, NOW), Err(CosignedError::TooFew { needed: 2, have: 1 }));
    assert_eq!(once.clone().signed_by(&key(1)), once);
    let mut json = serde_json::to_value(&once).expect("serialises");
    let signature = json["signatures"][0].clone();
    json["signatures"].as_array_mut().expect("a list").push(signature);
    let twice: Cosigned<Ceremony> = serde_json::from_value(json).expect("well-formed");
    assert_eq!(twice.verify(&operators(), 2, NOW), Err(CosignedError::Twice("alice".to_owned())));
}

#[test]
fn strangers_and_false_signatures_spoil_it() {
    let stranger = key(9);
    let cosigned = Cosigned::proposed(make()).signed_by(&key(1)).signed_by(&key(2)).signed_by(&stranger);
    assert_eq!(cosigned.verify(&operators(), 2, NOW), Err(CosignedError::Stranger(stranger.verify_key().to_string())));
    let mut json =
        serde_json::to_value(Cosigned::proposed(make()).signed_by(&key(1)).signed_by(&key(2))).expect("json");
    json["statement"] = hex::encode(ceremony(thaw()).encode()).into();
    let other: Cosigned<Ceremony> = serde_json::from_value(json).expect("well-formed");
    assert_eq!(other.verify(&operators(), 2, NOW), Err(CosignedError::Signature("alice".to_owned())));
}

#[test]
fn it_is_good_for_its_time_only() {
    let cosigned = Cosigned::proposed(make()).signed_by(&key(1)).signed_by(&key(2));
    let until = make().valid_until;
    assert_eq!(cosigned.verify(&operators(), 2, until), Err(CosignedError::Expired(until)));
    assert!(cosigned.verify(&operators(), 2, until.minus_ms(1)).is_ok());
    let issued = make().issued_at;
    assert!(cosigned.verify(&operators(), 2, issued.minus_ms(300_000)).is_ok());
    assert_eq!(cosigned.verify(&operators(), 2, issued.minus_ms(300_001)), Err(CosignedError::NotYet(issued)));
}

#[test]
fn one_key_is_one_operator() {
    let pinned = ["alice", "alias"].map(|name| (name.to_owned(), key(1).verify_key()));
    assert!(Operators::new(pinned).is_err());
}

#[test]
fn contradictions_are_refused() {
    let refused = |ceremony: Ceremony| Ceremony::decode(&ceremony.encode()).expect_err("a contradiction");
    refused(Ceremony { valid_until: make().issued_at, ..make() });
    refused(Ceremony { valid_until: make().valid_until.plus_ms(1), ..make() });
    for (threshold, keys) in [
        (0, vec![(address(1), 1)]),
        (2, vec![(address(1), 1)]),
        (1, vec![]),
        (1, vec![(address(1), 0), (address(2), 1)]),
        (1, vec![(address(2), 1), (address(1), 1)]),
        (1, vec![(address(1), 1), (address(1), 1)]),
        (1, (1..=6).map(|last| (address(last), 1)).collect()),
    ] {
        let owner = PermissionKeys { threshold, keys };
        let Action::HardenWallet { wallet, account, active, operations, .. } = harden() else {
            unreachable!("made above")
        };
        refused(ceremony(Action::HardenWallet { wallet, account, owner, active, operations }));
    }
}
