//! Policy files: strict, one hash for one meaning, and never wider for a line that is lost.

use proptest::prelude::*;

use super::*;

#[test]
fn the_presets_are_policies() {
    for preset in PRESETS {
        Policy::parse(preset.text).unwrap_or_else(|fault| panic!("{}: {fault}", preset.name));
    }
    assert_eq!(Policy::built_in().version(), 1);
    assert_eq!(Policy::built_in().tables().count(), Class::ALL.len());
}

/// A changed hash means that old records name rules that nobody finds any more: the canonical form has a number for that.
#[test]
fn the_hash_of_the_built_in_policy_is_known() {
    assert_eq!(hex::encode(Policy::built_in().sha256()), GOLDEN);
}

const GOLDEN: &str = "1f63d3364f82e2f785fe53bde486f1c9b2baa48b2b94cc9868c1c768435149cd";

#[test]
fn spelling_does_not_matter_and_meaning_does() {
    let policy = Policy::parse(text("hot")).unwrap();
    let respelt = text("hot")
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n\n")
        .replace(r#"["payout", "refund"]"#, r#"["refund",   "payout"]"#)
        .replace("transfer(address,uint256)", "A9059CBB")
        .replace("\"5000\"", "\"5000.000000\"");
    assert_eq!(Policy::parse(&respelt).unwrap().sha256(), policy.sha256());
    for (old, new) in [
        ("version = 1", "version = 2"),
        ("5000\"", "4999.999999\""),
        ("600000 ", "600001 "),
        (", \"refund\"", ""),
        ("usdt\"]", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t\"]"),
    ] {
        let changed = text("hot").replacen(old, new, 1);
        assert_ne!(changed, text("hot"), "{old}");
        assert_ne!(Policy::parse(&changed).unwrap().sha256(), policy.sha256(), "{old}");
    }
}

/// Changes to the hot preset, the line that is named, and a part of what is said of it.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("memo_max_bytes = 200", "memo_max_byte = 200", "memo_max_byte = 200", "unknown field"),
    ("version = 1", "version = 1\n[class.warm]", "[class.warm]", "unknown variant `warm`"),
    ("version = 1", "version = 1\n[clas.hot]", "[clas.hot]", "unknown field"),
    ("\"payout\", ", "\"payuot\", ", "kinds", "payuot"),
    ("\"TransferContract\", ", "\"Transfer\", ", "contracts", "there is no contract type"),
    ("[\"usdt\"]", "[\"usdc\"]", "tokens", "nor an address"),
    ("uint256)\"]", "uint256\"]", "selectors", "neither 8 hexadecimal digits"),
    ("[\"anyone\"]", "[\"everyone\"]", "pay_to", "nor an address"),
    ("per_hour = \"10000\"", "per_hour = 10000", "per_hour = 10000", "string"),
    ("per_hour = \"10000\"", "per_hour = \"10_000\"", "per_hour = \"10_000\"", "digits"),
    ("per_hour = \"10000\"", "per_hour = \"-1\"", "per_hour = \"-1\"", "digits"),
    ("per_hour = \"10000\"\n", "", "[class.hot.limits.usdt]", "missing field `per_hour`"),
    ("version = 1\n", "", "", "missing field `version`"),
    ("version = 1", "version = 0", "", "count from 1"),
    ("per_hour = \"10000\"", "per_hour = \"4999\"", "[class.hot]", "per_transaction is above per_hour"),
    ("per_hour = \"10000\"", "per_hour = \"60000.1\"", "[class.hot]", "per_hour is above per_day"),
    ("per_recipient_per_day = \"10000\"", "per_recipient_per_day = \"1\"", "[class.hot]", "above per_recipient"),
    ("tokens = [\"usdt\"]", "", "[class.hot]", "need one another"),
    ("\"TransferContract\", ", "", "[class.hot]", "limits.trx and contracts"),
    ("\"TransferContract\", ", "\"TransferContract\", \"CreateSmartContract\", ", "[class.hot]", "makes no"),
    ("\"refund\"", "\"stake\"", "[class.hot]", "the kind stake has no limits"),
    ("\"refund\"", "\"payout\"", "[class.hot]", "named twice"),
    ("\"refund\"", "\"sweep\"", "[class.hot]", "sweeps and sweep_to"),
    ("pay_to = [\"anyone\"]", "", "[class.hot]", "pay_to need one another"),
    ("pay_to =", "sweep_to = [\"anyone\"]\npay_to =", "[class.hot]", "sweeps and sweep_to"),
    ("\"refund\"]", "\"sweep\"]\nsweep_to = [\"anyone\"]", "[class.hot]", "not to anyone"),
];

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let mut otherwise = Vec::new();
    for (old, new, named, said) in WRONG {
        let changed = text("hot").replacen(old, new, 1);
        assert_ne!(changed, text("hot"), "{old}");
        let fault = Policy::parse(&changed).expect_err(new);
        let line = changed.lines().nth(fault.line() - 1).unwrap();
        if !fault.to_string().contains(said) || !line.contains(named) {
            otherwise.push(format!("{old} -> {new}: {fault}, which is {line:?}"));
        }
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

/// What a policy allows, tried with every good transaction and every breach of the table.
fn allowed(policy: &Policy) -> Vec<bool> {
    let (usdt, our_wallets) = (BTreeSet::from([TOKEN]), BTreeSet::from([COLD]));
    let known = Surroundings { usdt: &usdt, our_wallets: &our_wallets };
    let good = Base::ALL.map(|base| (base, (|_| ()) as fn(&mut Facts<'_>)));
    let all = good.into_iter().chain(BREACHES.iter().map(|(_, base, breach)| (*base, *breach)));
    all.map(|(base, change)| {
        let holder = base.holder();
        let mut facts = base.facts(&holder);
        change(&mut facts);
        policy.judge(&facts, &known).is_ok()
    })
    .collect()
}

#[test]
fn a_lost_line_never_allows_more() {
    // Without the wallet's own table, which hides the wider one of its class as it should.
    let whole = strict().split("[wallet.deposits]").next().unwrap().to_owned();
    let before = allowed(&Policy::parse(&whole).unwrap());
    let lines: Vec<_> = whole.lines().collect();
    let mut read = 0;
    for lost in 0..lines.len() {
        let rest = [&lines[..lost], &lines[lost + 1..]].concat().join("\n");
        let Ok(policy) = Policy::parse(&rest) else { continue };
        read += 1;
        let wider = allowed(&policy).iter().zip(&before).any(|(now, before)| *now && !before);
        assert!(!wider, "without {:?}", lines[lost]);
    }
    assert!(read > 0, "comments at least can be lost");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = Policy::parse(&text);
    }

    #[test]
    fn a_damaged_file_is_refused_with_a_line_or_means_one_thing(
        at in any::<proptest::sample::Index>(), with in "[\\PC\n]{0,3}", cut in 0_usize..4,
    ) {
        let whole: Vec<char> = strict().chars().collect();
        let at = at.index(whole.len());
        let end = (at + cut).min(whole.len());
        let damaged: String = whole[..at].iter().copied().chain(with.chars()).chain(whole[end..].iter().copied()).collect();
        match Policy::parse(&damaged) {
            Ok(policy) => {
                prop_assert_eq!(policy.sha256(), Policy::parse(&damaged).unwrap().sha256());
                let keys: Vec<_> = policy.canonical().lines().filter_map(|line| line.split_once('=').map(|(key, _)| key.to_owned())).collect();
                let once: BTreeSet<_> = keys.iter().collect();
                prop_assert_eq!(once.len(), keys.len());
            }
            Err(fault) => {
                prop_assert!((1..=damaged.lines().count() + 1).contains(&fault.line()), "{}", fault);
            }
        }
    }

    #[test]
    fn bounds_are_written_as_they_are_read(units in 0..=u64::try_from(i64::MAX).unwrap()) {
        let bound = Bound::AtMost(units);
        prop_assert_eq!(Bound::try_from(bound.to_string()), Ok(bound));
    }
}
