//! Keys: made and retired by two operators and nobody else, once for each decision, with the audit key's word for it.

mod renewed;
mod retired;

use api::wallet_manager::key::{KeyRequest, KeyStage, KeyView, key, keys, put_key};
use api::wallet_manager::refusal::CEREMONY_REFUSALS;
use api::wallet_manager::{WalletClass, WalletRequest, put_wallet, wallet, wallets};
use primitives::statement::{Action, Ceremony, Cosigned, Hashed, KeyClass, Manifest};
use primitives::{ChainId, HexBytes};
use serde_json::Value;
use signer::CkaId;
use signing_core::ceremony::CeremonyError;
use signing_core::serve::{MakeKey, Making};
use tron_tx::{PublicKey, TokenSigned};

use super::bench::{Bench, NOW, Running, authority, both, make};

const DAY_MS: u64 = 86_400_000;

fn signed(ceremony: Ceremony, keys: &[&str]) -> Cosigned<Ceremony> {
    keys.iter().fold(Cosigned::proposed(ceremony), |cosigned, name| cosigned.signed_by(&authority(name)))
}

/// The wire form, changed.
fn spoilt(ceremony: Ceremony, spoil: impl FnOnce(&mut Value)) -> Cosigned<Ceremony> {
    let mut wire = serde_json::to_value(both(ceremony)).unwrap();
    spoil(&mut wire["signatures"]);
    serde_json::from_value(wire).unwrap()
}

fn request(class: KeyClass, ceremony: Cosigned<Ceremony>) -> KeyRequest {
    KeyRequest { class, ceremony: Some(ceremony) }
}

/// Makes a key that both decided on.
async fn made(running: &Running, name: &str, class: KeyClass) -> KeyView {
    let request = request(class, both(make(running, name, class)));
    running.done("operator", &put_key(&name.parse().unwrap(), &request)).await
}

/// The code by which a request for this key is refused, which must be of the table and have its status.
async fn code(running: &Running, name: &str, request: &KeyRequest) -> String {
    let problem = running.refused("operator", &put_key(&name.parse().unwrap(), request)).await;
    let known = CEREMONY_REFUSALS.iter().find(|(code, _)| *code == problem.code);
    assert_eq!(known.map(|(_, status)| *status), Some(problem.status), "{problem}");
    problem.code.clone()
}

/// The ids of the keys in the token.
async fn in_token(running: &Running) -> Vec<String> {
    let token = running.core.keeper.token().unwrap();
    token.list_keys().await.unwrap().into_iter().map(|key| HexBytes::from(key.id).to_string()).collect()
}

/// The records of the log from `after` on, by kind.
async fn log_kinds(running: &Running, after: u64) -> Vec<String> {
    let records = running.core.store.log(after, 100).await.unwrap();
    records.into_iter().map(|record| record.kind).collect()
}

#[tokio::test]
async fn what_two_operators_did_not_decide_makes_no_key() {
    let bench = Bench::new();
    let running = bench.start().await;
    let (hot, before) = (|| make(&running, "hot", KeyClass::Hot), in_token(&running).await);
    let place = running.core.store.log_position().await.unwrap();
    let late = bench.clock_now().plus_ms(6 * 60_000);
    let other_plane = "pl_00000000-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
    let cases = [
        ("ceremony_operators", signed(hot(), &[])),
        ("ceremony_operators", signed(hot(), &["alice"])),
        ("ceremony_operator_unknown", signed(hot(), &["alice", "mallory"])),
        ("ceremony_operator_unknown", signed(hot(), &["alice", "bob", "mallory"])),
        ("ceremony_operator_twice", spoilt(hot(), |signatures| signatures[1] = signatures[0].clone())),
        ("ceremony_signature", spoilt(hot(), |signatures| signatures[1]["signature"] = "00".repeat(64).into())),
        (
            "ceremony_signature",
            spoilt(hot(), |signatures| {
                let first = signatures[0]["signature"].take();
                signatures[0]["signature"] = std::mem::replace(&mut signatures[1]["signature"], first);
            }),
        ),
        ("ceremony_plane", both(Ceremony { plane: other_plane, ..hot() })),
        ("ceremony_chain", both(Ceremony { chain_id: ChainId(7), ..hot() })),
        ("ceremony_expired", both(Ceremony { issued_at: NOW.minus_ms(DAY_MS), valid_until: NOW, ..hot() })),
        ("ceremony_not_yet", both(Ceremony { issued_at: late, valid_until: late.plus_ms(1), ..hot() })),
        ("ceremony_name", both(make(&running, "cold", KeyClass::Hot))),
        ("ceremony_class", both(make(&running, "hot", KeyClass::Treasury))),
        ("ceremony_class", both(make(&running, "hot", KeyClass::Compliance))),
        ("ceremony_action", both(Ceremony { action: Action::SetPolicy { version: 1, sha256: [0; 32] }, ..hot() })),
    ];
    for (expected, ceremony) in cases {
        assert_eq!(code(&running, "hot", &request(KeyClass::Hot, ceremony.clone())).await, expected, "{ceremony:?}");
        let wallet = WalletRequest { class: WalletClass::Hot, ceremony: Some(ceremony) };
        let problem = running.refused("operator", &put_wallet(&"hot".parse().unwrap(), &wallet)).await;
        assert_eq!(problem.code, expected, "as a wallet likewise");
    }
    let without = KeyRequest { class: KeyClass::Hot, ceremony: None };
    assert_eq!(code(&running, "hot", &without).await, "ceremony_required");
    for class in [KeyClass::Audit, KeyClass::Canary] {
        let own = request(class, both(make(&running, "mine", class)));
        assert_eq!(code(&running, "mine", &own).await, "key_class");
    }
    let both = request(KeyClass::Hot, both(hot()));
    let problem = running.refused("payout-router", &put_key(&"hot".parse().unwrap(), &both)).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "missing_scope"));

    assert_eq!(in_token(&running).await, before);
    assert_eq!(running.core.store.log_position().await.unwrap(), place);
    assert!(running.done("operator", &wallets()).await.wallets.is_empty());
    assert_eq!(running.refused("operator", &key(&"hot".parse().unwrap())).await.code, "unknown_key");
}

