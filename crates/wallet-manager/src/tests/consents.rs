//! The consent of others: demanded by the policy, believed from pinned keys alone, used once.

use std::fs;

use api::wallet_manager::key::{KeyRequest, RetireRequest, put_key, retire_key};
use api::wallet_manager::settings::{AdoptRequest, put_adoption};
use api::wallet_manager::{SignatureRequest, WalletClass, WalletView, intent, put_signature, void_attempt};
use primitives::statement::{
    Action, Approval, Attestation, Attested, Ceremony, Ending, Hashed as _, KeyClass, KycLevel, PreviousAttempt,
    SignKey, Signed, Terms,
};
use primitives::{AttemptNo, Usdt};
use signing_core::settings::Trust;
use tron_tx::{LocalKey, PublicKey};

use super::bench::{Bench, NOW, Payment, Running, both, make};
use super::council;
use super::policies::PolicyFile;
use crate::config;

const ONE: &str = "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8";
const OTHER: &str = "po_6ba7b812-9dad-11d1-80b4-00c04fd430c8";

fn desk() -> LocalKey {
    LocalKey::from_scalar(&[7; 32]).unwrap()
}

fn person(number: u8) -> SignKey {
    SignKey::from_seed(&[number; 32])
}

/// A plane whose policy demands this of every payment of USDT.
async fn started(attested: &str, approved: &str) -> (Bench, Running, WalletView) {
    let mut bench = Bench::new();
    bench.config.compliance.address = [desk().address()].into_iter().collect();
    bench.config.approvers = [5, 6].map(|number| (format!("approver-{number}"), person(number).verify_key())).into();
    let path = PolicyFile::WIDE.put(&bench);
    let demands = format!("[class.hot.demands.usdt]\nattestation_from = \"{attested}\"\n{approved}\n");
    fs::write(&path, PolicyFile::WIDE.text() + &demands).unwrap();
    bench.config.policy.file = Some(path);
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    (bench, running, hot)
}

fn attested(payment: &Payment, nonce: u8) -> Attested {
    let authorisation = &payment.authorisation;
    let attestation = Attestation {
        chain_id: authorisation.chain_id,
        plane: authorisation.plane,
        payout_id: authorisation.intent.as_str().parse().unwrap(),
        node_id: "node-1".to_owned(),
        kyc_hash: [1; 32],
        level: KycLevel::Basic,
        recipient: authorisation.recipient,
        amount: Usdt::new(authorisation.amount).unwrap(),
        reason: "reward".to_owned(),
        not_before: NOW,
        expires_at: NOW.plus_ms(60_000),
        nonce: [nonce; 32],
    };
    let signature = desk().sign(&attestation.digest()).to_bytes();
    Attested::new(attestation, signature)
}

fn approved(payment: &Payment, approver: u8, requester: Option<u8>) -> Signed<Approval> {
    let approval = Approval {
        plane: payment.authorisation.plane,
        intent: payment.intent().clone(),
        terms_hash: Terms::from(&payment.authorisation).hash(),
        approver: person(approver).verify_key(),
        requester: requester.map(|number| person(number).verify_key()),
        valid_until: NOW.plus_ms(60_000),
    };
    Signed::sign(approval, &person(approver))
}

async fn refused(running: &Running, payment: &Payment, request: &SignatureRequest) -> String {
    let problem = running.refused("usdt-manager", &put_signature(payment.txid(), request)).await;
    assert_eq!(problem.status, 403);
    assert!(running.done("payout-router", &intent(payment.intent())).await.attempts.is_empty());
    problem.code.clone()
}

async fn signed(running: &Running, payment: &Payment, request: &SignatureRequest) {
    let view = running.done("usdt-manager", &put_signature(payment.txid(), request)).await;
    assert_eq!(view.txid, payment.txid());
}

#[tokio::test]
async fn a_demanded_attestation_is_the_desks_for_this_payment() {
    let (_bench, running, hot) = started("25", "approvals_from = \"never\"").await;
    let payment = Payment::usdt(&running, &hot, ONE);
    assert_eq!(refused(&running, &payment, &payment.request()).await, "policy_attestation");
    let mut request = payment.request();
    let attestation = attested(&payment, 1).unverified().clone();
    let forged = LocalKey::from_scalar(&[8; 32]).unwrap().sign(&attestation.digest()).to_bytes();
    request.attestation = Some(Attested::new(attestation, forged));
    assert_eq!(refused(&running, &payment, &request).await, "attestation_signature");
    request.attestation = Some(attested(&Payment::usdt(&running, &hot, OTHER), 1));
    assert_eq!(refused(&running, &payment, &request).await, "attestation_intent");
    request.attestation = Some(attested(&payment, 1));
    signed(&running, &payment, &request).await;
    // The same request has the same answer.
    signed(&running, &payment, &request).await;
}

