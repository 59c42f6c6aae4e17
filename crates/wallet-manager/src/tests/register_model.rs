//! The register under anything that its callers, the clock and crashes can do to one intent, in any order: no attempt is
//! two transactions, none is both signed and barred, and no two can be included at the same time.

use std::collections::{BTreeMap, BTreeSet};

use api::wallet_manager::{SignatureView, WalletClass, WalletView};
use primitives::AttemptNo;
use primitives::statement::{Ending, PreviousAttempt};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::bench::{Bench, Payment, Running};
use signing_core::register::{Attempt, Entry};
use signing_core::signing::{SignError, VoidError};

/// How long past its expiration a transaction counts as alive.
const MARGIN_MS: u64 = 30_000;
const ATTEMPTS: u32 = 3;

#[derive(Debug, Clone)]
enum Step {
    /// A request, for one of a few transactions, with the truth about the earlier attempts or with a lie.
    Sign { attempt: u32, ms: u64, lie: bool },
    /// The process ends between the commit and the token.
    CrashAfterCommit { attempt: u32, ms: u64 },
    /// A wish to bar it.
    Void { attempt: u32 },
    /// Both at once.
    SignAndVoid { attempt: u32, ms: u64 },
    /// The first request again, word for word.
    Repeat { attempt: u32 },
    /// Time passes.
    Wait { ms: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let attempt = 1..=ATTEMPTS;
    let ms = 0..3_u64;
    prop_oneof![
        4 => (attempt.clone(), ms.clone(), prop::bool::weighted(0.2))
            .prop_map(|(attempt, ms, lie)| Step::Sign { attempt, ms, lie }),
        2 => (attempt.clone(), ms.clone()).prop_map(|(attempt, ms)| Step::CrashAfterCommit { attempt, ms }),
        2 => attempt.clone().prop_map(|attempt| Step::Void { attempt }),
        2 => (attempt.clone(), ms).prop_map(|(attempt, ms)| Step::SignAndVoid { attempt, ms }),
        2 => attempt.prop_map(|attempt| Step::Repeat { attempt }),
        3 => prop::sample::select(vec![1, 20_000, 61_000, 91_000]).prop_map(|ms| Step::Wait { ms }),
    ]
}

/// What the callers were told.
struct Told<'a> {
    running: &'a Running,
    hot: &'a WalletView,
    intent: String,
    signed: BTreeMap<u32, SignatureView>,
    barred: BTreeSet<u32>,
    first: BTreeMap<u32, Payment>,
}

