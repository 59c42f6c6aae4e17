//! Payouts under faults of the node, parallel requests and a killed `lucid up`, held against the chain: each recipient
//! has what was asked for, once.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use plane_tests::chain::Chain;
use plane_tests::plane::Plane;
use primitives::Address;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(90);
const PULSE: Duration = Duration::from_millis(200);

/// A plane whose hot wallet can pay.
fn funded() -> (Plane, Chain) {
    let plane = Plane::up(|_| ());
    ready(&plane);
    let chain = Chain::of(&plane);
    let made = plane.run(&["wallet", "create", "hot", "--class", "hot", "--json"]);
    let view: Value = serde_json::from_slice(&made.stdout).unwrap_or_else(|_| panic!("no wallet: {made:?}"));
    chain.fund(view["address"].as_str().expect("a wallet has an address"), "500", "1000");
    (plane, chain)
}

fn ready(plane: &Plane) {
    plane.until("all ready", |status| {
        status.as_object().is_some_and(|parts| parts.len() == 6 && parts.values().all(|part| part["status"] == "ready"))
    });
}

/// An address that nobody else in this test has.
fn recipient(number: u8) -> Address {
    let mut bytes = [0x5a; 20];
    bytes[19] = number;
    Address::from_evm(bytes)
}

/// Asks for 1 USDT; whether it was accepted.
fn ask(plane: &Plane, reference: &str, to: Address) -> bool {
    let to = to.to_string();
    plane.run(&["payout", "create", "--reference", reference, "--to", &to, "--amount", "1"]).status.success()
}

/// Waits until so many payouts are settled, and fails if one comes to another end.
fn all_settled(plane: &Plane, count: usize) -> Vec<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let list: Value = serde_json::from_slice(&plane.run(&["payout", "list", "--json"]).stdout).unwrap_or_default();
        let payouts = list["payouts"].as_array().cloned().unwrap_or_default();
        assert!(payouts.len() <= count, "{list:#}");
        let other_end =
            |payout: &Value| ["failed", "cancelled", "needs_review"].iter().any(|end| payout["stage"] == *end);
        assert!(!payouts.iter().any(other_end), "{list:#}\n{}", plane.logs());
        if payouts.len() == count && payouts.iter().all(|payout| payout["stage"] == "settled") {
            return payouts;
        }
        assert!(Instant::now() < deadline, "not settled: {list:#}\n{}", plane.logs());
        thread::sleep(PULSE);
    }
}

/// Each has exactly 1 USDT, by one transaction each.
fn paid_once(chain: &Chain, payouts: &[Value], recipients: impl Iterator<Item = u8>) {
    for number in recipients {
        assert_eq!(chain.usdt_of(recipient(number)), 1_000_000, "recipient {number}");
    }
    let txids: BTreeSet<_> = payouts.iter().map(|payout| payout["receipt"]["txid"].as_str()).collect();
    assert!(txids.len() == payouts.len() && !txids.contains(&None), "{txids:?}");
}

#[test]
fn what_a_node_gets_wrong_changes_no_payment() {
    let (plane, chain) = funded();
    let faults = [
        json!({"fault": "rate_limited", "count": 2}),
        json!({"fault": "error", "text": "out of order", "count": 2}),
        json!({"fault": "late", "ms": 1000, "count": 5}),
        json!({"fault": "busy_broadcast", "count": 1}),
        json!({"fault": "dup_broadcast", "count": 1}),
        json!({"fault": "drop_broadcast", "count": 1}),
        json!({"fault": "empty_receipts", "count": 3}),
    ];
    for fault in &faults {
        chain.fault(fault);
    }
    for number in 0..4 {
        assert!(ask(&plane, &format!("faults-{number}"), recipient(number)), "{}", plane.logs());
    }
    let payouts = all_settled(&plane, 4);
    paid_once(&chain, &payouts, 0..4);
    assert!(chain.faults_left() < faults.len(), "no fault ever struck");
}

#[test]
fn one_reference_asked_for_many_times_at_once_is_one_payout() {
    let (plane, chain) = funded();
    let asker = &plane;
    let accepted = thread::scope(|scope| {
        let asked: Vec<_> =
            (0..16_u8).map(|number| scope.spawn(move || (number, ask(asker, "one", recipient(number % 8))))).collect();
        asked
            .into_iter()
            .map(|asked| asked.join().expect("no panic"))
            .filter(|(_, accepted)| *accepted)
            .collect::<Vec<_>>()
    });
    let payouts = all_settled(&plane, 1);
    // Eight bodies, each sent twice: one body won, and both who sent it were told so.
    let winners: BTreeSet<_> = accepted.iter().map(|(number, _)| number % 8).collect();
    assert!(winners.len() == 1 && accepted.len() == 2, "{accepted:?}");
    paid_once(&chain, &payouts, winners.iter().copied());
    let others = (0..8).filter(|number| !winners.contains(number));
    assert!(others.into_iter().all(|number| chain.usdt_of(recipient(number)) == 0));
}

#[test]
fn a_plane_killed_as_a_whole_goes_on_with_its_payouts() {
    let (mut plane, chain) = funded();
    let reference = |number| format!("killed-{number}");
    for number in 0..3 {
        assert!(ask(&plane, &reference(number), recipient(number)), "{}", plane.logs());
        plane.kill_and_start_again();
    }
    ready(&plane);
    for number in 0..3 {
        assert!(ask(&plane, &reference(number), recipient(number)), "{}", plane.logs());
    }
    let payouts = all_settled(&plane, 3);
    paid_once(&chain, &payouts, 0..3);
}
