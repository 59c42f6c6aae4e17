//! What operators read and sign.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use api::wallet_manager::WalletClass;
use primitives::statement::{
    Action, Asset, Currency, NamedPayout, PaidOut, PermissionKeys, Recovered, RecoveredAs, Spending, Unpaid, shown_memo,
};
use primitives::{Address, ChainId, FreezeId, Sun, TxId};

use super::*;

const NOW: UnixMs = UnixMs(1_751_466_432_131);
const PAYEE: Address = Address::from_evm([7; 20]);

fn proposed(action: Action) -> Cosigned<Ceremony> {
    Cosigned::proposed(Ceremony {
        plane: "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        chain_id: ChainId(7),
        action,
        nonce: [1; 16],
        issued_at: NOW,
        valid_until: NOW.plus_ms(3_600_000),
    })
}

fn thaw() -> Cosigned<Ceremony> {
    let plane = proposed(Action::SetPolicy { version: 1, sha256: [0; 32] }).unverified().plane;
    proposed(Action::Thaw { freeze: FreezeId::derive(plane.uuid(), &["1"]) })
}

fn key(seed: u8) -> SignKey {
    SignKey::from_seed(&[seed; 32])
}

fn operators() -> Operators {
    Operators::new([("alice", 1), ("bob", 2)].map(|(name, seed)| (name.to_owned(), key(seed).verify_key()))).unwrap()
}

#[test]
fn two_keys_make_a_decision_and_one_key_counts_once() {
    let once = sign(thaw(), &key(1), NOW).unwrap();
    let again = sign(once.clone(), &key(1), NOW).unwrap_err();
    assert!(again.to_string().contains("signed it already"), "{again}");
    assert!(once.verify(&operators(), 2, NOW).is_err());
    let twice = sign(once, &key(2), NOW).unwrap();
    assert_eq!(twice.verify(&operators(), 2, NOW).unwrap().operators, ["alice", "bob"]);
}

#[test]
fn nobody_signs_what_is_over() {
    let late = NOW.plus_ms(3_600_000);
    assert!(sign(thaw(), &key(1), late).unwrap_err().to_string().contains("over"));
    assert!(words(&thaw(), &operators(), late).contains("which is over"));
    assert!(sign(thaw(), &key(1), late.minus_ms(1)).is_ok());
}

#[test]
fn a_file_is_signed_in_place_and_a_spoilt_one_is_not() {
    let place = tempfile::tempdir().unwrap();
    let (file, secret) = (place.path().join("thaw.json"), place.path().join("alice.key"));
    let public = operator_key::keygen(&secret).unwrap();
    assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o400);
    assert!(operator_key::keygen(&secret).is_err(), "a key is never replaced");
    let now = SystemClock.now();
    let mut ceremony = thaw().unverified().clone();
    (ceremony.issued_at, ceremony.valid_until) = (now, now.plus_ms(60_000));
    decision::write_new(&file, &serde_json::to_string(&Cosigned::proposed(ceremony)).unwrap()).unwrap();

    let command = CeremonyCommand::Sign { file: file.clone(), key: secret };
    run(&command, &operators(), Output::new(true)).unwrap();
    assert_eq!(read(&file).unwrap().signers().collect::<Vec<_>>(), [&public]);
    assert!(run(&command, &operators(), Output::new(true)).is_err());
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "nothing is left beside both files");

    let mut spoilt: serde_json::Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    spoilt["signatures"][0]["signature"] = "00".repeat(64).into();
    fs::write(&file, spoilt.to_string()).unwrap();
    assert!(read(&file).unwrap_err().to_string().contains("is spoilt"));
}

#[test]
fn copies_that_were_signed_apart_become_one_file() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    let write = |name, of: &Cosigned<Ceremony>| {
        decision::write_new(&path(name), &serde_json::to_string(of).unwrap()).unwrap();
    };
    write("alices", &thaw().signed_by(&key(1)));
    write("bobs", &thaw().signed_by(&key(2)));
    write("other", &proposed(Action::SetPolicy { version: 1, sha256: [0; 32] }).signed_by(&key(2)));
    let merge = |copy| {
        let command = CeremonyCommand::Merge { file: path("alices"), copies: vec![path(copy)] };
        run(&command, &operators(), Output::new(true))
    };
    assert!(merge("other").is_err());
    assert_eq!(read(&path("alices")).unwrap(), thaw().signed_by(&key(1)));
    merge("bobs").unwrap();
    merge("bobs").unwrap();
    let merged = read(&path("alices")).unwrap();
    assert_eq!(merged.verify(&operators(), 2, NOW).unwrap().operators, ["alice", "bob"]);
}