impl Told<'_> {
    async fn entry(&self, attempt: u32) -> Option<Attempt> {
        let intent = self.intent.parse().unwrap();
        let found = self.running.core.attempt(&intent, AttemptNo(attempt)).await.unwrap();
        found.map(|found| found.record)
    }

    async fn payment(&mut self, attempt: u32, ms: u64, lie: bool) -> Payment {
        let mut payment = Payment::usdt(self.running, self.hot, &self.intent).later(ms);
        payment.authorisation.attempt = AttemptNo(attempt);
        for earlier in 1..attempt {
            let unsigned = PreviousAttempt { txid: None, expiration: primitives::UnixMs(0), ending: Ending::Unsigned };
            let listed = match self.entry(earlier).await.map(|entry| entry.entry) {
                Some(Entry::Signed(signing)) if !lie => {
                    PreviousAttempt { txid: Some(signing.txid), expiration: signing.expiration, ending: Ending::Dead }
                }
                _ => unsigned,
            };
            payment.authorisation.previous.push(listed);
        }
        self.first.entry(attempt).or_insert_with(|| payment.clone());
        payment
    }

    fn heard(&mut self, attempt: u32, answer: Result<SignatureView, SignError>) {
        match answer {
            Ok(view) => {
                assert!(!self.barred.contains(&attempt), "signed after it was barred");
                let known = self.signed.entry(attempt).or_insert_with(|| view.clone());
                assert_eq!(*known, view, "another signature than before");
            }
            Err(SignError::Refused(_) | SignError::Void | SignError::AttemptTaken { .. } | SignError::TxidTaken) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn heard_void<T>(&mut self, attempt: u32, answer: Result<T, VoidError>) {
        match answer {
            Ok(_) => {
                assert!(!self.signed.contains_key(&attempt), "barred after it was signed");
                self.barred.insert(attempt);
            }
            Err(VoidError::AlreadySigned { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn take(&mut self, step: &Step) {
        let core = &self.running.core;
        let intent = self.intent.parse().unwrap();
        match *step {
            Step::Sign { attempt, ms, lie } => {
                let payment = self.payment(attempt, ms, lie).await;
                self.heard(attempt, core.sign(payment.txid(), payment.request()).await);
            }
            Step::CrashAfterCommit { attempt, ms } => {
                let payment = self.payment(attempt, ms, false).await;
                // Whatever came of it, nobody was told.
                let _ = core.register(payment.request()).await;
            }
            Step::Void { attempt } => self.heard_void(attempt, core.void(intent, AttemptNo(attempt)).await),
            Step::SignAndVoid { attempt, ms } => {
                let payment = self.payment(attempt, ms, false).await;
                let (signed, barred) =
                    futures::join!(core.sign(payment.txid(), payment.request()), core.void(intent, AttemptNo(attempt)));
                self.heard(attempt, signed);
                self.heard_void(attempt, barred);
            }
            Step::Repeat { attempt } => {
                if let Some(payment) = self.first.get(&attempt).cloned() {
                    self.heard(attempt, core.sign(payment.txid(), payment.request()).await);
                }
            }
            Step::Wait { ms } => self.running.advance_ms(ms),
        }
    }

    /// Holds what callers were told against the register, and the register's attempts against each other.
    async fn check(&self) {
        let mut alive_until = None;
        for attempt in 1..=ATTEMPTS {
            let entry = self.entry(attempt).await;
            match entry.as_ref().map(|entry| &entry.entry) {
                None => assert!(!self.signed.contains_key(&attempt) && !self.barred.contains(&attempt)),
                Some(Entry::Void) => assert!(!self.signed.contains_key(&attempt)),
                Some(Entry::Signed(signing)) => {
                    assert!(!self.barred.contains(&attempt));
                    assert!(self.signed.get(&attempt).is_none_or(|view| view.txid == signing.txid));
                    let at = entry.as_ref().map(|entry| entry.at);
                    assert!(at > alive_until, "registered while an earlier one was alive");
                    alive_until = alive_until.max(Some(signing.expiration.plus_ms(MARGIN_MS)));
                }
            }
        }
    }
}

#[test]
fn one_transaction_an_attempt_and_one_at_a_time() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (bench, running, hot) = runtime.block_on(async {
        let bench = Bench::new();
        let running = bench.start().await;
        let hot = running.wallet("hot", WalletClass::Hot).await;
        (bench, running, hot)
    });
    let number = std::cell::Cell::new(0);
    let (further, barred) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let config = Config { cases: 240, failure_persistence: None, ..Config::default() };
    let steps = prop::collection::vec(step(), 1..25);
    // The same walks every time: what they come to is asserted below, and must not be a matter of luck.
    let walks = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let outcome = TestRunner::new_with_rng(config, walks).run(&steps, |steps| {
        number.set(number.get() + 1);
        // Each case has its own intent; all share the clock, so that their transactions differ.
        running.advance_ms(10);
        let mut told = Told {
            running: &running,
            hot: &hot,
            intent: format!("po_{}", number.get()),
            signed: BTreeMap::new(),
            barred: BTreeSet::new(),
            first: BTreeMap::new(),
        };
        runtime.block_on(async {
            for step in &steps {
                told.take(step).await;
                told.check().await;
            }
        });
        further.set(further.get() + told.signed.keys().filter(|attempt| **attempt > 1).count());
        barred.set(barred.get() + told.barred.len());
        Ok(())
    });
    drop(bench);
    outcome.unwrap();
    // The walks came to where it matters.
    assert!(further.get() > 20 && barred.get() > 50, "{} further attempts, {} barred", further.get(), barred.get());
}