#[tokio::test]
async fn what_a_retired_desk_attested_is_believed_no_more_though_it_is_pinned() {
    let (mut bench, running, _) = started("25", "approvals_from = \"never\"").await;
    // The desk's key is made here; then it is pinned beside the one that these tests have.
    let make = make(&running, "desk", KeyClass::Compliance);
    let made = KeyRequest { class: KeyClass::Compliance, ceremony: Some(both(make.clone())) };
    let key = running.done("operator", &put_key(&"desk".parse().unwrap(), &made)).await;
    let pinned = signer::PinnedKey {
        id: signer::CkaId::COMPLIANCE,
        public_key: PublicKey::from_sec1(key.public_key.unwrap().as_ref()).unwrap(),
    };
    let address = pinned.address();
    bench.config.compliance.address = [desk().address(), address].into_iter().collect();
    let next = Trust::of(&config::settings(&bench.context(), &bench.config).unwrap()).sha256();
    let adopted = AdoptRequest { ceremony: council::decided(&running, Action::AdoptSettings { sha256: next }) };
    running.done("operator", &put_adoption(&adopted)).await;
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let token = running.core.keeper.token().unwrap();
    let by_it = async |payment: &Payment, nonce| {
        let attestation = attested(payment, nonce).unverified().clone();
        let signature = token.sign(pinned, &attestation).await.and_then(signer::Unverified::verify).unwrap();
        SignatureRequest { attestation: Some(Attested::new(attestation, signature.to_bytes())), ..payment.request() }
    };
    let (one, other) = (Payment::usdt(&running, &hot, ONE), Payment::usdt(&running, &hot, OTHER).later(1));
    signed(&running, &one, &by_it(&one, 1).await).await;
    let request = by_it(&other, 2).await;

    let action = Action::RetireKey { key_id: key.key_id };
    let ceremony = both(Ceremony { action, nonce: [77; 16], ..make });
    let retire = RetireRequest { ceremony: Some(ceremony) };
    running.done("operator", &retire_key(&"desk".parse().unwrap(), &retire)).await;
    assert_eq!(refused(&running, &other, &request).await, "key_retired");
    assert_eq!(refused(&bench.start().await, &other, &request).await, "key_retired", "after a restart likewise");
    // The other desk is believed as before.
    let request = SignatureRequest { attestation: Some(attested(&other, 3)), ..other.request() };
    signed(&running, &other, &request).await;
}

#[tokio::test]
async fn an_attestation_is_used_for_one_intent() {
    let (bench, running, hot) = started("25", "approvals_from = \"never\"").await;
    let (first, other) = (Payment::usdt(&running, &hot, ONE), Payment::usdt(&running, &hot, OTHER).later(1));
    let of = |payment: &Payment, nonce| SignatureRequest {
        attestation: Some(attested(payment, nonce)),
        ..payment.request()
    };
    signed(&running, &first, &of(&first, 1)).await;
    // Another word of the desk's under the same nonce is the same word: also after a restart.
    assert_eq!(refused(&running, &other, &of(&other, 1)).await, "attestation_used");
    assert_eq!(refused(&bench.start().await, &other, &of(&other, 1)).await, "attestation_used");
    signed(&running, &other, &of(&other, 2)).await;
}

#[tokio::test]
async fn a_later_attempt_of_the_intent_uses_its_attestation_again() {
    let (bench, running, hot) = started("25", "approvals_from = \"never\"").await;
    let first = Payment::usdt(&running, &hot, ONE);
    signed(&running, &first, &SignatureRequest { attestation: Some(attested(&first, 1)), ..first.request() }).await;
    bench.clock.advance_ms(60_000 + 30_000 + 1);
    let mut second = Payment::usdt(&running, &hot, ONE);
    second.authorisation.attempt = AttemptNo(2);
    second.authorisation.previous =
        vec![PreviousAttempt { txid: Some(first.txid()), expiration: first.raw.expiration, ending: Ending::Dead }];
    // Renewed, for the first has run out, under the nonce that is the intent's.
    let mut attestation = attested(&second, 1).unverified().clone();
    attestation.expires_at = NOW.plus_ms(600_000);
    let signature = desk().sign(&attestation.digest()).to_bytes();
    let request = SignatureRequest { attestation: Some(Attested::new(attestation, signature)), ..second.request() };
    signed(&running, &second, &request).await;
}

#[tokio::test]
async fn approvals_are_those_of_two_people_of_whom_none_asked() {
    let (_bench, running, hot) = started("never", "approvals_from = \"25\"\napprovers_needed = 1").await;
    let payment = Payment::usdt(&running, &hot, ONE);
    let other = Payment::usdt(&running, &hot, OTHER);
    let of = |approvals: Vec<Signed<Approval>>| SignatureRequest { approvals, ..payment.request() };
    let mut terms = approved(&payment, 5, Some(7)).unverified().clone();
    terms.terms_hash = [0; 32];
    let cases = [
        ("policy_approvals", vec![]),
        // Nobody is named: the one approver may have asked.
        ("policy_approvals", vec![approved(&payment, 5, None)]),
        ("approval_requester", vec![approved(&payment, 5, Some(5))]),
        ("approval_signature", vec![approved(&payment, 8, Some(7))]),
        ("approval_intent", vec![approved(&other, 5, Some(7))]),
        ("approval_terms", vec![Signed::sign(terms, &person(5))]),
        ("approval_repeated", vec![approved(&payment, 5, Some(7)), approved(&payment, 5, Some(7))]),
    ];
    for (rule, approvals) in cases {
        assert_eq!(refused(&running, &payment, &of(approvals)).await, rule);
    }
    signed(&running, &payment, &of(vec![approved(&payment, 5, Some(7))])).await;
    let request = SignatureRequest {
        approvals: vec![approved(&other, 5, None), approved(&other, 6, None)],
        ..other.clone().later(1).request()
    };
    signed(&running, &other.later(1), &request).await;
}

#[tokio::test]
async fn a_barred_intents_consent_signs_nothing() {
    let (_bench, running, hot) = started("25", "approvals_from = \"never\"").await;
    let payment = Payment::usdt(&running, &hot, ONE);
    running.done("payout-router", &void_attempt(payment.intent(), AttemptNo::FIRST)).await;
    let request = SignatureRequest { attestation: Some(attested(&payment, 1)), ..payment.request() };
    let problem = running.refused("usdt-manager", &put_signature(payment.txid(), &request)).await;
    assert_eq!((problem.status, problem.code.as_str()), (409, "attempt_void"));
}
