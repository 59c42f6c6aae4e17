//! The rows of the table of errors that are repaired or concern the PIN, driven through a real token.

use std::time::Duration;

use super::*;
use crate::condition::Condition;
use crate::patience::Patience;
use crate::softhsm::Plan;

/// A backoff that no test waits out by accident.
pub(super) const LONG: Duration = Duration::from_mins(10);

pub(super) fn patience(backoff: Duration) -> Patience {
    Patience { backoff, longest_backoff: backoff, strikes: 3, ..Patience::default() }
}

pub(super) fn open(hsm: &SoftHsm, patience: Patience) -> (Token, PinnedKey) {
    let pin = pin::read(&hsm.profile.pin_file).unwrap();
    let token = Token::open_with(&hsm.profile, pin, patience).unwrap();
    let key = make(&token, FIRST);
    (token, key)
}

pub(super) fn sign(token: &Token, key: PinnedKey) -> Result<(), TokenError> {
    let digest = [5; 32];
    let reply = token.pool.submit(Errand::Sign, move |seat| seat.sign(&key, &digest)).wait()?;
    signature::accept(&reply, &digest, &key.public_key).map(drop)
}

pub(super) fn rv(error: &TokenError) -> RvError {
    match error {
        TokenError::Call { rv, .. } => *rv,
        other => panic!("{other}"),
    }
}

fn count(token: &Token, rv: &str) -> u64 {
    token.failures().iter().filter(|failure| failure.rv == rv).map(|failure| failure.count).sum()
}

#[test]
fn what_is_repaired_is_tried_once_more_and_no_oftener() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, key) = open(&hsm, Patience { strikes: 100, ..patience(LONG) });
    for (name, called, logins) in [
        ("SESSION_HANDLE_INVALID", "SessionHandleInvalid", 0),
        ("SESSION_CLOSED", "SessionClosed", 0),
        ("OPERATION_ACTIVE", "OperationActive", 0),
        ("OPERATION_NOT_INITIALIZED", "OperationNotInitialized", 0),
        ("BUFFER_TOO_SMALL", "BufferTooSmall", 0),
        ("OBJECT_HANDLE_INVALID", "ObjectHandleInvalid", 1),
        ("KEY_HANDLE_INVALID", "KeyHandleInvalid", 1),
        ("USER_NOT_LOGGED_IN", "UserNotLoggedIn", 1),
        ("DEVICE_ERROR", "DeviceError", 0),
        ("FUNCTION_FAILED", "FunctionFailed", 0),
        ("GENERAL_ERROR", "GeneralError", 0),
        ("0x80000777", "VendorDefined(2147485559)", 0),
    ] {
        for function in ["C_SignInit", "C_Sign"] {
            plan.set("");
            sign(&token, key).unwrap();
            let before = count(&token, called);
            plan.set(&format!("{function} rv {name} once"));
            sign(&token, key).unwrap_or_else(|error| panic!("{function} {name}: {error}"));
            assert_eq!(plan.calls("C_SignInit"), 2, "{function} {name}");
            assert_eq!(plan.calls("C_OpenSession"), 1, "{function} {name}");
            assert_eq!(plan.calls("C_Login"), logins, "{function} {name}");
            assert_eq!(plan.calls("C_FindObjectsInit"), 2, "{function} {name}: found again, by id and class");
            assert_eq!(count(&token, called), before + 1);
            plan.set(&format!("{function} rv {name}"));
            let error = sign(&token, key).unwrap_err();
            assert_eq!(format!("{:?}", rv(&error)), called);
            assert_eq!(plan.calls("C_SignInit"), 2, "{function} {name}: one retry");
            assert_eq!(count(&token, called), before + 3);
        }
    }
    plan.set("");
    sign(&token, key).unwrap();
    assert_eq!(token.condition(), Condition::Serving);
}

#[test]
fn what_is_not_repaired_is_not_tried_again() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, key) = open(&hsm, patience(LONG));
    plan.set("C_SignInit rv MECHANISM_INVALID");
    assert_eq!(rv(&sign(&token, key).unwrap_err()), RvError::MechanismInvalid);
    assert_eq!(plan.calls("C_SignInit"), 1);
    assert_eq!(token.condition(), Condition::Serving);
}

