//! A disk that is really full: a file system of a few MB under the data or under the token.
//!
//! It is mounted in a mount namespace of the test's own, into which the test starts itself anew; without root it is in a
//! user namespace as well.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use api::Call;
use api::wallet_manager::{SignatureView, WalletView, intent, put_signature};
use service::Outcome;

use crate::place::{Place, Process, payment, until, wallet_request};

const INSIDE: &str = "TEST_HAS_OWN_MOUNTS";

/// Runs the test of this name in namespaces of its own; false there, where the test is to go on.
fn goes_elsewhere(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    let mut unshare = Command::new("unshare");
    unshare.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-Urm" });
    unshare.arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]).env(INSIDE, "1");
    let status = unshare.status().expect("unshare of util-linux");
    assert!(status.success(), "in a mount namespace: {status}");
    true
}

/// A file system of this size, and nothing else on it.
fn mount(place: &Path, kibibytes: u32) {
    fs::create_dir_all(place).unwrap();
    let mut command = Command::new("mount");
    command.args(["-t", "tmpfs", "-o", &format!("size={kibibytes}k,mode=0700"), "none"]).arg(place);
    assert!(command.status().expect("mount of util-linux").success());
}

/// Takes all the space that is left, to the last byte.
struct Filler(PathBuf);

impl Filler {
    fn fill(directory: &Path) -> Self {
        let path = directory.join("filler");
        let mut file = File::create(&path).unwrap();
        for size in [65_536, 4_096, 1] {
            loop {
                match file.write_all(&vec![1; size]) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => panic!("{error}"),
                }
            }
        }
        Self(path)
    }

    fn remove(self) {
        fs::remove_file(self.0).unwrap();
    }
}

#[tokio::test]
async fn without_space_for_the_log_nothing_is_signed_until_there_is_again() {
    if goes_elsewhere("full_disk::without_space_for_the_log_nothing_is_signed_until_there_is_again") {
        return;
    }
    let place = Place::new();
    mount(&place.path("data"), 3_072);
    assert!(place.init_token().status.success());
    let process = place.serve();
    let hot = process.hot().await;
    let mut signed: Vec<SignatureView> = Vec::new();
    let filler = Filler::fill(&place.path("data"));
    // What the database has of space already it may still use: each of these has its record.
    let (refused, code) = loop {
        let number = signed.len() as u64;
        let (raw, request) = payment(&hot, &format!("po_{number}"), number);
        match process.client.call(&put_signature(raw.txid(), &request)).await {
            Outcome::Done(view) => signed.push(view),
            Outcome::Unknown(cause) => break (put_signature(raw.txid(), &request), cause.to_string()),
            Outcome::Refused(problem) => panic!("refused: {problem}"),
        }
        assert!(signed.len() < 5_000, "the disk is full and everything is signed");
    };
    assert_eq!(code, "answered 503 audit_unwritable");
    let name = format!("po_{}", signed.len()).parse().unwrap();
    assert!(process.done(&intent(&name)).await.attempts.is_empty(), "nothing is registered without its record");
    until("not ready", || process.page("/health").contains("the audit log is not writable").then_some(()));

    filler.remove();
    // Nobody asks it to sign meanwhile: it finds out by itself.
    process.ready();
    signed.push(process.done(&refused).await);
    drop(process);
    let report = place.verify_audit(signed.iter().map(|view| view.audit), true);
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(report["attempts"], signed.len());
}

#[tokio::test]
async fn without_space_in_the_token_no_wallet_is_shown_until_its_key_is_whole() {
    if goes_elsewhere("full_disk::without_space_in_the_token_no_wallet_is_shown_until_its_key_is_whole") {
        return;
    }
    let place = Place::new();
    mount(&place.path("token"), 512);
    assert!(place.init_token().status.success());
    let process = place.serve();
    let hot = process.hot().await;
    process.ready();
    let filler = Filler::fill(&place.path("token"));
    let second = wallet_request("second");
    for _ in 0..2 {
        match process.client.call(&second).await {
            Outcome::Unknown(cause) => assert!(cause.to_string().starts_with("answered 503 "), "{cause}"),
            other => panic!("{other:?}"),
        }
    }
    filler.remove();
    process.ready();
    let made = until_made(&process, &second).await;
    assert_ne!(made.address, hot.address);
    for (number, wallet) in [&hot, &made].into_iter().enumerate() {
        let (raw, request) = payment(wallet, &format!("po_{number}"), number as u64);
        process.done(&put_signature(raw.txid(), &request)).await;
    }
    // And a worker that has never seen it finds it as well.
    drop(process);
    let again = place.serve();
    again.ready();
    assert_eq!(again.done(&second).await, made);
}

/// Asks until it is made: the token may have to be opened anew.
async fn until_made(process: &Process, call: &Call<WalletView>) -> WalletView {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        match process.client.call(call).await {
            Outcome::Done(made) => return made,
            other => assert!(Instant::now() < deadline, "never made: {other:?}\n{}", process.log()),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
