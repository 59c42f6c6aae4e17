//! Somebody who writes to the database's file.

use std::path::Path;

use api::wallet_manager::put_signature;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::place::{Place, payment, until};

async fn open(path: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.unwrap()
}

/// Whether the log, held against everything, is whole.
fn is_whole(place: &Place, store: &Path) -> bool {
    let config = place.write_config();
    let mut command = place.command(&["audit".as_ref(), "verify".as_ref()]);
    let output = command.arg("--config").arg(config).arg("--store").arg(store).output().unwrap();
    // One that cannot be looked at is not whole either.
    output.status.success()
}

/// Somebody gives a wallet's key another class by a row that calls itself undecided, of which no record has to tell.
#[tokio::test]
async fn a_row_of_which_nothing_was_decided_is_no_wallet() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let mut process = place.serve();
    let hot = process.hot().await;
    assert!(process.stop().success());
    let path = place.path("data").join("wallet-manager.sqlite");
    until("the database is let go", || is_whole(&place, &path).then_some(()));
    let mut file = open(&path).await;
    // Read last, where what is read later holds.
    let sql = "INSERT INTO noun_wallet (seq, id, stage, version, body) SELECT -1, 'mine', 'making', 1, \
               replace(replace(body, '\"wallet_id\":\"hot\"', '\"wallet_id\":\"mine\"'), \
                       '\"class\":\"hot\"', '\"class\":\"energy\"') FROM noun_wallet WHERE id = 'hot'";
    assert_eq!(sqlx::query(sql).execute(&mut file).await.unwrap().rows_affected(), 1);
    file.close().await.unwrap();
    let process = place.serve();
    let (raw, request) = payment(&hot, "po_a", 0);
    assert_eq!(process.done(&put_signature(raw.txid(), &request)).await.txid, raw.txid());
}

/// What `audit verify` with these arguments says, and whether that is well.
fn verified(place: &Place, arguments: &[&str]) -> (bool, String) {
    let mut command = place.command(&["audit".as_ref(), "verify".as_ref()]);
    let output = command.args(arguments).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[tokio::test]
async fn a_tail_that_was_cut_is_missed_by_whoever_knew_of_it_and_nobody_else_is_believed() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let mut process = place.serve();
    let hot = process.hot().await;
    let mut heads = Vec::new();
    for number in 0..3 {
        let (raw, request) = payment(&hot, &format!("po_{number}"), number);
        let signed = process.done(&put_signature(raw.txid(), &request)).await;
        heads.push(format!("{}:{}", signed.audit.seq, signed.audit.head));
    }
    assert!(process.stop().success());
    let whole = place.path("data").join("wallet-manager.sqlite");
    until("the database is let go", || is_whole(&place, &whole).then_some(()));
    let config = place.write_config();
    let (config, store) = (config.to_str().unwrap(), whole.to_str().unwrap().to_owned());
    assert!(verified(&place, &["--config", config]).0);
    // The newest decision as if it had never been: its records, its rows, and every checkpoint.
    let mut file = open(&whole).await;
    for sql in [
        "DELETE FROM log WHERE seq > (SELECT max(seq) FROM log WHERE kind = 'registered') - 1",
        "DELETE FROM noun_checkpoint",
        "DELETE FROM tags WHERE noun = 'attempt' AND seq = (SELECT seq FROM noun_attempt WHERE id = 'po_2/1')",
        "DELETE FROM noun_attempt WHERE id = 'po_2/1'",
        "DELETE FROM unique_keys WHERE id = 'po_2/1'",
    ] {
        sqlx::query(sql).execute(&mut file).await.unwrap();
    }
    file.close().await.unwrap();
    let missed = |arguments: &[&str]| {
        let (well, said) = verified(&place, arguments);
        assert!(!well && said.contains("(cut)"), "{arguments:?}: {said}");
    };
    missed(&["--config", config]);
    missed(&["--store", &store, "--head", heads.last().unwrap()]);
    // Whoever asks nobody is told that he has asked nobody.
    let (well, said) = verified(&place, &["--store", &store]);
    assert!(well && said.contains("nothing vouches for this log"), "{said}");
    let (_, said) = verified(&place, &["--store", &store, "--head", &heads[0]]);
    assert!(!said.contains("nothing vouches for this log"), "{said}");
}
