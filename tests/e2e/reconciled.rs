//! The plane against the chain: what somebody else does with our wallets is seen within seconds, and stops payouts.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use plane_tests::chain::Chain;
use plane_tests::operators::{change, decided, decided_by, done, ended, pin};
use plane_tests::payouts::{all_settled, ask, paid_once, recipient};
use plane_tests::plane::Plane;
use primitives::Address;
use serde_json::{Value, json};

/// Who has our key, or has given one to our account.
const THIEF: Address = Address::from_evm([0xbb; 20]);
const PATIENCE: Duration = Duration::from_secs(30);
const PULSE: Duration = Duration::from_millis(100);

/// Both operators pinned, and permissions compared every second.
fn prepared(directory: &Path) {
    pin(directory);
    change(&directory.join("payout-router/config.toml"), |config| {
        let section = toml::Table::from_iter([("permissions_ms".to_owned(), toml::Value::Integer(1_000))]);
        config.insert("reconciliation".to_owned(), toml::Value::Table(section));
    });
}

/// A plane that has paid once, and so is known to pay; its hot wallet.
fn paying() -> (Plane, Chain, String) {
    let plane = Plane::up(prepared);
    plane.until_ready();
    let chain = Chain::of(&plane);
    let hot = plane.wallet("hot");
    chain.fund(&hot, "1000", "1000");
    until(&plane, "watched", |wallet| wallet["standing"]["permissions"]["is"] == "equal");
    assert!(ask(&plane, "before", recipient(0)), "{}", plane.logs());
    all_settled(&plane, 1);
    assert_eq!(open(&plane), Vec::<String>::new(), "what the plane does itself is known");
    (plane, chain, hot)
}

/// The hot wallet as `lucid wallet show` has it, once it is as wanted.
fn until(plane: &Plane, what: &str, wanted: impl Fn(&Value) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let wallet = done(plane, &["wallet", "show", "hot"]);
        if wanted(&wallet) {
            return;
        }
        assert!(Instant::now() < deadline, "never {what}: {wallet:#}\n{}", plane.logs());
        thread::sleep(PULSE);
    }
}

fn open(plane: &Plane) -> Vec<String> {
    let list = done(plane, &["reconcile", "list"]);
    let open = list["discrepancies"].as_array().cloned().unwrap_or_default();
    open.iter().map(|one| one["id"].as_str().expect("a name").to_owned()).collect()
}

fn failing(status: &Value, service: &str, check: &str) -> bool {
    let checks = status[service]["checks"].as_array().cloned().unwrap_or_default();
    checks.iter().any(|one| one["name"] == check && one["ok"] == false)
}

/// Acts for the wallet without its key; the transaction.
fn steal(chain: &Chain, kind: &str, contract: &Value) -> String {
    let answer = chain.post("/devnet/impersonate", &json!({"type": kind, "contract": contract}));
    answer["txid"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// Waits until the plane has stopped because of this transaction, in both places.
fn until_halted(plane: &Plane, txid: &str) {
    plane.until("halted", |status| {
        failing(status, "payout-router", "reconciliation") && failing(status, "wallet-manager", "freeze")
    });
    assert_eq!(open(plane), [txid]);
}

/// Two operators explain it, and lift the stop of signing.
fn explain(plane: &Plane, txid: &str) {
    let propose = ["reconcile", "resolve", txid, "--note", "a drill", "--propose"];
    let alone = decided_by(plane, &format!("alone-{txid}.json"), &propose, 1);
    let (code, refused) = ended(plane, &["reconcile", "resolve", "--ceremony", alone.to_str().expect("text")]);
    assert_eq!((code, &refused["problem"]["code"]), (1, &json!("authority_signature")), "{refused}");
    assert_eq!(ended(plane, &["reconcile", "resolve", txid, "--propose", "no-note.json"]).0, 2);
    assert_eq!(open(plane), [txid], "one is not enough");
    let explained = decided(plane, &format!("explain-{txid}.json"), &propose);
    let resolved = done(plane, &["reconcile", "resolve", "--ceremony", explained.to_str().expect("text")]);
    assert_eq!(resolved["resolution"]["by"], "test-alice, test-bob");
    let ceremony = decided(plane, &format!("thaw-{txid}.json"), &["thaw", "--propose"]);
    done(plane, &["thaw", "--ceremony", ceremony.to_str().expect("text")]);
}

#[test]
fn a_transaction_of_ours_that_nobody_signed_here_stops_everything() {
    let (mut plane, chain, hot) = paying();
    let theft = json!({"owner_address": hot, "to_address": THIEF, "amount": 1_000_000});
    let started = Instant::now();
    let txid = steal(&chain, "TransferContract", &theft);
    until_halted(&plane, &txid);
    assert!(started.elapsed() < PATIENCE, "within seconds");

    assert!(ask(&plane, "halted", recipient(1)), "it is taken, and waits");
    plane.kill_and_start_again();
    until_halted(&plane, &txid);
    // It says why it waits from its first turn on.
    plane.until("waiting for the explanation", |_| {
        let list = done(&plane, &["payout", "list"]);
        let waiting = &list["payouts"][0];
        waiting["stage"] == "accepted" && waiting["reason"] == "halted"
    });
    assert_eq!(chain.usdt_of(recipient(1)), 0);

    explain(&plane, &txid);
    let payouts = all_settled(&plane, 2);
    paid_once(&chain, &payouts, 0..2);
    plane.until_ready();
    let verified = done(&plane, &["audit", "verify"]);
    assert!(verified["heads"].as_u64().is_some_and(|heads| heads >= 2), "payout-router keeps the heads: {verified}");
}

#[test]
fn other_permissions_on_the_chain_stop_that_wallet() {
    let (plane, chain, hot) = paying();
    let update = |keys: Value| {
        let active = json!({"type": "Active", "id": 2, "permission_name": "active", "threshold": 1,
            "operations": format!("02000080{}", "0".repeat(56)), "keys": keys});
        let owner = json!({"type": "Owner", "permission_name": "owner", "threshold": 1,
            "keys": [{"address": hot, "weight": 1}]});
        json!({"owner_address": hot, "owner": owner, "actives": [active]})
    };
    let own = json!({"address": hot, "weight": 1});
    let taken =
        steal(&chain, "AccountPermissionUpdateContract", &update(json!([own, {"address": THIEF, "weight": 1}])));
    // The update itself is a transaction that nobody signed here; explaining it does not make the permissions right.
    until_halted(&plane, &taken);
    until(&plane, "drifted", |wallet| wallet["standing"]["permissions"]["is"] == "drifted");
    explain(&plane, &taken);
    assert!(ask(&plane, "drifted", recipient(1)), "{}", plane.logs());
    plane.until("drift is seen", |status| failing(status, "payout-router", "permissions"));
    let thawed = plane.run(&["wallet", "thaw", "hot"]);
    let said = String::from_utf8_lossy(&thawed.stderr).into_owned();
    assert!(!thawed.status.success() && said.contains("permissions_drifted"), "{said}");

    let given_back = steal(&chain, "AccountPermissionUpdateContract", &update(json!([own])));
    until_halted(&plane, &given_back);
    explain(&plane, &given_back);
    until(&plane, "right again", |wallet| {
        wallet["standing"]["permissions"]["is"] == "equal" && wallet["freeze"]["causes"] == json!(["permissions"])
    });
    assert_eq!(chain.usdt_of(recipient(1)), 0, "a person has not thawed it yet");
    done(&plane, &["wallet", "thaw", "hot"]);
    let payouts = all_settled(&plane, 2);
    paid_once(&chain, &payouts, 0..2);
}
