//! A restored service: what was under way is not made again, and pools wait until the chain was read.

use std::collections::BTreeMap;
use std::path::Path;

use api::trx_staking::StakeRequest;
use api::wallet_manager::freeze::{FreezeList, FreezeView};
use api::wallet_manager::{WalletClass, WalletView};
use payments::staking::pool::{Facts, Pool, Target};
use payments::staking::{Operation, Stage};
use primitives::{Address, HexBytes, PlaneId, Resource, StakeId, Sun};
use service::driver::Machine;
use service::testing::{Script, client};
use service::{PeerClient, Service};
use store::{Commit, Incarnation, Restored, Store, Versioned};
use uuid::Uuid;

use super::bench::{Bench, NOW};
use crate::TrxStaking;
use crate::app::NOUNS;
use crate::drive::PoolMachine;
use crate::operation::Row;
use crate::pool::PoolRow;

fn plane() -> PlaneId {
    "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap()
}

fn stake(name: &str) -> Operation<StakeRequest> {
    let request = StakeRequest {
        wallet_id: "energy".parse().unwrap(),
        resource: Resource::Energy,
        amount: Sun::parse("5").unwrap(),
    };
    Operation::accepted(StakeId::derive(plane().uuid(), &[name]), request, NOW)
}

async fn opened(path: &Path) -> Store {
    Store::sqlite(path, &NOUNS, Incarnation(Uuid::from_u128(1))).await.unwrap()
}

/// A store with these operations as it comes back from a backup, `times` over.
async fn restored(place: &Path, operations: &[Row<StakeRequest>], times: u128) -> Store {
    let mut path = place.join("0.sqlite");
    let store = opened(&path).await;
    for operation in operations {
        store.commit(Commit::new(NOW).insert(operation)).await.unwrap();
    }
    store.close().await;
    for time in 1..=times {
        let copy = place.join(format!("{time}.sqlite"));
        store::snapshot(&path, &copy).await.unwrap();
        let restored = Restored { id: Uuid::from_u128(time), backup_at: NOW, restored_at: NOW };
        store::begin_restored(&copy, Incarnation(Uuid::from_u128(time)), &restored).await.unwrap();
        path = copy;
    }
    opened(&path).await
}

async fn read(store: &Store, id: StakeId) -> Versioned<Row<StakeRequest>> {
    store.get(&id.to_string()).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_was_under_way_is_given_up_once_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let (waiting, mut done) = (stake("waiting"), stake("done"));
    (done.stage, done.due_at) = (Stage::Done, None);
    let store = restored(place.path(), &[Row(waiting.clone()), Row(done.clone())], 1).await;
    let bench = Bench::over(store).await;
    let given_up = read(&bench.store, waiting.id).await.record.0;
    assert_eq!(given_up.stage, Stage::NeedsReview { reason: "restored".to_owned() });
    assert_eq!((given_up.due_at, given_up.restored), (None, true));
    assert_eq!(read(&bench.store, done.id).await.record.0, done);
    // What is asked for since is made, whenever the service starts again.
    let fresh = Row(stake("fresh"));
    bench.store.commit(Commit::new(NOW).insert(&fresh)).await.unwrap();
    let bench = Bench::over(bench.store.clone()).await;
    assert_eq!(read(&bench.store, fresh.0.id).await.record, fresh);
}

/// A stake's row with any body.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Body(serde_json::Value);

impl store::Record for Body {
    const NOUN: &'static str = "stake";

    fn id(&self) -> String {
        self.0["id"].as_str().unwrap().to_owned()
    }

