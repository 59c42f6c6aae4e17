//! Somebody who can write to the database's file, and edits what decides over signatures, not the log: it is found, and
//! nothing is signed.

use api::wallet_manager::freeze::{FreezeRequest, put_freeze};
use primitives::FreezeId;
use signer::CkaId;
use signing_core::audit::entry::CutAccepted;
use signing_core::wallet::Wallet;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use store::Commit;

use super::super::policies::PolicyFile;
use super::*;

/// Edits of rows that rule, and attempts removed: found before the first signature.
const RULING: [(&str, &str); 10] = [
    ("no attempt", "DELETE FROM noun_attempt WHERE seq = 1"),
    ("another class", "UPDATE noun_wallet SET body = replace(body, '\"hot\"', '\"treasury\"')"),
    ("another stage", "UPDATE noun_wallet SET stage = 'x'"),
    ("another version", "UPDATE noun_wallet SET version = version + 1"),
    ("no wallet", "DELETE FROM noun_wallet"),
    (
        "a wallet nobody made",
        "INSERT INTO noun_wallet (id, stage, version, body) \
        SELECT 'twin', stage, version, body FROM noun_wallet",
    ),
    ("no key", "DELETE FROM noun_key"),
    ("no stop", "DELETE FROM noun_freeze"),
    ("a stop that is over", "UPDATE noun_freeze SET body = replace(body, '\"lifted_at\":null', '\"lifted_at\":1')"),
    ("a higher policy", "UPDATE noun_policy SET body = replace(body, '\"version\":1', '\"version\":2')"),
];

/// Edits of the register and the limits that newest records made: found before the first signature as well.
const PAYMENTS: [(&str, &str); 11] = [
    ("an earlier end", "UPDATE noun_attempt SET body = replace(body, '\"expiration\":17', '\"expiration\":16')"),
    ("another time", "UPDATE noun_attempt SET body = replace(body, '\"at\":17', '\"at\":16')"),
    ("an older row", "UPDATE noun_attempt SET version = 1, stage = 'registered'"),
    ("a smaller share", "UPDATE holds SET amount = amount - 1 WHERE scope = (SELECT min(scope) FROM holds)"),
    ("no share", "DELETE FROM holds WHERE scope = (SELECT min(scope) FROM holds)"),
    ("a smaller sum", "UPDATE hold_totals SET total = 0"),
    // As many attempts as before, but another one may be signed in place of the first.
    ("another attempt in its place", "UPDATE noun_attempt SET id = 'po_z/1' WHERE seq = 1"),
    (
        "an attempt that nobody made",
        "INSERT INTO noun_attempt (id, stage, version, body) \
        SELECT 'po_z/1', stage, version, replace(body, '\"po_0\"', '\"po_z\"') FROM noun_attempt WHERE seq = 1",
    ),
    (
        "neither attempt nor record",
        "DELETE FROM noun_attempt WHERE seq = 1; \
        DELETE FROM log WHERE seq = (SELECT min(seq) FROM log WHERE kind = 'registered')",
    ),
    ("a record's word on a share", "UPDATE log SET changes = replace(changes, '25000000', '15000000')"),
    (
        "the shares, their sums and every record's word on them",
        "UPDATE log SET changes = replace(changes, '25000000', '15000000'); \
        UPDATE holds SET amount = 15000000 WHERE amount = 25000000; \
        UPDATE hold_totals SET total = (SELECT sum(amount) FROM holds WHERE holds.scope = hold_totals.scope)",
    ),
];

/// An edit that lets no other payment be signed: a transaction is one, by whatever attempts it is named. Found by the
/// comparison in the background.
const LATER: (&str, &str) = ("a free transaction", "DELETE FROM unique_keys WHERE noun = 'attempt'");

/// A stopped plane's file with two payments within limits, and a stop of all signing if it is asked for.
pub(super) async fn plane(stopped: bool) -> (Bench, PathBuf, AuditHead) {
    let (mut bench, path) = filed().await;
    let policy = PolicyFile { once: "100", hour: "1000", day: "2000", recipient: "2000", ..PolicyFile::WIDE };
    bench.config.policy.file = Some(policy.put(&bench));
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    for n in 0..2 {
        let payment = Payment::usdt(&running, &hot, &format!("po_{n}")).later(n);
        running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
    }
    if stopped {
        running.done("payout-router", &void_attempt(&"po_v".parse().unwrap(), AttemptNo::FIRST)).await;
        let freeze_id = FreezeId::derive(uuid(), &["stop"]);
        running.done("operator", &put_freeze(&FreezeRequest { freeze_id, reason: "a stop".to_owned() })).await;
    }
    assert_eq!(running.core.audit.reconcile().await.unwrap(), 0, "where nobody touched it");
    running.core.audit.close().await;
    let head = head(&running).await;
    bench.store.close().await;
    (bench, path, head)
}

pub(super) async fn edit(path: &std::path::Path, sql: &'static str) {
    let mut file = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.unwrap();
    let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut file).await.unwrap();
    assert!(done.rows_affected() > 0, "{sql} changes nothing");
    file.close().await.unwrap();
}