#[test]
fn a_real_loss_of_login_handles_or_sessions_is_repaired() {
    let (hsm, plan) = SoftHsm::faulty(3);
    let (token, key) = open(&hsm, patience(LONG));
    for (fault, function, logins) in [
        ("lose-login", "C_SignInit", 1),
        ("lose-login", "C_FindObjectsInit", 1),
        ("lose-login", "C_GetAttributeValue", 1),
        // SoftHSM finishes a signature that was begun.
        ("lose-login", "C_Sign", 0),
        ("stale-handles", "C_SignInit", 1),
        ("stale-handles", "C_FindObjectsInit", 1),
        ("stale-handles", "C_GetAttributeValue", 1),
        ("stale-handles", "C_Sign", 0),
        ("lose-session", "C_SignInit", 0),
        ("lose-session", "C_FindObjectsInit", 0),
        ("lose-session", "C_GetAttributeValue", 0),
        ("lose-session", "C_Sign", 0),
        // The anchor's session has gone as well: the first login shows it.
        ("lose-all-sessions", "C_SignInit", 2),
        ("lose-all-sessions", "C_FindObjectsInit", 2),
        ("lose-all-sessions", "C_GetAttributeValue", 2),
        ("lose-all-sessions", "C_Sign", 2),
    ] {
        plan.set("");
        let all = |plan: &Plan| {
            for ticket in (0..9).map(|nonce| token.prove_possession(key, fresh(nonce))).collect::<Vec<_>>() {
                ticket.wait().unwrap_or_else(|error| panic!("{function} {fault}: {error}"));
            }
            plan.calls("C_Login")
        };
        all(&plan);
        plan.set(&format!("{function} {fault} once"));
        token.prove_possession(key, fresh(2)).wait().unwrap_or_else(|error| panic!("{function} {fault}: {error}"));
        assert_eq!(plan.calls("C_Login"), logins, "{function} {fault}");
        // The other sessions have met nothing yet, and repair themselves.
        let later = all(&plan) - logins;
        assert!(later <= 1, "{function} {fault}: {later} more logins");
    }
    assert_eq!(token.condition(), Condition::Serving);
}

#[test]
fn a_session_that_was_idle_while_the_login_was_renewed_sees_it_lost_again() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, key) = open(&hsm, patience(LONG));
    sign(&token, key).unwrap();
    let mut idle = Seat::open(std::sync::Arc::clone(&token.login)).unwrap();
    idle.sign(&key, &[1; 32]).unwrap();
    token.login.lose();
    sign(&token, key).unwrap();
    token.login.lose();
    plan.set("");
    idle.sign(&key, &[2; 32]).unwrap();
    assert_eq!(plan.calls("C_Login"), 1);
}

#[test]
fn many_sessions_that_lose_the_login_log_in_once() {
    let (hsm, plan) = SoftHsm::faulty(4);
    let (token, key) = open(&hsm, patience(LONG));
    let warm: Vec<_> = (0..16).map(|nonce| token.prove_possession(key, fresh(nonce))).collect();
    for ticket in warm {
        ticket.wait().unwrap();
    }
    // The login is slow, so that the others find it under way.
    plan.set("C_Login delay 100");
    token.login.lose();
    let tickets: Vec<_> = (0..16).map(|nonce| token.prove_possession(key, fresh(nonce))).collect();
    for ticket in tickets {
        ticket.wait().unwrap();
    }
    assert_eq!(plan.calls("C_Login"), 1);
}

#[test]
fn a_key_that_is_another_after_the_repair_is_refused() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, key) = open(&hsm, patience(LONG));
    let other = make(&token, SECOND);
    let swapped = PinnedKey { id: FIRST, public_key: other.public_key };
    plan.set("C_SignInit lose-login once");
    sign(&token, key).unwrap();
    plan.set("C_FindObjectsInit stale-handles once");
    let error = sign(&token, swapped).unwrap_err();
    assert!(matches!(error, TokenError::PublicKeyMismatch { id: FIRST }), "{error}");
}

#[test]
fn a_pin_that_is_refused_is_presented_once() {
    let (hsm, plan) = SoftHsm::faulty(3);
    for (name, called) in
        [("PIN_INCORRECT", "PinIncorrect"), ("PIN_LOCKED", "PinLocked"), ("PIN_EXPIRED", "PinExpired")]
    {
        plan.set("");
        let (token, key) = open(&hsm, patience(LONG));
        plan.set(&format!("C_Login rv {name}"));
        token.login.lose();
        let tickets: Vec<_> = (0..12).map(|nonce| token.prove_possession(key, fresh(nonce))).collect();
        for ticket in tickets {
            let error = ticket.wait().unwrap_err();
            assert!(matches!(error, TokenError::PinRejected), "{error}");
            assert_eq!(error.action(), Action::LatchPin);
        }
        assert_eq!(plan.calls("C_Login"), 1, "{name}");
        assert_eq!(count(&token, called), 1);
        plan.set("");
        assert!(matches!(sign(&token, key).unwrap_err(), TokenError::PinRejected));
        assert_eq!(plan.calls("C_Login"), 0, "{name}: not even when it would be taken");
        assert_eq!(token.condition(), Condition::PinRejected);
    }
    plan.set("C_Login rv PIN_LOCKED");
    assert!(matches!(Token::open(&hsm.profile).unwrap_err(), TokenError::PinRejected));
    assert_eq!(plan.calls("C_Login"), 1);
}

/// The plan is read by the module at its next call, so that a fault is not met before it.
#[test]
fn the_plan_is_in_force_at_once_and_counts_calls() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let (token, key) = open(&hsm, patience(LONG));
    let failing = |plan: &Plan, lines: &str| {
        plan.set(lines);
        (0..4).map(|_| sign(&token, key).is_err()).collect::<Vec<_>>()
    };
    assert_eq!(failing(&plan, "C_SignInit rv MECHANISM_INVALID times 2 after 1"), [false, true, true, false]);
    assert_eq!(failing(&plan, "# nothing"), [false; 4]);
    assert_eq!(plan.calls("C_SignInit"), 4);
}
