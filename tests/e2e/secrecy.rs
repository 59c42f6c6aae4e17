//! The value of a wallet's key is in no process of a whole plane but, at most, the one that has the token's module.

use std::fs;

use plane_tests::chain::Chain;
use plane_tests::operators::done;
use plane_tests::payouts::{all_settled, ask, recipient};
use plane_tests::plane::Plane;
use test_support::key_value;
use test_support::memory::{descendants, forms, occurrences};

/// `lucid up`, the devnet, six services, and the worker.
const PROCESSES: usize = 9;

fn is_worker(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("signing-worker"))
}

/// The 65 bytes that `lucid key show` has for a key.
fn public_key(plane: &Plane, name: &str) -> Vec<u8> {
    let shown = done(plane, &["key", "show", name]);
    let digits = shown["public_key"].as_str().unwrap_or_else(|| panic!("no public key: {shown:#}"));
    let pairs = digits.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).expect("digits"));
    pairs.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal")).collect()
}

#[test]
fn no_process_of_a_plane_but_the_worker_has_the_value_of_a_key() {
    let plane = Plane::up(|_| ());
    plane.until_ready();
    let chain = Chain::of(&plane);
    chain.fund(&plane.wallet("hot"), "500", "1000");
    assert!(ask(&plane, "one", recipient(1)), "{}", plane.logs());
    all_settled(&plane, 1);
    let pin = fs::read(plane.directory().join("secrets/wallet-manager/pin")).expect("the plane's PIN");
    let key = key_value(&plane.directory().join("token/objects"), &pin, &public_key(&plane, "hot"));
    let forms = forms(&key);

    // What is looked for would be found: here it is, and in another process the plane's name.
    assert_ne!(occurrences(std::process::id(), &forms[0]).expect("our own memory"), 0);
    let id = fs::read_to_string(plane.directory().join("plane.toml")).expect("the plane");
    let id = id.split('"').find(|word| word.starts_with("pl_")).expect("its name").to_owned();
    let processes = descendants(plane.pid());
    assert_eq!(processes.len(), PROCESSES, "{}", plane.logs());
    assert_eq!(processes.iter().filter(|pid| is_worker(**pid)).count(), 1);
    let mut named = 0;
    for pid in processes.into_iter().filter(|pid| !is_worker(*pid)) {
        let counts = forms.each_ref().map(|form| occurrences(pid, form).expect("a process of ours"));
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        assert_eq!(counts, [0; 4], "{name} has the key's value");
        let pins = occurrences(pid, &pin).expect("a process of ours");
        assert_eq!(pins, 0, "{name} has the PIN");
        named += usize::from(occurrences(pid, id.as_bytes()).expect("a process of ours") > 0);
    }
    assert!(named >= 6, "each service knows its plane: {named}");
}
