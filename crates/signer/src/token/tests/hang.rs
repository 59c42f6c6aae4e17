//! Calls that do not return, and a module that takes the process with it.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use super::device::wait_until;
use super::*;
use crate::condition::{Condition, Sessions};
use crate::patience::Patience;

/// What hangs is given up soon; what is well must not be on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(2);

fn open(hsm: &SoftHsm, sign: Duration) -> Token {
    let pin = pin::read(&hsm.profile.pin_file).unwrap();
    Token::open_with(&hsm.profile, pin, Patience { sign, ..Patience::default() }).unwrap()
}

fn sign(token: &Token, key: PinnedKey, number: u8) -> Ticket<Vec<u8>> {
    token.pool.submit(Errand::Sign, move |seat| seat.sign(&key, &[number; 32]))
}

#[test]
fn a_call_that_hangs_is_given_up_and_the_others_go_on() {
    let (hsm, plan) = SoftHsm::faulty(2);
    let token = open(&hsm, LIMIT);
    let key = make(&token, FIRST);
    for number in 0..8 {
        sign(&token, key, number).wait().unwrap();
    }
    plan.set("C_Sign hang once");
    let begun = Instant::now();
    let tickets: Vec<_> = (0..20).map(|number| sign(&token, key, number)).collect();
    let answers: Vec<_> = tickets.into_iter().map(Ticket::wait).collect();
    let late: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(matches!(late.as_slice(), [TokenError::TimedOut { limit: LIMIT }]), "{late:?}");
    assert!(begun.elapsed() >= LIMIT);
    assert_eq!(token.condition(), Condition::Hung { sessions: 1 });
    assert_eq!(token.sessions(), Sessions { serving: 1, resting: 0, hung: 1 });
    for number in 0..10 {
        sign(&token, key, number).wait().unwrap();
    }
    // The call returns after all: its session is not trusted, its thread is taken up again.
    plan.set("");
    wait_until(|| token.condition() == Condition::Serving);
    assert_eq!(token.sessions(), Sessions { serving: 2, resting: 0, hung: 0 });
    for number in 0..10 {
        sign(&token, key, number).wait().unwrap();
    }
}

#[test]
fn when_all_hang_nobody_waits_and_closing_does_not_either() {
    let (hsm, plan) = SoftHsm::faulty(2);
    let token = open(&hsm, LIMIT);
    let key = make(&token, FIRST);
    plan.set("C_SignInit hang");
    let tickets: Vec<_> = (0..6).map(|number| sign(&token, key, number)).collect();
    let errors: Vec<_> = tickets.into_iter().map(|ticket| ticket.wait().unwrap_err()).collect();
    let timed_out = errors.iter().filter(|error| matches!(error, TokenError::TimedOut { .. })).count();
    let hung = errors.iter().filter(|error| matches!(error, TokenError::Hung)).count();
    assert_eq!((timed_out, hung), (2, 4), "{errors:?}");
    let error = sign(&token, key, 0).wait().unwrap_err();
    assert!(matches!(error, TokenError::Hung), "{error}");
    assert_eq!(error.action(), Action::RestartWorker);
    assert_eq!(token.condition(), Condition::Hung { sessions: 2 });
    drop(token);
}

#[test]
fn a_login_that_hangs_blocks_those_that_need_it_and_no_longer_than_the_limit() {
    let (hsm, plan) = SoftHsm::faulty(2);
    let token = open(&hsm, LIMIT);
    let key = make(&token, FIRST);
    sign(&token, key, 0).wait().unwrap();
    plan.set("C_Login hang");
    token.login.lose();
    let tickets: Vec<_> = (0..3).map(|number| sign(&token, key, number)).collect();
    for ticket in tickets {
        let error = ticket.wait().unwrap_err();
        assert!(matches!(error, TokenError::TimedOut { .. } | TokenError::Hung), "{error}");
    }
    plan.set("");
    wait_until(|| token.condition() == Condition::Serving);
    sign(&token, key, 1).wait().unwrap();
}

#[test]
fn sessions_that_hang_while_they_close_do_not_hold_up_the_end() {
    let (hsm, plan) = SoftHsm::faulty(2);
    let pin = pin::read(&hsm.profile.pin_file).unwrap();
    let token = Token::open_with(&hsm.profile, pin, Patience { search: LIMIT, ..Patience::default() }).unwrap();
    // Two sessions; the anchor's is closed by whoever drops the last handle of the login.
    plan.set("C_CloseSession hang");
    let login = std::sync::Arc::clone(&token.login);
    let begun = Instant::now();
    drop(token);
    assert!(begun.elapsed() >= LIMIT);
    plan.set("");
    drop(login);
}

#[test]
fn a_slow_token_is_waited_for() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let token = open(&hsm, Duration::from_mins(1));
    let key = make(&token, FIRST);
    plan.set("C_Sign delay 50");
    sign(&token, key, 0).wait().unwrap();
    assert_eq!(token.condition(), Condition::Serving);
}

#[test]
fn a_module_that_crashes_takes_its_process_with_it() {
    const CHILD: &str = "SIGNER_TEST_CRASHES";
    if std::env::var_os(CHILD).is_some() {
        let (hsm, plan) = SoftHsm::faulty(1);
        let token = hsm.open();
        let key = make(&token, FIRST);
        plan.set("C_Sign crash");
        let answer = sign(&token, key, 0).wait();
        panic!("the module answered {answer:?}");
    }
    let own_name = std::thread::current().name().expect("the test's name").to_owned();
    let child =
        Command::new(std::env::current_exe().unwrap()).args(["--exact", &own_name]).env(CHILD, "1").output().unwrap();
    assert_eq!(child.status.signal(), Some(11), "{}", String::from_utf8_lossy(&child.stderr));
}
