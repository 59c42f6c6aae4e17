//! `token init` and `token doctor`, as processes over a real token.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::faults;
use crate::place::Place;

fn token(place: &Place, words: &[&str]) -> Output {
    let mut command = place.command(&[Path::new("token"), Path::new("--json")]);
    command.envs(place.environment.iter().map(|(name, value)| (name, value))).args(words).output().unwrap()
}

/// What doctor says of the token of the place's configuration, which can serve or not, as said.
fn doctor(place: &Place, words: &[&str], serves: bool) -> Value {
    let config = place.write_config();
    let output = token(place, &[&["doctor", "--config", config.to_str().unwrap()], words].concat());
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(i32::from(!serves)), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(document["report"]["serves"], serves);
    document
}

fn todo(document: &Value, check: &str) -> String {
    let findings = document["report"]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["check"] == check).unwrap()["todo"].as_str().unwrap().to_owned()
}

/// Every file of the token, with its content; but for its own, in which a login is noted.
fn content(place: &Place) -> Vec<(String, Vec<u8>)> {
    let tokens = fs::read_dir(place.path("token")).unwrap().map(|token| token.unwrap().path());
    let files = tokens.flat_map(|token| fs::read_dir(token).unwrap()).map(|file| file.unwrap().path());
    let files = files.filter(|path| !path.ends_with("token.object"));
    let mut read: Vec<_> = files.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect();
    read.sort();
    read
}

#[test]
fn doctor_says_that_a_token_can_serve_and_leaves_it_as_it_was() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let before = content(&place);
    let document = doctor(&place, &["--signatures", "20"], true);
    assert_eq!(document["profile"]["name"], "softhsm");
    assert_eq!(document["report"]["timing"]["signatures"], 20);
    assert_eq!(content(&place), before, "not a byte of it");
    doctor(&place, &["--token-object"], true);
    let names = |content: Vec<(String, Vec<u8>)>| content.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(content(&place)), names(before));
}

#[test]
fn doctor_fails_with_what_to_do_and_does_not_hang_with_the_module() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    plan.set("C_GetTokenInfo pin-flag final-try");
    assert!(todo(&doctor(&place, &[], false), "pin_tries").contains("by hand"));
    assert_eq!(plan.calls("C_Login"), 0);
    plan.set("C_Login rv PIN_INCORRECT");
    assert!(todo(&doctor(&place, &[], false), "login").contains("do not try again"));
    assert_eq!(plan.calls("C_Login"), 1);
    place.token.push_str("sign_timeout_ms = 300\n");
    plan.set("C_Sign hang");
    let begun = Instant::now();
    assert_eq!(doctor(&place, &[], false)["report"]["hung"], true);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "neither the call nor the module's exit handlers are waited for"
    );
}

#[test]
fn a_token_is_made_with_pins_that_are_there_or_asked_for_and_never_twice() {
    let place = Place::new();
    let pin = place.path("pin");
    let pin = pin.to_str().unwrap();
    let refused = |words: &[&str], why: &str| {
        let output = token(&place, &[&["init", "--pin-file", pin], words].concat());
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(said["error"].as_str().unwrap().contains(why), "{said}");
    };
    refused(&[], "--draw-pins draws one");
    assert!(!place.path("pin").exists() && !place.path("token").exists(), "nothing was begun");
    assert!(place.init_token().status.success());
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(pin).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o400);
    let before = content(&place);
    refused(&["--draw-pins"], "exists already");
    assert_eq!(content(&place), before);
    let kept = token(&place, &["init", "--pin-file", pin, "--keep"]);
    let said: Value = serde_json::from_slice(&kept.stdout).unwrap();
    assert_eq!((kept.status.code(), &said["made"]), (Some(0), &Value::Bool(true)), "{said}");
    assert_eq!(content(&place), before, "it was there, and is as it was");
}

#[test]
fn a_vendors_token_is_for_the_vendors_tools() {
    let place = Place::new();
    for name in ["luna", "cloudhsm", "yubihsm2", "nitrokey-hsm2"] {
        let output = token(&place, &["init", "--profile", name]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(said["made"] == false && !said["steps"].as_array().unwrap().is_empty(), "{said}");
    }
    let listed: Value = serde_json::from_slice(&token(&place, &["profiles"]).stdout).unwrap();
    assert_eq!(listed.as_array().unwrap().len(), 5);
    assert_eq!(listed[0]["profile"]["evidence"]["hardware"], Value::Array(vec![]));
}

#[test]
fn a_placeholder_stops_the_start() {
    let mut place = Place::new();
    place.token = "profile = \"luna\"\nmodule = \"/usr/lib/none.so\"\n".to_owned();
    let output = place.serve_command().output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("token.network") && said.contains("luna.invalid"), "{said}");
    place.token = "profile = \"yubihsm2\"\nmodule = \"/usr/lib/none.so\"\n[audit]\nhead_in_token = true\n".to_owned();
    let output = place.serve_command().output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("audit.head_in_token"), "{said}");
}