#[test]
fn every_rule_is_in_the_table() {
    let text = String::new;
    let cosigned = primitives::statement::CosignedError::TooMany;
    for error in [
        CeremonyError::Required,
        CeremonyError::Expired(NOW),
        CeremonyError::NotYet(NOW),
        CeremonyError::OperatorUnknown(text()),
        CeremonyError::OperatorTwice(text()),
        CeremonyError::Signature(cosigned),
        CeremonyError::Operators { needed: 2, have: 1 },
        CeremonyError::Plane,
        CeremonyError::Chain,
        CeremonyError::Action,
        CeremonyError::Name(text()),
        CeremonyError::Class(text()),
        CeremonyError::Key,
        CeremonyError::Used,
    ] {
        assert!(CEREMONY_REFUSALS.iter().any(|(code, _)| *code == error.code()), "{}", error.code());
    }
}

#[tokio::test]
async fn a_decision_makes_its_key_once_and_for_ever() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = made(&running, "hot", KeyClass::Hot).await;
    assert_eq!(
        (hot.stage, hot.operators.as_slice()),
        (KeyStage::Ready, ["alice".to_owned(), "bob".to_owned()].as_slice())
    );
    let keys_then = in_token(&running).await;

    // Its time is over, and so is the process; the answer is the same.
    bench.clock.advance_ms(2 * DAY_MS);
    let running = bench.start().await;
    assert_eq!(made(&running, "hot", KeyClass::Hot).await, hot);
    assert_eq!(running.done("operator", &wallet(&"hot".parse().unwrap())).await.key_id, hot.key_id);

    let now = bench.clock_now();
    let anew = |name: &str, class, nonce| Ceremony {
        nonce,
        issued_at: now,
        valid_until: now.plus_ms(DAY_MS),
        ..make(&running, name, class)
    };
    let first = make(&running, "hot", KeyClass::Hot).nonce;
    let refused =
        async |name: &'static str, class, ceremony| code(&running, name, &request(class, both(ceremony))).await;
    assert_eq!(refused("cold", KeyClass::Hot, anew("cold", KeyClass::Hot, first)).await, "ceremony_used");
    assert_eq!(refused("hot", KeyClass::Hot, anew("hot", KeyClass::Hot, [9; 16])).await, "key_exists");
    assert_eq!(refused("hot", KeyClass::Energy, anew("hot", KeyClass::Energy, [9; 16])).await, "other_class");
    // The known decision with another class beside it is no other decision.
    assert_eq!(refused("hot", KeyClass::Energy, make(&running, "hot", KeyClass::Hot)).await, "ceremony_class");
    assert_eq!(in_token(&running).await, keys_then);
}

#[tokio::test]
async fn keys_of_the_classes_that_hold_no_money_are_no_wallets() {
    let bench = Bench::new();
    let running = bench.start().await;
    let desk = made(&running, "desk", KeyClass::Compliance).await;
    let release = made(&running, "release", KeyClass::Release).await;
    let ids = [CkaId::COMPLIANCE, CkaId::RELEASE].map(|id| id.key_id());
    assert_eq!([&desk.key_id, &release.key_id], [&ids[0], &ids[1]]);
    assert_eq!(made(&running, "desk", KeyClass::Compliance).await, desk);

    assert!(running.done("operator", &wallets()).await.wallets.is_empty());
    assert_eq!(running.refused("operator", &wallet(&"desk".parse().unwrap())).await.code, "unknown_wallet");
    let as_wallet =
        WalletRequest { class: WalletClass::Hot, ceremony: Some(both(make(&running, "desk", KeyClass::Hot))) };
    let problem = running.refused("operator", &put_wallet(&"desk".parse().unwrap(), &as_wallet)).await;
    assert_eq!((problem.status, problem.code.as_str()), (422, "other_class"));
    assert!(running.core.book.payer(&desk.key_id).is_none());
}

