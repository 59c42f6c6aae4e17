//! Payouts under faults of the node, parallel requests and a killed `lucid up`, held against the chain: each recipient
//! has what was asked for, once.

use std::collections::BTreeSet;
use std::thread;

use plane_tests::payouts::{all_settled, ask, funded, paid_once, recipient};
use serde_json::json;

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
    plane.until_ready();
    for number in 0..3 {
        assert!(ask(&plane, &reference(number), recipient(number)), "{}", plane.logs());
    }
    let payouts = all_settled(&plane, 3);
    paid_once(&chain, &payouts, 0..3);
}
