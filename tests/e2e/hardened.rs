//! The chain backstop and the freeze on a whole plane: a hardened wallet pays on, and a stop loses nothing.

use std::thread;
use std::time::Duration;

use plane_tests::chain::Chain;
use plane_tests::operators::{decided, decided_by, done, pin};
use plane_tests::payouts::{all_settled, ask, paid_once, recipient};
use plane_tests::plane::Plane;
use primitives::Address;
use serde_json::{Value, json};

/// Whose key is on no machine.
const OWNER: Address = Address::from_evm([0x66; 20]);

fn pinned() -> (Plane, Chain) {
    let plane = Plane::up(pin);
    plane.until_ready();
    let chain = Chain::of(&plane);
    chain.fund(&plane.wallet("hot"), "1000", "1000");
    (plane, chain)
}

/// The permissions that the wallet has or is about to have.
fn permissions(plane: &Plane) -> Value {
    done(plane, &["wallet", "list"])["wallets"][0]["permissions"].clone()
}

#[test]
fn a_hardened_wallet_pays_on_under_permission_2() {
    let (plane, chain) = pinned();
    let hot = plane.wallet("hot");
    chain.until_solid(&hot);
    let owner = OWNER.to_string();
    let propose = ["wallet", "harden", "hot", "--owner", owner.as_str(), "--propose"];
    let alone = decided_by(&plane, "alone.json", &propose, 1);
    let refused = plane.run(&["wallet", "harden", "hot", "--ceremony", alone.to_str().expect("text")]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("authority_signature"), "{said}");

    let ceremony = decided(&plane, "harden.json", &propose);
    let harden = ["wallet", "harden", "hot", "--ceremony", ceremony.to_str().expect("text")];
    let hardened = thread::scope(|scope| {
        let hardening = scope.spawn(|| done(&plane, &harden));
        while permissions(&plane).is_null() {
            thread::sleep(Duration::from_millis(50));
        }
        // Asked for while the update is on its way: it waits, and is paid under the new permission.
        assert!(ask(&plane, "meanwhile", recipient(0)), "{}", plane.logs());
        hardening.join().expect("no panic")
    });
    assert_eq!((&hardened["permission_id"], &hardened["permissions"]["in_force"]), (&json!(2), &json!(true)));
    assert_eq!(done(&plane, &harden), hardened, "once, however often it is asked for");

    assert!(ask(&plane, "after", recipient(1)), "{}", plane.logs());
    let payouts = all_settled(&plane, 2);
    paid_once(&chain, &payouts, 0..2);
    let on_chain = chain.post("/wallet/getaccount", &json!({"address": hot, "visible": true}));
    assert_eq!(on_chain["owner_permission"]["keys"], json!([{"address": owner, "weight": 1}]));
    let active = &on_chain["active_permission"];
    assert_eq!((active.as_array().map(Vec::len), &active[0]["keys"][0]["address"]), (Some(1), &json!(hot)));
    assert_eq!(active[0]["operations"], json!(format!("02000080{}", "0".repeat(56))));
    for payout in &payouts {
        let transaction = chain.post("/wallet/gettransactionbyid", &json!({"value": payout["receipt"]["txid"]}));
        assert_eq!(transaction["raw_data"]["contract"][0]["Permission_id"], json!(2), "{transaction}");
    }
}

#[test]
fn a_stop_during_payouts_loses_nothing_and_two_lift_it() {
    let (mut plane, chain) = pinned();
    for number in 0..3 {
        assert!(ask(&plane, &format!("before-{number}"), recipient(number)), "{}", plane.logs());
    }
    let stop = done(&plane, &["freeze", "--reason", "a drill"]);
    for number in 3..6 {
        assert!(ask(&plane, &format!("frozen-{number}"), recipient(number)), "{}", plane.logs());
    }
    let frozen = |status: &Value| {
        let checks = status["wallet-manager"]["checks"].as_array().cloned().unwrap_or_default();
        checks.iter().any(|check| check["name"] == "freeze" && check["ok"] == false)
    };
    plane.until("frozen", frozen);
    plane.kill_and_start_again();
    plane.until("frozen after a restart", frozen);
    for number in 3..6 {
        assert_eq!(chain.usdt_of(recipient(number)), 0, "nothing is signed");
    }

    let alone = decided_by(&plane, "alone.json", &["thaw", "--propose"], 1);
    assert!(!plane.run(&["thaw", "--ceremony", alone.to_str().expect("text")]).status.success());
    let ceremony = decided(&plane, "thaw.json", &["thaw", "--propose"]);
    let lifted = done(&plane, &["thaw", "--ceremony", ceremony.to_str().expect("text")]);
    assert_eq!(lifted["freeze_id"], stop["freeze_id"]);
    let payouts = all_settled(&plane, 6);
    paid_once(&chain, &payouts, 0..6);
}
