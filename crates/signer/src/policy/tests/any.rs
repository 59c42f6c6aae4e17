//! Any text, any policy, any transaction: nothing panics, a policy is read as it is written, and what a file does not
//! list is never allowed, whatever else it lists.

use std::cell::Cell;

use proptest::collection::btree_set;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::*;

const MEASURES: [(Measure, &[&str], ContractType); 6] = [
    (Measure::Usdt, &["payout", "refund", "sweep"], ContractType::TriggerSmartContract),
    (Measure::Trx, &["payout", "refund", "sweep"], ContractType::Transfer),
    (Measure::Stake, &["stake"], ContractType::FreezeBalanceV2),
    (Measure::Unstake, &["unstake"], ContractType::UnfreezeBalanceV2),
    (Measure::Delegation, &["delegation"], ContractType::DelegateResource),
    (Measure::Reclaim, &["reclaim"], ContractType::UnDelegateResource),
];
const KINDS: [(&str, Kind); 7] = [
    ("payout", Kind::Payout),
    ("refund", Kind::Refund),
    ("sweep", Kind::Sweep),
    ("stake", Kind::Stake),
    ("unstake", Kind::Unstake),
    ("delegation", Kind::Delegation),
    ("reclaim", Kind::Reclaim),
];
const CONTRACTS: [ContractType; 8] = [
    ContractType::TriggerSmartContract,
    ContractType::Transfer,
    ContractType::FreezeBalanceV2,
    ContractType::UnfreezeBalanceV2,
    ContractType::DelegateResource,
    ContractType::UnDelegateResource,
    ContractType::AccountPermissionUpdate,
    ContractType::CreateSmartContract,
];
const PLACES: [Address; 4] = [PAYEE, TREASURY, COLD, TOKEN];

/// What a table says, in the words of whoever writes one.
#[derive(Debug, Clone)]
struct Written {
    table: &'static str,
    kinds: Vec<&'static str>,
    measures: Vec<Measure>,
    token: Address,
    transfers: bool,
    pay_to: Vec<String>,
    sweep_to: Vec<String>,
    delegate_to: Vec<String>,
    fee_max: u64,
    expiry_max: u64,
    memo_max: usize,
    once: u64,
    /// The bounds of an hour's fees, where they are for calls, and of its attempts; a day's are as great or open.
    fees: Option<u64>,
    signatures: Option<u32>,
}

fn places(with_anyone: bool) -> impl Strategy<Value = Vec<String>> {
    let mut words: Vec<String> = PLACES.iter().map(Address::to_string).chain(["our_wallets".to_owned()]).collect();
    words.extend(with_anyone.then(|| "anyone".to_owned()));
    btree_set(select(words), 1..3).prop_map(|places| places.into_iter().collect())
}

fn written() -> impl Strategy<Value = Written> {
    let measures = subsequence(MEASURES.map(|(measure, ..)| measure).to_vec(), 1..=6);
    let pays = subsequence(vec!["payout", "refund", "sweep"], 1..=3);
    let tables = select(vec!["class.hot", "class.energy", "class.treasury", "wallet.w", "key.00ff"]);
    let bounds = (1_u64..4, 0_u64..4, 0_usize..4, 1_u64..4);
    let to = (places(true), places(false), places(false));
    let totals = (proptest::option::of(3_u64..6), proptest::option::of(1_u32..4));
    (tables, measures, pays, select(vec![TOKEN, COLD]), any::<bool>(), to, (bounds, totals)).prop_map(
        |(table, measures, pays, token, transfers, (pay_to, sweep_to, delegate_to), (bounds, totals))| {
            let (fee_max, expiry_max, memo_max, once) = bounds;
            let (fees, signatures) = totals;
            let all: BTreeSet<_> =
                MEASURES.iter().filter(|(it, ..)| measures.contains(it)).flat_map(|it| it.1).collect();
            let kinds = all
                .into_iter()
                .copied()
                .filter(|kind| pays.contains(kind) || !["payout", "refund", "sweep"].contains(kind));
            let kinds = kinds.collect();
            Written {
                table,
                kinds,
                measures,
                token,
                transfers,
                pay_to,
                sweep_to,
                delegate_to,
                fee_max,
                expiry_max,
                memo_max,
                once,
                fees,
                signatures,
            }
        },
    )
}

impl Written {
    fn calls(&self) -> bool {
        self.measures.contains(&Measure::Usdt)
    }

    /// Fees are for calls.
    fn fees(&self) -> Option<u64> {
        self.fees.filter(|_| self.calls())
    }

