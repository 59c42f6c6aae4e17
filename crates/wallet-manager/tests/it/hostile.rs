//! A taken HTTP process: here it is the test itself that starts the worker and says to it whatever it likes. The worker
//! signs nothing that nobody authorised, forgets nothing, and its next life begins as if nothing had been.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use api::wallet_manager::{SignatureRequest, WalletView, put_signature};
use primitives::TxId;
use serde_json::{Value, json};
use service::clock::SystemClock;
use service::config::{self, Environment};
use signing_core::protocol::NEWS;
use signing_core::protocol::frame::{Frame, MESSAGE_MAX};
use signing_core::worker::{COMMAND, Start};
use test_support::Plan;
use wallet_manager::WalletManager;

use crate::faults;
use crate::place::{BINARY, Place, payment, until};

/// The worker, and our end of its stream.
struct Worker {
    child: Child,
    stream: UnixStream,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // One that has ended already is not to be killed.
        let _ = self.child.kill();
        self.child.wait().unwrap();
    }
}

/// What the worker would be told by an honest parent; everything else comes from us.
fn start(place: &Place) -> Value {
    let source = service::serve::source::<WalletManager>();
    let loaded = config::load(&source, Some(&place.write_config()), &Environment::of_process()).unwrap();
    let mut context = service::testing::context("wallet-manager", Arc::new(SystemClock), &[]);
    context.base = loaded.base;
    let settings = wallet_manager::config::settings(&context, &loaded.own).unwrap();
    serde_json::to_value(Start { parent: std::process::id(), settings }).unwrap()
}

impl Worker {
    /// Starts it and waits until it serves.
    fn begin(place: &Place) -> Self {
        Self::under(place, &start(place)).unwrap_or_else(|cause| panic!("{cause}"))
    }

    /// Starts it with these first words; what it says if it does not serve.
    fn under(place: &Place, start: &Value) -> Result<Self, String> {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut command = Command::new(BINARY);
        command.arg(COMMAND).env("SOFTHSM2_CONF", place.path("softhsm2.conf"));
        command.envs(place.environment.iter().map(|(name, value)| (name, value)));
        let child = command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null()).stderr(Stdio::null());
        let child = child.spawn().unwrap();
        ours.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut worker = Self { child, stream: ours };
        worker.say(NEWS, start.to_string().as_bytes());
        loop {
            let (_, news) = worker.hear();
            if let Some(cause) = news.pointer("/Failed/cause") {
                return Err(cause.as_str().unwrap().to_owned());
            }
            if news.pointer("/Standing/serving").is_some_and(|serving| serving == true) {
                return Ok(worker);
            }
        }
    }

    fn say(&mut self, id: u64, message: &[u8]) {
        let frame = Frame { id, message: message.to_vec() };
        self.stream.write_all(&frame.to_bytes().unwrap()).unwrap();
    }

    /// The next frame.
    fn hear(&mut self) -> (u64, Value) {
        let Frame { id, message } = Frame::read_blocking(&mut self.stream).unwrap();
        (id, serde_json::from_slice(&message).unwrap())
    }

    /// The answer to a question, past all news.
    fn answer(&mut self, asked: u64) -> Value {
        loop {
            let (id, answer) = self.hear();
            if id == asked {
                return answer;
            }
        }
    }

    fn ask(&mut self, call: &Value) -> Value {
        self.say(7, json!({ "call": call }).to_string().as_bytes());
        self.answer(7)
    }

    /// Waits for its end; how it came is the system's word.
    fn end(mut self) -> std::process::ExitStatus {
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut rest = Vec::new();
        let _ = self.stream.read_to_end(&mut rest);
        until("the worker's end", || self.child.try_wait().unwrap())
    }
}

/// A service that has made a wallet and signed once, and has ended; nobody has the token sign but who asks.
async fn left() -> (Place, Plan, WalletView, Value) {
    let mut place = Place::new();
    place.canary_ms = 3_600_000;
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    let mut process = place.serve();
    let hot = process.hot().await;
    let (raw, request) = payment(&hot, "po_a", 0);
    process.done(&put_signature(raw.txid(), &request)).await;
    assert!(process.stop().success());
    let asked = json!({ "Sign": [[raw.txid(), request]] });
    (place, plan, hot, asked)
}

fn signatures(plan: &Plan) -> usize {
    plan.calls("C_SignInit") + plan.calls("C_Sign")
}

