//! Which payout a payment is taken for.

use api::payout_router::PayoutAsset;
use primitives::{Address, BlockId, HexBytes, PlaneId, UnixMs};

use super::*;

const HOT: Address = Address::from_evm([1; 20]);
const VAULT: Address = Address::from_evm([2; 20]);

fn address(seed: u8) -> Address {
    Address::from_evm([seed; 20])
}

fn wallet(name: &str, class: WalletClass, address: Address) -> WalletView {
    WalletView {
        wallet_id: name.parse().unwrap(),
        class,
        address,
        key_id: "00112233445566778899aabbccddeeff".parse().unwrap(),
        permission_id: 0,
        public_key: HexBytes(vec![4; 65]),
        created_at: UnixMs(1),
        permissions: None,
        retired_at: None,
    }
}

fn payout(reference: &str, to: u8, amount: &str, memo: Option<&str>) -> PayoutView {
    let plane: PlaneId = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
    let (merchant, reference): (MerchantId, MerchantRef) = ("shop".parse().unwrap(), reference.parse().unwrap());
    PayoutView {
        payout_id: PayoutId::of(plane, &merchant, &reference),
        merchant,
        reference,
        path: "v0".to_owned(),
        asset: PayoutAsset::Usdt,
        recipient: address(to),
        amount: amount.to_owned(),
        memo: memo.map(str::to_owned),
        stage: PayoutStage::Accepted,
        reason: Some("halted".to_owned()),
        attempts: vec![],
        receipt: None,
        created_at: UnixMs(1),
        ended_at: None,
    }
}

fn paid(number: u8, from: Address, to: Address, amount: &str, memo: Option<&str>) -> DiscrepancyView {
    let payment = WalletPayment {
        asset: PayoutAsset::Usdt,
        recipient: to,
        amount: amount.to_owned(),
        memo: memo.map(str::to_owned),
    };
    found(number, from, Some(payment))
}

fn found(number: u8, wallet: Address, payment: Option<WalletPayment>) -> DiscrepancyView {
    let transaction = WalletTransaction {
        txid: TxId::new([number; 32]),
        wallet,
        contract_type: "TriggerSmartContract".to_owned(),
        block: BlockRef { number: 5, id: BlockId::new([5; 32]), time: UnixMs(5) },
        contract_ret: "SUCCESS".to_owned(),
    };
    DiscrepancyView {
        id: transaction.txid.to_string(),
        finding: Finding::UnknownTransaction { transaction, payment },
        found_at: UnixMs(6),
        signing_stopped: true,
        resolution: None,
        kept: false,
    }
}

/// What each is taken for, in a word.
fn taken(found: Vec<DiscrepancyView>, waiting: &[PayoutView]) -> Vec<String> {
    let wallets = [wallet("hot", WalletClass::Hot, HOT), wallet("vault", WalletClass::Treasury, VAULT)];
    let word = |lost: &Lost| match lost.was() {
        RecoveredAs::Payout(payout) => payout.reference.to_string(),
        RecoveredAs::Kept => {
            let similar = lost.similar.iter().map(|one| format!(" {} {}", one.reference, one.alike_in.unwrap()));
            format!("kept{}", similar.collect::<String>())
        }
        RecoveredAs::Other => format!("other: {}", lost.no_payout.as_deref().unwrap()),
    };
    matched(found, waiting, &wallets).iter().map(word).collect()
}

#[test]
fn a_payment_is_taken_for_the_oldest_equal_payout_of_the_same_memo_first() {
    // Newest first, as lists are.
    let waiting = [
        payout("fourth", 9, "25", Some("b")),
        payout("third", 9, "25", Some("a")),
        payout("second", 9, "25", None),
        payout("first", 9, "25", None),
    ];
    let to = address(9);
    let found = vec![
        paid(1, HOT, to, "25", Some("b")),
        paid(2, HOT, to, "25", Some("c")),
        paid(3, HOT, to, "25", None),
        paid(4, HOT, to, "25", Some("a")),
        paid(5, HOT, to, "25", None),
    ];
    // The second has a memo that nobody asks for: it is taken last, and nothing is left.
    assert_eq!(taken(found, &waiting), ["fourth", "kept", "first", "third", "second"]);
}

#[test]
fn payouts_that_may_be_meant_are_named_with_a_payment_that_none_asks_for() {
    let waiting = [
        payout("other", 7, "3", None),
        payout("more", 9, "30", None),
        payout("elsewhere", 8, "25", None),
        payout("memo", 6, "1", Some("x")),
    ];
    assert_eq!(
        taken(vec![paid(1, HOT, address(9), "25", Some("x"))], &waiting),
        ["kept memo memo elsewhere amount more recipient"]
    );
}

#[test]
fn what_pays_no_payout_is_not_kept() {
    let sweep = paid(1, HOT, VAULT, "500", None);
    let spent = paid(2, VAULT, address(9), "25", None);
    let delegation = found(3, VAULT, None);
    let words = taken(vec![sweep, spent, delegation], &[]);
    assert_eq!(
        words,
        ["other: to our own wallet vault", "other: from the wallet vault, which pays no payouts", "other: no payment"]
    );
    let asked = payout("asked", 2, "500", None);
    assert_eq!(taken(vec![paid(1, HOT, VAULT, "500", None)], &[asked]), ["asked"], "unless somebody asks for it");
}

#[test]
fn nothing_is_kept_while_attempts_are_settling() {
    let wallets = [wallet("hot", WalletClass::Hot, HOT), wallet("vault", WalletClass::Treasury, VAULT)];
    let found =
        vec![paid(1, HOT, address(7), "5", None), paid(2, HOT, address(8), "6", None), paid(3, HOT, VAULT, "1", None)];
    let lost = matched(found, &[payout("order-1", 7, "5", None)], &wallets);
    let proposed = |settling| lost.iter().filter_map(|one| one.proposed(settling)).collect::<Vec<_>>();
    let all: Vec<_> = lost.iter().map(Lost::was).collect();
    assert_eq!(all[1..], [RecoveredAs::Kept, RecoveredAs::Other]);
    assert_eq!(proposed(false), all);
    assert_eq!(proposed(true), [all[0].clone(), RecoveredAs::Other]);
}
