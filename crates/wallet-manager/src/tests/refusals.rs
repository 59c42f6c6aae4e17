//! Refusals as their readers take them, and what changed rules do to attempts that are registered.

use std::collections::BTreeSet;
use std::sync::Arc;

use api::wallet_manager::refusal::{Remedy, SIGNATURE_REFUSALS, remedy};
use api::wallet_manager::{WalletClass, intent, put_signature};
use primitives::HexBytes;
use primitives::statement::Kind;
use service::{Outcome, Problem};
use signer::policy::{Total, Window};
use signer::{Refusal, Rules};

use super::bench::{Bench, Payment, authority};
use super::policies::PolicyFile;
use signing_core::policy::PolicySource;
use signing_core::signing::{SignError, SigningCore};

/// Every code with which a signature is refused for certain: what others decide by is exactly this.
#[test]
fn the_table_of_refusals_is_that_of_the_rules() {
    let raw_data = HexBytes(vec![]);
    let txid = tron_tx::hash::txid(&[]);
    let own = [
        SignError::OtherTxid { found: txid },
        SignError::Void,
        SignError::AttemptTaken { txid, raw_data },
        SignError::TxidTaken,
    ];
    let rules = Refusal::ALL.iter().map(|refusal| SignError::Refused(*refusal));
    let refused: BTreeSet<String> = rules
        .chain(own)
        .map(|error| {
            let problem = Problem::from(error);
            assert!((400..500).contains(&problem.status), "{problem}");
            problem.code.clone()
        })
        .collect();
    let table: BTreeSet<String> = SIGNATURE_REFUSALS.iter().map(|(code, _)| (*code).to_owned()).collect();
    assert_eq!(table, refused);
    // What a window has no room for now, it has room for later.
    for window in Window::ALL {
        assert_eq!(remedy(window.rule().code()), Remedy::AskAgain);
    }
    for total in Total::ALL {
        assert_eq!(remedy(total.rule().code()), Remedy::AskAgain);
    }
    // Not for certain: the owner asks again.
    for error in [SignError::Withheld(Refusal::FeeLimitCap), SignError::Store(store::StoreError::Lost)] {
        assert!(Problem::from(error).status >= 500);
    }
}

fn with_rules(core: &SigningCore, change: impl FnOnce(&mut Rules)) -> SigningCore {
    let mut rules = (*core.rules).clone();
    change(&mut rules);
    SigningCore { rules: Arc::new(rules), ..core.clone() }
}

#[tokio::test]
async fn stricter_rules_withhold_a_registered_attempt_and_do_not_spend_it() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    running.core.register(payment.request()).await.unwrap();
    let policy = PolicyFile { once: "24", ..PolicyFile::WIDE }.put(&bench);
    let file = signing_core::policy::PolicyFile { path: Some(policy), council: None };
    let policy = PolicySource::open(file, None, running.core.metrics.clone(), bench.clock.clone());
    let strict = SigningCore { policy: Arc::new(policy), ..running.core.clone() };
    let withheld = strict.sign(payment.txid(), payment.request()).await.unwrap_err();
    assert!(matches!(withheld, SignError::Withheld(Refusal::PolicyAmount)), "{withheld}");
    running.core.sign(payment.txid(), payment.request()).await.unwrap();
}

#[tokio::test]
async fn a_signature_outlives_the_keys_that_it_was_given_under() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let signed = running.core.sign(payment.txid(), payment.request()).await.unwrap();
    let rotated = with_rules(&running.core, |rules| {
        rules.issuers.payout = authority("another").verify_key();
        rules.anchor = authority("another").verify_key();
    });
    assert_eq!(rotated.sign(payment.txid(), payment.request()).await.unwrap(), signed);
    // Another word of the old key is none.
    let mut other = payment.clone();
    other.authorisation.valid_until = other.authorisation.valid_until.plus_ms(1);
    let refused = rotated.sign(other.txid(), other.request()).await.unwrap_err();
    assert!(matches!(refused, SignError::Refused(Refusal::AuthoritySignature)), "{refused}");
}

#[tokio::test]
async fn nobody_takes_an_attempt_at_an_intent_of_anothers() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payout = Payment::trx(&running, &hot, "po_a");
    let mut sweep = payout.clone();
    sweep.authorisation.kind = Kind::Sweep;
    sweep.issuer = authority("usdt-manager");
    let problem = running.refused("usdt-manager", &put_signature(sweep.txid(), &sweep.request())).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "intent"));
    assert!(running.done("payout-router", &intent(payout.intent())).await.attempts.is_empty());
}

#[tokio::test]
async fn eight_transactions_for_one_attempt_at_once_are_one() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    for round in 0..10 {
        let payments: Vec<_> =
            (0..8).map(|ms| Payment::usdt(&running, &hot, &format!("po_{round}")).later(round * 8 + ms)).collect();
        let calls: Vec<_> = payments.iter().map(|payment| put_signature(payment.txid(), &payment.request())).collect();
        let client = running.client("usdt-manager");
        let outcomes = futures::future::join_all(calls.iter().map(|call| client.call(call))).await;
        let registered = running.done("payout-router", &intent(payments[0].intent())).await.attempts;
        assert_eq!(registered.len(), 1);
        let mut signed = 0;
        for outcome in outcomes {
            match outcome {
                Outcome::Done(view) => {
                    signed += 1;
                    assert_eq!(Some(view.txid), registered[0].txid);
                }
                Outcome::Refused(problem) => {
                    assert_eq!((problem.status, problem.code.as_str()), (409, "attempt_taken"));
                    assert_eq!(problem.members["txid"], serde_json::json!(registered[0].txid));
                    assert_eq!(problem.members["raw_data"], serde_json::json!(registered[0].raw_data));
                }
                Outcome::Unknown(cause) => panic!("unknown: {cause}"),
            }
        }
        assert_eq!(signed, 1);
    }
}