/// Something that looks like noise and is the same every time.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Messages that say nothing that anybody could be asked.
fn nonsense() -> Vec<Vec<u8>> {
    let texts = [
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        "[".repeat(100_000),
        "{\"call\":".repeat(50_000),
        json!({ "call": "Sign" }).to_string(),
        json!({ "call": { "Sign": [["00", {}]] } }).to_string(),
        json!({ "call": { "SignDigest": "00".repeat(32) } }).to_string(),
        json!({ "call": { "SignBytes": ["hot", "00".repeat(32)] } }).to_string(),
        json!({ "call": { "Checkpoint": { "seq": 1 } } }).to_string(),
        json!({ "call": { "AuditRecords": { "after": -1, "limit": 10 } } }).to_string(),
        format!("{{\"call\":{{\"Sign\":{}}}}}", "9".repeat(400)),
    ];
    let texts = texts.into_iter().map(String::into_bytes);
    texts.chain((0..200).map(|n| noise(usize::try_from(n).unwrap() * 37 % 4_096, n))).collect()
}

#[tokio::test]
async fn nonsense_is_answered_as_such_and_signs_nothing() {
    let (place, plan, hot, asked) = left().await;
    let mut worker = Worker::begin(&place);
    let before = signatures(&plan);
    for (number, message) in nonsense().iter().enumerate() {
        let id = number as u64 + 100;
        worker.say(id, message);
        let answer = worker.answer(id);
        assert_eq!(answer["Err"]["code"], "internal", "{}: {answer}", String::from_utf8_lossy(message));
    }
    // Everything that a caller may have said, and who called is not known here: no right is worth less for that.
    let (raw, request) = payment(&hot, "po_b", 1);
    let with = |change: &dyn Fn(&mut Value)| {
        let mut request = serde_json::to_value(&request).unwrap();
        change(&mut request);
        let request: SignatureRequest = serde_json::from_value(request).unwrap();
        let txid: TxId = tron_tx::hash::txid(request.raw_data.as_ref());
        json!({ "Sign": [[txid, request]] })
    };
    let last = |digits: &mut Value, bit: u8| {
        let mut text = digits.as_str().unwrap().to_owned().into_bytes();
        let at = text.len() - 1;
        text[at] = if text[at] == b'0' { b'0' + bit } else { b'0' };
        *digits = String::from_utf8(text).unwrap().into();
    };
    for (code, call) in [
        ("authority_signature", with(&|it| last(&mut it["authorisation"]["signature"], 1))),
        ("anchor_signature", with(&|it| last(&mut it["anchor"]["signature"], 1))),
        ("authority_signature", with(&|it| it["authorisation"]["signature"] = it["anchor"]["signature"].clone())),
        ("other_txid", json!({ "Sign": [["00".repeat(32), request]] })),
    ] {
        let answer = worker.ask(&call);
        assert_eq!(answer["Ok"][0]["Err"]["code"], code, "{answer}");
    }
    let answer = worker.ask(&json!({ "ProveWallet": { "id": "mine", "proof": "00" } }));
    assert!(answer["Err"].is_object(), "{answer}");
    assert_eq!(signatures(&plan), before);
    // What was signed is answered as it was, and what is authorised is signed.
    let signed = worker.ask(&asked);
    assert_eq!(signed["Ok"][0]["Ok"]["intent"], "po_a", "{signed}");
    assert_eq!(signatures(&plan), before);
    let signed = worker.ask(&with(&|_| ()));
    assert_eq!(signed["Ok"][0]["Ok"]["txid"], json!(raw.txid()), "{signed}");
    assert!(signatures(&plan) > before);
    assert!(worker.end().success());
    let report = place.verify_audit(std::iter::empty(), true);
    assert_eq!(report["attempts"], 2);
}

#[tokio::test]
async fn a_broken_stream_ends_one_life_and_costs_nothing() {
    let (place, plan, _, asked) = left().await;
    let long = u32::try_from(MESSAGE_MAX + 9).unwrap().to_le_bytes();
    let half = Frame { id: 9, message: asked.to_string().into_bytes() }.to_bytes().unwrap();
    let streams: [(&str, Vec<u8>); 7] = [
        ("a frame too long", [&long[..], &[0; 64]].concat()),
        ("a frame without end", [0xff; 12].to_vec()),
        ("a frame too short for its head", 7_u32.to_le_bytes().to_vec()),
        ("a frame of nothing", 0_u32.to_le_bytes().to_vec()),
        ("half a length", vec![1, 0]),
        ("half a frame", half[..half.len() / 2].to_vec()),
        ("noise", noise(1 << 16, 3)),
    ];
    let mut before = None;
    for (what, bytes) in streams {
        let mut worker = Worker::begin(&place);
        // It proves each key when it opens the token, and nothing more.
        let opened = signatures(&plan);
        // It may end before it has read everything.
        let _ = worker.stream.write_all(&bytes);
        let status = worker.end();
        assert!(status.code().is_some(), "{what}: {status}");
        let life = signatures(&plan) - opened;
        assert_eq!(*before.get_or_insert(life), life, "{what}");
    }
    let mut worker = Worker::begin(&place);
    assert_eq!(worker.ask(&asked)["Ok"][0]["Ok"]["intent"], "po_a");
    assert!(worker.end().success());
    place.verify_audit(std::iter::empty(), true);
}

