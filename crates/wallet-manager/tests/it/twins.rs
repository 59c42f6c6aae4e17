//! Two services on one token: on one database, on a copy of it, and of different planes.

use std::fs;

use api::wallet_manager::put_signature;
use service::Outcome;

use crate::place::{Place, Process, payment, until};

fn copy(place: &Place, to: &str) {
    fs::create_dir(place.path(to)).unwrap();
    for file in fs::read_dir(place.path("data")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), place.path(to).join(file.file_name())).unwrap();
    }
}

async fn outcome(process: &Process, call: &api::Call<api::wallet_manager::SignatureView>) -> String {
    match process.client.call(call).await {
        Outcome::Done(_) => "signed".to_owned(),
        Outcome::Refused(problem) => problem.code.clone(),
        Outcome::Unknown(cause) => cause.to_string(),
    }
}

fn waits_for(process: &Process, word: &str) {
    until(word, || process.page("/health/ready").contains(word).then_some(()));
}

/// Waits until the token has been told of all that the log has.
fn rests(process: &Process) {
    until("rest", || {
        let page = process.page("/metrics");
        let seq = page.lines().find_map(|line| line.strip_prefix("lucid_audit_chain_seq "))?;
        process.page("/health/ready").contains(&format!("vouches up to record {seq},")).then_some(())
    });
}

#[tokio::test]
async fn an_older_copy_of_the_database_signs_nothing() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let mut process = place.serve();
    let hot = process.hot().await;
    assert!(process.stop().success());
    copy(&place, "old");
    let process = place.serve();
    let (raw, request) = payment(&hot, "po_a", 0);
    process.done(&put_signature(raw.txid(), &request)).await;
    // While the right one runs and after it.
    place.data = "old";
    for _ in 0..2 {
        let twin = place.serve();
        waits_for(&twin, "the audit log is cut");
        let (raw, request) = payment(&hot, "po_b", 1);
        assert_eq!(outcome(&twin, &put_signature(raw.txid(), &request)).await, "answered 503 audit_cut");
    }
    place.data = "data";
    let (raw, request) = payment(&hot, "po_b", 1);
    process.done(&put_signature(raw.txid(), &request)).await;
    drop(process);
    place.verify_audit(std::iter::empty(), true);
}

#[tokio::test]
async fn of_two_that_go_on_from_one_database_the_older_stands_aside() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let process = place.serve();
    let hot = process.hot().await;
    // The token has been told of all that is copied, and nothing is under way.
    rests(&process);
    copy(&place, "copy");
    place.data = "copy";
    let twin = place.serve();
    twin.ready();
    waits_for(&process, "another process goes on from a copy");
    let (raw, request) = payment(&hot, "po_a", 0);
    let call = put_signature(raw.txid(), &request);
    assert_eq!(outcome(&process, &call).await, "answered 503 audit_cut");
    // The same payment by another transaction: one of them at most is signed.
    let (raw, request) = payment(&hot, "po_a", 1);
    assert_eq!(outcome(&twin, &put_signature(raw.txid(), &request)).await, "signed");
    // It does not come back by itself, nor by a restart.
    drop(process);
    place.data = "data";
    let again = place.serve();
    waits_for(&again, "the audit log is cut");
    assert_eq!(outcome(&again, &call).await, "answered 503 audit_cut");
    drop(again);
    twin.ready();
    drop(twin);
    place.data = "copy";
    place.verify_audit(std::iter::empty(), true);
    place.data = "data";
    place.verify_audit(std::iter::empty(), false);
}