/// Starts on a copy of the file that was edited so; whether the edit is found offline is asserted on the way.
async fn edited(
    bench: &mut Bench,
    whole: &[u8],
    path: &std::path::Path,
    head: &AuditHead,
    sql: &'static str,
) -> Running {
    bench.store.close().await;
    std::fs::write(path, whole).unwrap();
    edit(path, sql).await;
    bench.store = open(path).await;
    let found = report(&bench.store, head).await.findings;
    assert!(!found.is_empty(), "{sql} is not found offline");
    bench.start().await
}

/// The code under which nothing is signed, if so.
pub(super) fn fault(running: &Running) -> Option<&'static str> {
    running.core.audit.sound().err().map(|fault| fault.code())
}

#[tokio::test]
async fn an_edited_row_that_rules_is_found_before_the_first_signature() {
    let (mut bench, path, head) = plane(true).await;
    let whole = std::fs::read(&path).unwrap();
    let mut unseen = Vec::new();
    for (what, sql) in RULING {
        let running = edited(&mut bench, &whole, &path, &head, sql).await;
        unseen.extend((fault(&running) != Some("audit_altered")).then_some(what));
    }
    assert_eq!(unseen, [""; 0]);
}

#[tokio::test]
async fn an_edited_register_or_limit_is_found_before_the_first_signature_and_in_the_background() {
    let (mut bench, path, head) = plane(false).await;
    let whole = std::fs::read(&path).unwrap();
    let (mut unseen, mut unseen_behind) = (Vec::new(), Vec::new());
    for (what, sql) in PAYMENTS {
        let running = edited(&mut bench, &whole, &path, &head, sql).await;
        unseen.extend((fault(&running) != Some("audit_altered")).then_some(what));
        unseen_behind.extend((running.core.audit.reconcile().await.unwrap() == 0).then_some(what));
    }
    assert_eq!((unseen, unseen_behind), (vec![], vec![]));
    let (what, sql) = LATER;
    let running = edited(&mut bench, &whole, &path, &head, sql).await;
    assert_eq!(fault(&running), None, "{what}");
    assert!(running.core.audit.reconcile().await.unwrap() > 0, "{what}");
    assert_eq!(fault(&running), Some("audit_altered"), "{what}");
}

/// Goes back to an older policy file after the row that remembers the highest was edited so.
async fn older_policy_after(sql: &'static str) {
    let (mut bench, path) = filed().await;
    bench.config.policy.file = Some(PolicyFile { version: 2, ..PolicyFile::WIDE }.put(&bench));
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    bench.store.close().await;
    edit(&path, sql).await;
    PolicyFile::WIDE.put(&bench);
    bench.store = open(&path).await;
    let running = bench.start().await;
    assert!(running.core.policy.current().is_err(), "{sql}");
    let payment = Payment::usdt(&running, &hot, "po_a");
    let outcome = running.client("usdt-manager").call(&put_signature(payment.txid(), &payment.request())).await;
    assert!(!matches!(outcome, service::Outcome::Done(_)), "{sql}");
}

#[tokio::test]
async fn an_older_policy_does_not_come_back_with_its_row_removed() {
    older_policy_after("DELETE FROM noun_policy").await;
}

#[tokio::test]
async fn an_older_policy_does_not_come_back_with_its_row_lowered() {
    older_policy_after("UPDATE noun_policy SET body = replace(body, '\"version\":2', '\"version\":0')").await;
}

#[tokio::test]
async fn nothing_is_signed_over_an_edited_store_and_stopping_still_works() {
    let (mut bench, path, head) = plane(false).await;
    let whole = std::fs::read(&path).unwrap();
    let running = edited(&mut bench, &whole, &path, &head, LATER.1).await;
    let hot = running.done("operator", &api::wallet_manager::wallet(&"hot".parse().unwrap())).await;
    let payment = |n: u64| Payment::usdt(&running, &hot, &format!("po_new_{n}")).later(n);
    let before = payment(10);
    running.done("usdt-manager", &put_signature(before.txid(), &before.request())).await;
    running.core.audit.reconcile().await.unwrap();
    let after = payment(11);
    let failed = running.failed("usdt-manager", &put_signature(after.txid(), &after.request())).await;
    assert_eq!(failed, "answered 503 audit_altered");
    assert_eq!(super::head(&running).await.fault.as_deref(), Some("audit_altered"));
    let freeze_id = FreezeId::derive(uuid(), &["stop"]);
    running.done("operator", &put_freeze(&FreezeRequest { freeze_id, reason: "edited".to_owned() })).await;
}

#[tokio::test]
async fn a_database_of_an_older_version_is_called_that() {
    let bench = Bench::new();
    // As it was before records told of rows: a record without any, and a wallet that none tells of.
    let first = CutAccepted { lost: LogPosition::EMPTY, because: "nothing".to_owned() };
    bench.store.commit(Commit::new(NOW).log(first.into())).await.unwrap();
    let wallet = Wallet::new("hot".parse().unwrap(), WalletClass::Hot, CkaId::new([1; 16]), NOW);
    bench.store.commit(Commit::new(NOW).insert(&wallet)).await.unwrap();
    let running = bench.start().await;
    let fault = running.core.audit.sound().unwrap_err();
    assert_eq!(fault.code(), "audit_altered");
    assert!(fault.to_string().contains("log begins in format 1"), "{fault}");
}
