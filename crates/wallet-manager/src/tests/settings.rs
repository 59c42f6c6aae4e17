//! Settings that carry trust: pinned at the first start, changed by two of the pinned operators alone.

use api::wallet_manager::audit::audit;
use api::wallet_manager::settings::{AdoptRequest, SettingsView, put_adoption, settings};
use primitives::HexBytes;
use primitives::statement::Action;
use service::Context;
use signing_core::Core;
use signing_core::audit::entry::{Entry, Opened};
use signing_core::settings::Trust;

use super::bench::{Bench, Running, authority};
use super::council::{self, decided, signed};
use crate::config;

/// Tries to start the worker under this configuration; why not.
async fn refused(bench: &Bench, context: &Context) -> String {
    let settings = config::settings(context, &bench.config).unwrap();
    Core::over(&settings, bench.store.clone(), bench.clock.clone()).await.unwrap_err().to_string()
}

fn hash(bench: &Bench, context: &Context) -> HexBytes {
    Trust::of(&config::settings(context, &bench.config).unwrap()).name()
}

async fn opened(running: &Running) -> Opened {
    let records = running.done("operator", &audit(0, 1_000)).await.records;
    let mut opened = records.iter().filter_map(|record| match Entry::parse(&record.kind, &record.body).unwrap() {
        Some(Entry::Opened(opened)) => Some(opened),
        _ => None,
    });
    opened.next_back().unwrap()
}

async fn pinned(running: &Running) -> SettingsView {
    running.done("operator", &settings()).await
}

fn adoption(running: &Running, sha256: &HexBytes, names: &[&str]) -> AdoptRequest {
    let action = Action::AdoptSettings { sha256: sha256.0.as_slice().try_into().unwrap() };
    let keys: Vec<_> = names.iter().map(|name| authority(name)).collect();
    AdoptRequest { ceremony: signed(running, action, &keys) }
}

#[tokio::test]
async fn another_issuer_or_operator_takes_two_of_the_pinned_operators() {
    let mut bench = council::bench();
    let before = bench.config.operators.clone();
    let running = bench.start().await;
    let first = pinned(&running).await;
    assert_eq!(first.settings["operators"].as_object().unwrap().len(), 2);
    assert_eq!(opened(&running).await.settings, first.sha256);

    let mut context = bench.context();
    context.base.peers.get_mut("payout-router").unwrap().authority_key = Some(authority("thief").verify_key());
    let complaint = refused(&bench, &context).await;
    let named = hash(&bench, &context).to_string();
    assert!(complaint.contains("payout_issuer changed") && complaint.contains(&named), "{complaint}");
    // Nor do a thief's own operators help a thief.
    bench.config.operators = ["mallory", "oscar"].map(|name| (name.to_owned(), authority(name).verify_key())).into();
    assert!(refused(&bench, &bench.context()).await.contains("operators changed"));
    let next = hash(&bench, &bench.context());

    for names in [&["alice"][..], &["mallory", "oscar"], &["alice", "mallory"]] {
        let problem = running.refused("operator", &put_adoption(&adoption(&running, &next, names))).await;
        assert_eq!(problem.code, "authority_signature");
    }
    let other = AdoptRequest { ceremony: decided(&running, Action::SetPolicy { version: 1, sha256: [0; 32] }) };
    assert_eq!(running.refused("operator", &put_adoption(&other)).await.code, "decision");
    assert_eq!(pinned(&running).await, first);
    assert!(refused(&bench, &bench.context()).await.contains("operators changed"));

    let agreed = adoption(&running, &next, &["alice", "bob"]);
    let view = running.done("operator", &put_adoption(&agreed)).await;
    assert_eq!((view.agreed, view.sha256), (Some(next.clone()), first.sha256.clone()));
    assert!(refused(&bench, &context).await.contains("payout_issuer"), "to these and to no others");
    let adopted = bench.start().await;
    assert_eq!(pinned(&adopted).await.sha256, next);
    let record = opened(&adopted).await;
    assert_eq!((record.settings, record.changed), (next, vec!["operators".to_owned()]));
    // It was agreed to once, and who agreed decides no more.
    bench.config.operators = before;
    assert!(refused(&bench, &bench.context()).await.contains("operators changed"));
    let back = adoption(&adopted, &first.sha256, &["alice", "bob"]);
    assert_eq!(adopted.refused("operator", &put_adoption(&back)).await.code, "authority_signature");
}

#[tokio::test]
async fn without_two_operators_a_change_is_recorded_and_a_plane_is_one_for_ever() {
    let mut bench = Bench::new();
    // One alone can agree to nothing.
    bench.config.operators.pop_last();
    let running = bench.start().await;
    assert_eq!(opened(&running).await.changed, Vec::<String>::new());
    bench.config.approvers = [("carol".to_owned(), authority("carol").verify_key())].into();
    let changed = bench.start().await;
    assert_eq!(opened(&changed).await.changed, ["approvers"]);
    assert_eq!(opened(&bench.start().await).await.changed, Vec::<String>::new(), "once");

    let mut context = bench.context();
    context.base.plane.id = "pl_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
    assert!(refused(&bench, &context).await.contains("plane differs"));
    let mut context = bench.context();
    context.base.plane.chain_id = Some(primitives::ChainId(1));
    assert!(refused(&bench, &context).await.contains("chain_id differs"));
}
