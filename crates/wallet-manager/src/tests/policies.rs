//! The policy between the checks and the register: what it refuses, what it counts, and for how long.

mod signed;
mod totals;
mod unusable;
mod windows;

use std::fs;
use std::path::PathBuf;

use api::wallet_manager::{WalletClass, WalletView, intent, put_signature};
use primitives::{Address, HexBytes};
use signer::Policy;
use tron_tx::{Contract, trc20};

use super::bench::{Bench, NOW, Payment, Running};

pub(super) const HOUR_MS: u64 = 3_600_000;
pub(super) const DAY_MS: u64 = 24 * HOUR_MS;

/// A policy for hot wallets, with these limits in USDT.
#[derive(Clone, Copy)]
pub(super) struct PolicyFile {
    pub(super) version: u32,
    pub(super) once: &'static str,
    pub(super) hour: &'static str,
    pub(super) day: &'static str,
    pub(super) recipient: &'static str,
}

impl PolicyFile {
    pub(super) const WIDE: Self =
        Self { version: 1, once: "unlimited", hour: "unlimited", day: "unlimited", recipient: "unlimited" };

    pub(super) fn text(self) -> String {
        let Self { version, once, hour, day, recipient } = self;
        format!(
            "version = {version}\n[class.hot]\nkinds = [\"payout\"]\ncontracts = [\"TriggerSmartContract\"]\n\
             tokens = [\"usdt\"]\nselectors = [\"transfer(address,uint256)\"]\npay_to = [\"anyone\"]\n\
             fee_limit_max = \"30\"\nexpiry_max_ms = 60000\n[class.hot.limits.usdt]\nper_transaction = \"{once}\"\n\
             per_hour = \"{hour}\"\nper_day = \"{day}\"\nper_recipient_per_day = \"{recipient}\"\n"
        )
    }

    /// Puts it where the service finds it.
    pub(super) fn put(self, bench: &Bench) -> PathBuf {
        let path = bench.directory.path().join("policy.toml");
        let beside = path.with_extension("new");
        fs::write(&beside, self.text()).unwrap();
        fs::rename(beside, &path).unwrap();
        path
    }
}

async fn started(policy: PolicyFile) -> (Bench, Running, WalletView) {
    let mut bench = Bench::new();
    bench.config.policy.file = Some(policy.put(&bench));
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    (bench, running, hot)
}

/// 25 USDT to somebody.
fn payment_to(running: &Running, hot: &WalletView, intent: &str, payee: u8) -> Payment {
    let payee = Address::from_evm([payee; 20]);
    let mut payment = Payment::usdt(running, hot, intent);
    payment.authorisation.recipient = payee;
    let Contract::Trigger(call) = &mut payment.raw.contract else { panic!("a call") };
    call.calldata = trc20::transfer(payee, 25_000_000);
    payment
}

/// `ok`, or the code of the refusal.
pub(super) async fn said(running: &Running, payment: &Payment) -> String {
    match running.core.sign(payment.txid(), payment.request()).await {
        Ok(_) => "ok".to_owned(),
        Err(error) => service::Problem::from(error).code.clone(),
    }
}

