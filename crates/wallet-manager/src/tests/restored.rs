//! A signer whose database was put back from a backup.

use api::wallet_manager::WalletClass;
use api::wallet_manager::decision::{ShareRequest, put_decision, put_hardening_outcome, put_share};
use api::wallet_manager::freeze::{FreezeView, ThawRequest, freezes, put_thaw};
use primitives::statement::{Action, Asset, Fate, RecoveryEnded, SignKey, Signed, Spending};
use primitives::{Address, FreezeId, PlaneId, Sun};
use service::Outcome;
use signing_core::NOUNS;
use store::{Incarnation, Restored, Store};
use tron_tx::contract::Trigger;
use tron_tx::{Contract, trc20};
use uuid::Uuid;

use super::bench::{Bench, NOW, PAYEE, Running, authority};
use super::council::{self, Carried, decided, share};

const ACCOUNT: Address = Address::from_evm([0x44; 20]);

/// A bench whose store is a file.
async fn on_disk() -> Bench {
    let mut bench = council::bench();
    let path = bench.directory.path().join("lost.sqlite");
    bench.store = Store::sqlite(&path, &NOUNS, Incarnation(Uuid::from_u128(1))).await.unwrap();
    bench
}

/// The same, its store put back from a backup of just now.
async fn restored(mut bench: Bench) -> Bench {
    let path = |name: &str| bench.directory.path().join(name);
    let (lost, copy) = (path("lost.sqlite"), path("restored.sqlite"));
    store::snapshot(&lost, &copy).await.unwrap();
    let restored = Restored { id: Uuid::from_u128(7), backup_at: NOW, restored_at: NOW };
    store::begin_restored(&copy, Incarnation(Uuid::from_u128(2)), &restored).await.unwrap();
    bench.store = Store::sqlite(&copy, &NOUNS, Incarnation(Uuid::from_u128(3))).await.unwrap();
    bench
}

async fn only_stop(running: &Running) -> FreezeView {
    let [stop] = running.done("operator", &freezes()).await.freezes.try_into().expect("the one of the restore");
    stop
}

fn word(plane: PlaneId, freeze: FreezeId, by: &SignKey) -> Signed<RecoveryEnded> {
    Signed::sign(RecoveryEnded { plane, freeze, at: NOW }, by)
}

async fn thaw(running: &Running, recovery: Option<Signed<RecoveryEnded>>) -> Result<FreezeView, String> {
    let freeze = only_stop(running).await.freeze_id;
    let request = ThawRequest { ceremony: decided(running, Action::Thaw { freeze }), recovery };
    match running.client("operator").call(&put_thaw(&request)).await {
        Outcome::Done(view) => Ok(view),
        Outcome::Refused(problem) => Err(problem.code.clone()),
        Outcome::Unknown(cause) => panic!("unknown: {cause}"),
    }
}

#[tokio::test]
async fn a_restore_is_over_by_the_operators_and_payout_routers_word_together() {
    let bench = restored(on_disk().await).await;
    let running = bench.start().await;
    let stop = only_stop(&running).await;
    assert_eq!(stop.by, "restore");
    let (plane, router) = (running.core.rules.plane, authority("payout-router"));
    let elsewhere: PlaneId = "pl_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
    for (recovery, why) in [
        (None, "no word"),
        (Some(word(plane, stop.freeze_id, &authority("usdt-manager"))), "another's word"),
        (Some(word(plane, FreezeId::derive(plane.uuid(), &["other"]), &router)), "a word on another stop"),
        (Some(word(elsewhere, stop.freeze_id, &router)), "another plane's"),
    ] {
        assert_eq!(thaw(&running, recovery).await, Err("recovering".to_owned()), "{why}");
    }
    let running = bench.start().await;
    assert_eq!(only_stop(&running).await, stop, "it outlives the process");
    thaw(&running, Some(word(plane, stop.freeze_id, &router))).await.unwrap();
    for running in [running, bench.start().await] {
        assert!(running.done("operator", &freezes()).await.freezes.is_empty(), "once for each restore");
    }
}

/// 25 USDT of a treasury's, as both operators have decided now.
fn spend(running: &Running) -> Carried {
    let token = *running.core.rules.tokens.first().unwrap();
    let spending = Spending {
        wallet: "treasury".parse().unwrap(),
        account: ACCOUNT,
        asset: Asset::Token(token),
        recipient: PAYEE,
        amount: 25_000_000,
        fee_max: Sun::new(31_000_000).unwrap(),
    };
    let call = Trigger::new(ACCOUNT, token, trc20::transfer(PAYEE, 25_000_000));
    Carried::spending(running, spending, Contract::Trigger(call), Sun::new(30_000_000).unwrap())
}

#[tokio::test]
async fn what_operators_decided_to_spend_before_the_end_of_a_restore_is_not_spent_after_it() {
    let bench = on_disk().await;
    let running = bench.start().await;
    let treasury = running.wallet("treasury", WalletClass::Treasury).await;
    let request = ShareRequest { ceremony: decided(&running, share(&treasury, ACCOUNT, treasury.address)) };
    running.done("operator", &put_share(&treasury.wallet_id, &request)).await;
    let update = Carried::update(&running, request.ceremony);
    running.done("operator", &put_hardening_outcome(&treasury.wallet_id, &update.outcome(Fate::Succeeded))).await;
    // The plane that is lost may have spent it after the backup.
    let before = spend(&running);
    let bench = restored(bench).await;

    let running = bench.start().await;
    let code = async |carried: &Carried| match running
        .client("operator")
        .call(&put_decision(carried.txid(), &carried.request()))
        .await
    {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(problem) => Err(problem.code.clone()),
        Outcome::Unknown(cause) => panic!("unknown: {cause}"),
    };
    assert_eq!(code(&before).await, Err("frozen".to_owned()));
    running.advance_ms(1);
    let stop = only_stop(&running).await.freeze_id;
    thaw(&running, Some(word(running.core.rules.plane, stop, &authority("payout-router")))).await.unwrap();
    assert_eq!(code(&before).await, Err("authority_expired".to_owned()), "it may be the second time");
    running.advance_ms(1);
    code(&spend(&running)).await.expect("decided after it");
}
