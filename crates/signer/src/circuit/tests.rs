//! The circuit alone, on a clock that the tests move.

use cryptoki::error::RvError;
use proptest::prelude::*;

use super::*;

const BACKOFF: Duration = Duration::from_secs(1);

fn circuit() -> Circuit {
    Circuit::new(Patience { backoff: BACKOFF, longest_backoff: 4 * BACKOFF, strikes: 3, ..Patience::default() })
}

fn fault(rv: RvError) -> Fault {
    Fault { action: Action::for_rv(rv), cause: Some(Cause { function: "C_Sign".to_owned(), rv }) }
}

fn retry_in(circuit: &mut Circuit, now: Instant) -> Duration {
    match circuit.admit(now) {
        Err(TokenError::Suspended { retry_in, .. }) => retry_in,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_removed_device_is_tried_by_one_request_after_each_backoff() {
    let mut circuit = circuit();
    let start = Instant::now();
    let removed = fault(RvError::DeviceRemoved);
    assert_eq!(circuit.admit(start).unwrap(), Entry::Usual);
    circuit.report(Errand::Sign, Entry::Usual, &Err(removed.clone()), start);
    // Those that were let in before it failed change nothing.
    circuit.report(Errand::Sign, Entry::Usual, &Err(removed.clone()), start + BACKOFF / 2);
    assert_eq!(retry_in(&mut circuit, start), BACKOFF);
    assert_eq!(circuit.admit(start + BACKOFF).unwrap(), Entry::Trial);
    retry_in(&mut circuit, start + BACKOFF);
    circuit.report(Errand::Sign, Entry::Trial, &Err(removed.clone()), start + BACKOFF);
    assert_eq!(retry_in(&mut circuit, start + BACKOFF), 2 * BACKOFF);
    let again = start + 3 * BACKOFF;
    assert_eq!(circuit.admit(again).unwrap(), Entry::Trial);
    circuit.report(Errand::Sign, Entry::Trial, &Ok(()), again);
    assert_eq!(circuit.admit(again).unwrap(), Entry::Usual);
    assert_eq!(circuit.condition(again), Condition::Serving);
}

#[test]
fn a_device_that_stays_away_needs_a_restart() {
    let mut circuit = circuit();
    let mut now = Instant::now();
    circuit.report(Errand::Sign, Entry::Usual, &Err(fault(RvError::DeviceRemoved)), now);
    for _ in 0..3 {
        now += 4 * BACKOFF;
        assert_eq!(circuit.admit(now).unwrap(), Entry::Trial);
        circuit.report(Errand::Sign, Entry::Trial, &Err(fault(RvError::TokenNotPresent)), now);
    }
    assert!(matches!(circuit.admit(now + 100 * BACKOFF), Err(TokenError::RestartNeeded { .. })));
    assert!(matches!(circuit.condition(now), Condition::RestartNeeded { .. }));
}

#[test]
fn failures_in_a_row_need_a_restart_and_one_success_forgives() {
    let mut circuit = circuit();
    let now = Instant::now();
    for _ in 0..2 {
        for _ in 0..2 {
            circuit.report(Errand::Sign, Entry::Usual, &Err(fault(RvError::GeneralError)), now);
        }
        circuit.admit(now).unwrap();
        circuit.report(Errand::Sign, Entry::Usual, &Ok(()), now);
    }
    for _ in 0..3 {
        circuit.report(Errand::Sign, Entry::Usual, &Err(fault(RvError::VendorDefined(7))), now);
    }
    let refused = circuit.admit(now).unwrap_err();
    assert_eq!(refused.to_string(), "the token needs a restart: C_Sign answered VendorDefined(7)");
    assert_eq!(refused.action(), Action::RestartWorker);
}

#[test]
fn an_operator_stays_called_until_the_same_errand_succeeds() {
    let mut circuit = circuit();
    let now = Instant::now();
    circuit.report(Errand::Generate, Entry::Usual, &Err(fault(RvError::DeviceMemory)), now);
    assert!(matches!(circuit.condition(now), Condition::OperatorNeeded { .. }));
    circuit.report(Errand::Sign, Entry::Usual, &Ok(()), now);
    assert!(matches!(circuit.condition(now), Condition::OperatorNeeded { .. }));
    assert_eq!(circuit.admit(now).unwrap(), Entry::Usual, "a full token signs on");
    circuit.report(Errand::Generate, Entry::Usual, &Ok(()), now);
    assert_eq!(circuit.condition(now), Condition::Serving);
}

#[test]
fn a_trial_that_times_out_is_a_failed_one_and_a_refusal_is_an_answer() {
    let mut circuit = circuit();
    let now = Instant::now();
    circuit.report(Errand::Sign, Entry::Usual, &Err(fault(RvError::DeviceRemoved)), now);
    circuit.admit(now + BACKOFF).unwrap();
    let late = Fault::from(&TokenError::TimedOut { limit: BACKOFF });
    circuit.report(Errand::Sign, Entry::Trial, &Err(late.clone()), now + BACKOFF);
    assert_eq!(retry_in(&mut circuit, now + BACKOFF), 2 * BACKOFF);
    circuit.admit(now + 3 * BACKOFF).unwrap();
    circuit.report(Errand::Sign, Entry::Trial, &Err(fault(RvError::MechanismInvalid)), now + 3 * BACKOFF);
    assert_eq!(circuit.admit(now + 3 * BACKOFF).unwrap(), Entry::Usual);
}

proptest! {
    /// Whatever happens, at most one trial is out at a time, no backoff is above the longest, and what is broken stays so.
    #[test]
    fn never_more_than_one_trial(steps in proptest::collection::vec((0..8_u8, 0..3_000_u64), 1..80)) {
        let mut circuit = circuit();
        let mut now = Instant::now();
        let mut trial = false;
        let mut broken = false;
        for (step, wait) in steps {
            now += Duration::from_millis(wait);
            let admitted = circuit.admit(now);
            prop_assert!(!broken || admitted.is_err());
            if let Err(TokenError::Suspended { retry_in, .. }) = &admitted {
                prop_assert!(*retry_in <= 4 * BACKOFF);
            }
            let entry = match admitted {
                Ok(Entry::Trial) => {
                    prop_assert!(!trial);
                    trial = true;
                    Entry::Trial
                }
                _ if trial && step > 4 => Entry::Trial,
                _ => Entry::Usual,
            };
            let outcome: Result<(), Fault> = match step {
                0 | 5 => Ok(()),
                1 | 6 => Err(fault(RvError::DeviceRemoved)),
                2 => Err(fault(RvError::GeneralError)),
                3 | 7 => Err(Fault::from(&TokenError::TimedOut { limit: BACKOFF })),
                _ => continue,
            };
            if entry == Entry::Trial {
                trial = false;
            }
            circuit.report(Errand::Sign, entry, &outcome, now);
            broken = matches!(circuit.condition(now), Condition::RestartNeeded { .. });
        }
    }
}