#[tokio::test]
async fn a_rule_of_the_policy_refuses_and_registers_nothing() {
    let (_bench, running, hot) = started(PolicyFile { once: "24.999999", ..PolicyFile::WIDE }).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let problem = running.refused("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "policy_amount"));
    assert_eq!(said(&running, &Payment::trx(&running, &hot, "po_a")).await, "policy_contract_type");
    let energy = running.wallet("energy", WalletClass::Treasury).await;
    assert_eq!(said(&running, &Payment::usdt(&running, &energy, "po_a")).await, "policy_wallet");
    assert!(running.done("payout-router", &intent(payment.intent())).await.attempts.is_empty());
}

#[tokio::test]
async fn the_register_names_the_policy_that_it_was_signed_under() {
    let (bench, running, hot) = started(PolicyFile::WIDE).await;
    let next = PolicyFile { version: 2, ..PolicyFile::WIDE };
    for (name, policy) in [("po_a", PolicyFile::WIDE), ("po_b", next)] {
        policy.put(&bench);
        let payment = Payment::usdt(&running, &hot, name).later(policy.version.into());
        assert_eq!(said(&running, &payment).await, "ok");
        let known = running.done("payout-router", &intent(payment.intent())).await.attempts.remove(0).policy.unwrap();
        let sha256 = HexBytes(Policy::parse(&policy.text()).unwrap().sha256().to_vec());
        assert_eq!((known.version, known.sha256), (policy.version, sha256));
    }
    // The audit log says so before the first decision under it.
    let log = running.done("operator", &api::wallet_manager::audit::audit(0, 100)).await.records;
    let kinds = log.iter().map(|record| record.kind.as_str());
    let told = ["registered", "signed", "policy_known", "policy_changed"];
    let kinds: Vec<_> = kinds.filter(|kind| told.contains(kind)).collect();
    assert_eq!(
        kinds,
        ["policy_known", "registered", "signed", "policy_known", "policy_changed", "registered", "signed"]
    );
}

#[tokio::test]
async fn every_attempt_counts_until_its_window_is_over_and_no_longer() {
    let (bench, running, hot) = started(PolicyFile { once: "25", hour: "50", day: "75", ..PolicyFile::WIDE }).await;
    let pay = |intent: &'static str| Payment::usdt(&running, &hot, intent);
    let (first, second) = (pay("po_a"), pay("po_b").later(1));
    assert_eq!(said(&running, &first).await, "ok");
    // Registered, and the process ends before the token is asked: it counts all the same.
    running.core.register(second.request()).await.unwrap();
    let third = pay("po_c").later(2);
    let problem = running.refused("usdt-manager", &put_signature(third.txid(), &third.request())).await;
    assert_eq!((problem.status, problem.code.as_str()), (403, "policy_hour"));
    assert!(running.done("payout-router", &intent(third.intent())).await.attempts.is_empty());
    // Asked again, each is the one attempt that it was; after a restart, the sums are what they were.
    assert_eq!(said(&running, &first).await, "ok");
    let again = bench.start().await;
    assert_eq!(said(&again, &second).await, "ok");
    bench.clock.set(NOW.plus_ms(HOUR_MS - 1));
    assert_eq!(said(&again, &pay("po_c")).await, "policy_hour");
    bench.clock.set(NOW.plus_ms(HOUR_MS));
    assert_eq!(said(&again, &pay("po_c")).await, "ok");
    assert_eq!(said(&again, &pay("po_d").later(1)).await, "policy_day");
    bench.clock.set(NOW.plus_ms(DAY_MS));
    assert_eq!(said(&again, &pay("po_d")).await, "ok");
}

#[tokio::test]
async fn a_recipient_has_a_day_of_its_own_and_so_has_a_key() {
    let (_bench, running, hot) = started(PolicyFile { once: "25", recipient: "25", ..PolicyFile::WIDE }).await;
    let other = running.wallet("other", WalletClass::Hot).await;
    assert_eq!(said(&running, &payment_to(&running, &hot, "po_a", 0x31)).await, "ok");
    assert_eq!(said(&running, &payment_to(&running, &hot, "po_b", 0x31).later(1)).await, "policy_recipient_day");
    assert_eq!(said(&running, &payment_to(&running, &hot, "po_b", 0x32)).await, "ok");
    assert_eq!(said(&running, &payment_to(&running, &other, "po_c", 0x31)).await, "ok");
}

#[tokio::test]
async fn a_wrong_file_changes_nothing_and_a_right_one_the_next_answer() {
    let (bench, running, hot) = started(PolicyFile { once: "24", ..PolicyFile::WIDE }).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    assert_eq!(said(&running, &payment).await, "policy_amount");
    fs::write(bench.config.policy.file.as_ref().unwrap(), "version = 2\n[class.hot]\n").unwrap();
    assert_eq!(said(&running, &payment).await, "policy_amount");
    assert!(running.core.policy.finding().unwrap().contains("wrong now"));
    PolicyFile { version: 3, once: "25", ..PolicyFile::WIDE }.put(&bench);
    assert_eq!(said(&running, &payment).await, "ok");
}

#[tokio::test]
async fn many_at_once_never_pass_a_limit_together() {
    let (_bench, running, hot) = started(PolicyFile { once: "25", hour: "100", ..PolicyFile::WIDE }).await;
    let payments: Vec<_> =
        (0..12).map(|number| Payment::usdt(&running, &hot, &format!("po_{number}")).later(number)).collect();
    let answers = futures::future::join_all(payments.iter().map(|payment| said(&running, payment))).await;
    assert_eq!(answers.iter().filter(|answer| *answer == "ok").count(), 4);
    assert!(answers.iter().all(|answer| answer == "ok" || answer == "policy_hour"), "{answers:?}");
}
