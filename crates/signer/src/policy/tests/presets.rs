//! Each preset by what its issue asks of it: listed things at their bounds, and one step past each bound.

use super::*;

fn preset(name: &str) -> Policy {
    Policy::parse(text(name)).unwrap()
}

/// Judged by one preset, in a plane with one token and one other wallet.
fn by(policy: &Policy, facts: &Facts<'_>) -> Result<Vec<Reservation>, Refusal> {
    let (usdt, our_wallets) = (BTreeSet::from([TOKEN]), BTreeSet::from([COLD]));
    policy.judge(facts, &Surroundings { usdt: &usdt, our_wallets: &our_wallets })
}

/// Every kind by every contract type, to a stranger and to one of our wallets: how many of them pass.
fn passing(policy: &Policy, holder: &Holder) -> BTreeSet<String> {
    let kinds = [Kind::Payout, Kind::Refund, Kind::Sweep, Kind::Stake, Kind::Unstake, Kind::Delegation, Kind::Reclaim];
    let mut passing = BTreeSet::new();
    for (number, name) in ContractType::NAMES {
        let Some(contract) = ContractType::from_name(name) else { panic!("{number} {name}") };
        let calls = contract == ContractType::TriggerSmartContract;
        for kind in kinds {
            for (to, recipient) in [("stranger", PAYEE), ("ours", COLD)] {
                for asset in if calls { vec![Asset::Token(TOKEN), Asset::Token(COLD)] } else { vec![Asset::Trx] } {
                    let selector = calls.then_some(trc20::selector::TRANSFER);
                    let facts =
                        Facts { selector, asset, amount: 1, memo_bytes: 0, ..trx(holder, kind, contract, recipient) };
                    if by(policy, &facts).is_ok() {
                        passing.insert(format!("{kind:?} {name} {to}"));
                    }
                }
            }
        }
    }
    passing
}

#[test]
fn a_preset_speaks_for_its_class_alone() {
    for (name, own) in [("hot", Class::Hot), ("energy", Class::Energy), ("treasury", Class::Treasury)] {
        for class in Class::ALL.into_iter().filter(|class| *class != own) {
            let other = holder("w", class);
            assert_eq!(passing(&preset(name), &other), BTreeSet::new(), "{name}");
            let facts = trx(&other, Kind::Payout, ContractType::Transfer, COLD);
            assert_eq!(by(&preset(name), &facts), Err(Refusal::PolicyWallet), "{name}");
        }
    }
}

/// Of all kinds with all of the protocol's contracts.
#[test]
fn what_presets_let_pass_is_this_and_no_more() {
    let all = |kinds: &[&str], contracts: &[&str], places: &[&str]| -> BTreeSet<String> {
        let of = |kind: &&str| {
            contracts
                .iter()
                .flat_map(|contract| places.iter().map(move |place| format!("{kind} {contract} {place}")))
                .collect::<Vec<_>>()
        };
        kinds.iter().flat_map(of).collect()
    };
    let (transfers, anywhere) = (["TransferContract", "TriggerSmartContract"], ["stranger", "ours"]);
    let hot = passing(&preset("hot"), &holder("w", Class::Hot));
    assert_eq!(hot, all(&["Payout", "Refund"], &transfers, &anywhere));
    let treasury = passing(&preset("treasury"), &holder("w", Class::Treasury));
    assert_eq!(treasury, all(&["Payout"], &transfers, &["ours"]));
    // The checks before the policy have the recipient of a stake be the wallet itself.
    let energy = [
        all(&["Stake"], &["FreezeBalanceV2Contract"], &anywhere),
        all(&["Unstake"], &["UnfreezeBalanceV2Contract"], &anywhere),
        all(&["Delegation"], &["DelegateResourceContract"], &["ours"]),
        all(&["Reclaim"], &["UnDelegateResourceContract"], &anywhere),
    ];
    let expected = energy.into_iter().flatten().collect();
    assert_eq!(passing(&preset("energy"), &holder("w", Class::Energy)), expected);
}