#[tokio::test]
async fn a_flood_that_nobody_reads_the_answers_of_is_survived() {
    let (place, plan, hot, _) = left().await;
    let mut worker = Worker::begin(&place);
    let before = signatures(&plan);
    let (raw, request) = payment(&hot, "po_flood", 1);
    let mut wrong = serde_json::to_value(&request).unwrap();
    wrong["authorisation"]["signature"] = wrong["anchor"]["signature"].clone();
    let questions = [
        json!({ "call": { "Ping": null } }),
        json!({ "call": { "AuditRecords": { "after": 0, "limit": u32::MAX } } }),
        json!({ "call": { "Sign": vec![json!([raw.txid(), wrong]); 4] } }),
        json!({ "call": "nothing" }),
    ];
    let flood: Vec<u8> = (0..2_000_u64)
        .flat_map(|id| {
            let question = &questions[usize::try_from(id).unwrap() % questions.len()];
            Frame { id: id + 1, message: question.to_string().into_bytes() }.to_bytes().unwrap()
        })
        .collect();
    worker.stream.write_all(&flood).unwrap();
    // The next one is answered in its turn.
    worker.say(9_999, json!({ "call": { "Sign": [[raw.txid(), request]] } }).to_string().as_bytes());
    let signed = worker.answer(9_999);
    assert_eq!(signed["Ok"][0]["Ok"]["intent"], "po_flood", "{signed}");
    assert!(signatures(&plan) - before <= 4, "one signature, and perhaps a checkpoint");
    let status = std::fs::read_to_string(format!("/proc/{}/status", worker.child.id())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let resident: u64 = resident.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(resident < 512 * 1024, "{resident} kB");
    assert!(worker.end().success());
    place.verify_audit(std::iter::empty(), true);
}

type Change = fn(&mut Value);

/// Whom it believes, and where it signs, is not for its parent to say once it has begun.
#[tokio::test]
async fn a_worker_does_not_begin_under_others_trust() {
    let (place, plan, hot, _) = left().await;
    let before = signatures(&plan);
    let mine = crate::place::key(77).verify_key();
    let changes: [(&str, Change); 6] = [
        ("payout_issuer", |rules| rules["issuers"]["payout"] = json!(crate::place::key(77).verify_key())),
        ("anchor", |rules| rules["anchor"] = json!(crate::place::key(77).verify_key())),
        ("operators", |rules| rules["operators"] = json!({})),
        ("tokens", |rules| rules["tokens"] = json!([])),
        ("chain_id", |rules| rules["chain_id"] = json!(1)),
        ("plane", |rules| rules["plane"] = json!("pl_00000000-0000-0000-0000-000000000000")),
    ];
    for (name, change) in changes {
        let mut told = start(&place);
        change(&mut told["settings"]["rules"]);
        let cause = Worker::under(&place, &told).map(drop).unwrap_err();
        assert!(cause.contains(name), "{name}: {cause}");
    }
    let mut told = start(&place);
    told["settings"]["audit"]["head_in_token"] = json!(false);
    let cause = Worker::under(&place, &told).map(drop).unwrap_err();
    assert!(cause.contains("head_in_token"), "{cause}");
    assert_eq!(signatures(&plan), before, "the token is not even opened");
    // A database of his own has none of this plane's wallets, and no head that the token knows.
    let mut told = start(&place);
    told["settings"]["data_dir"] = json!(place.path("mine"));
    told["settings"]["rules"]["issuers"]["payout"] = json!(mine);
    std::fs::create_dir(place.path("mine")).unwrap();
    let mut worker = Worker::under(&place, &told).unwrap_or_else(|cause| panic!("{cause}"));
    let opened = signatures(&plan);
    let (raw, request) = payment(&hot, "po_mine", 1);
    let mut request = serde_json::to_value(request).unwrap();
    let signed: primitives::statement::Signed<primitives::statement::Authorisation> =
        serde_json::from_value(request["authorisation"].clone()).unwrap();
    let mine = primitives::statement::Signed::sign(signed.unverified().clone(), &crate::place::key(77));
    request["authorisation"] = json!(mine);
    let answer = worker.ask(&json!({ "Sign": [[raw.txid(), request]] }));
    assert_eq!(answer["Ok"][0]["Err"]["code"], "audit_cut", "{answer}");
    assert_eq!(signatures(&plan), opened);
    assert!(worker.end().success());
}
