//! A good token is good, each failing line is driven through a real one, and nothing is left in it.

use std::time::{Duration, Instant};

use super::*;
use crate::pin;
use crate::profile::{Limits, PinForm};
use crate::softhsm::{Plan, SoftHsm};

fn examination(hsm: &SoftHsm) -> Examination {
    Examination {
        profile: hsm.profile.clone(),
        pin: pin::from_random([0x5a; 16]),
        throwaway: Throwaway::Session,
        signatures: 20,
        data_objects: true,
        after_wrong_pin: false,
        seed: [0x77; 16],
    }
}

/// What it says of a check, when that is not good.
fn complaints(report: &Report, check: Check) -> String {
    let found = report.findings.iter().filter(|finding| finding.check == check && finding.verdict == Verdict::Bad);
    let said = found.map(|finding| format!("{}: {}", finding.detail, finding.todo.as_deref().unwrap()));
    said.collect::<Vec<_>>().join("; ")
}

fn verdict(report: &Report, check: Check) -> Verdict {
    report.findings.iter().find(|finding| finding.check == check).unwrap().verdict
}

/// The files of the token's objects: none may come or go.
fn objects(hsm: &SoftHsm) -> usize {
    let tokens = std::fs::read_dir(hsm.profile.token_dir.as_ref().unwrap()).unwrap();
    let files = tokens.flat_map(|token| std::fs::read_dir(token.unwrap().path()).unwrap());
    files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "object")).count()
}

#[test]
fn a_good_token_can_serve_and_keeps_nothing() {
    let hsm = SoftHsm::new(2);
    let before = objects(&hsm);
    let report = examine(examination(&hsm));
    assert!(report.serves && !report.hung, "{report:#?}");
    assert!(report.findings.iter().all(|finding| finding.verdict == Verdict::Good), "{report:#?}");
    assert_eq!(objects(&hsm), before);
    assert_eq!(report.mechanisms.len(), 2);
    assert_eq!(report.timing.unwrap().signatures, 20);
    let value = |name| report.attributes.iter().find(|flag| flag.name == name).unwrap().value;
    assert_eq!((value("CKA_SENSITIVE"), value("CKA_EXTRACTABLE")), (Some(true), Some(false)));
    assert_eq!(report.token.unwrap().label, "test");
    assert!(report.library.unwrap().manufacturer.contains("SoftHSM"), "the library's own words");
}

#[test]
fn an_object_of_the_token_is_made_where_there_is_no_other_and_destroyed() {
    let mut hsm = SoftHsm::new(1);
    hsm.profile.session_objects = false;
    let before = objects(&hsm);
    let report = examine(examination(&hsm));
    assert!(!report.serves);
    assert_eq!(verdict(&report, Check::KeyGeneration), Verdict::Untried);
    assert_eq!(verdict(&report, Check::DataObject), Verdict::Untried);
    let report = examine(Examination { throwaway: Throwaway::Token, ..examination(&hsm) });
    assert!(report.serves, "{report:#?}");
    assert_eq!(report.attributes.iter().find(|flag| flag.name == "CKA_TOKEN").unwrap().value, Some(true));
    assert_eq!(objects(&hsm), before);
}

#[test]
fn each_fault_fails_its_own_line() {
    let (hsm, plan) = SoftHsm::faulty(2);
    let before = objects(&hsm);
    for (fault, check, words) in [
        ("C_GetMechanismInfo rv MECHANISM_INVALID", Check::Mechanisms, "update the vendor's client"),
        ("C_GetMechanismList hide 0x1040", Check::Mechanisms, "CKM_EC_KEY_PAIR_GEN is not among"),
        ("C_GetMechanismList hide 0x1041", Check::Mechanisms, "CKM_ECDSA is not among"),
        ("C_GenerateRandom same-random", Check::Random, "equal"),
        ("C_GetAttributeValue extractable", Check::Attributes, "CKA_NEVER_EXTRACTABLE"),
        ("C_GetAttributeValue extractable", Check::Attributes, "set: CKA_EXTRACTABLE"),
        ("C_GetAttributeValue unknown-attributes", Check::Attributes, "not confirmed: CKA_LOCAL"),
        ("C_GetAttributeValue unknown-attributes", Check::PublicKey, "cannot be read"),
        ("C_Sign other-key", Check::Signature, "take the device out of service"),
        ("C_Sign short", Check::Signature, "63 bytes"),
        ("C_Sign other-key after 4", Check::Timing, "now and then"),
        ("C_OpenSession rv SESSION_COUNT after 2", Check::Sessions, "no session beside"),
        ("C_CreateObject rv 0xd1", Check::DataObject, "audit.head_in_token = false"),
        ("C_GenerateKeyPair rv DEVICE_MEMORY", Check::KeyGeneration, "it is full"),
        ("C_GenerateKeyPair rv 0x140", Check::KeyGeneration, "no secp256k1"),
        ("C_GenerateKeyPair rv 0xd1", Check::KeyGeneration, "--token-object"),
        ("C_OpenSession rv SESSION_COUNT", Check::Login, "close sessions"),
        ("C_Initialize rv GENERAL_ERROR", Check::Library, "name the vendor's module"),
    ] {
        plan.set(fault);
        let report = examine(examination(&hsm));
        let said = complaints(&report, check);
        assert!(said.contains(words), "{fault}: {said:?} {report:#?}");
        assert!(!report.serves, "{fault}");
    }
    assert_eq!(objects(&hsm), before);
    plan.set("");
    assert!(examine(examination(&hsm)).serves, "nothing lasts");
}