#[test]
fn caps_hold_to_the_unit() {
    let (hot, energy, treasury) = (holder("w", Class::Hot), holder("w", Class::Energy), holder("w", Class::Treasury));
    let stake = trx(&energy, Kind::Stake, ContractType::FreezeBalanceV2, COLD);
    let fill = Facts { recipient: COLD, amount: 50_000_000_000, memo_bytes: 0, ..usdt(&treasury) };
    let refund = Facts { consent: usdt(&hot).consent, ..trx(&hot, Kind::Refund, ContractType::Transfer, PAYEE) };
    let bases = [
        ("hot", usdt(&hot), 5_000_000_000, 100_000_000, 600_000, 200),
        ("hot", refund, 1_000_000_000, 100_000_000, 600_000, 200),
        ("energy", stake, 1_000_000_000_000, 0, 600_000, 0),
        ("treasury", fill, 50_000_000_000, 100_000_000, 600_000, 0),
    ];
    for (name, base, amount, fee, expiry, memo) in bases {
        let policy = preset(name);
        let fee_limit = Sun::new(fee).unwrap();
        let most = Facts { amount, fee_limit, expires_in_ms: expiry, memo_bytes: memo, ..base };
        assert!(by(&policy, &most).is_ok(), "{name} {:?}", by(&policy, &most));
        let over = Sun::new(fee + 1).unwrap();
        assert_eq!(by(&policy, &Facts { amount: amount + 1, ..most.clone() }), Err(Refusal::PolicyAmount), "{name}");
        assert_eq!(by(&policy, &Facts { fee_limit: over, ..most.clone() }), Err(Refusal::FeeLimitCap), "{name}");
        assert_eq!(
            by(&policy, &Facts { expires_in_ms: expiry + 1, ..most.clone() }),
            Err(Refusal::ExpirationCap),
            "{name}"
        );
        assert_eq!(by(&policy, &Facts { memo_bytes: memo + 1, ..most }), Err(Refusal::MemoTooLong), "{name}");
    }
}

/// In a preset nothing that leaves a wallet for somebody else is without a sum of an hour, a day and a recipient's day.
#[test]
fn every_window_of_what_leaves_a_wallet_has_a_bound() {
    for name in ["hot", "energy", "treasury"] {
        for (table, grant) in preset(name).tables() {
            for (measure, limits) in grant.limits() {
                let bounds = [limits.per_transaction, limits.per_hour, limits.per_day, limits.per_recipient_per_day];
                let open = bounds.contains(&Bound::Unlimited);
                assert_eq!(open, *measure == Measure::Reclaim, "{name} [{table}] {}", measure.name());
            }
        }
    }
}

#[test]
fn no_preset_sweeps_and_a_sweep_never_goes_to_anyone() {
    for preset in PRESETS {
        for (_, grant) in Policy::parse(preset.text).unwrap().tables() {
            assert!(!grant.kinds().contains("sweep"), "{}", preset.name);
        }
    }
    let deposits = holder("deposits", Class::Hot);
    let to = |recipient| judge(&trx(&deposits, Kind::Sweep, ContractType::Transfer, recipient));
    assert!(to(TREASURY).is_ok());
    for recipient in [PAYEE, COLD, TOKEN] {
        assert_eq!(to(recipient), Err(Refusal::NotTreasury));
    }
}

/// What a live plane begins with lets it pay and stake; the three that it is made of cannot run one alone.
#[test]
fn the_live_preset_is_the_three_and_demands_no_approval_that_nobody_sends() {
    let live = preset("live");
    for name in ["energy", "treasury"] {
        let alone = preset(name);
        let (class, grant) = alone.tables().next().unwrap();
        assert_eq!(live.tables().find(|(table, _)| *table == class), Some((class, grant)));
    }
    let (hot, energy) = (holder("hot", Class::Hot), holder("energy", Class::Energy));
    let nobody = Consent { attested: false, approvals: Approvals { approvers: 0, requester_named: false } };
    let thousand = Facts { amount: 1_000_000_000, consent: nobody, ..usdt(&hot) };
    assert!(by(&live, &thousand).is_ok(), "a payout of exactly 1,000");
    assert!(by(&preset("hot"), &thousand).is_err(), "it wants an approval");
    let more = Facts { amount: 1_000_000_001, ..thousand };
    assert!(by(&live, &more).is_err(), "more takes the compliance desk's word");
    let stake = trx(&energy, Kind::Stake, ContractType::FreezeBalanceV2, COLD);
    assert!(by(&live, &stake).is_ok());
    assert_eq!(by(&preset("hot"), &stake), Err(Refusal::PolicyWallet));
}
