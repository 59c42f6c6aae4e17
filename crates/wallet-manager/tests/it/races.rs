//! A stop, another policy, and a key's retirement, each against a batch of 256 in flight: every item is signed under what
//! held before, or refused by the right rule, and nothing is signed after the answer.

use std::fmt::Write as _;
use std::time::Duration;

use api::wallet_manager::audit::{AuditRecord, audit};
use api::wallet_manager::batch::{SignatureBatch, SignatureItem, SignatureOutcome, put_signatures};
use api::wallet_manager::freeze::{FreezeRequest, put_freeze};
use api::wallet_manager::key::retire_key;
use api::wallet_manager::{SignatureView, WalletView, intent};
use primitives::FreezeId;
use service::Outcome;
use service::clock::SystemClock;
use tokio::task::JoinHandle;

use crate::limits::{governed, policy, put};
use crate::place::{Place, Process, client, key, payment, retirement};

const ITEMS: usize = 256;

/// How long after the batch was sent each race's other side comes: before, within and after its commits.
const DELAYS_MS: [u64; 4] = [0, 15, 40, 90];

struct Race {
    place: Place,
    process: Process,
    hot: WalletView,
    made: usize,
}

impl Race {
    async fn begin(limited: bool) -> Self {
        let mut place = Place::new();
        assert!(place.init_token().status.success());
        if limited {
            // 200 of the 256.
            governed(&mut place, &policy(1, "3", "600", "600"));
        }
        write!(
            place.sections,
            "[peers.everybody]\ncall_key = \"{}\"\nscopes = [\"operator\", \"signatures:write\", \"wallets:write\", \
             \"freeze:write\", \"register:read\", \"read\"]\n",
            key(12).verify_key()
        )
        .unwrap();
        let mut process = place.serve();
        process.client = client(&process.address, "everybody", 12, SystemClock);
        process.ready();
        let hot = process.hot().await;
        Self { place, process, hot, made: 0 }
    }

    /// Another 256 payments.
    fn batch(&mut self) -> SignatureBatch {
        let first = self.made;
        self.made += ITEMS;
        let item = |number: usize| {
            let (raw, request) = payment(&self.hot, &format!("po_{number}"), number as u64);
            SignatureItem { txid: raw.txid(), request }
        };
        SignatureBatch { items: (first..self.made).map(item).collect() }
    }

    /// Sends a batch and gives it this long.
    async fn send(&self, batch: SignatureBatch, delay: u64) -> JoinHandle<Vec<Result<SignatureView, String>>> {
        let client = self.process.client.clone();
        let sent = tokio::spawn(async move {
            match client.call(&put_signatures(&batch)).await {
                Outcome::Done(answer) => answer.outcomes.into_iter().map(outcome).collect(),
                Outcome::Refused(problem) => panic!("refused: {problem}"),
                Outcome::Unknown(cause) => panic!("unknown: {cause}"),
            }
        });
        tokio::time::sleep(Duration::from_millis(delay)).await;
        sent
    }

    /// All records of the log.
    async fn records(&self) -> Vec<AuditRecord> {
        let (mut records, mut after) = (Vec::new(), 0);
        loop {
            let page = self.process.done(&audit(after, 1_000)).await.records;
            let Some(last) = page.last() else { return records };
            after = last.seq;
            records.extend(page);
        }
    }

    /// The one record of this kind, after which no signature was stored.
    async fn nothing_signed_after(&self, kind: &str) -> u64 {
        let records = self.records().await;
        let end = records.iter().find(|record| record.kind == kind).unwrap().seq;
        let late: Vec<_> = records.iter().filter(|record| record.seq > end && record.kind == "signed").collect();
        assert!(late.is_empty(), "{late:?}");
        end
    }

    fn ends(self) {
        let Self { place, process, .. } = self;
        drop(process);
        place.verify_audit(std::iter::empty(), true);
    }
}

fn outcome(outcome: SignatureOutcome) -> Result<SignatureView, String> {
    match outcome {
        SignatureOutcome::Signed(view) => Ok(view),
        SignatureOutcome::Problem(problem) => Err(problem.code.clone()),
    }
}

fn refused_by(outcomes: &[Result<SignatureView, String>], rules: &[&str]) {
    let strange = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    let strange: Vec<_> = strange.filter(|code| !rules.contains(&code.as_str())).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_batch_is_signed_after_a_stop_was_answered() {
    for (round, delay) in DELAYS_MS.into_iter().enumerate() {
        let mut race = Race::begin(false).await;
        let (first, second) = (race.batch(), race.batch());
        let sent = race.send(first, delay).await;
        let freeze_id: FreezeId = format!("fz_00000000-0000-4000-8000-00000000000{round}").parse().unwrap();
        race.process.done(&put_freeze(&FreezeRequest { freeze_id, reason: "a race".to_owned() })).await;
        let after = race.send(second, 0).await.await.unwrap();
        assert!(after.iter().all(|outcome| outcome.as_ref().err().is_some_and(|code| code == "frozen")), "{after:?}");
        refused_by(&sent.await.unwrap(), &["frozen"]);
        race.nothing_signed_after("frozen").await;
        race.ends();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_signed_under_the_policy_before_or_refused_by_the_one_after() {
    for delay in DELAYS_MS {
        let mut race = Race::begin(true).await;
        let (first, second) = (race.batch(), race.batch());
        let sent = race.send(first, delay).await;
        put(&race.place, &policy(2, "2.999999", "600", "600"));
        let after = race.send(second, 0).await.await.unwrap();
        assert!(after.iter().all(|outcome| outcome.as_ref().is_err_and(|code| code == "policy_amount")), "{after:?}");
        let before = sent.await.unwrap();
        refused_by(&before, &["policy_amount", "policy_hour"]);
        let signed: Vec<_> = before.iter().filter_map(|outcome| outcome.as_ref().ok()).collect();
        assert!(signed.len() <= 200, "more than the hour takes: {}", signed.len());
        for view in signed.into_iter().step_by(16) {
            let attempts = race.process.done(&intent(&view.intent)).await.attempts;
            assert_eq!(attempts[0].policy.as_ref().map(|policy| policy.version), Some(1));
        }
        let records = race.records().await;
        let changed = records.iter().find(|record| record.kind == "policy_changed");
        let since = changed.map_or(u64::MAX, |record| record.seq);
        let late = records.iter().filter(|record| record.seq > since && record.kind == "registered");
        assert_eq!(late.count(), 0, "registered under what held no more");
        race.ends();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_batch_is_signed_after_its_key_was_retired() {
    for delay in DELAYS_MS {
        let mut race = Race::begin(false).await;
        let (first, second) = (race.batch(), race.batch());
        let sent = race.send(first, delay).await;
        race.process.done(&retire_key(&"hot".parse().unwrap(), &retirement(&race.hot))).await;
        let after = race.send(second, 0).await.await.unwrap();
        assert!(after.iter().all(|outcome| outcome.as_ref().is_err_and(|code| code == "key_retired")), "{after:?}");
        refused_by(&sent.await.unwrap(), &["key_retired", "attempt_withheld"]);
        let end = race.nothing_signed_after("key_retired").await;
        assert!(end > 0);
        race.ends();
    }
}
