//! A stop, a retirement and another policy that come while a batch is being checked: nothing of the batch is registered or
//! signed after them by what held before. The races of whole processes are in `tests/it/races.rs`; here the moment is the
//! same every time.

use api::wallet_manager::audit::audit;
use api::wallet_manager::freeze::FreezeRequest;
use api::wallet_manager::{WalletClass, WalletView};
use primitives::statement::{Action, Ceremony, KeyClass};
use primitives::{FreezeId, TxId};
use signing_core::register::Asked;

use super::bench::{Bench, Payment, Running, both, make};
use super::policies::PolicyFile;

/// Enough for several turns of checks.
const ITEMS: u64 = 48;

fn batch(running: &Running, hot: &WalletView, round: u64) -> Vec<(TxId, Asked)> {
    let payment =
        |number: u64| Payment::usdt(running, hot, &format!("po_{round}_{number}")).later(round * ITEMS + number);
    (0..ITEMS).map(payment).map(|payment| (payment.txid(), payment.request().into())).collect()
}

/// How each of a batch ends: `ok`, or the code of the refusal.
async fn signed(running: &Running, batch: Vec<(TxId, Asked)>) -> Vec<String> {
    let outcomes = running.core.sign_each(batch).await;
    outcomes
        .into_iter()
        .map(|outcome| outcome.map_or_else(|error| service::Problem::from(error).code.clone(), |_| "ok".to_owned()))
        .collect()
}

/// Lets others have so many turns.
async fn turns(count: usize) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}

/// The kinds of the records before the one of this kind, and after it.
async fn records(running: &Running, kind: &str) -> (Vec<String>, Vec<String>) {
    let records = running.done("operator", &audit(0, 1_000)).await.records;
    let mut kinds: Vec<_> = records.into_iter().map(|record| record.kind).collect();
    let at = kinds.iter().position(|known| known == kind).unwrap();
    let after = kinds.split_off(at);
    (kinds, after)
}

fn count(kinds: &[String], kind: &str) -> usize {
    kinds.iter().filter(|known| *known == kind).count()
}

#[tokio::test]
async fn a_stop_waits_for_the_registration_that_it_comes_into_and_nothing_is_signed_after_it() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let request =
        FreezeRequest { freeze_id: FreezeId::derive(running.core.rules.plane.uuid(), &["x"]), reason: "x".into() };
    let stop = async {
        turns(2).await;
        running.core.freezer.freeze(request, "operator").await.unwrap();
    };
    let (outcomes, ()) = futures::future::join(signed(&running, batch(&running, &hot, 0)), stop).await;
    assert!(outcomes.iter().all(|code| code == "frozen"), "{outcomes:?}");
    let (before, after) = records(&running, "frozen").await;
    assert_eq!(count(&before, "registered") as u64, ITEMS, "the batch was under way");
    assert_eq!((count(&after, "registered"), count(&after, "signed")), (0, 0));
}

#[tokio::test]
async fn a_retirement_waits_for_the_registration_that_it_comes_into_and_nothing_is_signed_after_it() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let action = Action::RetireKey { key_id: hot.key_id.clone() };
    let decision = both(Ceremony { action, nonce: [8; 16], ..make(&running, "x", KeyClass::Hot) });
    let retirement = async {
        turns(2).await;
        running.whole.maker.retire(&"hot".parse().unwrap(), Some(&decision)).await.unwrap();
    };
    let (outcomes, ()) = futures::future::join(signed(&running, batch(&running, &hot, 0)), retirement).await;
    assert!(outcomes.iter().all(|code| ["attempt_withheld", "key_retired"].contains(&code.as_str())), "{outcomes:?}");
    let (before, after) = records(&running, "key_retired").await;
    assert_ne!(count(&before, "registered"), 0, "the batch was under way");
    assert_eq!((count(&after, "registered"), count(&after, "signed")), (0, 0));
}

#[tokio::test]
async fn a_batch_is_signed_under_one_policy_whenever_another_comes() {
    let mut bench = Bench::new();
    bench.config.policy.file = Some(PolicyFile::WIDE.put(&bench));
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let mut seen = Vec::new();
    for round in 0..10 {
        let version = 2 * u32::try_from(round).unwrap();
        PolicyFile { version: version + 2, ..PolicyFile::WIDE }.put(&bench);
        running.core.policy.current().unwrap();
        let change = async {
            turns(usize::try_from(round).unwrap()).await;
            PolicyFile { version: version + 3, once: "24", ..PolicyFile::WIDE }.put(&bench);
        };
        let (mut outcomes, ()) = futures::future::join(signed(&running, batch(&running, &hot, round)), change).await;
        outcomes.dedup();
        assert_eq!(outcomes.len(), 1, "round {round}: {outcomes:?}");
        seen.extend(outcomes);
    }
    seen.dedup();
    assert_eq!(seen, ["policy_amount", "ok"], "the change came before some, and after others");
}
