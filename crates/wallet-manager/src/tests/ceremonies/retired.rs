//! A key that two operators retired: it signs nothing any more, and everybody may know.

use api::wallet_manager::key::{KeyStage, RetireRequest, key, keys, retire_key};
use api::wallet_manager::{WalletClass, wallet};
use primitives::KeyId;
use primitives::statement::{Action, Ceremony, KeyClass};
use signer::Refusal;
use signing_core::signing::SignError;

use super::{DAY_MS, both, code, made, request, signed};
use crate::tests::bench::{Bench, Payment, Running, make};

fn decision(running: &Running, key_id: &KeyId) -> Ceremony {
    let action = Action::RetireKey { key_id: key_id.clone() };
    Ceremony { action, nonce: [8; 16], ..make(running, "x", KeyClass::Hot) }
}

async fn refusal(running: &Running, name: &str, request: &RetireRequest) -> String {
    running.refused("operator", &retire_key(&name.parse().unwrap(), request)).await.code.clone()
}

fn by_both(ceremony: Ceremony) -> RetireRequest {
    RetireRequest { ceremony: Some(both(ceremony)) }
}

#[tokio::test]
async fn a_retired_key_signs_nothing_for_ever_and_is_still_shown() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let [first, second, third] = ["po_a", "po_b", "po_c"].map(|intent| Payment::usdt(&running, &hot, intent));
    let (second, third) = (second.later(1), third.later(2));
    let released = running.core.sign(first.txid(), first.request()).await.unwrap();
    running.core.register(second.request()).await.unwrap();
    let before = running.core.store.log_position().await.unwrap().seq;

    let retire = retire_key(&"hot".parse().unwrap(), &by_both(decision(&running, &hot.key_id)));
    let retired = running.done("operator", &retire).await;
    assert_eq!(retired.stage, KeyStage::Retired);
    assert_eq!(retired.retired.as_ref().unwrap().operators, ["alice", "bob"]);
    let record = running.core.store.log(before, 2).await.unwrap();
    assert_eq!(record.iter().map(|record| record.kind.as_str()).collect::<Vec<_>>(), ["key_retired"]);
    assert!(record[0].body.contains(hot.key_id.as_str()), "{}", record[0].body);

    // In this process and after a crash, long after the decision; asked again it is the same.
    bench.clock.advance_ms(1);
    for running in [running, bench.start().await] {
        let refused = running.core.sign(third.txid(), third.request()).await.unwrap_err();
        assert!(matches!(refused, SignError::Refused(Refusal::KeyRetired)), "{refused}");
        let withheld = running.core.sign(second.txid(), second.request()).await.unwrap_err();
        assert!(matches!(withheld, SignError::Withheld(Refusal::KeyRetired)), "{withheld}");
        assert_eq!(running.core.sign(first.txid(), first.request()).await.unwrap(), released, "what is out is out");
        let view = running.done("operator", &wallet(&"hot".parse().unwrap())).await;
        assert_eq!(view.retired_at, retired.retired.as_ref().map(|retired| retired.at));
        assert_eq!(running.done("operator", &key(&"hot".parse().unwrap())).await, retired);
        assert!(running.done("operator", &keys()).await.keys.contains(&retired));
        assert_eq!(running.done("operator", &retire).await, retired);
        // The decision that made it makes nothing new, and neither does another.
        assert_eq!(made(&running, "hot", KeyClass::Hot).await, retired);
        let anew = Ceremony { nonce: [9; 16], ..make(&running, "hot", KeyClass::Hot) };
        assert_eq!(code(&running, "hot", &request(KeyClass::Hot, both(anew))).await, "key_exists");
    }
    bench.clock.advance_ms(2 * DAY_MS);
    assert_eq!(bench.start().await.done("operator", &retire).await, retired);
}

#[tokio::test]
async fn what_two_operators_did_not_decide_retires_nothing() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let energy = running.wallet("energy", WalletClass::Energy).await;
    let this = || decision(&running, &hot.key_id);
    let own = running.done("operator", &key(&"lucid-audit".parse().unwrap())).await.key_id;
    let made_by = make(&running, "hot", KeyClass::Hot);
    let cases = [
        ("hot", "ceremony_required", RetireRequest { ceremony: None }),
        ("hot", "ceremony_operators", RetireRequest { ceremony: Some(signed(this(), &["alice"])) }),
        ("hot", "ceremony_operator_unknown", RetireRequest { ceremony: Some(signed(this(), &["alice", "mallory"])) }),
        ("hot", "ceremony_chain", by_both(Ceremony { chain_id: primitives::ChainId(7), ..this() })),
        ("hot", "ceremony_action", by_both(made_by.clone())),
        ("hot", "ceremony_key", by_both(decision(&running, &energy.key_id))),
        ("cold", "unknown_key", by_both(this())),
        ("lucid-audit", "key_needed", by_both(decision(&running, &own))),
        ("hot", "ceremony_used", by_both(Ceremony { nonce: made_by.nonce, ..this() })),
        (
            "hot",
            "ceremony_used",
            by_both(Ceremony { nonce: make(&running, "energy", KeyClass::Energy).nonce, ..this() }),
        ),
    ];
    for (name, expected, request) in cases {
        assert_eq!(refusal(&running, name, &request).await, expected);
    }
    let forbidden = running.refused("payout-router", &retire_key(&"hot".parse().unwrap(), &by_both(this()))).await;
    assert_eq!(forbidden.code, "missing_scope");
    bench.clock.advance_ms(DAY_MS);
    assert_eq!(refusal(&running, "hot", &by_both(this())).await, "ceremony_expired");
    assert_eq!(running.done("operator", &key(&"hot".parse().unwrap())).await.stage, KeyStage::Ready);
}

#[tokio::test]
async fn no_signature_of_a_retired_key_leaves_after_that_was_answered() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payments: Vec<_> =
        (0..96).map(|number| Payment::usdt(&running, &hot, &format!("po_{number}")).later(number)).collect();
    let retiring = async {
        let decision = both(decision(&running, &hot.key_id));
        running.whole.maker.retire(&"hot".parse().unwrap(), Some(&decision)).await.unwrap();
        // Whoever has a signature in the store when it is answered has it, and nobody else will.
        let mut out = Vec::new();
        for payment in &payments {
            out.push(running.core.attempt(payment.intent(), primitives::AttemptNo::FIRST).await.unwrap());
        }
        out.iter().map(|attempt| attempt.as_ref().is_some_and(|attempt| attempt.record.signature().is_some())).collect()
    };
    let signing =
        futures::future::join_all(payments.iter().map(|payment| running.core.sign(payment.txid(), payment.request())));
    let (out, answers): (Vec<bool>, Vec<_>) = futures::future::join(retiring, signing).await;
    assert!(out.contains(&false), "the key was retired before the last signature");
    for (answer, out) in answers.iter().zip(out) {
        assert_eq!(answer.is_ok(), out, "{answer:?}");
    }
}

#[tokio::test]
async fn a_retired_key_need_not_be_in_the_token() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let energy = running.wallet("energy", WalletClass::Energy).await;
    let request = by_both(decision(&running, &hot.key_id));
    running.done("operator", &retire_key(&"hot".parse().unwrap(), &request)).await;
    for running in [running, bench.start().await] {
        // These are proven whenever a token is opened: one that is missing closes it.
        let proven: Vec<_> = running.core.book.keys().iter().map(signer::PinnedKey::key_id).collect();
        assert_eq!(proven, std::slice::from_ref(&energy.key_id));
    }
}
