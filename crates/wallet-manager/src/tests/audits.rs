//! The audit log: a record in the commit of each decision, vouched for by the token, and nothing signed without it.

mod editing;
mod feed;
mod start;
mod tampering;

use std::path::PathBuf;

use api::wallet_manager::audit::{AuditHead, AuditRecord, audit, audit_checkpoints, audit_head};
use api::wallet_manager::{WalletClass, events, intent, put_signature, void_attempt};
use primitives::{Address, AttemptNo, LogPosition};
use signing_core::NOUNS;
use signing_core::audit::entry::{Entry, Registered, Signed};
use signing_core::audit::verify::{Line, Report, Trust, Verifier};
use signing_core::audit::{AcceptError, accept_cut, relayed_for};
use store::{Incarnation, Store};
use tron_tx::PublicKey;

use super::bench::{Bench, NOW, Payment, Running};
use super::tokens::ready;

async fn records(running: &Running) -> Vec<AuditRecord> {
    running.done("operator", &audit(0, 1_000)).await.records
}

pub(super) async fn head(running: &Running) -> AuditHead {
    running.done("operator", &audit_head()).await
}

async fn kinds(running: &Running) -> Vec<String> {
    records(running).await.into_iter().map(|record| record.kind).collect()
}

/// Holds a store's log against itself, the register, and what else is told of it.
pub(super) async fn report(store: &Store, head: &AuditHead) -> Report {
    let key = head.audit_key.as_ref().map(|key| PublicKey::from_sec1(key.as_ref()).unwrap());
    let mut verifier = Verifier::new(Trust { plane: None, key });
    let take = |line: Line| -> Result<(), store::StoreError> {
        verifier.line(serde_json::from_str(&serde_json::to_string(&line).unwrap()).unwrap());
        Ok(())
    };
    signing_core::audit::export(store, None, head.clone(), NOW, take).await.unwrap();
    verifier.finish()
}

/// A bench whose store is a file.
async fn filed() -> (Bench, PathBuf) {
    let mut bench = Bench::new();
    let path = bench.directory.path().join("wallet-manager.db");
    bench.store = open(&path).await;
    (bench, path)
}

async fn open(path: &std::path::Path) -> Store {
    Store::sqlite(path, &NOUNS, Incarnation(uuid())).await.unwrap()
}

fn uuid() -> uuid::Uuid {
    uuid::Uuid::from_u128(0xa0d17)
}

