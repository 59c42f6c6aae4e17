//! Somebody who can write to the database's file, and has the feed tell of what nobody here decided: payout-router would
//! take a transaction of a stolen key for one of ours. Whoever asks is told nothing, and nothing is signed.

use api::event::{EventPage, events};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use super::editing::{edit, fault, plane};
use super::*;

/// Edits of what the feed tells of a payment, and of an attempt that was barred.
const EDITS: [(&str, &str); 8] = [
    (
        "another transaction",
        "UPDATE outbox SET payload = replace(payload, '\"txid\":\"', '\"txid\":\"00') WHERE position = 1",
    ),
    (
        "a transaction that nobody asked for",
        "INSERT INTO outbox (kind, subject, version, at, payload) SELECT kind, 'po_mine', version, at, \
         replace(payload, 'po_0', 'po_mine') FROM outbox WHERE position = 1",
    ),
    ("a barred one as signed", "UPDATE outbox SET kind = 'attempt.registered' WHERE kind = 'attempt.voided'"),
    ("a signed one as barred", "UPDATE outbox SET kind = 'attempt.voided' WHERE position = 1"),
    (
        "another attempt",
        "UPDATE outbox SET payload = replace(payload, '\"attempt\":1', '\"attempt\":2') WHERE position = 1",
    ),
    (
        "other bytes",
        "UPDATE outbox SET payload = replace(payload, '\"raw_data\":\"0a', '\"raw_data\":\"0b') WHERE position = 1",
    ),
    ("another record", "UPDATE outbox SET payload = replace(payload, '\"seq\":', '\"seq\":1') WHERE position = 1"),
    ("nothing legible", "UPDATE outbox SET payload = '{}' WHERE position = 1"),
];

async fn told(running: &Running) -> Result<EventPage, String> {
    match running.client("payout-router").call(&events(None, 0, 100)).await {
        service::Outcome::Done(page) => Ok(page),
        service::Outcome::Refused(problem) => panic!("refused: {problem}"),
        service::Outcome::Unknown(cause) => Err(cause.to_string()),
    }
}

async fn run(path: &std::path::Path, sql: &'static str) {
    let mut file = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
}

#[tokio::test]
async fn the_feed_tells_nothing_of_attempts_that_the_log_does_not() {
    let (mut bench, path, _) = plane(true).await;
    bench.store.close().await;
    run(&path, "CREATE TABLE kept AS SELECT * FROM outbox").await;
    let mut unseen = Vec::new();
    for (what, sql) in EDITS {
        bench.store = open(&path).await;
        let running = bench.start().await;
        let before = told(&running).await.unwrap().events;
        assert_eq!((before.len(), fault(&running)), (4, None), "where nobody touched it");
        bench.store.close().await;
        edit(&path, sql).await;
        bench.store = open(&path).await;
        let running = bench.start().await;
        let answer = told(&running).await;
        let found = answer == Err("answered 503 audit_altered".to_owned()) && fault(&running) == Some("audit_altered");
        unseen.extend((!found).then_some(what));
        bench.store.close().await;
        run(&path, "DELETE FROM outbox; INSERT INTO outbox SELECT * FROM kept").await;
    }
    assert_eq!(unseen, [""; 0]);
}

/// payout-router asks the register itself for a transaction that it was not told of.
#[tokio::test]
async fn an_event_less_takes_nothing_from_what_the_register_answers() {
    let (mut bench, path, _) = plane(false).await;
    edit(&path, "DELETE FROM outbox WHERE position = 1").await;
    bench.store = open(&path).await;
    let running = bench.start().await;
    let events = told(&running).await.unwrap().events;
    assert_eq!((events.len(), fault(&running)), (1, None));
    let known = running.done("payout-router", &intent(&"po_0".parse().unwrap())).await.attempts;
    let txid = known[0].txid.unwrap();
    assert_eq!(running.done("payout-router", &api::wallet_manager::signature(txid)).await.txid, Some(txid));
}
