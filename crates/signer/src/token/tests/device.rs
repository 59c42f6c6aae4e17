//! The rows of the table of errors that leave the device alone, driven through a real token.

use std::time::Duration;

use super::rows::{LONG, open, patience, rv, sign};
use super::*;
use crate::condition::{Condition, Sessions};

#[test]
fn a_removed_device_is_left_alone_until_it_may_be_back() {
    let (hsm, plan) = SoftHsm::faulty(2);
    for name in ["DEVICE_REMOVED", "TOKEN_NOT_PRESENT"] {
        plan.set("");
        let (token, key) = open(&hsm, patience(LONG));
        plan.set(&format!("* rv {name}"));
        assert_eq!(sign(&token, key).unwrap_err().action(), Action::OpenCircuit);
        let asked = plan.calls("C_SignInit") + plan.calls("C_FindObjectsInit");
        assert_eq!(asked, 1, "one call, no retry");
        for _ in 0..5 {
            let error = sign(&token, key).unwrap_err();
            assert!(matches!(error, TokenError::Suspended { .. }), "{error}");
            assert_eq!(error.action(), Action::OpenCircuit);
        }
        assert_eq!(plan.calls("C_SignInit") + plan.calls("C_FindObjectsInit"), asked, "the device is left alone");
        assert!(matches!(token.condition(), Condition::Suspended { .. }), "{:?}", token.condition());
        plan.set("");
    }
}

#[test]
fn a_device_that_comes_back_is_found_by_one_trial() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, key) = open(&hsm, patience(Duration::ZERO));
    // It went with everything: sessions, login and handles.
    plan.set("C_SignInit lose-all-sessions once\nC_SignInit rv DEVICE_REMOVED once");
    assert_eq!(rv(&sign(&token, key).unwrap_err()), RvError::DeviceRemoved);
    for _ in 0..4 {
        sign(&token, key).unwrap();
    }
    assert_eq!(token.condition(), Condition::Serving);
    // Where nothing was lost, the trial does not believe it.
    plan.set("C_SignInit rv DEVICE_REMOVED once");
    sign(&token, key).unwrap_err();
    sign(&token, key).unwrap();
    assert_eq!(plan.calls("C_OpenSession"), 1);
}

#[test]
fn a_device_that_does_not_come_back_needs_a_restart() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, key) = open(&hsm, patience(Duration::ZERO));
    plan.set("* rv DEVICE_REMOVED");
    for _ in 0..4 {
        assert_eq!(rv(&sign(&token, key).unwrap_err()), RvError::DeviceRemoved);
    }
    let calls = plan.calls("C_OpenSession") + plan.calls("C_Login");
    let error = sign(&token, key).unwrap_err();
    assert!(matches!(error, TokenError::RestartNeeded { .. }), "{error}");
    assert_eq!(plan.calls("C_OpenSession") + plan.calls("C_Login"), calls);
    plan.set("");
    sign(&token, key).unwrap_err();
    assert!(matches!(token.condition(), Condition::RestartNeeded { .. }));
}

#[test]
fn a_module_that_does_not_recover_or_is_not_initialised_needs_a_restart() {
    let (hsm, plan) = SoftHsm::faulty(1);
    for (name, failures) in [("GENERAL_ERROR", 3), ("FUNCTION_FAILED", 3), ("CRYPTOKI_NOT_INITIALIZED", 1)] {
        plan.set("");
        let (token, key) = open(&hsm, patience(LONG));
        plan.set(&format!("C_Sign rv {name}"));
        for _ in 0..failures {
            let error = sign(&token, key).unwrap_err();
            assert!(matches!(error, TokenError::Call { .. }), "{error}");
        }
        let error = sign(&token, key).unwrap_err();
        assert!(matches!(&error, TokenError::RestartNeeded { cause } if cause.function == "C_Sign"), "{error}");
        assert_eq!(error.action(), Action::RestartWorker);
        assert!(matches!(token.condition(), Condition::RestartNeeded { .. }));
        plan.set("");
    }
}

#[test]
fn a_device_without_sessions_is_asked_for_fewer() {
    let (hsm, plan) = SoftHsm::faulty(3);
    let (token, key) = open(&hsm, patience(LONG));
    plan.set("C_SignInit rv SESSION_CLOSED once\nC_OpenSession rv SESSION_COUNT once");
    assert_eq!(rv(&sign(&token, key).unwrap_err()), RvError::SessionCount);
    assert_eq!(token.sessions(), Sessions { serving: 2, resting: 1, hung: 0 });
    assert_eq!(token.condition(), Condition::Serving);
    for _ in 0..6 {
        sign(&token, key).unwrap();
    }
    assert_eq!(plan.calls("C_OpenSession"), 1);
    plan.set("C_SignInit rv SESSION_CLOSED\nC_OpenSession rv SESSION_COUNT");
    for _ in 0..2 {
        assert_eq!(rv(&sign(&token, key).unwrap_err()), RvError::SessionCount);
    }
    let error = sign(&token, key).unwrap_err();
    assert!(matches!(error, TokenError::Suspended { .. }), "{error}");
    assert_eq!(token.sessions(), Sessions { serving: 0, resting: 3, hung: 0 });
    assert!(matches!(token.condition(), Condition::Suspended { .. }));
}

#[test]
fn a_device_with_few_sessions_is_used_with_those_and_with_more_when_it_has_them() {
    let (hsm, plan) = SoftHsm::faulty(3);
    plan.set("C_OpenSession rv SESSION_COUNT after 2");
    let (token, key) = open(&hsm, patience(Duration::from_millis(20)));
    sign(&token, key).unwrap();
    // One that has just tried again counts as serving until the device has refused it.
    wait_until(|| token.sessions() == Sessions { serving: 1, resting: 2, hung: 0 });
    plan.set("");
    wait_until(|| token.sessions() == Sessions { serving: 3, resting: 0, hung: 0 });
    sign(&token, key).unwrap();
    drop(token);
    // The anchor and nothing else: that is no token to sign with.
    plan.set("C_OpenSession rv SESSION_COUNT after 1");
    let error = Token::open(&hsm.profile).unwrap_err();
    assert_eq!(error.action(), Action::ShrinkPool);
    plan.set("");
}

#[test]
fn a_full_device_calls_an_operator_and_is_not_asked_twice() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, key) = open(&hsm, patience(LONG));
    plan.set("C_GenerateKeyPair rv DEVICE_MEMORY");
    let error = token.ensure_key(SECOND, "hot", fresh(0)).wait().unwrap_err();
    assert_eq!(rv(&error), RvError::DeviceMemory);
    assert_eq!(error.action(), Action::PageOperator);
    assert_eq!(plan.calls("C_GenerateKeyPair"), 1);
    sign(&token, key).unwrap();
    assert!(matches!(token.condition(), Condition::OperatorNeeded { cause } if cause.function == "C_GenerateKeyPair"));
    plan.set("C_Sign rv DEVICE_MEMORY");
    sign(&token, key).unwrap_err();
    assert_eq!(plan.calls("C_Sign"), 1);
    plan.set("");
    make(&token, SECOND);
    sign(&token, key).unwrap();
    assert_eq!(token.condition(), Condition::Serving);
}

/// Waits for what another thread does by itself; nextest ends a test for which it never comes.
pub(super) fn wait_until(mut there: impl FnMut() -> bool) {
    while !there() {
        std::thread::yield_now();
    }
}