#[test]
fn an_attribute_that_the_module_refuses_is_named() {
    let (mut hsm, plan) = SoftHsm::faulty(1);
    // CKA_COPYABLE.
    plan.set("C_GenerateKeyPair refuse 0x171");
    let said = complaints(&examine(examination(&hsm)), Check::KeyGeneration);
    assert!(said.contains("token.omit = [\"copyable\"]"), "{said}");
    hsm.profile.omit = [crate::OptionalAttribute::Copyable].into();
    assert!(examine(examination(&hsm)).serves);
}

#[test]
fn what_is_unusual_and_usable_is_no_reason() {
    let (hsm, plan) = SoftHsm::faulty(3);
    for (fault, words) in [
        ("C_GetAttributeValue raw-point", "bare"),
        ("C_GetAttributeValue compressed-point", "compressed"),
        ("C_Sign high-s", "20 had a high s"),
        ("C_OpenSession rv SESSION_COUNT after 3", "set token.sessions = 1"),
        ("C_GenerateRandom rv FUNCTION_FAILED", "inside the token"),
    ] {
        plan.set(fault);
        let report = examine(examination(&hsm));
        assert!(report.serves, "{fault}: {report:#?}");
        let said = format!("{:?}", report.findings);
        assert!(said.contains(words) || said.contains(&words.replace('"', "\\\"")), "{fault}: {said}");
    }
}

/// The PIN's flags, and how often it was presented.
fn presented(hsm: &SoftHsm, plan: &Plan, flags: &str, after_wrong_pin: bool) -> (usize, Report) {
    plan.set(flags);
    let report = examine(Examination { after_wrong_pin, ..examination(hsm) });
    (plan.calls("C_Login"), report)
}

#[test]
fn a_pin_with_few_tries_is_not_presented() {
    let (hsm, plan) = SoftHsm::faulty(1);
    for (flag, words) in
        [("locked", "locked"), ("final-try", "one try is left"), ("count-low", "--after-wrong-pin presents it once")]
    {
        let (tries, report) = presented(&hsm, &plan, &format!("C_GetTokenInfo pin-flag {flag}"), false);
        assert_eq!(tries, 0, "{flag}");
        let said = complaints(&report, Check::PinTries);
        assert!(said.contains(words), "{said}");
        assert_eq!(verdict(&report, Check::Login), Verdict::Untried);
    }
    assert_eq!(presented(&hsm, &plan, "C_GetTokenInfo pin-flag final-try", true).0, 0);
    let (tries, report) = presented(&hsm, &plan, "C_GetTokenInfo pin-flag count-low", true);
    assert!(report.serves && tries == 1, "{report:#?}");
    for rv in ["PIN_INCORRECT", "PIN_LOCKED", "DEVICE_ERROR"] {
        let (tries, report) = presented(&hsm, &plan, &format!("C_Login rv {rv}"), false);
        assert_eq!(tries, 1, "{rv}: presented once");
        let said = complaints(&report, Check::Login);
        assert!(said.contains("do not try again") && !said.contains("5a5a"), "{said}");
    }
}

#[test]
fn a_wrong_pin_is_seen_by_the_next_examination() {
    let hsm = SoftHsm::new(1);
    let wrong = Examination { pin: pin::from_random([0x11; 16]), ..examination(&hsm) };
    assert!(complaints(&examine(wrong), Check::Login).contains("PinIncorrect"));
    assert!(complaints(&examine(examination(&hsm)), Check::PinTries).contains("not presented"));
    assert!(examine(Examination { after_wrong_pin: true, ..examination(&hsm) }).serves);
    assert!(examine(examination(&hsm)).serves, "the right PIN has cleared it");
}

#[test]
fn a_pin_of_the_wrong_form_and_a_wrong_label_are_said_before_any_login() {
    let (mut hsm, plan) = SoftHsm::faulty(1);
    hsm.profile.pin_form = PinForm::UserAndPassword;
    plan.set("");
    assert!(complaints(&examine(examination(&hsm)), Check::PinTries).contains("user:password"));
    hsm.profile.token_label = "tset".to_owned();
    assert!(complaints(&examine(examination(&hsm)), Check::Token).contains("there are \"test\""));
    assert_eq!(plan.calls("C_Login"), 0);
}

#[test]
fn a_call_that_does_not_return_ends_the_examination() {
    let (mut hsm, plan) = SoftHsm::faulty(1);
    hsm.profile.limits = Limits { sign_ms: 200, search_ms: 20_000 };
    plan.set("C_Sign hang");
    let begun = Instant::now();
    let report = examine(examination(&hsm));
    assert!(report.hung && !report.serves);
    assert!(begun.elapsed() < Duration::from_secs(15), "the limit of a signature holds, not a search's");
    assert!(complaints(&report, Check::Signature).contains("did not return"), "{report:#?}");
    assert_eq!(verdict(&report, Check::Sessions), Verdict::Untried);
    // The call goes on hanging until this process ends, and the files that say so stay until then: set free, it would
    // go on within a module whose own end has begun.
    std::mem::forget((hsm, plan));
}