#[tokio::test]
async fn the_audit_key_vouches_for_each_key_in_the_commit_that_shows_it() {
    let bench = Bench::new();
    let running = bench.start().await;
    let before = running.core.store.log_position().await.unwrap().seq;
    let hot = made(&running, "hot", KeyClass::Hot).await;
    assert_eq!(log_kinds(&running, before).await, ["key_decided", "key_made", "wallet_made"]);

    let audit_key = running.core.audit.key().unwrap().public_key;
    let signed: TokenSigned<Manifest> =
        serde_json::from_value(serde_json::to_value(hot.manifest.as_ref().unwrap()).unwrap()).unwrap();
    let manifest = signed.verify(&audit_key).unwrap();
    let decided = make(&running, "hot", KeyClass::Hot);
    assert_eq!((&manifest.key_id, manifest.class, manifest.label.as_str()), (&hot.key_id, KeyClass::Hot, "hot"));
    assert_eq!((manifest.plane, manifest.ceremony), (decided.plane, decided.nonce));
    assert_eq!(manifest.operators, ["alice", "bob"]);
    assert_eq!(manifest.token.label, "lucid");
    let public_key = PublicKey::from_sec1(hot.public_key.as_ref().unwrap().as_ref()).unwrap();
    assert_eq!((manifest.public_key, Some(manifest.address)), (public_key.to_compressed(), hot.address));
    let local = manifest.attributes.iter().find(|attribute| attribute.name == "CKA_LOCAL").unwrap();
    assert_eq!(local.value, "true");

    let record = running.core.store.log(before + 1, 1).await.unwrap().remove(0);
    let record: Value = serde_json::from_str(&record.body).unwrap();
    assert_eq!(record["manifest"], HexBytes::from(manifest.digest().to_vec()).to_string());
    assert_eq!(record["ceremony"], decided.id().to_string());
    assert_eq!(record["operators"], serde_json::json!(["alice", "bob"]));
}

#[tokio::test]
async fn an_interrupted_making_is_taken_up_by_the_same_decision_or_a_new_one() {
    let bench = Bench::new();
    let running = bench.start().await;
    let ceremony = both(make(&running, "hot", KeyClass::Hot));
    let name = || "hot".parse().unwrap();
    let ask = MakeKey { name: name(), class: KeyClass::Hot, ceremony: Some(ceremony.clone()) };
    let Making::Prove(task) = running.worker.ask(ask).await.unwrap() else { panic!("made without a proof") };
    assert_eq!(running.done("operator", &key(&name())).await.stage, KeyStage::Making);
    assert_eq!(running.refused("operator", &wallet(&name())).await.code, "unknown_wallet");
    let orphaned = in_token(&running).await;

    // Nobody has brought the proof when the process dies. The operators decide anew.
    let running = bench.start().await;
    let listed = running.done("operator", &keys()).await;
    assert_eq!(listed.unknown.as_deref(), Some([].as_slice()), "the key is known by its name");
    let anew = Ceremony { nonce: [9; 16], ..make(&running, "hot", KeyClass::Hot) };
    let hot = running.done("operator", &put_key(&name(), &request(KeyClass::Hot, both(anew)))).await;
    assert_eq!((hot.stage, hot.key_id.clone()), (KeyStage::Ready, task.key_id));
    assert_eq!(in_token(&running).await, orphaned, "the one key of it");
    // What was overtaken makes nothing any more.
    assert_eq!(code(&running, "hot", &request(KeyClass::Hot, ceremony)).await, "key_exists");
}

#[tokio::test]
async fn keys_that_nobody_here_made_are_named() {
    let bench = Bench::new();
    let running = bench.start().await;
    let token = running.core.keeper.token().unwrap();
    token.ensure_key(CkaId::new([5; 16]), "stranger", running.core.audit.challenge()).await.unwrap();
    let listed = running.done("operator", &keys()).await;
    let [stranger] = listed.unknown.as_deref().unwrap() else { panic!("{listed:?}") };
    assert_eq!((stranger.id.as_ref(), stranger.label.as_str()), ([5; 16].as_slice(), "stranger"));
    // Those that the signer needs are listed with manifests of their own.
    let own: Vec<_> = listed.keys.iter().map(|key| (key.name.as_str(), key.class, key.manifest.is_some())).collect();
    assert_eq!(own, [("lucid-audit", KeyClass::Audit, true), ("lucid-canary", KeyClass::Canary, true)]);
}