    /// What somebody who reads the table by eye would say is counted towards its totals: rule, amount and bound.
    fn totals(&self, facts: &Facts<'_>) -> Vec<(Refusal, i64, i64)> {
        let fee = i64::try_from(facts.fee_limit.units()).unwrap();
        let fees = self.fees().filter(|_| fee > 0).map(|most| (Refusal::PolicyFees, fee, most.try_into().unwrap()));
        let attempt = self.signatures.map(|most| (Refusal::PolicySignatures, 1, most.into()));
        // One of the fees, for the day is open; an hour's and a day's of the attempts.
        fees.into_iter().chain(attempt).chain(attempt).collect()
    }

    fn text(&self) -> String {
        let has = |kind: &str| self.kinds.contains(&kind);
        let contract = |measure: &Measure| MEASURES.iter().find(|it| it.0 == *measure).unwrap().2.name();
        let contracts: Vec<_> = self.measures.iter().map(contract).collect();
        let mut lines = vec![
            "version = 3".to_owned(),
            format!("[{}]", self.table),
            format!("kinds = {:?}", self.kinds),
            format!("contracts = {contracts:?}"),
        ];
        if self.calls() {
            let selector = if self.transfers { "transfer(address,uint256)" } else { "095ea7b3" };
            let fee = Sun::new(self.fee_max).unwrap();
            lines.push(format!("tokens = [\"{}\"]\nselectors = [{selector:?}]\nfee_limit_max = \"{fee}\"", self.token));
        }
        for (name, places, needed) in [
            ("pay_to", &self.pay_to, has("payout") || has("refund")),
            ("sweep_to", &self.sweep_to, has("sweep")),
            ("delegate_to", &self.delegate_to, has("delegation")),
        ] {
            lines.extend(needed.then(|| format!("{name} = {places:?}")));
        }
        lines.push(format!("expiry_max_ms = {}\nmemo_max_bytes = {}", self.expiry_max, self.memo_max));
        if let Some(fees) = self.fees() {
            let fees = Sun::new(fees).unwrap();
            lines.push(format!("fees = {{ per_hour = \"{fees}\", per_day = \"unlimited\" }}"));
        }
        if let Some(most) = self.signatures {
            lines.push(format!("signatures = {{ per_hour = {most}, per_day = {most} }}"));
        }
        for measure in &self.measures {
            let (name, once) = (measure.name(), Sun::new(self.once).unwrap());
            lines.push(format!(
                "limits.{name} = {{ per_transaction = \"{once}\", per_hour = \"{once}\", per_day = \"unlimited\", \
                 per_recipient_per_day = \"unlimited\" }}"
            ));
        }
        lines.join("\n")
    }

    /// Whether somebody who reads the table by eye would say that this is listed in it.
    fn lists(&self, facts: &Facts<'_>) -> bool {
        let holder = facts.holder;
        let names = [
            format!("class.{}", holder.class.name()),
            format!("wallet.{}", holder.wallet),
            format!("key.{}", holder.key),
        ];
        let kind = KINDS.iter().find(|(_, kind)| *kind == facts.kind).unwrap().0;
        let pays = ["payout", "refund", "sweep"].contains(&kind);
        let token = match facts.asset {
            Asset::Token(token) => token == self.token,
            Asset::Trx => true,
        };
        let measure = match (pays, facts.asset) {
            (true, Asset::Token(_)) => Measure::Usdt,
            (true, Asset::Trx) => Measure::Trx,
            _ => MEASURES.iter().find(|it| it.1.contains(&kind)).unwrap().0,
        };
        let to = |places: &[String]| {
            let ours = facts.recipient == COLD && places.contains(&"our_wallets".to_owned());
            ours || places.contains(&"anyone".to_owned()) || places.contains(&facts.recipient.to_string())
        };
        let place = match kind {
            "payout" | "refund" => to(&self.pay_to),
            "sweep" => to(&self.sweep_to),
            "delegation" => to(&self.delegate_to),
            _ => true,
        };
        let selector = if self.transfers { trc20::selector::TRANSFER } else { trc20::selector::APPROVE };
        let made = MEASURES.iter().any(|it| it.0 == measure && it.2 == facts.contract);
        names.contains(&self.table.to_owned())
            && self.kinds.contains(&kind)
            && self.measures.contains(&measure)
            && made
            && (token && (measure != Measure::Usdt || self.calls()))
            && (facts.asset == Asset::Trx || self.calls())
            && (facts.contract != ContractType::TriggerSmartContract || facts.selector == Some(selector))
            && place
            && facts.memo_bytes <= self.memo_max
            && facts.fee_limit.units() <= if self.calls() { self.fee_max } else { 0 }
            && facts.expires_in_ms <= self.expiry_max
            && facts.amount <= self.once
    }
}

/// What is asked of a wallet `w` or another, in small numbers so that bounds are met and passed.
type Asked = (Kind, ContractType, Option<[u8; 4]>, Asset, (u64, u64, u64, usize), Address, (Class, bool, bool));

