//! What two operators decided: it passes as it is, and nothing beside it does.

use std::collections::BTreeSet;

use primitives::statement::{Asset, Operators, PermissionKeys, SignKey};
use primitives::{Address, TxId};
use proptest::prelude::*;
use tron_tx::contract::{Transfer, Trigger, permission_update};
use tron_tx::trc20;

use super::*;
use crate::check::anchors::Anchors;
use crate::check::case::{Case, NOW, PAYEE, TOKEN, WALLET, at, seed, sun};

const OFFLINE: [u8; 20] = [0x66; 20];
const BESIDE: [u8; 20] = [0x77; 20];
const HOT: [u8; 32] = {
    let mut operations = [0; 32];
    operations[0] = 0b10;
    operations[3] = 0x80;
    operations
};

fn alone(body: [u8; 20]) -> PermissionKeys {
    PermissionKeys { threshold: 1, keys: vec![(at(body), 1)] }
}

fn harden() -> Action {
    Action::HardenWallet {
        wallet: "hot".parse().unwrap(),
        account: at(WALLET),
        owner: alone(OFFLINE),
        active: alone(WALLET),
        operations: HOT,
    }
}

fn spend(fee_max: u64) -> Action {
    Action::Spend(Spending {
        wallet: "treasury".parse().unwrap(),
        account: at(WALLET),
        asset: Asset::Token(at(TOKEN)),
        recipient: at(PAYEE),
        amount: 25_000_000,
        fee_max: sun(fee_max),
    })
}

/// A decision with its transaction, and all that it is held against.
struct Decided {
    case: Case,
    ceremony: Ceremony,
    signers: Vec<SignKey>,
    earlier: Vec<Option<RegisteredAttempt>>,
    attempt: AttemptNo,
    shared: bool,
    raw_data: Option<Vec<u8>>,
    now: UnixMs,
}

impl Decided {
    fn of(action: Action, contract: Contract, fee_limit: Sun, permission: u8) -> Self {
        let mut case = Case::usdt();
        case.raw.contract = contract;
        case.raw.fee_limit = fee_limit;
        case.raw.permission_id = PermissionId::new(permission).unwrap();
        case.wallet.permission_id = permission.into();
        let named = |(name, number): (&str, u8)| (name.to_owned(), seed(number).verify_key());
        case.rules.operators = Operators::new([("alice", 11), ("bob", 12), ("carol", 13)].map(named)).unwrap();
        let ceremony = Ceremony {
            plane: case.rules.plane,
            chain_id: case.rules.chain_id,
            action,
            nonce: [7; 16],
            issued_at: NOW.minus_ms(3_600_000),
            valid_until: NOW.plus_ms(3_600_000),
        };
        let signers = vec![seed(11), seed(12)];
        let (earlier, attempt) = (vec![], AttemptNo::FIRST);
        Self { case, ceremony, signers, earlier, attempt, shared: false, raw_data: None, now: NOW }
    }

    fn harden() -> Self {
        let contract = permission_update(at(WALLET), &alone(OFFLINE), &alone(WALLET), HOT);
        Self::of(harden(), contract, Sun::ZERO, 0)
    }

    /// 25 USDT under the permission that two tokens share, at 30 TRX of fee_limit and 1 for the second signature.
    fn spend() -> Self {
        let call = Trigger::new(at(WALLET), at(TOKEN), trc20::transfer(at(PAYEE), 25_000_000));
        Self { shared: true, ..Self::of(spend(31_000_000), Contract::Trigger(call), sun(30_000_000), 2) }
    }

    /// Has the operators decide something else, and builds what they then decided.
    fn plan(mut self, account: [u8; 20], owner: PermissionKeys, active: PermissionKeys, operations: [u8; 32]) -> Self {
        self.case.raw.contract = permission_update(at(account), &owner, &active, operations);
        let wallet = "hot".parse().unwrap();
        self.ceremony.action = Action::HardenWallet { wallet, account: at(account), owner, active, operations };
        self
    }

    fn run(&self) -> Result<Checked, Refusal> {
        let council = Council { attempt: self.attempt, operations: HOT, shared: self.shared };
        let signed = self.signers.iter().fold(Cosigned::proposed(self.ceremony.clone()), Cosigned::signed_by);
        let request = SignDecision {
            raw_data: self.raw_data.clone().unwrap_or_else(|| self.case.raw.encode()),
            ceremony: signed,
            anchor: self.case.request().anchor,
        };
        let our_wallets = BTreeSet::from([at(WALLET), at([0x55; 20])]);
        let known = Circumstances {
            wallet: &self.case.wallet,
            our_wallets: &our_wallets,
            earlier: &self.earlier,
            retired_desks: &BTreeSet::new(),
            anchors: &Anchors::default(),
            now: self.now,
        };
        check_decision(&request, &council, &self.case.rules, &known)
    }