#[tokio::test]
async fn every_decision_has_its_record_and_every_answer_names_it() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let signed = running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
    let mut wrong = Payment::usdt(&running, &hot, "po_b");
    wrong.authorisation.recipient = Address::from_evm([1; 20]);
    for _ in 0..3 {
        running.refused("usdt-manager", &put_signature(wrong.txid(), &wrong.request())).await;
    }
    let barred: primitives::IntentId = "po_c".parse().unwrap();
    running.done("payout-router", &void_attempt(&barred, AttemptNo::FIRST)).await;
    let problem = running.refused("payout-router", &audit_head()).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "missing_scope"));

    let log = records(&running).await;
    let kinds: Vec<_> = log.iter().map(|record| record.kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "opened",
            "key_made",
            "key_made",
            "key_decided",
            "key_made",
            "wallet_made",
            "registered",
            "signed",
            "refused",
            "voided"
        ]
    );
    let relayed_for = |record: &AuditRecord| relayed_for(&record.body).unwrap().map(String::from).unwrap_or_default();
    let callers: Vec<_> = log.iter().map(relayed_for).collect();
    let log = &log[4..];
    assert_eq!(callers[..6], ["", "", "", "operator", "operator", "operator"]);
    assert_eq!(callers[6..], ["usdt-manager", "usdt-manager", "usdt-manager", "payout-router"]);
    let entry = |record: &AuditRecord| Entry::parse(&record.kind, &record.body).unwrap().unwrap();
    let Entry::Registered(Registered { txid, recipient, amount, policy, .. }) = entry(&log[2]) else { panic!() };
    assert_eq!((txid, amount), (payment.txid(), Some(25_000_000)));
    assert_eq!((recipient, policy.is_some()), (Some(payment.authorisation.recipient), true));
    let Entry::Signed(Signed { signature, .. }) = entry(&log[3]) else { panic!() };
    assert_eq!(signature, sha256(signed.signature.as_ref()));
    let Entry::Refused(refused) = entry(&log[4]) else { panic!() };
    assert_eq!((refused.rule.as_str(), refused.intent.to_string().as_str()), ("recipient", "po_b"));

    // Every answer and event names the record, and goes on naming the same one.
    let at = |n: usize| LogPosition { seq: log[n].seq, head: log[n].head };
    assert_eq!(signed.audit, at(3));
    assert_eq!(running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await, signed);
    assert_eq!(running.done("payout-router", &intent(payment.intent())).await.attempts[0].audit, at(3));
    assert_eq!(running.done("payout-router", &intent(&barred)).await.attempts[0].audit, at(5));
    let told = running.done("payout-router", &api::event::events(None, 0, 10)).await.events;
    let told: Vec<_> = told.iter().map(|event| (event.kind.as_str(), event.data["audit"].clone())).collect();
    let value = |n: usize| serde_json::to_value(at(n)).unwrap();
    assert_eq!(told, [(events::REGISTERED, value(2)), (events::VOIDED, value(5))]);

    // The repeated refusals are counted, and the last round leaves nothing unvouched.
    running.core.audit.close().await;
    let log = records(&running).await;
    let Entry::RefusedAgain(again) = entry(log.last().unwrap()) else { panic!() };
    assert_eq!((again.times, again.first), (2, refused));
    assert_eq!(relayed_for(log.last().unwrap()), "usdt-manager", "counts name it too");
    let newest = Some(LogPosition { seq: 11, head: log[10].head });
    let head = head(&running).await;
    assert_eq!((head.token, head.checkpoint, head.fault), (newest, newest, None));
    assert_eq!(running.done("operator", &audit_checkpoints(None, 10)).await.checkpoints.len(), 1);
    let report = report(&bench.store, &self::head(&running).await).await;
    assert_eq!((report.findings, report.records, report.checkpoints, report.attempts), (vec![], 11, 1, Some(2)));
}

fn sha256(bytes: &[u8]) -> primitives::HexBytes {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).to_vec().into()
}

#[tokio::test]
async fn a_head_that_lags_is_no_alarm_and_a_cut_log_is() {
    let (mut bench, path) = filed().await;
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payments: Vec<_> = (0..4).map(|n| Payment::usdt(&running, &hot, &format!("po_{n}")).later(n)).collect();
    let sign = async |running: &Running, payment: &Payment| {
        running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await
    };
    sign(&running, &payments[0]).await;
    running.core.audit.keep().await;
    // The process ends after a commit that the token was not told of.
    sign(&running, &payments[1]).await;
    let again = bench.start().await;
    sign(&again, &payments[2]).await;
    assert_eq!(kinds(&again).await.iter().filter(|kind| *kind == "opened").count(), 2);
    bench.store.close().await;
    let old = std::fs::read(&path).unwrap();

    bench.store = open(&path).await;
    let running = bench.start().await;
    sign(&running, &payments[3]).await;
    running.core.audit.keep().await;
    let known = head(&running).await;
    bench.store.close().await;
    // An older database put back.
    std::fs::write(&path, old).unwrap();
    bench.store = open(&path).await;
    let cut = bench.start().await;
    let later = payments[3].clone().later(9);
    let failed = cut.failed("usdt-manager", &put_signature(later.txid(), &later.request())).await;
    assert_eq!(failed, "answered 503 audit_cut");
    assert_eq!(head(&cut).await.fault.as_deref(), Some("audit_cut"));
    let (status, body) = ready(&cut).await;
    assert_eq!(status.as_u16(), 503);
    assert!(body.contains("the audit log is cut: the token vouches for record"), "{body}");
    let before = records(&cut).await.len();
    let barred = cut.failed("payout-router", &void_attempt(&"po_x".parse().unwrap(), AttemptNo::FIRST)).await;
    assert_eq!(barred, "answered 503 audit_cut", "nothing is built on what is lost");
    assert_eq!(records(&cut).await.len(), before);
    let found = report(&bench.store, &known).await.findings;
    assert!(found.iter().any(|finding| finding.code == "cut"), "{found:?}");

    // A person decides that it is lost; what was kept elsewhere still tells.
    let token = cut.core.keeper.token().unwrap();
    let plane = cut.core.rules.plane;
    let accept = async |lost| accept_cut(&bench.store, &token, plane, lost, "restored", NOW).await;
    assert!(matches!(accept(LogPosition::EMPTY).await, Err(AcceptError::Other(Some(_)))));
    accept(known.token.unwrap()).await.unwrap();
    let newest = bench.store.log_position().await.unwrap();
    assert!(matches!(accept(newest).await, Err(AcceptError::Whole)));
    let restored = bench.start().await;
    let refused = restored.refused("usdt-manager", &put_signature(later.txid(), &later.request())).await;
    assert_eq!(refused.code, "frozen", "the register has lost an attempt of this intent");
    restored.core.audit.finding().unwrap();
    let log = kinds(&restored).await;
    assert_eq!(log[log.len() - 4..], ["cut_accepted", "frozen", "opened", "refused"]);
    let now = report(&bench.store, &head(&restored).await).await.findings;
    assert!(now.iter().all(|finding| finding.code == "rewritten" || finding.code == "cut"), "{now:?}");
    let found = report(&bench.store, &known).await.findings;
    assert!(!found.is_empty());
    bench.store.close().await;
}

