//! What is secret, the value of a wallet's key and the PIN, is in the memory of the worker and of no other process, and
//! nobody may look there. `tests/e2e/secrecy.rs` looks into all processes of a plane.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

use api::wallet_manager::{WalletView, put_signature};
use test_support::key_value;
use test_support::memory::{descendants, forms, occurrences};

use crate::place::{BINARY, PLANE, Place, Process, payment};

/// What the containers run as.
const NOBODY: u32 = 65_532;

/// A service whose token has just signed some payments.
async fn at_work() -> (Place, Process, WalletView) {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let process = place.serve();
    let hot = process.hot().await;
    for number in 0..8 {
        let (raw, request) = payment(&hot, &format!("po_{number}"), number);
        process.done(&put_signature(raw.txid(), &request)).await;
    }
    (place, process, hot)
}

#[tokio::test]
async fn no_process_but_the_worker_has_the_value_of_a_key() {
    let (place, process, hot) = at_work().await;
    let pin = fs::read(place.path("pin")).unwrap();
    let forms = forms(&key_value(&place.path("token"), &pin, hot.public_key.as_ref()));

    // What is looked for would be found: here it is.
    assert_ne!(occurrences(std::process::id(), &forms[0]).unwrap(), 0);
    let worker = process.worker();
    let processes = descendants(process.child.id());
    assert!(processes.contains(&worker), "the service has children");
    for pid in processes.into_iter().filter(|pid| *pid != worker) {
        let counts = forms.each_ref().map(|form| occurrences(pid, form).unwrap());
        assert_eq!(counts, [0; 4], "process {pid}");
    }
}

/// Without the PIN nobody else opens the token.
#[tokio::test]
async fn the_pin_is_in_the_worker_alone() {
    let (place, process, _) = at_work().await;
    let pin = fs::read(place.path("pin")).unwrap();
    assert_eq!(pin.len(), 32);
    // What is looked for would be found: the parent has read its configuration.
    assert_ne!(occurrences(process.child.id(), PLANE.as_bytes()).unwrap(), 0);
    assert_eq!(occurrences(process.child.id(), &pin).unwrap(), 0);
    let authority = [[0x6b_u8; 31].as_slice(), &[0x11]].concat();
    assert_eq!(occurrences(process.child.id(), &authority).unwrap(), 0);
    match occurrences(process.worker(), &pin) {
        // Only root may look: the worker is undumpable.
        Ok(count) => assert_ne!(count, 0),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied),
    }
}

/// The command line that runs a program as nobody where we are root, and otherwise as who we are.
fn unprivileged(program: &str) -> Vec<String> {
    let nobody = NOBODY.to_string();
    let mut line = Vec::new();
    if rustix::process::geteuid().is_root() {
        line.extend(["setpriv", "--reuid", &nobody, "--regid", &nobody, "--clear-groups", "--"].map(str::to_owned));
    }
    line.push(program.to_owned());
    line
}

/// Gives a place to nobody, with a copy of the program that nobody may run.
fn given_away(place: &Place) {
    let program = place.path("wallet-manager");
    fs::copy(BINARY, &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    if rustix::process::geteuid().is_root() {
        let mut left = vec![place.path("")];
        while let Some(path) = left.pop() {
            chown(&path, Some(NOBODY), Some(NOBODY)).unwrap();
            if path.is_dir() {
                left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
    }
}

#[test]
fn not_even_the_workers_own_user_may_look_into_its_memory() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    fs::create_dir(place.path("data")).unwrap();
    place.write_config();
    given_away(&place);
    place.program = unprivileged(place.path("wallet-manager").to_str().unwrap());
    let process = place.serve();
    process.ready();
    let read = |pid: u32| {
        let line = unprivileged("head");
        let maps = format!("/proc/{pid}/maps");
        Command::new(&line[0]).args(&line[1..]).args(["--bytes=1", &maps]).output().unwrap()
    };
    let (parent, worker) = (process.child.id(), process.worker());
    // The same user reads the parent: what keeps the worker from being read is the worker's own doing.
    assert!(read(parent).status.success());
    let refused = read(worker);
    let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && complaint.contains("Permission denied"), "{complaint}");
}