    fn refused(self) -> Refusal {
        self.run().unwrap_err()
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

#[test]
fn what_two_operators_decided_passes() {
    for decided in [Decided::harden(), Decided::spend()] {
        let checked = decided.run().unwrap();
        assert_eq!(checked.intent().as_str(), decided.ceremony.id().to_string());
        assert!(checked.intent().as_str().starts_with("cm_"));
        assert_eq!(checked.txid(), decided.case.raw.txid());
        assert_eq!(checked.key_id(), &decided.case.wallet.key_id);
    }
    assert_eq!(Decided::harden().run().unwrap().authorisation(), None, "no policy has a say");
    let spent = Decided::spend().run().unwrap();
    assert_eq!(spent.authorisation().map(|payment| (payment.recipient, payment.amount)), Some((at(PAYEE), 25_000_000)));
    assert_eq!(spent.consent().approvals.approvers, 2);
}

#[test]
fn the_decision_is_of_two_operators_here_and_now() {
    for decided in [Decided::harden, Decided::spend] {
        let rule = |change: &dyn Fn(&mut Decided)| decided().with(change).refused();
        assert_eq!(rule(&|d| d.signers.truncate(1)), Refusal::AuthoritySignature);
        assert_eq!(rule(&|d| d.signers[1] = seed(1)), Refusal::AuthoritySignature, "payout-router is no operator");
        assert_eq!(rule(&|d| d.ceremony.valid_until = NOW), Refusal::AuthorityExpired);
        assert_eq!(rule(&|d| d.ceremony.issued_at = NOW.plus_ms(300_001)), Refusal::AuthoritySignature);
        let plane = "pl_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
        assert_eq!(rule(&|d| d.ceremony.plane = plane), Refusal::Plane);
        assert_eq!(rule(&|d| d.ceremony.chain_id.0 += 1), Refusal::Chain);
        assert_eq!(rule(&|d| d.case.anchor.solid_time = NOW.minus_ms(120_001)), Refusal::AnchorStale);
        assert_eq!(rule(&|d| d.case.raw.reference.hash[0] ^= 1), Refusal::ReferenceBlock);
        assert_eq!(rule(&|d| d.case.raw.memo = b"memo".to_vec()), Refusal::Memo);
        assert_eq!(rule(&|d| d.case.raw.expiration = NOW.plus_ms(600_001)), Refusal::Expiration);
        assert_eq!(rule(&|d| d.case.raw.expiration = NOW), Refusal::ExpirationPast);
        let freeze = "fz_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
        assert_eq!(rule(&|d| d.ceremony.action = Action::Thaw { freeze }), Refusal::Decision);
    }
}

#[test]
fn only_permissions_that_we_would_have() {
    let plan =
        |account, owner, active, operations| Decided::harden().plan(account, owner, active, operations).refused();
    let pair =
        |threshold, keys: &[[u8; 20]]| PermissionKeys { threshold, keys: keys.iter().map(|k| (at(*k), 1)).collect() };
    let mut more = HOT;
    more[5] = 0x40;
    assert_eq!(plan(WALLET, alone(OFFLINE), alone(WALLET), more), Refusal::Operations, "46 changes permissions");
    assert_eq!(plan(WALLET, alone(OFFLINE), alone(WALLET), [0; 32]), Refusal::Operations);
    assert_eq!(plan(WALLET, alone(OFFLINE), alone(BESIDE), HOT), Refusal::ActiveKey);
    assert_eq!(plan(WALLET, alone(WALLET), alone(WALLET), HOT), Refusal::OwnerKey);
    assert_eq!(plan(WALLET, alone([0x55; 20]), alone(WALLET), HOT), Refusal::OwnerKey, "another wallet of ours");
    assert_eq!(plan(WALLET, pair(2, &[OFFLINE, BESIDE]), pair(2, &[WALLET, BESIDE]), HOT), Refusal::OwnerKey);
    assert_eq!(
        plan(WALLET, PermissionKeys { threshold: 1, keys: vec![(Address::ZERO, 1)] }, alone(WALLET), HOT),
        Refusal::OwnerKey
    );
    assert_eq!(plan([0x55; 20], alone(OFFLINE), alone(WALLET), HOT), Refusal::Owner);
    // Two keys that sign together, one of them ours.
    Decided::harden().plan(WALLET, alone(OFFLINE), pair(2, &[WALLET, BESIDE]), HOT).run().unwrap();
}

#[test]
fn the_transaction_is_the_decided_one() {
    let rule = |change: &dyn Fn(&mut Decided)| Decided::harden().with(change).refused();
    let built = |owner, active, operations| permission_update(at(WALLET), &owner, &active, operations);
    for other in [
        built(alone(BESIDE), alone(WALLET), HOT),
        built(alone(OFFLINE), alone(BESIDE), HOT),
        built(alone(OFFLINE), alone(WALLET), [0xff; 32]),
        built(PermissionKeys { threshold: 2, keys: vec![(at(OFFLINE), 2)] }, alone(WALLET), HOT),
    ] {
        assert_eq!(rule(&|d| d.case.raw.contract = other.clone()), Refusal::PermissionUpdate);
    }
    let pays = Contract::Transfer(Transfer { owner: at(WALLET), to: at(PAYEE), amount: sun(1) });
    assert_eq!(rule(&|d| d.case.raw.contract = pays.clone()), Refusal::PermissionUpdate);
    assert_eq!(rule(&|d| d.case.raw.permission_id = PermissionId::ACTIVE), Refusal::Permission);
    assert_eq!(rule(&|d| d.case.wallet.permission_id = 2), Refusal::Permission, "once");
    assert_eq!(rule(&|d| d.case.raw.fee_limit = sun(1)), Refusal::FeeLimit);
}

#[test]
fn an_update_is_tried_again_only_when_the_first_is_over() {
    let signed = |expiration| Some(RegisteredAttempt::Signed { txid: TxId::new([7; 32]), expiration });
    let after =
        |earlier| Decided::harden().with(|d| (d.earlier, d.attempt) = (vec![earlier], AttemptNo(2))).run().map(|_| ());
    assert_eq!(after(signed(NOW.minus_ms(30_000))), Err(Refusal::PreviousAlive));
    assert_eq!(after(signed(NOW.minus_ms(30_001))), Ok(()));
    assert_eq!(after(Some(RegisteredAttempt::Voided)), Ok(()));
    assert_eq!(after(None), Err(Refusal::Previous));
}

#[test]
fn a_spending_is_held_to_all_that_a_payment_is() {
    let rule = |change: &dyn Fn(&mut Decided)| Decided::spend().with(change).refused();
    let spending = |change: &dyn Fn(&mut Spending)| {
        rule(&|d| {
            let Action::Spend(spending) = &mut d.ceremony.action else { panic!("a spending") };
            change(spending);
        })
    };
    assert_eq!(spending(&|s| s.recipient = at(BESIDE)), Refusal::Recipient);
    assert_eq!(spending(&|s| s.amount += 1), Refusal::Amount);
    assert_eq!(spending(&|s| s.asset = Asset::Trx), Refusal::ContractType);
    assert_eq!(spending(&|s| s.asset = Asset::Token(at(BESIDE))), Refusal::TokenNotPinned);
    assert_eq!(spending(&|s| s.account = at(BESIDE)), Refusal::Owner);
    assert_eq!(spending(&|s| s.fee_max = sun(30_999_999)), Refusal::FeeLimit, "the second signature counts");
    assert_eq!(spending(&|s| s.fee_max = sun(999_999)), Refusal::FeeLimit);
    assert_eq!(rule(&|d| d.case.raw.permission_id = PermissionId::OWNER), Refusal::Permission);
    assert_eq!(rule(&|d| d.attempt = AttemptNo(2)), Refusal::Previous, "decided once, paid once");
    assert_eq!(rule(&|d| d.case.wallet.kinds = &[Kind::Stake]), Refusal::Class);
    // Alone it costs no second signature.
    Decided::of(spend(30_000_000), Decided::spend().case.raw.contract, sun(30_000_000), 2).run().unwrap();
}

/// Whether these bytes are the update but for its times, which are not the decision's and have bounds of their own.
fn differs_in_times_only(update: &RawTransaction, raw_data: &[u8]) -> bool {
    let Ok(changed) = RawTransaction::decode(raw_data) else { return false };
    let RawTransaction { timestamp, expiration, .. } = *update;
    RawTransaction { timestamp, expiration, ..changed } == *update
}

proptest! {
    /// Whatever is done to a byte of the update, it is not signed.
    #[test]
    fn an_update_with_any_altered_byte_is_refused(place in any::<prop::sample::Index>(), mask in 1u8..) {
        let mut decided = Decided::harden();
        let mut raw_data = decided.case.raw.encode();
        let at = place.index(raw_data.len());
        raw_data[at] ^= mask;
        prop_assume!(!differs_in_times_only(&decided.case.raw, &raw_data));
        decided.raw_data = Some(raw_data);
        prop_assert!(decided.run().is_err());
    }

    /// Bytes put in or taken out are seen as well.
    #[test]
    fn an_update_with_more_or_fewer_bytes_is_refused(
        place in any::<prop::sample::Index>(),
        more in proptest::collection::vec(any::<u8>(), 0..4),
    ) {
        let mut decided = Decided::harden();
        let whole = decided.case.raw.encode();
        let at = place.index(whole.len());
        let rest = if more.is_empty() { at + 1 } else { at };
        let raw_data = [&whole[..at], &more, &whole[rest..]].concat();
        prop_assume!(!differs_in_times_only(&decided.case.raw, &raw_data));
        decided.raw_data = Some(raw_data);
        prop_assert!(decided.run().is_err());
    }
}
