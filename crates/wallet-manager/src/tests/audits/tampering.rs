//! Somebody who can write to the database's file, at random: whatever he does to the log is found, by what the token and
//! the audit key vouch for, and by the register.

use std::path::Path;

use primitives::{LogPosition, UnixMs};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Row, SqliteConnection};

use super::*;

#[derive(Debug, Clone)]
enum Tampering {
    /// Turns a bit of a column's text over.
    Text {
        row: i64,
        column: &'static str,
        byte: usize,
    },
    Time {
        row: i64,
    },
    Delete {
        row: i64,
    },
    Swap {
        row: i64,
        other: i64,
    },
    Cut {
        rows: i64,
    },
    /// Changes a record and works the chain out anew from there on; perhaps without the checkpoints that show it.
    Rechain {
        row: i64,
        checkpoints: bool,
    },
    /// Removes a record and closes the gap.
    Close {
        row: i64,
        checkpoints: bool,
    },
    /// Changes what the register has, not the log.
    Register {
        row: i64,
    },
}

fn tampering(rows: i64) -> impl Strategy<Value = Tampering> {
    let row = 1..=rows;
    let two = (1..=rows, 1..rows).prop_map(move |(row, step)| (row, (row + step - 1) % rows + 1));
    let column = prop::sample::select(&["body", "kind", "head"][..]);
    prop_oneof![
        3 => (row.clone(), column, 0..400_usize).prop_map(|(row, column, byte)| Tampering::Text { row, column, byte }),
        1 => row.clone().prop_map(|row| Tampering::Time { row }),
        2 => row.clone().prop_map(|row| Tampering::Delete { row }),
        2 => two.prop_map(|(row, other)| Tampering::Swap { row, other }),
        2 => (1..=rows).prop_map(|rows| Tampering::Cut { rows }),
        3 => (row.clone(), any::<bool>()).prop_map(|(row, checkpoints)| Tampering::Rechain { row, checkpoints }),
        2 => (row.clone(), any::<bool>()).prop_map(|(row, checkpoints)| Tampering::Close { row, checkpoints }),
        1 => row.prop_map(|row| Tampering::Register { row }),
    ]
}

async fn tamper(path: &Path, rows: i64, tampering: &Tampering) {
    let mut file = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.unwrap();
    let run = async |file: &mut SqliteConnection, sql: &'static str, binds: &[i64]| {
        let query = binds.iter().fold(sqlx::query(sql), |query, bind| query.bind(*bind));
        assert!(query.execute(file).await.unwrap().rows_affected() > 0, "{sql} {binds:?} changed nothing");
    };
    match *tampering {
        Tampering::Text { row, column, byte } => {
            let (get, set) = match column {
                "body" => ("SELECT body FROM log WHERE seq = $1", "UPDATE log SET body = $2 WHERE seq = $1"),
                "kind" => ("SELECT kind FROM log WHERE seq = $1", "UPDATE log SET kind = $2 WHERE seq = $1"),
                _ => ("SELECT head FROM log WHERE seq = $1", "UPDATE log SET head = $2 WHERE seq = $1"),
            };
            let text: String = sqlx::query_scalar(get).bind(row).fetch_one(&mut file).await.unwrap();
            let mut bytes = text.into_bytes();
            let at = byte % bytes.len();
            bytes[at] ^= 1;
            let text = String::from_utf8(bytes).unwrap();
            sqlx::query(set).bind(row).bind(text).execute(&mut file).await.unwrap();
        }
        Tampering::Time { row } => run(&mut file, "UPDATE log SET at = at + 1 WHERE seq = $1", &[row]).await,
        Tampering::Delete { row } => run(&mut file, "DELETE FROM log WHERE seq = $1", &[row]).await,
        Tampering::Swap { row, other } => {
            for (from, to) in [(row, -1), (other, row), (-1, other)] {
                run(&mut file, "UPDATE log SET seq = $2 WHERE seq = $1", &[from, to]).await;
            }
        }
        Tampering::Cut { rows: cut } => run(&mut file, "DELETE FROM log WHERE seq > $1", &[rows - cut]).await,
        Tampering::Rechain { row, checkpoints } => {
            run(&mut file, "UPDATE log SET body = replace(body, '{', '{ ') WHERE seq = $1", &[row]).await;
            rechain(&mut file, row, checkpoints).await;
        }
        Tampering::Close { row, checkpoints } => {
            run(&mut file, "DELETE FROM log WHERE seq = $1", &[row]).await;
            for seq in row + 1..=rows {
                run(&mut file, "UPDATE log SET seq = seq - 1 WHERE seq = $1", &[seq]).await;
            }
            rechain(&mut file, row, checkpoints).await;
        }
        Tampering::Register { row } => {
            let id =
                "(SELECT id FROM noun_attempt ORDER BY seq LIMIT 1 OFFSET $1 % (SELECT count(*) FROM noun_attempt))";
            let sql = if row % 2 == 0 {
                format!("DELETE FROM noun_attempt WHERE id = {id}")
            } else {
                format!(
                    "UPDATE noun_attempt SET body = replace(body, '\"intent\":\"po', '\"intent\":\"xx') WHERE id = {id}"
                )
            };
            let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row).execute(&mut file).await.unwrap();
            assert_eq!(done.rows_affected(), 1);
        }
    }
    file.close().await.unwrap();
}

