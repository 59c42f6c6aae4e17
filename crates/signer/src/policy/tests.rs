//! One breach for each rule, files that are refused, and what no file can do.

mod any;
mod files;
mod presets;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use primitives::statement::{Asset, Kind};
use primitives::{Address, Sun};
use tron_tx::{ContractType, trc20};

use super::*;
use crate::Refusal;
use crate::check::{Approvals, Consent};

const TOKEN: Address = Address::from_evm([0x22; 20]);
const PAYEE: Address = Address::from_evm([0x33; 20]);
const TREASURY: Address = Address::from_evm([0x44; 20]);
const COLD: Address = Address::from_evm([0x55; 20]);

fn text(name: &str) -> &'static str {
    PRESETS.iter().find(|preset| preset.name == name).unwrap().text
}

/// The strict presets in one file, and a wallet that sweeps.
fn strict() -> String {
    let sweeper = format!(
        "[wallet.deposits]\nkinds = [\"sweep\"]\ncontracts = [\"TransferContract\"]\nsweep_to = [\"{TREASURY}\"]\n\
         expiry_max_ms = 60000\nlimits.trx = {{ per_transaction = \"10\", per_hour = \"20\", per_day = \"30\", \
         per_recipient_per_day = \"unlimited\" }}\n"
    );
    let tables = ["hot", "energy", "treasury"].map(|name| text(name).replace("version = 1\n", "")).concat();
    format!("version = 7\n{tables}{sweeper}")
}

fn holder(wallet: &str, class: Class) -> Holder {
    Holder { wallet: wallet.parse().unwrap(), class, key: "00ff".parse().unwrap() }
}

fn usdt(holder: &Holder) -> Facts<'_> {
    Facts {
        holder,
        kind: Kind::Payout,
        contract: ContractType::TriggerSmartContract,
        selector: Some(trc20::selector::TRANSFER),
        asset: Asset::Token(TOKEN),
        amount: 5_000_000_000,
        recipient: PAYEE,
        fee_limit: Sun::new(100_000_000).unwrap(),
        expires_in_ms: 600_000,
        memo_bytes: 200,
        consent: Consent { attested: true, approvals: Approvals { approvers: 1, requester_named: true } },
    }
}

fn trx(holder: &Holder, kind: Kind, contract: ContractType, recipient: Address) -> Facts<'_> {
    Facts {
        kind,
        contract,
        selector: None,
        asset: Asset::Trx,
        amount: 10_000_000,
        recipient,
        fee_limit: Sun::ZERO,
        expires_in_ms: 60_000,
        memo_bytes: 0,
        ..usdt(holder)
    }
}

/// Judges by the strict policy, in a plane with one token and one other wallet.
fn judge(facts: &Facts<'_>) -> Result<Vec<Reservation>, Refusal> {
    let (usdt, our_wallets) = (BTreeSet::from([TOKEN]), BTreeSet::from([COLD]));
    Policy::parse(&strict()).unwrap().judge(facts, &Surroundings { usdt: &usdt, our_wallets: &our_wallets })
}

#[derive(Clone, Copy)]
enum Base {
    Usdt,
    Trx,
    Fill,
    Sweep,
    Stake,
    Lend,
}

impl Base {
    const ALL: [Self; 6] = [Self::Usdt, Self::Trx, Self::Fill, Self::Sweep, Self::Stake, Self::Lend];

    fn holder(self) -> Holder {
        match self {
            Self::Usdt | Self::Trx => holder("hot", Class::Hot),
            Self::Fill => holder("treasury", Class::Treasury),
            Self::Sweep => holder("deposits", Class::Hot),
            Self::Stake | Self::Lend => holder("energy", Class::Energy),
        }
    }

    fn facts(self, holder: &Holder) -> Facts<'_> {
        match self {
            Self::Usdt => usdt(holder),
            Self::Trx => trx(holder, Kind::Refund, ContractType::Transfer, PAYEE),
            Self::Fill => Facts { recipient: COLD, memo_bytes: 0, ..usdt(holder) },
            Self::Sweep => trx(holder, Kind::Sweep, ContractType::Transfer, TREASURY),
            Self::Stake => trx(holder, Kind::Stake, ContractType::FreezeBalanceV2, PAYEE),
            Self::Lend => trx(holder, Kind::Delegation, ContractType::DelegateResource, COLD),
        }
    }
}

