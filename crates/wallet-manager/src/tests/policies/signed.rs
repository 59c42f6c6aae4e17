//! Policies that two operators sign, before and behind the signature.

use api::wallet_manager::policy;
use primitives::statement::{Action, Ceremony, Cosigned};

use super::super::bench::authority;
use super::super::council;
use super::*;

const SIGNED: PolicyFile = PolicyFile { once: "24", ..PolicyFile::WIDE };

/// The decision of these on this policy.
fn decision(bench: &Bench, of: PolicyFile, signers: &[&str]) -> String {
    let policy = Policy::parse(&of.text()).unwrap();
    let context = bench.context();
    let ceremony = Ceremony {
        plane: context.base.plane.id,
        chain_id: context.base.plane.chain(),
        action: Action::SetPolicy { version: policy.version(), sha256: policy.sha256() },
        nonce: [3; 16],
        issued_at: NOW,
        valid_until: NOW.plus_ms(DAY_MS),
    };
    let signed = signers.iter().fold(Cosigned::proposed(ceremony), |it, name| it.signed_by(&authority(name)));
    serde_json::to_string(&signed).unwrap()
}

fn put_decision(bench: &Bench, text: &str) {
    fs::write(bench.directory.path().join("policy.toml.signed"), text).unwrap();
}

#[tokio::test]
async fn only_what_two_operators_signed_is_signed_under() {
    let mut bench = council::bench();
    bench.config.policy.require_signature = true;
    bench.config.policy.file = Some(SIGNED.put(&bench));
    put_decision(&bench, &decision(&bench, SIGNED, &["alice", "bob"]));
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    assert_eq!(said(&running, &payment).await, "policy_amount");
    // Whoever can write the file alone widens nothing, now or by a restart.
    let wider = PolicyFile { version: 2, once: "25", ..SIGNED };
    wider.put(&bench);
    assert_eq!(said(&running, &payment).await, "policy_amount");
    put_decision(&bench, &decision(&bench, wider, &["alice"]));
    assert_eq!(said(&running, &payment).await, "policy_amount");
    let view = running.done("operator", &policy()).await;
    assert_eq!((view.in_force.unwrap().version, view.signature_required), (1, true));
    assert_eq!(view.operators, ["alice", "bob"]);
    assert!(view.fault.unwrap().contains("signed by 1 operators"));
    let again = bench.start().await;
    assert_eq!(said(&again, &payment).await, "policy_unusable");
    drop(again);
    // Signed by two it holds at once, and the log says who they were.
    put_decision(&bench, &decision(&bench, wider, &["bob", "alice"]));
    assert_eq!(said(&running, &payment).await, "ok");
    let log = running.done("operator", &api::wallet_manager::audit::audit(0, 100)).await.records;
    let changed = log.iter().find(|record| record.kind == "policy_changed").unwrap();
    assert!(changed.body.contains(r#""operators":["alice","bob"]"#), "{}", changed.body);
    let metrics = running.worker.ask(signing_core::serve::Metrics).await.unwrap();
    assert!(metrics.contains(r#"signed="yes",version="2"} 1"#), "{metrics}");
    // A year later the day of the decision is over and the policy holds on.
    bench.clock.advance_ms(365 * DAY_MS);
    let again = bench.start().await;
    assert_eq!(again.done("operator", &policy()).await.in_force.unwrap().version, 2);
    // And the first one, rightly signed as it was, never does again.
    SIGNED.put(&bench);
    put_decision(&bench, &decision(&bench, SIGNED, &["alice", "bob"]));
    let view = bench.start().await.done("operator", &policy()).await;
    assert!(view.in_force.is_none() && view.fault.unwrap().contains("cannot follow"));
}

#[test]
fn a_requirement_that_cannot_be_met_is_a_wrong_configuration() {
    let mut bench = council::bench();
    let fault = |bench: &Bench| crate::config::settings(&bench.context(), &bench.config).unwrap_err().to_string();
    bench.config.policy.require_signature = true;
    assert!(fault(&bench).contains("policy.require_signature: needs policy.file"));
    bench.config.policy.file = Some("policy.toml".into());
    bench.config.operators.remove("bob");
    assert!(fault(&bench).contains("two operators"));
}
