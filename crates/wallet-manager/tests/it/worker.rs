//! The worker's life: killed, stopped, hung, orphaned, told to end; and that there is never a second one.

use std::fs;
use std::ops::Not as _;
use std::process::Stdio;

use api::wallet_manager::put_signature;
use rustix::process::Signal;
use service::Outcome;

use crate::faults;
use crate::place::{Place, payment, signal, until, workers_of};

#[tokio::test]
async fn a_worker_that_is_killed_is_started_anew() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let process = place.serve();
    let hot = process.hot().await;
    let (raw, request) = payment(&hot, "po_a", 0);
    let signed = process.done(&put_signature(raw.txid(), &request)).await;
    let first = process.worker();
    signal(first, Signal::KILL);
    process.renewed(first);
    assert_eq!(process.done(&put_signature(raw.txid(), &request)).await, signed);
    assert_eq!(process.restarts("died"), 1);
    let metrics = process.page("/metrics");
    assert!(metrics.contains("lucid_worker_up 1") && metrics.contains("lucid_token_up 1"), "{metrics}");
}

#[tokio::test]
async fn a_worker_that_stands_still_is_killed_and_started_anew() {
    let mut place = Place::new();
    place.worker.push_str("\nhang_ms = 300");
    assert!(place.init_token().status.success());
    let process = place.serve();
    let hot = process.hot().await;
    let (raw, request) = payment(&hot, "po_a", 0);
    let first = process.worker();
    signal(first, Signal::STOP);
    // It is on its way to a worker that does not move, and is lost with it.
    let call = put_signature(raw.txid(), &request);
    match process.client.call(&call).await {
        Outcome::Unknown(cause) => assert_eq!(cause.to_string(), "answered 503 worker_unavailable"),
        other => panic!("{other:?}"),
    }
    process.renewed(first);
    process.done(&call).await;
    assert_eq!(process.restarts("hung"), 1);
}

#[tokio::test]
async fn a_call_that_does_not_return_costs_the_worker_and_nothing_else() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    place.token.push_str("sign_timeout_ms = 300\nsessions = 2");
    place.worker.push_str("\nstop_ms = 1000");
    let process = place.serve();
    let hot = process.hot().await;
    let first = process.worker();
    let (raw, request) = payment(&hot, "po_a", 0);
    let call = put_signature(raw.txid(), &request);
    plan.set("C_Sign hang");
    match process.client.call(&call).await {
        Outcome::Unknown(cause) => assert_eq!(cause.to_string(), "answered 503 token_timeout"),
        other => panic!("{other:?}"),
    }
    process.worker_but(Some(first));
    plan.set("");
    process.renewed(first);
    process.done(&call).await;
    assert_eq!(process.restarts("token_hung"), 1, "{}", process.log());
}

#[tokio::test]
async fn a_module_that_wants_to_be_initialised_anew_gets_a_new_worker() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    let process = place.serve();
    let hot = process.hot().await;
    let first = process.worker();
    let (raw, request) = payment(&hot, "po_a", 0);
    plan.set("C_Sign rv CRYPTOKI_NOT_INITIALIZED");
    process.worker_but(Some(first));
    plan.set("");
    process.renewed(first);
    process.done(&put_signature(raw.txid(), &request)).await;
    // Whoever came before the plan was another one went as well.
    assert_ne!(process.restarts("token_restart"), 0, "{}", process.log());
}

#[test]
fn a_second_instance_is_refused() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let process = place.serve();
    process.ready();
    let second = place.serve_command().stderr(Stdio::piped()).output().unwrap();
    let complaint = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success() && complaint.contains("in use by another process"), "{complaint}");
    process.ready();
}

#[test]
fn a_worker_ends_with_its_parent() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let mut process = place.serve();
    let (parent, worker) = (process.child.id(), process.worker());
    // It cannot see the end of its stream: the kernel must end it.
    signal(worker, Signal::STOP);
    process.child.kill().unwrap();
    process.child.wait().unwrap();
    assert!(workers_of(parent).is_empty());
    // One that has ended and that nobody has buried yet has no command line.
    let command = format!("/proc/{worker}/cmdline");
    until("the worker's end", || fs::read(&command).is_ok_and(|line| !line.is_empty()).not().then_some(()));
    // Nor is it in the way of the next one.
    place.serve().ready();
}

#[test]
fn an_orderly_stop_ends_the_module_too() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    let mut process = place.serve();
    process.ready();
    let worker = process.worker();
    assert!(process.stop().success());
    assert!(!std::path::Path::new(&format!("/proc/{worker}")).exists());
    until("its last words", || process.log().contains("\"message\":\"stopped\"").then_some(()));
    let log = process.log();
    assert!(log.contains("the signing worker ends") && !log.contains("is killed"), "{log}");
    assert_eq!(plan.calls("C_Finalize"), 1);
}

#[test]
fn the_worker_is_confined() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let process = place.serve();
    process.ready();
    let worker = process.worker();
    let read = |file: &str| fs::read_to_string(format!("/proc/{worker}/{file}")).unwrap();
    let status = read("status");
    assert!(status.contains("\nNoNewPrivs:\t1\n") && status.contains("\nSeccomp:\t2\n"), "{status}");
    let limits = read("limits");
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"]);
    let environment = read("environ");
    let names: Vec<_> = environment.split('\0').filter_map(|entry| entry.split('=').next()).collect();
    assert!(names.iter().all(|name| ["", "SOFTHSM2_CONF", "HOME", "LD_LIBRARY_PATH"].contains(name)), "{names:?}");
}
