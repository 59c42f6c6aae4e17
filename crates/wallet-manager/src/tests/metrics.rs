//! What the signing worker exports is what `docs/metrics.md` says of it, and the other way round.

use std::collections::BTreeSet;
use std::fs;

use api::wallet_manager::{WalletClass, put_signature};

use super::bench::{Bench, Payment, secret_file};
use super::policies::PolicyFile;

const DOCUMENT: &str = include_str!("../../../../docs/metrics.md");

#[tokio::test]
async fn the_list_is_the_export() {
    let mut bench = Bench::new();
    let limits = PolicyFile { version: 1, once: "100", hour: "100", day: "200", recipient: "unlimited" };
    let path = limits.put(&bench);
    let totals = "[class.hot.fees]\nper_hour = \"100\"\nper_day = \"100\"\n\
                  [class.hot.signatures]\nper_hour = 5\nper_day = 5\n";
    fs::write(&path, limits.text() + totals).unwrap();
    bench.config.policy.file = Some(path);
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
    let text = running.worker.ask(signing_core::serve::Metrics).await.unwrap();
    let (_, section) = DOCUMENT.split_once("### Its signing worker").unwrap();
    let section = section.split("\n#").next().unwrap();
    let lines = |prefix: &'static str| section.lines().filter_map(move |line| line.strip_prefix(prefix));
    let listed: BTreeSet<_> = lines("| `").filter_map(|line| line.split(['`', '{']).next()).collect();
    let exported: BTreeSet<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .filter(|name| name.starts_with("lucid_"))
        .collect();
    let unlisted: Vec<_> = exported.difference(&listed).collect();
    assert!(unlisted.is_empty(), "not in docs/metrics.md: {unlisted:?}");
    // Only what a call to the module failed with is exported when it first happens: functions and values are many.
    let silent = listed.difference(&exported).filter(|name| **name != "lucid_token_rv_total");
    assert_eq!(silent.collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(text.contains("lucid_token_sessions{state=\"serving\"} 2"), "{text}");
    for sample in [
        "lucid_token_condition{condition=\"serving\"} 1",
        "lucid_wallet_keys{class=\"hot\",state=\"signing\"} 1",
        "lucid_wallet_keys{class=\"hot\",state=\"retired\"} 0",
        "lucid_token_pin_latched 0",
        "lucid_token_logins_total 1",
        "lucid_token_canary_seconds_count 1",
        "lucid_token_canary_failures_total 0",
        "lucid_token_canary_age_seconds 0",
        "lucid_token_queue_seconds_count 1",
        "lucid_token_call_seconds_count 1",
        "lucid_signature_verify_failed_total 0",
        "lucid_anchor_age_seconds_count 1",
        "lucid_attempts_unsigned 0",
        "lucid_attempts_unsigned_oldest_seconds 0",
        "lucid_token_errors_total{code=\"token_hung\"} 0",
        "lucid_signatures_total{class=\"hot\",contract=\"TriggerSmartContract\"} 1",
        "lucid_signatures_total{class=\"hot\",contract=\"TransferContract\"} 0",
        "lucid_sign_requests_total{result=\"failed\"} 0",
        "lucid_sign_refused_total{rule=\"policy_signatures\"} 0",
        "lucid_token_replaced 0",
        "lucid_token_free_private_bytes -1",
        "lucid_token_pin_flag{flag=\"locked\"} 0",
        // The audit key, the canary and the wallet, of 4,000.
        "lucid_token_key_capacity_ratio 0.00075",
        "lucid_limit_used_ratio{class=\"hot\",measure=\"fees\",window=\"hour\"} 0.3",
        "lucid_limit_used_ratio{class=\"hot\",measure=\"signatures\",window=\"day\"} 0.2",
    ] {
        assert!(text.lines().any(|line| line == sample), "{sample} is not in {text}");
    }
    // 25 USDT were paid.
    let used = |window: &str| {
        let name = format!("lucid_limit_used_ratio{{class=\"hot\",measure=\"usdt\",window=\"{window}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)?.parse::<f64>().ok())
    };
    assert_eq!((used("hour"), used("day")), (Some(0.25), Some(0.125)));
}

#[tokio::test]
async fn a_refused_pin_and_a_failed_proof_are_counted() {
    let mut bench = Bench::new();
    let wrong = bench.directory.path().join("wrong-pin");
    secret_file(&wrong, "31415926535");
    bench.config.token.pin_file = Some(wrong);
    let running = bench.start().await;
    let text = running.worker.ask(signing_core::serve::Metrics).await.unwrap();
    for sample in
        ["lucid_token_pin_latched 1", "lucid_token_canary_failures_total 1", "lucid_token_canary_age_seconds -1"]
    {
        assert!(text.lines().any(|line| line == sample), "{sample} is not in {text}");
    }
}
