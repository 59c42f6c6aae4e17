//! What the signing worker exports is what `docs/metrics.md` says of it, and the other way round.

use std::collections::BTreeSet;

use api::wallet_manager::{WalletClass, put_signature};

use super::bench::{Bench, Payment};

const DOCUMENT: &str = include_str!("../../../../docs/metrics.md");

#[tokio::test]
async fn the_list_is_the_export() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
    let text = running.worker.ask(signing_core::serve::Metrics).await.unwrap();
    let (_, section) = DOCUMENT.split_once("### Its signing worker").unwrap();
    let lines = |prefix: &'static str| section.lines().filter_map(move |line| line.strip_prefix(prefix));
    let listed: BTreeSet<_> = lines("| `").filter_map(|line| line.split(['`', '{']).next()).collect();
    let exported: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .filter(|name| name.starts_with("lucid_"))
        .collect();
    let unlisted: Vec<_> = exported.difference(&listed).collect();
    assert!(unlisted.is_empty(), "not in docs/metrics.md: {unlisted:?}");
    // A name with labels is exported once it has a first value.
    let silent = listed.difference(&exported).filter(|name| !section.contains(&format!("`{name}{{")));
    assert_eq!(silent.collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(text.contains("lucid_token_sessions{state=\"serving\"} 2"), "{text}");
    assert!(text.contains("lucid_token_condition{condition=\"serving\"} 1"), "{text}");
}