/// Works out every head from this record on, and removes the checkpoints that would show it.
async fn rechain(file: &mut SqliteConnection, from: i64, checkpoints: bool) {
    let rows = sqlx::query("SELECT seq, at, kind, body, head, changes FROM log ORDER BY seq")
        .fetch_all(&mut *file)
        .await
        .unwrap();
    let mut position = LogPosition::EMPTY;
    for row in rows {
        let (seq, at, head): (i64, i64, String) = (row.get(0), row.get(1), row.get(4));
        position = if seq < from {
            LogPosition { seq: seq.cast_unsigned(), head: head.parse().unwrap() }
        } else {
            position.next(UnixMs(at.cast_unsigned()), row.get(2), row.get(3), row.get(5))
        };
        let head = position.head.to_string();
        sqlx::query("UPDATE log SET head = $2 WHERE seq = $1").bind(seq).bind(head).execute(&mut *file).await.unwrap();
    }
    if checkpoints {
        let sql = "DELETE FROM noun_checkpoint WHERE CAST(id AS INTEGER) >= $1";
        sqlx::query(sql).bind(from).execute(&mut *file).await.unwrap();
    }
}

/// A stopped plane's file with four payouts, a refusal and a void, and what the token says of it.
async fn plane() -> (Bench, PathBuf, AuditHead) {
    let (mut bench, path) = filed().await;
    bench.config.audit.checkpoint_records = 9;
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    for n in 0..4 {
        let payment = Payment::usdt(&running, &hot, &format!("po_{n}")).later(n);
        running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
        running.core.audit.keep().await;
    }
    let mut wrong = Payment::usdt(&running, &hot, "po_x");
    wrong.authorisation.amount += 1;
    running.refused("usdt-manager", &put_signature(wrong.txid(), &wrong.request())).await;
    running.done("payout-router", &void_attempt(&"po_y".parse().unwrap(), AttemptNo::FIRST)).await;
    // The token is told, and the newest records have no checkpoint yet.
    running.core.audit.keep().await;
    let head = head(&running).await;
    assert!(head.checkpoint.unwrap().seq < head.token.unwrap().seq);
    assert_eq!(head.token, Some(head.position));
    bench.store.close().await;
    // Nothing may be known but by the token.
    (bench, path, AuditHead { position: LogPosition::EMPTY, ..head })
}

async fn findings(path: &Path, head: &AuditHead) -> Vec<signing_core::audit::verify::Finding> {
    let store = open(path).await;
    let found = report(&store, head).await.findings;
    store.close().await;
    found
}

#[test]
fn whatever_is_done_to_the_file_is_found() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (bench, path, head) = runtime.block_on(plane());
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(runtime.block_on(findings(&path, &head)), [], "where nobody touched it");
    let rows = head.token.unwrap().seq.cast_signed();
    let tampered = bench.directory.path().join("tampered.db");
    let config = Config { cases: 96, failure_persistence: None, ..Config::default() };
    // The same cases every time.
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&tampering(rows), |tampering| {
        std::fs::write(&tampered, &whole).unwrap();
        let found = runtime.block_on(async {
            tamper(&tampered, rows, &tampering).await;
            findings(&tampered, &head).await
        });
        prop_assert!(!found.is_empty());
        Ok(())
    });
    outcome.unwrap();
}
