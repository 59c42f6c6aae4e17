//! kill -9 under load, of the HTTP process, of its worker, of both: whatever was answered stays answered, and every
//! request has one signature.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api::wallet_manager::{SignatureView, intent, put_signature};
use rustix::process::Signal;
use service::Outcome;
use tokio::task::JoinSet;

use crate::limits::{governed, policy};
use crate::place::{Place, Process, payment, signal, workers_of};

const REQUESTS: usize = 240;

/// Whom a round ends with, after how many answers.
const ROUNDS: [(&[Victim], usize); 6] = [
    (&[Victim::Service], 7),
    (&[Victim::Worker, Victim::Service], 13),
    (&[Victim::Service, Victim::Worker], 3),
    (&[Victim::Standing, Victim::Service], 11),
    (&[Victim::Service], 0),
    (&[Victim::Worker, Victim::Worker, Victim::Service], 29),
];

#[derive(Debug, Clone, Copy)]
enum Victim {
    Service,
    Worker,
    /// The worker, which first stands still.
    Standing,
}

impl Victim {
    fn fall(self, service: u32) {
        let to_workers = |with| {
            for worker in workers_of(service) {
                let worker = rustix::process::Pid::from_raw(worker.cast_signed()).unwrap();
                // One that has ended meanwhile hears of nothing.
                let _ = rustix::process::kill_process(worker, with);
            }
        };
        match self {
            Self::Service => signal(service, Signal::KILL),
            Self::Worker => to_workers(Signal::KILL),
            Self::Standing => to_workers(Signal::STOP),
        }
    }
}

type Calls = Arc<Vec<api::Call<SignatureView>>>;

/// Asks for all that is still to be signed, until somebody falls; gives what was answered.
async fn round(
    process: Process,
    calls: &Calls,
    open: Vec<usize>,
    end: (&[Victim], usize),
) -> Vec<(usize, SignatureView)> {
    let (victims, after) = end;
    let service = process.child.id();
    let client = process.client.clone();
    let answered = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for number in open {
        let (client, calls, answered) = (client.clone(), Arc::clone(calls), Arc::clone(&answered));
        callers.spawn(async move {
            let Outcome::Done(signed) = client.call(&calls[number]).await else { return None };
            answered.fetch_add(1, Ordering::SeqCst);
            Some((number, signed))
        });
    }
    let victims = victims.to_vec();
    let killer = tokio::task::spawn_blocking(move || {
        while answered.load(Ordering::SeqCst) < after {
            std::thread::yield_now();
        }
        for victim in victims {
            victim.fall(service);
        }
    });
    killer.await.unwrap();
    let signed = callers.join_all().await.into_iter().flatten().collect();
    drop(process);
    signed
}

/// Asks for each until it is known what becomes of it; gives how many were signed and refused.
async fn asked(process: Process, calls: &Calls, kills: usize) -> (Process, usize, usize) {
    let client = process.client.clone();
    let mut callers = JoinSet::new();
    for number in 0..calls.len() {
        let (client, calls) = (client.clone(), Arc::clone(calls));
        callers.spawn(async move {
            loop {
                match client.call(&calls[number]).await {
                    Outcome::Done(_) => return true,
                    Outcome::Refused(problem) if problem.code == "policy_hour" => return false,
                    Outcome::Refused(problem) => panic!("refused: {problem}"),
                    Outcome::Unknown(_) => tokio::task::yield_now().await,
                }
            }
        });
    }
    let killer = tokio::task::spawn_blocking(move || {
        let mut last = None;
        for _ in 0..kills {
            let worker = process.worker_but(last);
            signal(worker, Signal::KILL);
            last = Some(worker);
        }
        process
    });
    let outcomes = callers.join_all().await;
    let signed = outcomes.iter().filter(|signed| **signed).count();
    (killer.await.unwrap(), signed, outcomes.len() - signed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_crash_and_no_crowd_makes_a_limit_wider() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    // Payments of 3 TRX each, of which a window takes ten.
    governed(&mut place, &policy(1, "3", "32", "32"));
    let process = place.serve();
    let hot = process.hot().await;
    let calls: Calls = Arc::new(
        (0..64)
            .map(|number| {
                let (raw, request) = payment(&hot, &format!("po_{number}"), number);
                put_signature(raw.txid(), &request)
            })
            .collect(),
    );
    let (process, signed, refused) = asked(process, &calls, 4).await;
    assert_eq!((signed, refused), (10, 54));
    drop(process);
    // What was taken stays taken.
    let (process, signed, refused) = asked(place.serve(), &calls, 0).await;
    assert_eq!((signed, refused), (10, 54));
    drop(process);
    place.verify_audit(std::iter::empty(), true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_nothing_is_lost_and_nothing_doubled() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let process = place.serve();
    let hot = process.hot().await;
    drop(process);
    let calls: Calls = Arc::new(
        (0..REQUESTS)
            .map(|number| {
                let (raw, request) = payment(&hot, &format!("po_{number}"), number as u64);
                put_signature(raw.txid(), &request)
            })
            .collect(),
    );
    let mut signed: BTreeMap<usize, SignatureView> = BTreeMap::new();
    for end in ROUNDS {
        let open = (0..REQUESTS).filter(|number| !signed.contains_key(number)).collect();
        signed.extend(round(place.serve(), &calls, open, end).await);
    }
    assert!(signed.len() < REQUESTS, "somebody fell before the end");
    let process = place.serve();
    process.ready();
    for number in 0..REQUESTS {
        let answer = process.done(&calls[number]).await;
        if let Some(known) = signed.insert(number, answer.clone()) {
            assert_eq!(answer, known, "what was answered is the answer");
        }
        let known = process.done(&intent(&answer.intent)).await.attempts;
        assert_eq!((known.len(), known[0].txid), (1, Some(answer.txid)));
    }
    drop(process);
    let report = place.verify_audit(signed.values().map(|answer| answer.audit), true);
    assert_eq!((&report["findings"], &report["attempts"]), (&serde_json::json!([]), &serde_json::json!(REQUESTS)));
}