fn asked() -> impl Strategy<Value = Asked> {
    let selectors = vec![None, Some(trc20::selector::TRANSFER), Some(trc20::selector::APPROVE)];
    let assets = vec![Asset::Trx, Asset::Token(TOKEN), Asset::Token(COLD), Asset::Token(PAYEE)];
    (
        select(KINDS.map(|(_, kind)| kind).to_vec()),
        select(CONTRACTS.to_vec()),
        select(selectors),
        select(assets),
        (0_u64..5, 0_u64..5, 0_u64..5, 0_usize..5),
        select(PLACES.to_vec()),
        (select(Class::ALL.to_vec()), any::<bool>(), any::<bool>()),
    )
}

/// Texts that come near: lines of the presets, torn and mixed.
fn torn() -> impl Strategy<Value = String> {
    let lines: Vec<&'static str> = PRESETS.iter().flat_map(|preset| preset.text.lines()).collect();
    proptest::collection::vec(prop_oneof![9 => select(lines).prop_map(str::to_owned), 1 => "\\PC{0,12}".boxed()], 0..60)
        .prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn torn_files_are_read_or_refused_and_never_panic(text in torn()) {
        if let Ok(policy) = Policy::parse(&text) {
            prop_assert_eq!(Policy::parse(&policy.render()).map(|again| again.canonical()), Ok(policy.canonical()));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Policy::parse(&String::from_utf8_lossy(&bytes));
    }
}

fn class_of(table: &str) -> Class {
    *Class::ALL.iter().find(|class| table.ends_with(class.name())).unwrap()
}

fn judged_as_listed(written: &Written, asked: Asked, fits: bool) -> Result<bool, TestCaseError> {
    let fault = |text: &str| {
        let text = text.to_owned();
        move |fault: PolicyFault| TestCaseError::fail(format!("{fault}\n{text}"))
    };
    let policy = Policy::parse(&written.text()).map_err(fault(&written.text()))?;
    let again = Policy::parse(&policy.render()).map_err(fault(&policy.render()))?;
    prop_assert_eq!(again.canonical(), policy.canonical());
    prop_assert_eq!(again.render(), policy.render());
    let (kind, contract, selector, asset, (amount, fee, expires_in_ms, memo_bytes), recipient, (class, w, key)) = asked;
    let holder = Holder {
        wallet: if w { "w" } else { "v" }.parse().unwrap(),
        class: if fits && written.table.starts_with("class.") { class_of(written.table) } else { class },
        key: if key { "00ff" } else { "0100" }.parse().unwrap(),
    };
    let consent = Consent::default();
    let fee_limit = Sun::new(fee).unwrap();
    let mut facts = Facts {
        holder: &holder,
        kind,
        contract,
        selector,
        asset,
        amount,
        recipient,
        fee_limit,
        expires_in_ms,
        memo_bytes,
        consent,
    };
    if fits {
        facts.contract = facts.measure().contract();
        let calls = facts.contract == ContractType::TriggerSmartContract;
        facts.selector =
            calls.then_some(if written.transfers { trc20::selector::TRANSFER } else { trc20::selector::APPROVE });
    }
    let (usdt, our_wallets) = (BTreeSet::from([TOKEN]), BTreeSet::from([COLD]));
    let known = Surroundings { usdt: &usdt, our_wallets: &our_wallets };
    let judged = policy.judge(&facts, &known);
    prop_assert_eq!(judged.is_ok(), written.lists(&facts), "{:?} {:?}\n{}", judged, facts, written.text());
    let counted = [Refusal::PolicyFees, Refusal::PolicySignatures];
    let totals = judged.iter().flatten().filter(|share| counted.contains(&share.rule));
    let totals: Vec<_> = totals.map(|share| (share.rule, share.amount, share.ceiling)).collect();
    prop_assert_eq!(totals, if judged.is_ok() { written.totals(&facts) } else { vec![] }, "{}", written.text());
    // Both policies say the same, and in the same words.
    prop_assert_eq!(policy.weigh(&facts, &known), again.weigh(&facts, &known));
    Ok(judged.is_ok())
}

#[test]
fn exactly_what_is_listed_is_allowed() {
    let allowed = Cell::new(0_u32);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8_000) };
    // The same cases every time: how many are allowed is asserted below, and must not be a matter of luck.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let ran = runner.run(&(written(), asked(), any::<bool>()), |(written, asked, fits)| {
        let passes = judged_as_listed(&written, asked, fits)?;
        allowed.set(allowed.get() + u32::from(passes));
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
    assert!(allowed.get() > 20, "too little is allowed for this to mean much: {}", allowed.get());
}

#[test]
fn presets_are_rendered_as_they_are_read() {
    for preset in PRESETS {
        let policy = Policy::parse(preset.text).unwrap();
        let again = Policy::parse(&policy.render()).unwrap();
        assert_eq!(again.sha256(), policy.sha256(), "{}", preset.name);
    }
}
