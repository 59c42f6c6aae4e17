//! What a wallet's transactions may add up to beside their amounts.

use super::*;
use crate::policy::{Reservation, Total};

const TABLES: &str = "[class.hot.fees]\nper_hour = \"200\"\nper_day = \"unlimited\"\n\
                      [class.hot.signatures]\nper_hour = 3\nper_day = 5\n";

fn with(tables: &str) -> Result<Policy, PolicyFault> {
    Policy::parse(&format!("{}{tables}", of_hot()))
}

/// The hot class of the built-in policy, whose fee_limit_max is 200 TRX.
fn of_hot() -> String {
    let text = text("default");
    let (hot, _) = text.split_once("[class.energy]").unwrap();
    hot.to_owned()
}

#[test]
fn fees_and_attempts_are_reserved_whatever_is_moved() {
    let policy = with(TABLES).unwrap();
    let holder = holder("hot", Class::Hot);
    let key = &holder.key;
    let (usdt, our_wallets) = (BTreeSet::from([TOKEN]), BTreeSet::new());
    let known = Surroundings { usdt: &usdt, our_wallets: &our_wallets };
    let fee = |facts: &Facts<'_>| -> Vec<(String, i64, i64)> {
        policy.judge(facts, &known).unwrap().into_iter().map(|it| (it.scope, it.amount, it.ceiling)).collect()
    };
    let pays = trx(&holder, Kind::Payout, ContractType::Transfer, PAYEE);
    let counts = [
        (Reservation::total(key, Total::Signatures, Window::Hour), 1, 3),
        (Reservation::total(key, Total::Signatures, Window::Day), 1, 5),
    ];
    assert_eq!(fee(&pays), counts, "TRX burns no fee_limit");
    let calls = Facts {
        contract: ContractType::TriggerSmartContract,
        selector: Some(trc20::selector::TRANSFER),
        asset: Asset::Token(TOKEN),
        fee_limit: Sun::new(30_000_000).unwrap(),
        ..pays
    };
    let fees = (Reservation::total(key, Total::Fees, Window::Hour), 30_000_000, 200_000_000);
    assert_eq!(fee(&calls), [vec![fees], counts.to_vec()].concat());
    let weighed = policy.weigh(&calls, &known);
    let said = |rule| weighed.iter().filter(|it| it.rule == rule).map(|it| it.words.clone()).collect::<Vec<_>>();
    assert_eq!(said(Refusal::PolicyFees), ["counts 30 TRX of fees towards 200 within an hour"]);
    assert_eq!(said(Refusal::PolicySignatures).len(), 2);
}

#[test]
fn totals_that_could_never_matter_or_never_be_met_are_wrong() {
    let fees = |hour: &str, day: &str| format!("[class.hot.fees]\nper_hour = {hour:?}\nper_day = {day:?}\n");
    let counts = |hour: u32, day: u32| format!("[class.hot.signatures]\nper_hour = {hour}\nper_day = {day}\n");
    for (tables, complaint) in [
        (fees("199.999999", "300"), "fee_limit_max is above per_hour"),
        (fees("300", "299"), "per_hour is above per_day"),
        (counts(0, 1), "at least 1"),
        (counts(2, 1), "per_hour is above per_day"),
        ("[class.hot.signatures]\nper_hour = 2\n".to_owned(), "per_day"),
    ] {
        let fault = with(&tables).unwrap_err().to_string();
        assert!(fault.contains(complaint), "{fault}");
    }
    with(&(fees("200", "unlimited") + &counts(1, 1))).unwrap();
    let energy = text("energy").to_owned() + "[class.energy.fees]\nper_hour = \"1\"\nper_day = \"1\"\n";
    assert!(Policy::parse(&energy).unwrap_err().to_string().contains("fees are for calls"));
}

#[test]
fn totals_are_of_the_hash_and_files_without_them_keep_theirs() {
    let plain = with("").unwrap();
    assert!(!plain.canonical().contains("signatures") && !plain.canonical().contains("fees"));
    assert_ne!(with(TABLES).unwrap().sha256(), plain.sha256());
    let other = TABLES.replace("per_day = 5", "per_day = 6");
    assert_ne!(with(TABLES).unwrap().sha256(), with(&other).unwrap().sha256());
}
