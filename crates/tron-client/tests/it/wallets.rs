//! Wallets that are watched: whatever they do in a solid block is told, once, whoever signed it.

use api::Event;
use api::tron_client::{self as wire, WalletTransaction};
use primitives::{Address, Sun, TxId};
use serde_json::json;

use crate::field::{Field, Running};

fn faucet(field: &Field) -> Address {
    field.chain.chain().config().faucet_key().address()
}

async fn told(running: &Running) -> Vec<(Event, WalletTransaction)> {
    let page = running.client.ask(&api::event::events(None, 0, 500)).await.unwrap();
    let told = page.events.into_iter().filter(|event| event.kind == wire::events::WALLET_TRANSACTION);
    told.map(|event| (event.clone(), serde_json::from_value(event.data).unwrap())).collect()
}

async fn scanned(field: &Field) -> Running {
    let running = field.start().await;
    running.scanned(field.solid()).await;
    running
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_wallet_does_is_told_once_from_the_block_of_the_answer_on() {
    let field = Field::new(1).await;
    let mut running = scanned(&field).await;
    let wallet = faucet(&field);
    let (before, _) = field.send(3);
    field.mine(5);
    running.scanned(field.solid()).await;

    let watch = running.client.ask(&wire::watch_wallet(wallet)).await.unwrap();
    assert_eq!((watch.address, watch.from_block), (wallet, field.solid() + 1));
    assert_eq!(running.client.ask(&wire::watch_wallet(wallet)).await.unwrap(), watch);
    let (first, first_block) = field.send(4);
    field.mine(5);
    running.scanned(field.solid()).await;

    // Killed and started again it knows the wallet, and tells nothing twice.
    running.kill().await;
    running = scanned(&field).await;
    assert_eq!(running.client.ask(&wire::watch_wallet(wallet)).await.unwrap(), watch);
    let (second, _) = field.send(5);
    field.mine(5);
    running.scanned(field.solid()).await;

    let told = told(&running).await;
    let subjects: Vec<&str> = told.iter().map(|(event, _)| event.subject.as_str()).collect();
    assert_eq!(subjects, [first.to_string(), second.to_string()], "{before} came before");
    let (event, transaction) = &told[0];
    assert_eq!((event.version, transaction.txid, transaction.wallet), (1, first, wallet));
    assert_eq!(
        (transaction.contract_type.as_str(), transaction.contract_ret.as_str()),
        ("TransferContract", "SUCCESS")
    );
    assert_eq!(transaction.block.id, first_block);
    assert!(running.metric("lucid_watched_wallets 1") && running.metric("lucid_wallet_transactions_total 1"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_wallet_receives_is_nobodys_business_and_what_a_thief_does_is() {
    let field = Field::new(1).await;
    let running = scanned(&field).await;
    let wallet = Address::from_evm([5; 20]);
    running.client.ask(&wire::watch_wallet(wallet)).await.unwrap();
    field.send(5_000_000);
    field.mine(5);
    let stolen = field
        .impersonate(json!({"type": "TransferContract", "contract":
        {"owner_address": wallet, "to_address": faucet(&field), "amount": 1_000}}))
        .await;
    field.mine(5);
    let permission = |id: u32| {
        json!({"type": if id == 0 {"Owner"} else {"Active"}, "id": id, "permission_name": "x",
        "threshold": 1, "keys": [{"address": faucet(&field), "weight": 1}]})
    };
    let mut active = permission(2);
    active["operations"] = json!("02".to_owned() + &"00".repeat(31));
    assert!(
        running.client.ask(&wire::account_permissions(wallet)).await.unwrap().permissions[0].keys[0].address == wallet
    );
    field.send(200_000_000);
    field.mine(5);
    let taken = field
        .impersonate(json!({"type": "AccountPermissionUpdateContract", "contract":
        {"owner_address": wallet, "owner": permission(0), "actives": [active]}}))
        .await;
    field.mine(5);
    running.scanned(field.solid()).await;

    let told = told(&running).await;
    let found: Vec<(TxId, &str)> = told.iter().map(|(_, seen)| (seen.txid, seen.contract_type.as_str())).collect();
    assert_eq!(found, [(stolen, "TransferContract"), (taken, "AccountPermissionUpdateContract")]);
    let now = running.client.ask(&wire::account_permissions(wallet)).await.unwrap();
    assert!(now.activated && now.permissions.iter().all(|one| one.keys[0].address == faucet(&field)), "{now:?}");
    assert_eq!(now.permissions[1].operations.as_ref().map(|bits| bits.0[0]), Some(2));
    let balance = running.client.ask(&wire::account(wallet)).await.unwrap().balance;
    assert!(balance < Sun::parse("105").unwrap(), "it paid for its permissions: {balance}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wallet_is_not_watched_before_a_block_was_read() {
    let mut field = Field::new(1).await;
    field.urls[0] = "http://127.0.0.1:9".to_owned();
    let running = field.start().await;
    crate::surface::refused(running.client.call(&wire::watch_wallet(faucet(&field))).await, 503, "not_reading_yet");
    running.stop().await;
}

/// A row of any noun that says something else.
macro_rules! garbled {
    ($name:ident, $noun:literal, $stage:literal) => {
        #[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
        struct $name(serde_json::Value);

        impl store::Record for $name {
            const NOUN: &'static str = $noun;

            fn id(&self) -> String {
                self.0["id"].as_str().unwrap().to_owned()
            }

            fn stage(&self) -> &'static str {
                $stage
            }

            fn due_at(&self) -> Option<primitives::UnixMs> {
                None
            }
        }
    };
}

garbled!(GarbledWallet, "watched_wallet", "watched");
garbled!(GarbledSubmission, "submission", "pending");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_cannot_be_read_do_not_keep_it_from_reading_on() {
    let field = Field::new(1).await;
    let running = scanned(&field).await;
    let wallet = faucet(&field);
    let store = running.store.clone();
    let now = primitives::UnixMs(1);
    let garbled = GarbledWallet(json!({ "id": wallet.to_string() }));
    store.commit(store::Commit::new(now).insert(&garbled)).await.unwrap();
    let (txid, _) = field.transfer(field.solid_id(), 60_000, 9);
    let garbled = GarbledSubmission(json!({ "id": txid.to_string() }));
    store.commit(store::Commit::new(now).insert(&garbled)).await.unwrap();
    drop(store);
    running.kill().await;

    let running = scanned(&field).await;
    let watch = running.client.ask(&wire::watch_wallet(wallet)).await.unwrap();
    assert_eq!((watch.address, watch.from_block), (wallet, field.solid() + 1));
    let ledger = &running.shared.ledger;
    assert_eq!(ledger.wanted([txid].iter()), [txid], "a block that has it is not taken as if nobody asked");
    let (sent, _) = field.send(3);
    field.mine(5);
    running.scanned(field.solid()).await;
    assert_eq!(told(&running).await.iter().map(|(_, seen)| seen.txid).collect::<Vec<_>>(), [sent]);
    field.mine_past(field.head_time().plus_ms(120_000));
    running.scanned(field.solid()).await;
    assert_eq!(running.shared.ledger.wanted([txid].iter()), [txid], "nor is it taken for dead");
    running.stop().await;
}