#[test]
fn words_say_what_is_paid_from_where_and_until_when() {
    let spending = |asset| {
        Action::Spend(Spending {
            wallet: "vault".parse().unwrap(),
            account: Address::from_evm([8; 20]),
            asset,
            recipient: PAYEE,
            amount: 2_500_000_000,
            fee_max: Sun::new(60_000_000).unwrap(),
        })
    };
    let signed = proposed(spending(Asset::Trx)).signed_by(&key(1));
    let text = words(&signed, &operators(), NOW);
    for part in [
        "2500 TRX".to_owned(),
        PAYEE.to_string(),
        "wallet vault".to_owned(),
        "at most 60 TRX".to_owned(),
        "2025-07-02 15:27:12.131 UTC".to_owned(),
        format!("alice, {}", key(1).verify_key()),
    ] {
        assert!(text.contains(&part), "{part} is not in {text}");
    }
    let token = Address::from_evm([9; 20]);
    let text = words(&proposed(spending(Asset::Token(token))), &operators(), NOW);
    assert!(text.contains("2500000000 units (2500 at 6 decimals") && text.contains(&token.to_string()), "{text}");
    assert!(text.contains("nobody yet"));
}

#[test]
fn words_name_every_operation_that_a_permission_allows() {
    let alone = PermissionKeys { threshold: 1, keys: vec![(PAYEE, 1)] };
    let harden = |operations| {
        proposed(Action::HardenWallet {
            wallet: "hot".parse().unwrap(),
            account: PAYEE,
            owner: alone.clone(),
            active: alone.clone(),
            operations,
        })
    };
    let usual = words(&harden(WalletClass::Hot.operations()), &operators(), NOW);
    assert!(usual.contains("TransferContract, TriggerSmartContract (what a wallet of the class hot"), "{usual}");
    let mut more = WalletClass::Hot.operations();
    more[5] |= 1 << 6;
    more[31] |= 1 << 7;
    let more = words(&harden(more), &operators(), NOW);
    assert!(more.contains("AccountPermissionUpdateContract") && more.contains("number 255"), "{more}");
    assert!(!more.contains("what a wallet"), "{more}");
}

#[test]
fn words_say_whose_payment_it_was_after_a_restore_and_nothing_in_a_memo_can_turn_them() {
    let payout = NamedPayout {
        payout: "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        merchant: "shop".parse().unwrap(),
        reference: "order-7".parse().unwrap(),
    };
    let paid =
        |memo: &str| PaidOut { currency: Currency::Usdt, recipient: PAYEE, units: 25_500_000, memo: shown_memo(memo) };
    let transaction = |number: u8, paid, was| Recovered {
        txid: TxId::new([number; 32]),
        deed: "TriggerSmartContract SUCCESS".to_owned(),
        paid,
        was,
    };
    let action = Action::Recover {
        freeze: "fz_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        transactions: vec![
            transaction(1, Some(paid("invoice\n7")), RecoveredAs::Payout(payout.clone())),
            transaction(2, Some(paid("")), RecoveredAs::Kept),
            transaction(3, None, RecoveredAs::Other),
        ],
        unpaid: vec![Unpaid { payout, asks: paid("second") }],
        note: "the merchant's list".to_owned(),
    };
    let text = words(&proposed(action), &operators(), NOW);
    let to = format!("25.5 USDT to {PAYEE}");
    for part in [
        "the stop fz_6ba7b811-9dad-11d1-80b4-00c04fd430c8".to_owned(),
        format!("{}\n  {to}, memo “invoice\\n7” (TriggerSmartContract SUCCESS)", TxId::new([1; 32])),
        "It has paid the payout order-7 of the merchant shop (po_6ba7b811-9dad-11d1-80b4-00c04fd430c8)".to_owned(),
        format!("{}\n  {to} (TriggerSmartContract SUCCESS)\n  It has paid a payout that is not", TxId::new([2; 32])),
        format!("{}\n  no payment (TriggerSmartContract SUCCESS)\n  It has paid no payout", TxId::new([3; 32])),
        format!("asks for {to}, memo “second”"),
        "3 transactions, 1 payouts".to_owned(),
        "Known by     the merchant's list".to_owned(),
    ] {
        assert!(text.contains(&part), "{part} is not in {text}");
    }
}
