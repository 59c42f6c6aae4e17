//! Exports and what is said of them.

use std::fs;

use clap::Parser;
use primitives::{AttemptNo, UnixMs};
use signing_core::NOUNS;
use signing_core::audit::entry::Voided;
use store::{Commit, Incarnation, Store};

use super::*;

async fn make(path: &Path, records: u32) -> LogPosition {
    let fresh: Incarnation = "6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
    let store = Store::sqlite(path, &NOUNS, fresh).await.unwrap();
    for n in 1..=records {
        let voided = Voided { intent: "po_a".parse().unwrap(), attempt: AttemptNo(n) };
        store.commit(Commit::new(UnixMs(n.into())).log(voided.into())).await.unwrap();
    }
    let position = store.log_position().await.unwrap();
    store.close().await;
    position
}

fn report(arguments: &[&str]) -> anyhow::Result<Report> {
    let command = AuditCommand::parse_from(["audit", "verify"].iter().chain(arguments));
    match command.what {
        What::Verify(verify) => verify.report(),
        What::Export(_) | What::AcceptCut(_) => panic!("another command"),
    }
}

fn codes(report: &Report) -> Vec<(&'static str, Option<u64>)> {
    report.findings.iter().map(|finding| (finding.code, finding.seq)).collect()
}

#[test]
fn a_database_and_its_export_are_verified_alike() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wallet-manager.sqlite");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let newest = runtime.block_on(make(&path, 5));
    let at = path.to_str().unwrap();
    // What the register lacks is found: these records have no attempts.
    let of_store = report(&["--store", at]).unwrap();
    assert_eq!((of_store.position, of_store.records), (newest, 5));
    assert_eq!(codes(&of_store), (1..=5).map(|seq| ("register", Some(seq))).collect::<Vec<_>>());

    let mut lines = Vec::new();
    let sought = Sought::parse_from(["sought", "--store", at]);
    let take = |line| {
        lines.push(line);
        Ok(())
    };
    sought.lines(take).unwrap();
    lines.retain(|line| !matches!(line, Line::End { .. }));
    lines.push(Line::End { register: false, rows: false, at_rest: true });
    let export = directory.path().join("export.jsonl");
    let write = |lines: &[Line]| {
        let text: Vec<_> = lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect();
        fs::write(&export, text.concat()).unwrap();
        report(&["--file", export.to_str().unwrap(), "--head", &format!("{}:{}", newest.seq, newest.head)])
    };
    assert_eq!(codes(&write(&lines).unwrap()), []);
    let mut without = lines.clone();
    without.remove(3);
    assert_eq!(codes(&write(&without).unwrap()), [("dropped", Some(3))]);
    let mut cut = lines.clone();
    cut.remove(5);
    let found = codes(&write(&cut).unwrap());
    assert_eq!(found, [("cut", Some(5)), ("cut", Some(5))], "by its first line and by the head that was noted");
    lines.pop();
    assert!(write(&lines).unwrap_err().to_string().contains("cut off"));
}

#[derive(Debug, Parser)]
struct Wrapped {
    #[command(flatten)]
    sought: Sought,
}

impl Sought {
    fn parse_from<const N: usize>(arguments: [&str; N]) -> Self {
        Wrapped::parse_from(arguments).sought
    }
}

#[test]
fn what_is_not_there_is_said() {
    for arguments in [&["--store", "/nowhere/at.all"][..], &["--file", "/nowhere/at.all"], &[]] {
        report(arguments).unwrap_err();
    }
    assert!(position("12:xx").is_err() && position("x").is_err() && public_key("04").is_err());
}

#[test]
fn heads_that_were_noted_outside_of_the_database_show_a_cut() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let made = |name: &str, records: u32| {
        let path = directory.path().join(name);
        let newest = runtime.block_on(make(&path, records));
        (path.to_str().unwrap().to_owned(), newest)
    };
    let ((whole, fifth), (cut, third)) = (made("whole.sqlite", 5), made("cut.sqlite", 3));
    let file = directory.path().join("heads");
    let heads = file.to_str().unwrap();
    let line = |position: LogPosition| format!("{}:{}\n", position.seq, position.head);
    fs::write(&file, line(third) + &line(fifth)).unwrap();
    let found = |store: &str| {
        let (alone, held) =
            (report(&["--store", store]).unwrap(), report(&["--store", store, "--heads", heads]).unwrap());
        (held.heads - alone.heads, held.findings.len() - alone.findings.len())
    };
    assert_eq!((found(&whole), found(&cut)), ((2, 0), (2, 1)));
    fs::write(&file, "5:\n").unwrap();
    assert!(report(&["--store", &whole, "--heads", heads]).is_err());
}
