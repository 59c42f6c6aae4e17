//! A PIN that the token refused is never presented again, however many workers come and go, until its file is another.

use std::fs;

use rustix::process::Signal;

use crate::faults;
use crate::place::{Place, signal, until};

#[test]
fn no_restart_presents_a_refused_pin_again() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    plan.set("C_Login rv PIN_INCORRECT");
    let process = place.serve();
    let refused = || process.page("/health").contains("refused the PIN").then_some(());
    until("a refusal", refused);
    assert_eq!(plan.calls("C_Login"), 1);
    let mut worker = process.worker();
    for _ in 0..3 {
        signal(worker, Signal::KILL);
        worker = process.worker_but(Some(worker));
        until("a refusal without a try", refused);
    }
    assert_eq!(plan.calls("C_Login"), 1);

    plan.set("");
    let (pin, next) = (place.path("pin"), place.path("pin.next"));
    fs::copy(&pin, &next).unwrap();
    fs::rename(&next, &pin).unwrap();
    process.ready();
    assert_eq!(plan.calls("C_Login"), 2);
}

#[test]
fn a_module_that_crashes_at_the_pin_is_not_given_it_for_ever() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    plan.set("C_Login crash");
    let process = place.serve();
    until("the last try", || process.log().contains("its PIN is not presented until its file changes").then_some(()));
    until("a worker that does not try", || process.page("/health").contains("refused the PIN").then_some(()));
    assert_eq!(plan.calls("C_Initialize"), 3);
    assert_eq!(process.restarts("died"), 3);
}
