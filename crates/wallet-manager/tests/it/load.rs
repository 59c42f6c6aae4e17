//! kill -9 of the worker under load loses nothing and doubles nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use api::wallet_manager::{SignatureView, events, intent, put_signature};
use rustix::process::Signal;
use service::Outcome;
use tokio::task::JoinSet;

use crate::place::{Place, Process, payment, signal, until};

const REQUESTS: usize = 320;
const CALLERS: usize = 16;
const KILLS: usize = 10;
/// Moves the kills; any number does.
const SEED: u64 = 0x5eed_2026_1123;

/// After how many answers each kill comes: from a seed, ascending.
fn moments(seed: u64) -> Vec<usize> {
    let mut state = seed;
    let mut moments: Vec<_> = std::iter::repeat_with(|| {
        // Knuth's MMIX generator; its high bits.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % (REQUESTS * 9 / 10)
    })
    .take(KILLS)
    .collect();
    moments.sort_unstable();
    moments
}

/// Asks until there is an answer.
async fn sign(process: &Process, call: &api::Call<SignatureView>) -> SignatureView {
    loop {
        match process.client.call(call).await {
            Outcome::Done(signed) => return signed,
            Outcome::Refused(problem) => panic!("refused: {problem}"),
            Outcome::Unknown(_) => tokio::time::sleep(Duration::from_millis(3)).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_has_one_signature_however_often_the_worker_is_killed() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let process = Arc::new(place.serve());
    let hot = process.hot().await;
    let calls: Arc<Vec<_>> = Arc::new(
        (0..REQUESTS)
            .map(|number| {
                let (raw, request) = payment(&hot, &format!("po_{number}"), number as u64);
                put_signature(raw.txid(), &request)
            })
            .collect(),
    );
    let answered = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (process, calls, answered) = (Arc::clone(&process), Arc::clone(&calls), Arc::clone(&answered));
        callers.spawn(async move {
            let mut signed = Vec::new();
            for number in (caller..REQUESTS).step_by(CALLERS) {
                signed.push((number, sign(&process, &calls[number]).await));
                answered.fetch_add(1, Ordering::SeqCst);
            }
            signed
        });
    }
    let killer = {
        let (process, answered) = (Arc::clone(&process), Arc::clone(&answered));
        tokio::task::spawn_blocking(move || {
            let mut last = None;
            for moment in moments(SEED) {
                while answered.load(Ordering::SeqCst) < moment {
                    std::thread::yield_now();
                }
                let worker = process.worker_but(last);
                signal(worker, Signal::KILL);
                last = Some(worker);
            }
        })
    };
    let signed: BTreeMap<_, _> = callers.join_all().await.into_iter().flatten().collect();
    killer.await.unwrap();
    assert_eq!(signed.len(), REQUESTS);
    // The last answer may come before the end of the last worker is seen.
    until("every death is counted", || (process.restarts("died") == KILLS as u64).then_some(()));

    for (number, answer) in &signed {
        assert_eq!(sign(&process, &calls[*number]).await, *answer, "the same request has the same signature");
        let known = process.done(&intent(&answer.intent)).await.attempts;
        assert_eq!(known.len(), 1);
        assert_eq!(known[0].txid, Some(answer.txid));
    }
    let mut registered = BTreeMap::new();
    let mut after = None;
    loop {
        let page = process.done(&api::event::events(after.as_deref(), 0, 100)).await;
        if page.events.is_empty() {
            break;
        }
        for event in page.events.into_iter().filter(|event| event.kind == events::REGISTERED) {
            *registered.entry(event.subject).or_insert(0) += 1;
        }
        after = Some(page.next);
    }
    assert_eq!(registered.len(), REQUESTS);
    assert!(registered.values().all(|count| *count == 1), "each was registered once");

    // All of it at once, and the newest records not told to the token: no false alarm, and nothing missing.
    drop(Arc::into_inner(process).unwrap());
    let report = place.verify_audit(signed.values().map(|answer| answer.audit), true);
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["attempts"], REQUESTS);
    let heads = REQUESTS as u64 + 2;
    assert_eq!(report["heads"].as_u64(), Some(heads), "those of the answers, the token's and the log's own");
}