    fn stage(&self) -> &'static str {
        "underway"
    }

    fn due_at(&self) -> Option<primitives::UnixMs> {
        None
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_keeps_no_other_and_is_given_up_when_it_was_mended() {
    let place = tempfile::tempdir().unwrap();
    let (waiting, garbled) = (stake("waiting"), stake("garbled"));
    let store = restored(place.path(), &[Row(waiting.clone())], 1).await;
    let id = garbled.id.to_string();
    store.commit(Commit::new(NOW).insert(&Body(serde_json::json!({ "id": id })))).await.unwrap();
    for _ in 0..2 {
        let bench = Bench::over(store.clone()).await;
        assert!(read(&bench.store, waiting.id).await.record.0.restored);
    }
    let body = store.get::<Body>(&id).await.unwrap().unwrap();
    let mended = Body(serde_json::to_value(Row(garbled.clone())).unwrap());
    store.commit(Commit::new(NOW).update(&body, &mended)).await.unwrap();
    let fresh = Row(stake("fresh"));
    store.commit(Commit::new(NOW).insert(&fresh)).await.unwrap();
    let bench = Bench::over(store).await;
    assert!(read(&bench.store, garbled.id).await.record.0.restored);
    assert_eq!(read(&bench.store, fresh.0.id).await.record, fresh);
}

#[tokio::test]
async fn what_was_asked_for_after_the_restore_is_not_given_up_by_a_version_that_notes_it_first() {
    let place = tempfile::tempdir().unwrap();
    let store = restored(place.path(), &[], 1).await;
    let since = Operation { created_at: NOW.plus_ms(1), ..stake("since") };
    store.commit(Commit::new(NOW).insert(&Row(since.clone()))).await.unwrap();
    let bench = Bench::over(store).await;
    assert_eq!(read(&bench.store, since.id).await.record.0, since);
}

#[tokio::test]
async fn one_that_never_was_restored_goes_on() {
    let place = tempfile::tempdir().unwrap();
    let waiting = Row(stake("waiting"));
    let bench = Bench::over(restored(place.path(), std::slice::from_ref(&waiting), 0).await).await;
    assert_eq!(read(&bench.store, waiting.0.id).await.record, waiting);
}

#[tokio::test]
async fn a_restored_pool_begins_nothing_while_signing_is_stopped() {
    let place = tempfile::tempdir().unwrap();
    let bench = Bench::over(restored(place.path(), &[], 1).await).await;
    let (wallet_manager, tron_client) = (Script::new(), Script::new());
    let target = Target {
        wallet: "hot".parse().unwrap(),
        staking_wallet: "energy".parse().unwrap(),
        wanted: [(Resource::Energy, 150_000), (Resource::Bandwidth, 0)],
        interval_ms: 10_000,
    };
    let peer = |name: &str, script: &Script| -> PeerClient {
        client(name, script.router(), TrxStaking::NAME, bench.clock.clone())
    };
    let machine = PoolMachine {
        plane: plane(),
        targets: BTreeMap::from([(target.wallet.clone(), target.clone())]),
        store: bench.store.clone(),
        wallet_manager: peer("wallet-manager", &wallet_manager),
        tron_client: peer("tron-client", &tron_client),
    };
    let stop = FreezeView {
        freeze_id: "fz_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        reason: "restored".to_owned(),
        by: "restore".to_owned(),
        at: NOW,
        lifted_at: None,
    };
    wallet_manager.answer("GET /v1/freeze", &FreezeList { freezes: vec![stop] });
    wallet_manager.answer("GET /v1/wallets/hot", &wallet("hot"));
    wallet_manager.answer("GET /v1/wallets/energy", &wallet("energy"));
    let read = Versioned::first(PoolRow(Pool::new(target.wallet, NOW)));
    let facts = machine.gather(&read, NOW).await.unwrap();
    assert!(matches!(facts, Some(Facts::Stopped)), "{facts:?}");
    wallet_manager.answer("GET /v1/freeze", &FreezeList { freezes: vec![] });
    // Only now it asks for the accounts, which nobody answers here.
    assert!(machine.gather(&read, NOW).await.is_err());
}

fn wallet(name: &str) -> WalletView {
    WalletView {
        wallet_id: name.parse().unwrap(),
        class: WalletClass::Energy,
        address: Address::from_evm([1; 20]),
        key_id: "00112233445566778899aabbccddeeff".parse().unwrap(),
        permission_id: 0,
        public_key: HexBytes(vec![4; 65]),
        created_at: NOW,
        permissions: None,
        retired_at: None,
    }
}
