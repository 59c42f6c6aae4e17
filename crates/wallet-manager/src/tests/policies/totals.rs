//! Totals of fees and attempts: taken before the signature by every attempt, for exactly as long as the window.

use std::fs;

use super::*;

async fn bounded(tables: &str) -> (Bench, Running, WalletView) {
    let mut bench = Bench::new();
    let path = PolicyFile::WIDE.put(&bench);
    fs::write(&path, PolicyFile::WIDE.text() + tables).unwrap();
    bench.config.policy.file = Some(path);
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    (bench, running, hot)
}

/// The payment of this number, asked at this time after the first.
fn numbered(running: &Running, hot: &WalletView, number: u64) -> Payment {
    Payment::usdt(running, hot, &format!("po_{number}")).later(number)
}

#[tokio::test]
async fn a_flood_of_payments_ends_at_the_number_of_an_hour_also_after_a_restart() {
    let (bench, running, hot) = bounded("[class.hot.signatures]\nper_hour = 2\nper_day = 3\n").await;
    assert_eq!(said(&running, &numbered(&running, &hot, 0)).await, "ok");
    // Registered and never signed: it counts.
    running.core.register(numbered(&running, &hot, 1).request()).await.unwrap();
    assert_eq!(said(&running, &numbered(&running, &hot, 2)).await, "policy_signatures");
    let running = bench.start().await;
    assert_eq!(said(&running, &numbered(&running, &hot, 2)).await, "policy_signatures");
    assert_eq!(said(&running, &numbered(&running, &hot, 0)).await, "ok", "the same request is no new one");
    bench.clock.advance_ms(HOUR_MS);
    assert_eq!(said(&running, &numbered(&running, &hot, 3)).await, "ok");
    assert_eq!(said(&running, &numbered(&running, &hot, 4)).await, "policy_signatures", "the day's third was the last");
    bench.clock.advance_ms(DAY_MS - HOUR_MS);
    assert_eq!(said(&running, &numbered(&running, &hot, 5)).await, "ok");
}

#[tokio::test]
async fn what_payments_may_burn_adds_up() {
    // Each of these has a fee_limit of 30 TRX.
    let (bench, running, hot) = bounded("[class.hot.fees]\nper_hour = \"89.999999\"\nper_day = \"90\"\n").await;
    for number in 0..2 {
        assert_eq!(said(&running, &numbered(&running, &hot, number)).await, "ok");
    }
    assert_eq!(said(&running, &numbered(&running, &hot, 2)).await, "policy_fees");
    bench.clock.advance_ms(HOUR_MS);
    assert_eq!(said(&running, &numbered(&running, &hot, 3)).await, "ok");
    assert_eq!(said(&running, &numbered(&running, &hot, 4)).await, "policy_fees");
}
