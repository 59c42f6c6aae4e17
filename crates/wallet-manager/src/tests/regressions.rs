//! The policy's version over restarts: it never goes backwards.

use api::wallet_manager::WalletClass;
use service::serve::StartError;
use signing_core::Core;

use super::bench::{Bench, Payment};
use super::policies::{PolicyFile, said};
use crate::config;

impl Bench {
    /// What the worker says who does not start.
    async fn no_start(&self) -> String {
        let settings = config::settings(&self.context(), &self.config).unwrap();
        match Core::over(&settings, self.store.clone(), self.clock.clone()).await {
            Err(StartError::Config(error)) => error.to_string(),
            Err(error) => panic!("another error: {error}"),
            Ok(_) => panic!("it starts"),
        }
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
        let fault = bench.no_start().await;
        assert!(
            fault.starts_with("policy.file: ") && fault.contains(name) && fault.contains("cannot follow"),
            "{fault}"
        );
    }
    bench.config.policy.file = None;
    assert!(bench.no_start().await.contains("cannot follow"), "the built-in policy is older than every file");
    bench.config.policy.file = Some(of(3, "25").put(&bench));
    assert_eq!(said(&running, &payment).await, "ok");
    // Signed under: so it is remembered without an orderly end.
    of(2, "24").put(&bench);
    assert!(bench.no_start().await.contains("version 3, "));
    of(3, "25").put(&bench);
    assert_eq!(said(&bench.start().await, &payment).await, "ok");
}
