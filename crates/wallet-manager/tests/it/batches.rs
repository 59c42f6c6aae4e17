//! kill -9 of the worker in the middle of batches loses nothing and doubles nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use api::wallet_manager::SignatureView;
use api::wallet_manager::batch::{SignatureBatch, SignatureItem, SignatureOutcome, put_signatures};
use api::wallet_manager::intent;
use rustix::process::Signal;
use service::Outcome;
use tokio::task::JoinSet;

use crate::place::{Place, Process, payment, signal, until};

const BATCHES: usize = 12;
const ITEMS: usize = 32;
/// A kill after each so many milliseconds of a batch, so that some come before, some within and some after the token.
const DELAYS_MS: [u64; 6] = [1, 4, 8, 12, 16, 24];

/// Asks until every item is signed.
async fn sign(process: &Process, batch: &SignatureBatch, asked: &AtomicUsize) -> Vec<SignatureView> {
    loop {
        asked.fetch_add(1, Ordering::SeqCst);
        match process.client.call(&put_signatures(batch)).await {
            Outcome::Done(answer) => {
                assert_eq!(answer.outcomes.len(), batch.items.len());
                let signed = answer.outcomes.into_iter().map(|outcome| match outcome {
                    SignatureOutcome::Signed(view) => Some(view),
                    SignatureOutcome::Problem(problem) if problem.status >= 500 => None,
                    SignatureOutcome::Problem(problem) => panic!("refused: {problem:?}"),
                });
                if let Some(signed) = signed.collect() {
                    return signed;
                }
            }
            Outcome::Refused(problem) => panic!("refused: {problem}"),
            Outcome::Unknown(_) => {}
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_item_has_one_signature_however_often_the_worker_is_killed() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let process = Arc::new(place.serve());
    let hot = process.hot().await;
    let item = |number: usize| {
        let (raw, request) = payment(&hot, &format!("po_{number}"), number as u64);
        SignatureItem { txid: raw.txid(), request }
    };
    let batches =
        (0..BATCHES).map(|batch| SignatureBatch { items: (0..ITEMS).map(|n| item(batch * ITEMS + n)).collect() });
    let batches: Arc<Vec<_>> = Arc::new(batches.collect());
    let asked = Arc::new(AtomicUsize::new(0));
    let killed = Arc::new(AtomicBool::new(false));
    let mut callers = JoinSet::new();
    for number in 0..2 {
        let (process, batches, asked) = (Arc::clone(&process), Arc::clone(&batches), Arc::clone(&asked));
        let killed = Arc::clone(&killed);
        callers.spawn(async move {
            let mut signed = Vec::new();
            for batch in batches.iter().skip(number).step_by(2) {
                signed.push((batch.clone(), sign(&process, batch, &asked).await));
            }
            // Asked again, so that every kill finds the worker at work.
            while !killed.load(Ordering::SeqCst) {
                sign(&process, &batches[number], &asked).await;
            }
            signed
        });
    }
    let killer = {
        let (process, asked) = (Arc::clone(&process), Arc::clone(&asked));
        tokio::task::spawn_blocking(move || {
            let mut last = None;
            for delay in DELAYS_MS {
                let worker = process.worker_but(last);
                // Once another batch has been sent.
                let before = asked.load(Ordering::SeqCst);
                while asked.load(Ordering::SeqCst) == before {
                    std::thread::yield_now();
                }
                std::thread::sleep(Duration::from_millis(delay));
                signal(worker, Signal::KILL);
                last = Some(worker);
            }
        })
    };
    killer.await.unwrap();
    killed.store(true, Ordering::SeqCst);
    let signed: Vec<_> = callers.join_all().await.into_iter().flatten().collect();
    // The last answer may come before the end of the last worker is seen.
    until("every death is counted", || (process.restarts("died") == DELAYS_MS.len() as u64).then_some(()));
    for (batch, answers) in &signed {
        assert_eq!(sign(&process, batch, &asked).await, *answers, "the same batch has the same signatures");
        for (item, answer) in batch.items.iter().zip(answers) {
            let known = process.done(&intent(&answer.intent)).await.attempts;
            assert_eq!(known.iter().map(|attempt| attempt.txid).collect::<Vec<_>>(), [Some(item.txid)]);
        }
    }
    drop(Arc::into_inner(process).unwrap());
    let heads = signed.iter().flat_map(|(_, answers)| answers.iter().map(|answer| answer.audit));
    let report = place.verify_audit(heads, true);
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["attempts"], BATCHES * ITEMS);
}
