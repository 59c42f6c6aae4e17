//! Somebody who writes to the database's file, cell by cell: whatever he changes in any table, `audit verify` says so, or
//! it is a cell that decides nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use api::wallet_manager::put_signature;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, TypeInfo, ValueRef};

use crate::place::{Place, payment, until};

/// Whether nothing is decided on a cell: the feed, which is held against the log whenever it is told; the checkpoints, each of which is signed, and
/// of which the newest is not the only one that vouches; the order of rows, and when they are due, which these never are;
/// what the file says of itself.
fn is_idle(cell: &str) -> bool {
    let (table, column) = cell.split_once('.').or_else(|| cell.split_once(':')).unwrap();
    ["outbox", "noun_checkpoint", "_sqlx_migrations", "meta"].contains(&table)
        || ["seq", "next_at", "claimed_until", "woken"].contains(&column)
}

async fn open(path: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path)).await.unwrap()
}

async fn rows(file: &mut SqliteConnection, sql: String) -> Vec<SqliteRow> {
    sqlx::query(AssertSqlSafe(sql)).fetch_all(file).await.unwrap()
}

/// What would be another value of this cell.
fn other(row: &SqliteRow, column: usize) -> String {
    let value = row.try_get_raw(column).unwrap();
    let kind = value.type_info().name().to_owned();
    match (value.is_null(), kind.as_str()) {
        (true, _) => "1".to_owned(),
        (_, "INTEGER") => "{} + 1".to_owned(),
        // JSON stays JSON.
        _ => "CASE WHEN {} LIKE '%}' THEN replace({}, '1', '2') ELSE {} || 'x' END".to_owned(),
    }
}

/// A statement for each cell of some rows of each table, and one that removes each of these rows.
async fn changes(file: &mut SqliteConnection) -> Vec<(String, String)> {
    let mut changes = Vec::new();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    for table in rows(file, tables.to_owned()).await {
        let table: String = table.get(0);
        let columns = rows(file, format!("SELECT name, pk FROM pragma_table_info('{table}')")).await;
        let names: Vec<String> = columns.iter().map(|column| column.get(0)).collect();
        let keys: Vec<_> = names.iter().zip(&columns).filter(|(_, column)| column.get::<i64, _>(1) > 0).collect();
        let place: Vec<_> = keys.iter().map(|(name, _)| format!("'{name} = ' || quote({name})")).collect();
        let place = place.join(" || ' AND ' || ");
        let found = rows(file, format!("SELECT {place}, * FROM {table}")).await;
        let Some(last) = found.len().checked_sub(1) else { continue };
        for at in BTreeSet::from([0, last / 2, last]) {
            let place: String = found[at].get(0);
            // What lists records of many nouns is told apart by them.
            let noun = names.iter().position(|name| name == "noun" && !table.starts_with("noun_"));
            let noun =
                noun.map(|at_noun| format!(" of {}", found[at].get::<String, _>(at_noun + 1))).unwrap_or_default();
            changes.push((format!("{table}: a row less{noun}"), format!("DELETE FROM {table} WHERE {place}")));
            for (number, column) in names.iter().enumerate() {
                let value = other(&found[at], number + 1).replace("{}", column);
                changes.push((
                    format!("{table}.{column}{noun}"),
                    format!("UPDATE OR IGNORE {table} SET {column} = {value} WHERE {place}"),
                ));
            }
        }
    }
    changes
}

/// Whether the log, held against everything, is whole.
fn is_whole(place: &Place, store: &Path) -> bool {
    let config = place.write_config();
    let mut command = place.command(&["audit".as_ref(), "verify".as_ref()]);
    let output = command.arg("--config").arg(config).arg("--store").arg(store).output().unwrap();
    // One that cannot be looked at is not whole either.
    output.status.success()
}

#[tokio::test]
async fn no_cell_that_decides_anything_can_be_changed_unseen() {
    let mut place = Place::new();
    place.canary_ms = 3_600_000;
    // One that has limits, so that there are shares of them.
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../hsm/policy/hot.toml");
    place.sections = format!("[policy]\nfile = \"{}\"\n", policy.display());
    assert!(place.init_token().status.success());
    let mut process = place.serve();
    let hot = process.hot().await;
    for number in 0..3 {
        let (raw, request) = payment(&hot, &format!("po_{number}"), number);
        process.done(&put_signature(raw.txid(), &request)).await;
    }
    assert!(process.stop().success());
    let whole = place.path("data").join("wallet-manager.sqlite");
    until("the database is let go", || is_whole(&place, &whole).then_some(()));
    let copy: PathBuf = place.path("tampered.sqlite");
    let mut unseen = BTreeSet::new();
    let mut file = open(&whole).await;
    let changes = changes(&mut file).await;
    file.close().await.unwrap();
    for (what, sql) in changes {
        std::fs::copy(&whole, &copy).unwrap();
        let mut file = open(&copy).await;
        let done = sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut file).await;
        file.close().await.unwrap();
        // What the file itself does not take is no danger.
        if done.is_ok_and(|done| done.rows_affected() == 1) && is_whole(&place, &copy) {
            unseen.insert(what);
        }
    }
    unseen.retain(|cell| !is_idle(cell));
    assert_eq!(unseen, BTreeSet::new());
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