type Breach = (Refusal, Base, fn(&mut Facts<'_>));

const BREACHES: &[Breach] = &[
    (Refusal::PolicyKind, Base::Usdt, |facts| facts.kind = Kind::Sweep),
    (Refusal::PolicyKind, Base::Fill, |facts| facts.kind = Kind::Refund),
    (Refusal::PolicyKind, Base::Lend, |facts| facts.kind = Kind::Payout),
    (Refusal::PolicyContractType, Base::Usdt, |facts| facts.contract = ContractType::AccountPermissionUpdate),
    (Refusal::PolicyContractType, Base::Sweep, |facts| facts.contract = ContractType::TriggerSmartContract),
    (Refusal::PolicyAsset, Base::Usdt, |facts| facts.asset = Asset::Token(COLD)),
    (Refusal::PolicyAsset, Base::Sweep, |facts| facts.asset = Asset::Token(TOKEN)),
    (Refusal::PolicySelector, Base::Usdt, |facts| facts.selector = Some(trc20::selector::APPROVE)),
    (Refusal::PolicySelector, Base::Usdt, |facts| facts.selector = None),
    (Refusal::PolicyPayTo, Base::Fill, |facts| facts.recipient = PAYEE),
    (Refusal::NotTreasury, Base::Sweep, |facts| facts.recipient = COLD),
    (Refusal::PolicyDelegateTo, Base::Lend, |facts| facts.recipient = PAYEE),
    (Refusal::MemoTooLong, Base::Usdt, |facts| facts.memo_bytes = 201),
    (Refusal::MemoTooLong, Base::Stake, |facts| facts.memo_bytes = 1),
    (Refusal::FeeLimitCap, Base::Usdt, |facts| facts.fee_limit = Sun::new(100_000_001).unwrap()),
    (Refusal::FeeLimitCap, Base::Stake, |facts| facts.fee_limit = Sun::new(1).unwrap()),
    (Refusal::ExpirationCap, Base::Usdt, |facts| facts.expires_in_ms = 600_001),
    (Refusal::PolicyAmount, Base::Usdt, |facts| facts.amount = 5_000_000_001),
    (Refusal::PolicyAttestation, Base::Usdt, |facts| facts.consent.attested = false),
    (Refusal::PolicyAttestation, Base::Usdt, |facts| {
        (facts.kind, facts.amount, facts.consent.attested) = (Kind::Refund, 1_000_000_001, false);
    }),
    (Refusal::PolicyApprovals, Base::Usdt, |facts| facts.consent.approvals.approvers = 0),
    (Refusal::PolicyApprovals, Base::Usdt, |facts| {
        (facts.amount, facts.consent) = (1_000_000_000, Consent::default());
    }),
    // One may be the one who asked.
    (Refusal::PolicyApprovals, Base::Usdt, |facts| facts.consent.approvals.requester_named = false),
    (Refusal::PolicyAmount, Base::Sweep, |facts| facts.amount = u64::MAX),
];

#[test]
fn what_is_listed_passes_at_its_bounds() {
    for base in Base::ALL {
        let holder = base.holder();
        judge(&base.facts(&holder)).unwrap();
    }
}

#[test]
fn every_breach_is_refused_by_its_rule_and_explained() {
    for (number, (refusal, base, breach)) in BREACHES.iter().enumerate() {
        let holder = base.holder();
        let mut facts = base.facts(&holder);
        breach(&mut facts);
        assert_eq!(judge(&facts), Err(*refusal), "breach {number}");
        let (usdt, our_wallets) = (BTreeSet::from([TOKEN]), BTreeSet::from([COLD]));
        let known = Surroundings { usdt: &usdt, our_wallets: &our_wallets };
        let weighed = Policy::parse(&strict()).unwrap().weigh(&facts, &known);
        let broken = weighed.iter().find(|weighed| weighed.kept == Some(false)).map(|weighed| weighed.rule);
        assert_eq!(broken, Some(*refusal), "breach {number}");
        assert!(weighed.iter().all(|weighed| !weighed.words.is_empty()));
    }
}

#[test]
fn every_rule_has_a_breach() {
    // A wallet without a table has a test of its own; sums are broken where they are kept.
    let mut elsewhere = vec![Refusal::PolicyWallet];
    elsewhere.extend(Window::ALL.map(Window::rule));
    elsewhere.extend(Total::ALL.map(Total::rule));
    for rule in Policy::rules().filter(|rule| !elsewhere.contains(rule)) {
        assert!(BREACHES.iter().any(|(refusal, ..)| *refusal == rule), "{rule:?} is never tested");
    }
    let of_policies =
        |refusal: &&Refusal| refusal.code().starts_with("policy_") && **refusal != Refusal::PolicyUnusable;
    for refusal in Refusal::ALL.iter().filter(of_policies) {
        assert!(Policy::rules().any(|rule| rule == *refusal), "{refusal:?} is no rule of a policy");
    }
}

#[test]
fn the_first_table_found_holds_and_nothing_is_inherited() {
    let policy = |tables: &str| Policy::parse(&format!("version = 1\n{tables}")).unwrap();
    let hot = holder("hot", Class::Hot);
    let most = |policy: &Policy| {
        policy.grant(&hot).and_then(|grant| grant.limits().get(&Measure::Trx)).map(|limits| limits.per_transaction)
    };
    let table = |name: &str, most: u8| {
        format!(
            "[{name}]\nkinds = [\"payout\"]\ncontracts = [\"TransferContract\"]\npay_to = [\"anyone\"]\n\
             expiry_max_ms = 1\nlimits.trx = {{ per_transaction = \"{most}\", per_hour = \"unlimited\", \
             per_day = \"unlimited\", per_recipient_per_day = \"unlimited\" }}\n"
        )
    };
    let (class, wallet, key) = (table("class.hot", 1), table("wallet.hot", 2), table("key.00ff", 3));
    let at_most = |whole: u64| Some(Bound::AtMost(whole * 1_000_000));
    assert_eq!(most(&policy("")), None);
    assert_eq!(most(&policy(&class)), at_most(1));
    assert_eq!(most(&policy(&[class.clone(), wallet.clone()].concat())), at_most(2));
    assert_eq!(most(&policy(&[class, wallet, key].concat())), at_most(3));
    let (none, facts) = (BTreeSet::new(), usdt(&hot));
    let known = Surroundings { usdt: &none, our_wallets: &none };
    assert_eq!(policy("").judge(&facts, &known), Err(Refusal::PolicyWallet));
    assert_eq!(policy("").weigh(&facts, &known)[0].rule, Refusal::PolicyWallet);
}

#[test]
fn each_window_with_a_bound_is_reserved_in() {
    let hot = holder("hot", Class::Hot);
    let reserved = judge(&usdt(&hot)).unwrap();
    let shares: BTreeMap<_, _> =
        reserved.iter().map(|share| (share.scope.clone(), (share.ceiling, share.rule(), share.window.ms()))).collect();
    let expected = [
        ("policy:00ff:usdt:hour".to_owned(), (10_000_000_000, Refusal::PolicyHour, 3_600_000)),
        ("policy:00ff:usdt:day".to_owned(), (60_000_000_000, Refusal::PolicyDay, 86_400_000)),
        (format!("policy:00ff:usdt:day:{PAYEE}"), (10_000_000_000, Refusal::PolicyRecipientDay, 86_400_000)),
        ("policy:00ff:fees:hour".to_owned(), (5_000_000_000, Refusal::PolicyFees, 3_600_000)),
        ("policy:00ff:fees:day".to_owned(), (20_000_000_000, Refusal::PolicyFees, 86_400_000)),
        ("policy:00ff:signatures:hour".to_owned(), (500, Refusal::PolicySignatures, 3_600_000)),
        ("policy:00ff:signatures:day".to_owned(), (3_000, Refusal::PolicySignatures, 86_400_000)),
    ];
    assert_eq!(shares, BTreeMap::from(expected));
    for share in &reserved {
        let amount = match share.rule() {
            Refusal::PolicyFees => 100_000_000,
            Refusal::PolicySignatures => 1,
            _ => 5_000_000_000,
        };
        assert_eq!(share.amount, amount, "{}", share.scope);
    }
    let deposits = holder("deposits", Class::Hot);
    let sweep = judge(&trx(&deposits, Kind::Sweep, ContractType::Transfer, TREASURY)).unwrap();
    assert_eq!(sweep.len(), 2, "a window without a bound keeps no sum");
}
