//! The drill: the machine is lost, and the plane put back from a backup that is older than its last payouts. The merchants
//! repeat their requests; what the chain has of them is not paid again.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use plane_tests::chain::Chain;
use plane_tests::operators::{change, decided, done, ended, pin};
use plane_tests::payouts::{all_settled, ask, recipient};
use plane_tests::plane::Plane;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_mins(2);
const PULSE: Duration = Duration::from_millis(200);
const ONE: u64 = 1_000_000;

/// Both operators pinned, and nothing that lives longer than a few seconds past a restore.
fn prepared(directory: &Path) {
    pin(directory);
    change(&directory.join("payout-router/config.toml"), |config| {
        let section = toml::Table::from_iter([("read_past_ms".to_owned(), toml::Value::Integer(5_000))]);
        config.insert("recovery".to_owned(), toml::Value::Table(section));
    });
}

/// A plane, its backups, and the key that opens them.
struct Drill {
    plane: Plane,
    chain: Chain,
    key: PathBuf,
    recipient: String,
}

impl Drill {
    fn begin() -> Self {
        let plane = Plane::up(prepared);
        plane.until_ready();
        let chain = Chain::of(&plane);
        chain.fund(&plane.wallet("hot"), "900", "1000");
        // Beside the plane's directory, which will be lost.
        let key = plane.directory().with_file_name("backup.key");
        let made = done(&plane, &["backup", "--keygen", key.to_str().expect("text")]);
        let recipient = made["recipient"].as_str().expect("a key").to_owned();
        Self { plane, chain, key, recipient }
    }

    fn backup(&self, name: &str) -> PathBuf {
        let file = self.plane.directory().with_file_name(name);
        let path = file.to_str().expect("text");
        let made = done(&self.plane, &["backup", path, "--recipient", &self.recipient]);
        assert_eq!(made["token"], true, "{made}");
        let checked = done(&self.plane, &["backup", "--check", path, "--identity", self.key()]);
        assert_eq!(checked["members"], made["members"]);
        file
    }

    fn key(&self) -> &str {
        self.key.to_str().expect("text")
    }

    /// Loses the machine, puts the plane back, and starts it on the same chain.
    fn restore(&mut self, backup: &Path) {
        let lost = self.plane.lose_machine();
        let restored = done(&self.plane, &["restore", backup.to_str().expect("text"), "--identity", self.key()]);
        assert!(restored["restored"]["restored_at"].as_u64() > restored["restored"]["backup_at"].as_u64());
        self.plane.go_on_after(&lost);
        self.plane.until("all but the frozen ready", |status| {
            let well = |name: &str| status[name]["status"] == "ready";
            ["tron-client", "usdt-manager", "payment-gateway"].iter().all(|name| well(name)) && frozen(status)
        });
    }

    /// Waits until the chain was read far enough, and everything that was under way has come to rest.
    fn until_read_all(&self) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = done(&self.plane, &["recover"]);
            let read = shown["read_to"].as_u64() >= shown["read_until"].as_u64();
            if read && shown["unseen"] == 0 && shown["under_way"] == 0 {
                return shown;
            }
            assert!(Instant::now() < deadline, "{shown:#}\n{}", self.plane.logs());
            thread::sleep(PULSE);
        }
    }

    fn carry_out(&self, name: &str, propose: &[&str], ceremony: &[&str]) -> Value {
        let file = decided(&self.plane, name, propose);
        done(&self.plane, &[ceremony, &[file.to_str().expect("text")]].concat())
    }

    fn thaw(&self) {
        self.carry_out("thaw.json", &["thaw", "--propose"], &["thaw", "--ceremony"]);
        self.plane.until_ready();
    }

    fn stays_frozen(&self) {
        let early = decided(&self.plane, "early.json", &["thaw", "--propose"]);
        let (code, refused) = ended(&self.plane, &["thaw", "--ceremony", early.to_str().expect("text")]);
        assert_eq!((code, &refused["problem"]["code"]), (1, &json!("recovering")), "{refused}");
    }

    fn ask(&self, reference: &str, to: u8) {
        assert!(ask(&self.plane, reference, recipient(to)), "{}", self.plane.logs());
    }

    fn ask_trx(&self, reference: &str, to: u8) {
        let to = recipient(to).to_string();
        let asked = ["payout", "create", "--reference", reference, "--to", &to, "--amount", "2", "--asset", "trx"];
        done(&self.plane, &asked);
    }

    fn payout(&self, reference: &str) -> Value {
        done(&self.plane, &["payout", "show", reference])
    }

    fn until_waiting(&self, reference: &str, reason: &str) {
        self.until(reference, "accepted", Some(reason));
    }

    /// The payout, once it has come so far.
    fn until(&self, reference: &str, stage: &str, reason: Option<&str>) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let payout = self.payout(reference);
            if payout["stage"] == stage && reason.is_none_or(|reason| payout["reason"] == reason) {
                return payout;
            }
            assert!(Instant::now() < deadline, "never {stage}, {reason:?}: {payout:#}\n{}", self.plane.logs());
            thread::sleep(PULSE);
        }
    }

    fn trx_of(&self, number: u8) -> u64 {
        let question = json!({"address": recipient(number), "visible": true});
        self.chain.post("/wallet/getaccount", &question)["balance"].as_u64().unwrap_or_default()
    }

    fn usdt(&self, numbers: std::ops::Range<u8>) -> Vec<u64> {
        numbers.map(|number| self.chain.usdt_of(recipient(number)) / ONE).collect()
    }
}

