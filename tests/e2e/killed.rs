//! Processes killed while payouts are under way: none is lost, none is paid twice. The demo compares each recipient's
//! balance with what was to be paid, so a second payment would fail it.

use std::thread;
use std::time::{Duration, Instant};

use plane_tests::plane::Plane;

/// Each part and when it is killed: so many milliseconds into a step of the demo.
const KILLS: [(&str, &str, u64); 9] = [
    ("trx-staking", "... staking", 400),
    ("devnet", "... lending", 1_000),
    ("usdt-manager", "... paying 25 USDT", 300),
    ("wallet-manager", "... paying 25 USDT", 2_000),
    ("trx-staking", "ok  paid 25 USDT", 200),
    ("payout-router", "ok  paid 25 USDT", 1_500),
    ("tron-client", "... paying 3 TRX", 0),
    ("payment-gateway", "... paying 3 TRX", 100),
    ("payout-router", "... paying 3 TRX", 700),
];

#[test]
fn every_process_killed_loses_no_payout_and_pays_none_twice() {
    let mut demo = Plane::demo();
    let mut left: Vec<_> = KILLS.into_iter().map(|kill| (kill, None)).collect();
    while !left.is_empty() && !demo.has_ended() {
        let said = demo.said();
        left.retain_mut(|((name, step, after_ms), seen)| {
            if seen.is_none() && said.contains(*step) {
                *seen = Some(Instant::now());
            }
            let due = seen.is_some_and(|seen: Instant| seen.elapsed() >= Duration::from_millis(*after_ms));
            !due || !demo.kill_part(name)
        });
        thread::sleep(Duration::from_millis(20));
    }
    let ended = demo.wait();
    assert!(ended.success, "{}", ended.story);
    assert!(left.is_empty(), "not killed: {left:?}\n{}", ended.story);
    let document = ended.document.expect("standard output is one JSON document");
    let states: Vec<_> = document["payouts"].as_array().into_iter().flatten().map(|payout| &payout["state"]).collect();
    assert_eq!(states, ["settled"; 3]);
    for (name, ..) in KILLS {
        assert!(ended.story.contains(&format!("{name} ended (signal: 9")), "{name}\n{}", ended.story);
    }
}
