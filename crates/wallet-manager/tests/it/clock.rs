//! The machine's clock set forwards and back, while the service runs and between its starts: no limit is wider for it,
//! nothing that is over counts again, and what was done meanwhile looks like no edit.
//!
//! libfaketime stands before the C library's clock, in the service and in its worker; the test's own clock goes on.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use api::Call;
use api::wallet_manager::{SignatureView, WalletView, put_signature};
use primitives::UnixMs;
use serde::de::DeserializeOwned;
use service::Outcome;
use service::clock::{Clock, SystemClock};

use crate::limits::{governed, policy};
use crate::place::{Place, Process, client, payment_at, until, wallet_request};

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;

/// Seconds that a service's clock is ahead of ours.
struct Shifted {
    offset: PathBuf,
}

impl Shifted {
    /// Puts libfaketime before the clock of this place's service, which is right for now.
    fn begin(place: &mut Place) -> Self {
        let offset = place.path("offset");
        let names = [
            ("LD_PRELOAD", library()),
            ("FAKETIME_TIMESTAMP_FILE", offset.clone()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("FAKETIME_DISABLE_SHM", "1".into()),
            ("NO_FAKE_STAT", "1".into()),
        ];
        let listed: Vec<_> = names.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        write!(place.worker, "\nenvironment = [\"SOFTHSM2_CONF\", {}]", listed.join(", ")).unwrap();
        place.environment = names.into();
        let shifted = Self { offset };
        shifted.set(0);
        shifted
    }

    fn set(&self, seconds: i64) {
        let next = self.offset.with_extension("next");
        fs::write(&next, format!("{seconds:+}\n")).unwrap();
        fs::rename(next, &self.offset).unwrap();
    }
}

/// Debian's libfaketime for programs with threads.
fn library() -> PathBuf {
    let named = std::env::var_os("LUCID_FAKETIME").map(PathBuf::from);
    let usual = format!("/usr/lib/{}-linux-gnu/faketime/libfaketimeMT.so.1", std::env::consts::ARCH);
    let found = named.unwrap_or_else(|| usual.into());
    assert!(found.exists(), "{} is missing: apt-get install libfaketime", found.display());
    found
}

/// A clock so many seconds ahead of ours.
#[derive(Debug, Clone, Copy)]
struct Ahead(i64);

impl Clock for Ahead {
    fn now(&self) -> UnixMs {
        UnixMs(SystemClock.now().0.saturating_add_signed(self.0 * 1_000))
    }
}

/// Asks as somebody whose clock is this.
async fn said<A: DeserializeOwned>(process: &Process, clock: Ahead, call: &Call<A>) -> String {
    match client(&process.address, "tester", 9, clock).call(call).await {
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Refused(problem) => problem.code.clone(),
        Outcome::Unknown(cause) => cause.to_string(),
    }
}

/// A payment as of a clock.
fn pay(hot: &WalletView, intent: &str, clock: Ahead) -> Call<SignatureView> {
    let (raw, request) = payment_at(hot, intent, 0, clock.now());
    put_signature(raw.txid(), &request)
}

fn limited() -> (Place, Shifted) {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    // Payments of 3 TRX each, of which an hour takes three.
    governed(&mut place, &policy(1, "3", "9", "30"));
    let shifted = Shifted::begin(&mut place);
    (place, shifted)
}

const RIGHT: Ahead = Ahead(0);

#[tokio::test]
async fn a_clock_that_jumps_while_the_service_runs_signs_nothing_that_it_would_not_have() {
    let (place, shifted) = limited();
    let process = place.serve();
    process.ready();
    let hot = process.hot().await;
    for name in ["po_a", "po_b"] {
        assert_eq!(said(&process, RIGHT, &pay(&hot, name, RIGHT)).await, "done", "{}", process.log());
    }
    for seconds in [-2 * HOUR_S, -10 * MINUTE_S, 10 * MINUTE_S, 2 * HOUR_S] {
        shifted.set(seconds);
        let (by_chain, by_service) = (pay(&hot, "po_c", RIGHT), Ahead(seconds));
        // Callers with a right clock are told that theirs and the service's differ.
        assert_eq!(said(&process, RIGHT, &by_chain).await, "token_expired", "{seconds}");
        // One whose clock is as wrong brings an anchor of the chain all the same.
        let rule = said(&process, by_service, &by_chain).await;
        assert_eq!(rule, if seconds < 0 { "clock_apart" } else { "authority_expired" }, "{seconds}");
        // And where the issuer is as wrong as well, the chain is not.
        let (raw, mut request) = payment_at(&hot, "po_c", 0, by_service.now());
        request.anchor = payment_at(&hot, "po_c", 0, RIGHT.now()).1.anchor;
        let rule = said(&process, by_service, &put_signature(raw.txid(), &request)).await;
        assert_eq!(rule, if seconds < 0 { "clock_apart" } else { "anchor_stale" }, "{seconds}");
    }
    shifted.set(0);
    // Nothing of the hour was given back, nor taken.
    assert_eq!(said(&process, RIGHT, &pay(&hot, "po_c", RIGHT)).await, "done");
    assert_eq!(said(&process, RIGHT, &pay(&hot, "po_d", RIGHT)).await, "policy_hour");
    // A step that no rule notices makes it no wider.
    shifted.set(-20);
    assert_eq!(said(&process, RIGHT, &pay(&hot, "po_d", RIGHT)).await, "policy_hour");
    assert_eq!(said(&process, RIGHT, &pay(&hot, "po_a", RIGHT)).await, "attempt_taken");
    shifted.set(0);
    process.ready();
    drop(process);
    assert_eq!(place.verify_audit(std::iter::empty(), true)["attempts"], 3);
}

#[tokio::test]
async fn a_clock_that_was_set_between_two_starts_changes_no_sum_and_looks_like_no_edit() {
    let (place, shifted) = limited();
    let mut process = place.serve();
    process.ready();
    let hot = process.hot().await;
    for name in ["po_a", "po_b", "po_c"] {
        assert_eq!(said(&process, RIGHT, &pay(&hot, name, RIGHT)).await, "done");
    }
    assert!(process.stop().success());

    // Everybody's clock is an hour ahead, the chain's too: the hour is over, its shares are cleared away.
    let ahead = Ahead(HOUR_S + MINUTE_S);
    shifted.set(ahead.0);
    let mut process = place.serve();
    process.ready();
    for name in ["po_d", "po_e"] {
        assert_eq!(said(&process, ahead, &pay(&hot, name, ahead)).await, "done", "{}", process.log());
    }
    assert!(process.stop().success());

    // Back again: what was cleared away is no edit, and what was taken ahead of time counts.
    for seconds in [0, -HOUR_S] {
        shifted.set(seconds);
        let clock = Ahead(seconds);
        let mut process = place.serve();
        process.ready();
        until("the log is held against the tables", || {
            process.page("/metrics").lines().any(|line| line == "lucid_audit_reconcile_mismatches 0").then_some(())
        });
        let (fits, over) = (format!("po_fits{seconds}"), format!("po_over{seconds}"));
        let wanted = if seconds == 0 { "done" } else { "policy_hour" };
        assert_eq!(said(&process, clock, &pay(&hot, &fits, clock)).await, wanted, "{}", process.log());
        assert_eq!(said(&process, clock, &pay(&hot, &over, clock)).await, "policy_hour");
        process.ready();
        assert!(process.stop().success());
        assert_eq!(place.verify_audit(std::iter::empty(), true)["attempts"], 6);
    }
}

#[tokio::test]
async fn a_decision_that_is_over_or_still_to_come_makes_no_key() {
    let (place, shifted) = limited();
    let process = place.serve();
    process.ready();
    process.hot().await;
    let make = wallet_request("later");
    let as_of = async |seconds| {
        shifted.set(seconds);
        said(&process, Ahead(seconds), &make).await
    };
    assert_eq!(as_of(2 * HOUR_S).await, "ceremony_expired");
    assert_eq!(as_of(-HOUR_S).await, "ceremony_not_yet");
    assert_eq!(as_of(0).await, "done");
}

#[tokio::test]
async fn what_was_over_by_the_chains_time_is_over_though_the_clock_was_set_back() {
    let (place, shifted) = limited();
    let mut process = place.serve();
    process.ready();
    let hot = process.hot().await;
    // Good for an hour, and not used in it.
    let make = wallet_request("later");
    let ahead = Ahead(2 * HOUR_S);
    shifted.set(ahead.0);
    assert_eq!(said(&process, ahead, &pay(&hot, "po_a", ahead)).await, "done");
    shifted.set(0);
    assert_eq!(said(&process, RIGHT, &make).await, "ceremony_expired");
    // The register knows it too.
    assert!(process.stop().success());
    let process = place.serve();
    process.ready();
    assert_eq!(said(&process, RIGHT, &make).await, "ceremony_expired");
}