/// The transactions that settled them.
fn txids(payouts: &[Value]) -> Vec<String> {
    payouts.iter().map(|payout| payout["receipt"]["txid"].to_string()).collect()
}

fn frozen(status: &Value) -> bool {
    let failing = |service: &str, check: &str| {
        let checks = status[service]["checks"].as_array().cloned().unwrap_or_default();
        checks.iter().any(|one| one["name"] == check && one["ok"] == false)
    };
    failing("wallet-manager", "freeze") && failing("payout-router", "reconciliation")
}

#[test]
fn a_plane_from_an_older_backup_pays_nothing_twice() {
    let mut drill = Drill::begin();
    drill.ask("before", 0);
    all_settled(&drill.plane, 1);
    // Under way while the backup is made, at whatever step each is.
    for number in 1..4 {
        drill.ask(&format!("during-{number}"), number);
    }
    let backup = drill.backup("nightly.age");
    for number in 4..8 {
        drill.ask(&format!("after-{number}"), number);
    }
    drill.ask_trx("after-trx", 9);
    let paid = all_settled(&drill.plane, 9);
    assert_eq!((drill.usdt(0..9), drill.trx_of(9)), (vec![1, 1, 1, 1, 1, 1, 1, 1, 0], 2 * ONE));

    drill.restore(&backup);
    for number in 1..4 {
        drill.ask(&format!("during-{number}"), number);
    }
    // 6 is not repeated yet, 7 for another recipient; somebody asks for one just like 4, which is another one.
    for number in 4..6 {
        drill.ask(&format!("after-{number}"), number);
    }
    drill.ask("after-7", 8);
    drill.ask_trx("after-trx", 9);
    drill.ask("like-4", 4);
    drill.until_waiting("after-4", "halted");
    let shown = drill.until_read_all();
    let lost = shown["transactions"].as_array().expect("a list").clone();
    // What was under way may be in the register already; what came later is not.
    assert!((5..=8).contains(&lost.len()), "{shown:#}");
    let to = |number: u8| move |one: &&Value| one["payment"]["recipient"] == json!(recipient(number));
    let seventh = lost.iter().find(to(7)).expect("the payment of the one that was repeated otherwise");
    assert_eq!((&seventh["payout"], &seventh["similar"][0]["alike_in"]), (&Value::Null, &json!("amount")), "{shown:#}");

    // Nobody lifts it before all is decided.
    drill.stays_frozen();
    drill.carry_out("lost.json", &["recover", "--propose"], &["recover", "--ceremony"]);
    let before = (vec![1, 1, 1, 1, 1, 1, 1, 1, 0], 2 * ONE);
    assert_eq!((drill.usdt(0..9), drill.trx_of(9)), before, "nothing was paid meanwhile");
    drill.thaw();

    // What is kept may have paid either of these, for all that the chain says: they wait for a person.
    for reference in ["after-7", "like-4"] {
        drill.until_waiting(reference, "may_be_paid");
    }
    let id = |reference: &str| drill.payout(reference)["payout_id"].as_str().expect("an id").to_owned();
    let like_4 = id("like-4");
    drill.carry_out("new.json", &["recover", "--unpaid", &like_4, "--propose"], &["recover", "--ceremony"]);
    let mut settling = vec!["before", "during-1", "during-2", "during-3", "after-4", "after-5", "after-trx", "like-4"];
    let settled = |references: &[&str]| -> Vec<Value> {
        references.iter().map(|reference| drill.until(reference, "settled", None)).collect()
    };
    settled(&settling);
    assert_eq!(drill.usdt(0..9), [1, 1, 1, 1, 2, 1, 1, 1, 0]);
    // A merchant who comes late is not paid again either.
    drill.ask("after-6", 6);
    drill.until_waiting("after-6", "may_be_paid");
    let kept = lost.iter().find(to(6)).expect("the payment of the one that was late");
    let pair = format!("{}={}", kept["txid"].as_str().expect("a txid"), id("after-6"));
    drill.carry_out("late.json", &["recover", "--paid", &pair, "--propose"], &["recover", "--ceremony"]);
    // The merchant takes back what was repeated otherwise; the payment is no other payout's.
    done(&drill.plane, &["payout", "cancel", &id("after-7")]);
    let seventh = seventh["txid"].as_str().expect("a txid");
    drill.carry_out("other.json", &["recover", "--other", seventh, "--propose"], &["recover", "--ceremony"]);
    settling.push("after-6");
    let all = settled(&settling);
    drill.until("after-7", "cancelled", None);
    assert_eq!(drill.usdt(0..9), [1, 1, 1, 1, 2, 1, 1, 1, 0]);

    // Every payment of before but that one is the one that settled its payout; one was made since, like 4.
    let (before, since) = (txids(&paid), txids(&all));
    let astray: Vec<_> = before.iter().filter(|txid| !since.contains(txid)).collect();
    assert_eq!(astray, [&json!(seventh).to_string()], "{before:#?}\n{since:#?}");
    assert_eq!(since.len(), before.len());
    let verified = done(&drill.plane, &["audit", "verify"]);
    assert_eq!(verified["findings"], json!([]), "{verified:#}");
}
