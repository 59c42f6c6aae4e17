//! Wallets: made once, found again, and only by who may.

use api::wallet_manager::{WalletClass, WalletRequest, put_wallet, token, wallet, wallets};
use primitives::WalletId;
use primitives::statement::KeyClass;
use tron_tx::PublicKey;

use super::bench::{Bench, both, make};

fn id(name: &str) -> WalletId {
    name.parse().unwrap()
}

#[tokio::test]
async fn a_wallet_is_made_once_and_survives_a_restart() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    assert_eq!(PublicKey::from_sec1(hot.public_key.as_ref()).unwrap().address(), hot.address);
    assert_eq!(running.wallet("hot", WalletClass::Hot).await, hot);
    let energy = running.wallet("energy", WalletClass::Energy).await;
    assert_ne!(energy.address, hot.address);

    let again = bench.start().await;
    assert_eq!(again.wallet("hot", WalletClass::Hot).await, hot);
    let all = again.done("operator", &wallets()).await.wallets;
    assert_eq!(all, [energy, hot.clone()]);
    assert_eq!(again.done("payout-router", &wallet(&id("hot"))).await, hot);
    let token = again.done("operator", &token()).await;
    assert_eq!((token.label.as_str(), token.key_extractable, token.keys), ("lucid", false, 2));
}

#[tokio::test]
async fn eight_requests_at_once_make_one_wallet() {
    let bench = Bench::new();
    let running = bench.start().await;
    let made = futures::future::join_all((0..8).map(|_| running.wallet("hot", WalletClass::Hot))).await;
    assert!(made.iter().all(|wallet| *wallet == made[0]), "{made:?}");
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_changes_nothing() {
    let bench = Bench::new();
    let running = bench.start().await;
    running.wallet("hot", WalletClass::Hot).await;
    let ceremony = |name, class| Some(both(make(&running, name, class)));
    let energy = WalletRequest { class: WalletClass::Energy, ceremony: ceremony("hot", KeyClass::Energy) };
    let other = put_wallet(&id("hot"), &energy);
    let problem = running.refused("operator", &other).await;
    assert_eq!((problem.status, problem.code.as_str()), (422, "other_class"));
    let problem = running.refused("operator", &wallet(&id("cold"))).await;
    assert_eq!((problem.status, problem.code.as_str()), (404, "unknown_wallet"));
    let hot = WalletRequest { class: WalletClass::Hot, ceremony: ceremony("cold", KeyClass::Hot) };
    let request = put_wallet(&id("cold"), &hot);
    let problem = running.refused("payout-router", &request).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "missing_scope"));
    let problem = running.refused("trx-staking", &wallets()).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "missing_scope"));
    assert_eq!(running.done("operator", &wallets()).await.wallets.len(), 1);
}
