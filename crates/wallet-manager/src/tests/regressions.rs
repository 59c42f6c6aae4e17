//! The policy's version over restarts: it never goes backwards.

use api::wallet_manager::WalletClass;

use super::bench::{Bench, Payment, Running};
use super::policies::{PolicyFile, said};

impl Bench {
    /// A start that finds no policy to sign under, for this reason.
    async fn start_without_policy(&self, reason: &str) -> Running {
        let running = self.start().await;
        let finding = running.core.policy.finding().unwrap_err();
        assert!(finding.starts_with("there is no policy in force") && finding.contains(reason), "{finding}");
        running
    }
}

#[tokio::test]
async fn an_older_policy_never_comes_back() {
    let mut bench = Bench::new();
    let of = |version, once| PolicyFile { version, once, ..PolicyFile::WIDE };
    bench.config.policy.file = Some(of(2, "24").put(&bench));
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    for (regressed, name) in [(of(1, "25"), "version 1, "), (of(2, "25"), "version 2, ")] {
        regressed.put(&bench);
        assert_eq!(said(&running, &payment).await, "policy_amount");
        let finding = running.core.policy.finding().unwrap();
        assert!(finding.starts_with("version 2, ") && finding.contains("cannot follow"), "{finding}");
        assert!(running.worker.ask(signing_core::serve::Metrics).await.unwrap().contains("lucid_policy_current 0"));
        // A restart does not help it.
        let again = bench.start_without_policy(name).await;
        assert_eq!(said(&again, &payment).await, "policy_unusable");
    }
    bench.config.policy.file = None;
    let built_in = bench.start_without_policy("the built-in policy").await;
    assert_eq!(said(&built_in, &payment).await, "policy_unusable", "the built-in policy is older than every file");
    bench.config.policy.file = Some(of(3, "25").put(&bench));
    assert_eq!(said(&running, &payment).await, "ok");
    // Signed under: so it is remembered without an orderly end.
    of(2, "24").put(&bench);
    bench.start_without_policy("version 3, ").await;
    of(3, "25").put(&bench);
    assert_eq!(said(&bench.start().await, &payment).await, "ok");
}
