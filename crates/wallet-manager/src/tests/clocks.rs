//! A clock that goes forwards and backwards: what it did to the shares of limits is no edit, and no limit is wider for it.

use api::wallet_manager::audit::AuditHead;

use super::audits::{head, report};
use super::bench::{Bench, NOW, Payment, Running};
use super::policies::{DAY_MS, HOUR_MS, PolicyFile, said};

/// Less than the clocks of services may be apart.
const STEP_MS: u64 = 20_000;

async fn started() -> (Bench, Running, api::wallet_manager::WalletView) {
    let mut bench = Bench::new();
    let policy = PolicyFile { once: "25", hour: "50", day: "100", recipient: "100", ..PolicyFile::WIDE };
    bench.config.policy.file = Some(policy.put(&bench));
    let running = bench.start().await;
    let hot = running.wallet("hot", api::wallet_manager::WalletClass::Hot).await;
    (bench, running, hot)
}

/// That nothing looks edited, neither to the signer nor to whoever verifies the log.
async fn nothing_is_edited(bench: &Bench, running: &Running, when: &str) {
    assert_eq!(running.core.audit.reconcile().await.unwrap(), 0, "{when}");
    running.core.audit.sound().unwrap();
    let head: AuditHead = head(running).await;
    assert_eq!(report(&bench.store, &head).await.findings, [], "{when}");
}

#[tokio::test]
async fn shares_whose_time_is_over_are_no_edit_whether_they_lie_there_or_not() {
    let (bench, running, hot) = started().await;
    let pay = |intent: &'static str| Payment::usdt(&running, &hot, intent);
    assert_eq!(said(&running, &pay("po_a")).await, "ok");
    nothing_is_edited(&bench, &running, "while it counts").await;
    // Nobody has paid since: the share lies there still.
    for (later, when) in [(HOUR_MS, "after an hour"), (DAY_MS, "after a day"), (30 * DAY_MS, "after a month")] {
        bench.clock.set(NOW.plus_ms(later));
        nothing_is_edited(&bench, &running, when).await;
    }
    assert_eq!(said(&running, &pay("po_b")).await, "ok");
    nothing_is_edited(&bench, &running, "once it was cleared away").await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_edits_nothing_and_makes_no_limit_wider() {
    let (bench, running, hot) = started().await;
    let pay = |intent: &'static str| Payment::usdt(&running, &hot, intent);
    assert_eq!(said(&running, &pay("po_a")).await, "ok");
    assert_eq!(said(&running, &pay("po_b").later(1)).await, "ok");
    bench.clock.set(NOW.plus_ms(HOUR_MS));
    // It clears the hour's shares of the first two away.
    assert_eq!(said(&running, &pay("po_c").later(2)).await, "ok");
    // What was cleared away would count now, by the clock.
    bench.clock.set(NOW.plus_ms(HOUR_MS - STEP_MS));
    nothing_is_edited(&bench, &running, "set back").await;
    assert_eq!(said(&running, &pay("po_d").later(3)).await, "ok");
    assert_eq!(said(&running, &pay("po_e").later(4)).await, "policy_hour");
    // Nor for a signer that begins with the clock as it is.
    let again = bench.start().await;
    nothing_is_edited(&bench, &again, "set back between two starts").await;
    assert_eq!(said(&again, &pay("po_e").later(4)).await, "policy_hour");
    // A share that was taken with the clock ahead counts from there.
    bench.clock.set(NOW.plus_ms(2 * HOUR_MS - 1));
    assert_eq!(said(&again, &pay("po_e").later(4)).await, "policy_day");
    nothing_is_edited(&bench, &again, "once the clock is right").await;
}