#[tokio::test]
async fn a_token_that_keeps_no_head_is_allowed_only_on_purpose() {
    let mut bench = Bench::new();
    bench.config.audit.head_in_token = Some(false);
    let running = bench.start().await;
    running.wallet("hot", WalletClass::Hot).await;
    running.core.audit.close().await;
    assert_eq!(head(&running).await.token, None);
    let (_, body) = ready(&running).await;
    assert!(body.contains("keeps no head, by configuration"), "{body}");
}

#[tokio::test]
async fn without_room_for_the_log_nothing_is_signed_and_with_room_again_it_is() {
    // A write beyond the limit is then an error and not the end of the process.
    let _told = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(XFSZ)).unwrap();
    let (bench, _) = filed().await;
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = |n: u64| Payment::usdt(&running, &hot, &format!("po_{n}")).later(n);
    let put = |payment: &Payment| put_signature(payment.txid(), &payment.request());
    running.done("usdt-manager", &put(&payment(1))).await;
    running.core.audit.keep().await;
    running.core.audit.finding().unwrap();
    let before = records(&running).await;

    let all = rustix::process::getrlimit(rustix::process::Resource::Fsize);
    let room = |bytes: Option<u64>| {
        let limit = rustix::process::Rlimit { current: bytes, maximum: all.maximum };
        rustix::process::setrlimit(rustix::process::Resource::Fsize, limit).unwrap();
    };
    room(Some(1));
    assert_eq!(running.failed("usdt-manager", &put(&payment(2))).await, "answered 503 audit_unwritable");
    let mut wrong = payment(3);
    wrong.authorisation.amount += 1;
    let refused = running.failed("usdt-manager", &put(&wrong)).await;
    assert_eq!(refused, "answered 503 audit_unwritable", "a refusal without its record is none");
    let barred = running.failed("payout-router", &void_attempt(&"po_4".parse().unwrap(), AttemptNo::FIRST)).await;
    assert_eq!(barred, "answered 503 audit_unwritable");
    running.core.audit.keep().await;
    let (status, body) = ready(&running).await;
    assert_eq!(status.as_u16(), 503);
    assert!(body.contains("the audit log is not writable"), "{body}");
    assert_eq!(records(&running).await, before);

    room(all.current);
    // Nobody asks a service that is not ready: it looks by itself.
    running.core.audit.keep().await;
    running.core.audit.finding().unwrap();
    assert_eq!(records(&running).await.last().unwrap().kind, "resumed");
    running.done("usdt-manager", &put(&payment(2))).await;
    running.core.audit.close().await;
    let report = report(&bench.store, &head(&running).await).await;
    assert_eq!(report.findings, []);
    assert_eq!(running.core.audit.reconcile().await.unwrap(), 0);
    bench.store.close().await;
}

/// SIGXFSZ on Linux (signal(7)).
const XFSZ: i32 = 25;
