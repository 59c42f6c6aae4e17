//! A payout whose attempts have all come to nothing waits for a person: one operator has it tried once more, nobody less.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use plane_tests::chain::Chain;
use plane_tests::operators::{change, decided_by, done, ended, pin};
use plane_tests::payouts::{ask, paid_once, recipient};
use plane_tests::plane::Plane;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(90);
const PULSE: Duration = Duration::from_millis(200);

/// Has a permission be good for so long.
fn permissions_last(directory: &Path, ms: i64) {
    change(&directory.join("payout-router/config.toml"), |config| {
        let section = toml::Table::from_iter([("permission_valid_ms".to_owned(), toml::Value::Integer(ms))]);
        config.insert("payouts".to_owned(), toml::Value::Table(section));
    });
}

/// The one payout, once it is at this stage.
fn until(plane: &Plane, stage: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let list = done(plane, &["payout", "list"]);
        if list["payouts"][0]["stage"] == stage {
            return list["payouts"][0].clone();
        }
        assert!(Instant::now() < deadline, "never {stage}: {list:#}\n{}", plane.logs());
        thread::sleep(PULSE);
    }
}

#[test]
fn a_third_attempt_is_made_when_an_operator_has_decided_it() {
    let mut plane = Plane::up(|directory| {
        pin(directory);
        // The wallet has nothing, so each permission passes unused.
        permissions_last(directory, 2_000);
    });
    plane.until_ready();
    let hot = plane.wallet("hot");
    assert!(ask(&plane, "poor", recipient(1)), "{}", plane.logs());
    let payout = until(&plane, "needs_review");
    assert_eq!(
        (&payout["reason"], payout["attempts"].as_array().map(Vec::len)),
        (&json!("attempts_exhausted"), Some(2))
    );
    permissions_last(&plane.directory(), 86_400_000);
    plane.kill_and_start_again();
    plane.until_ready();
    let chain = Chain::of(&plane);
    chain.fund(&hot, "500", "1000");
    chain.until_solid(&hot);

    let id = payout["payout_id"].as_str().expect("an id");
    let propose = ["payout", "again", id, "--propose"];
    let carry_out = |name: &str, signers| {
        let file = decided_by(&plane, name, &propose, signers);
        ended(&plane, &["payout", "again", id, "--ceremony", file.to_str().expect("text")])
    };
    let (code, refused) = carry_out("nobody.json", 0);
    assert_eq!((code, &refused["problem"]["code"]), (1, &json!("authority_signature")), "{refused}");
    assert_eq!(until(&plane, "needs_review")["attempts"].as_array().map(Vec::len), Some(2));

    let (code, allowed) = carry_out("one.json", 1);
    assert_eq!(code, 0, "{allowed}");
    // The gateway shows what it has heard: for a moment still that a person is waited for.
    let payouts = [until(&plane, "settled")];
    assert_eq!(payouts[0]["attempts"].as_array().map(Vec::len), Some(3));
    paid_once(&chain, &payouts, 1..2);

    // What was decided once is carried out once: a fourth would be another decision, and there is nothing to try.
    let file = plane.directory().join("one.json");
    let same = ended(&plane, &["payout", "again", id, "--ceremony", file.to_str().expect("text")]);
    assert_eq!(same.0, 0, "the same again is the same: {}", same.1);
    let (code, refused) = carry_out("fourth.json", 1);
    assert_eq!(code, 1, "{refused}");
    assert_eq!(done(&plane, &["payout", "show", id])["attempts"].as_array().map(Vec::len), Some(3));
    paid_once(&chain, &payouts, 1..2);
}
