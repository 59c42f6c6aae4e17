//! Keys that are renewed: numbered, two in force at most, and the retired one refused wherever it is used.

use api::wallet_manager::key::{KeyStage, KeyView, RetireRequest, retire_key};
use primitives::UnixMs;
use primitives::statement::{Action, Ceremony, KeyClass, Manifest};
use signer::CkaId;
use signing_core::Core;
use tron_tx::TokenSigned;

use super::{both, code, made, request};
use crate::tests::bench::{Bench, Running, make};

async fn retired(running: &Running, key: &KeyView) -> KeyView {
    let nonce = u8::try_from(key.generation.unwrap()).unwrap() + if key.class == KeyClass::Release { 100 } else { 200 };
    let action = Action::RetireKey { key_id: key.key_id.clone() };
    let ceremony = Ceremony { action, nonce: [nonce; 16], ..make(running, "x", KeyClass::Hot) };
    running.done("operator", &retire_key(&key.name, &RetireRequest { ceremony: Some(both(ceremony)) })).await
}

/// What the audit key says of a key.
fn vouched(running: &Running, key: &KeyView) -> Manifest {
    let manifest = serde_json::to_value(key.manifest.as_ref().unwrap()).unwrap();
    let manifest: TokenSigned<Manifest> = serde_json::from_value(manifest).unwrap();
    manifest.verify(&running.core.audit.key().unwrap().public_key).unwrap().clone()
}

/// What the token itself keeps of a key.
async fn in_token(running: &Running, class: KeyClass, number: u32) -> Option<UnixMs> {
    let id = CkaId::generation(class, number).unwrap();
    running.core.keeper.token().unwrap().retired(id).await.unwrap()
}

#[tokio::test]
async fn a_key_is_renewed_by_the_next_number_and_two_are_in_force_at_most() {
    let bench = Bench::new();
    let running = bench.start().await;
    for class in [KeyClass::Compliance, KeyClass::Release] {
        let name = |number: u32| format!("{class}-{number}");
        let first = made(&running, &name(1), class).await;
        let second = made(&running, &name(2), class).await;
        assert_eq!([first.generation, second.generation], [Some(1), Some(2)]);
        assert_ne!(first.public_key, second.public_key);
        let third = request(class, both(make(&running, &name(3), class)));
        assert_eq!(code(&running, &name(3), &third).await, "key_class_taken");

        let first = retired(&running, &first).await;
        assert_eq!(first.stage, KeyStage::Retired);
        let since = first.retired.as_ref().map(|retired| retired.at);
        assert_eq!(in_token(&running, class, 1).await, since);
        assert_eq!(in_token(&running, class, 2).await, None);
        let third = made(&running, &name(3), class).await;
        assert_eq!(third.generation, Some(3));
        let manifest = vouched(&running, &third);
        assert_eq!((manifest.generation, manifest.class, manifest.retired_at), (3, class, None));
        let manifest = vouched(&running, &first);
        assert_eq!((manifest.generation, manifest.retired_at), (1, since));
    }
}

#[tokio::test]
async fn a_number_that_was_retired_before_this_database_is_never_given_out_again() {
    let bench = Bench::new();
    let running = bench.start().await;
    let token = running.core.keeper.token().unwrap();
    let lost = CkaId::generation(KeyClass::Release, 1).unwrap();
    token.ensure_key(lost, "from before", running.core.audit.challenge()).await.unwrap();
    token.retire(lost, UnixMs(7)).await.unwrap();
    assert_eq!(token.retire(lost, UnixMs(9)).await.unwrap(), UnixMs(7), "retired once");
    assert_eq!(made(&running, "release", KeyClass::Release).await.generation, Some(2));
}

#[tokio::test]
async fn a_token_that_was_away_is_told_of_a_retirement_when_it_is_looked_after() {
    let bench = Bench::new();
    let running = bench.start().await;
    let key = made(&running, "release", KeyClass::Release).await;
    let core: &Core = &running.whole;
    core.signing.keeper.suspect(&signer::TokenError::Hung);
    retired(&running, &key).await;
    core.look_after().await;
    core.look_after().await;
    assert!(in_token(&running, KeyClass::Release, 1).await.is_some());
}
