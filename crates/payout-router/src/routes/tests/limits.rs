//! Windows that fill, and what makes room again.

use api::payout_router::{PayoutAsset, PayoutStage, cancel_payout, payout, put_payout};
use service::Outcome;

use crate::testing::{Bench, NOW, id_of, request};

async fn try_put(bench: &Bench, reference: &str, asset: PayoutAsset, amount: &str) -> Result<(), String> {
    let request = request(reference, asset, amount);
    match bench.client("payment-gateway").call(&put_payout(id_of(&request), &request)).await {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(problem) => {
            Err(format!("{} {}", problem.code, problem.members["window"].as_str().unwrap_or_default()))
        }
        Outcome::Unknown(cause) => panic!("{cause}"),
    }
}

#[tokio::test]
async fn a_full_window_refuses_without_a_trace_and_a_cancelled_payout_makes_room() {
    let bench = Bench::new();
    try_put(&bench, "a", PayoutAsset::Usdt, "1000").await.unwrap();
    try_put(&bench, "b", PayoutAsset::Usdt, "500").await.unwrap();
    let full = Err("window_limit_reached all:hour".to_owned());
    assert_eq!(try_put(&bench, "c", PayoutAsset::Usdt, "0.01").await, full);
    // The day's window, which had room, was not touched, and the id is still free.
    assert_eq!(bench.held("limit:v0:day").await, 1_500_000_000);
    let c = id_of(&request("c", PayoutAsset::Usdt, "0.01"));
    assert!(
        matches!(bench.client("operator").call(&payout(c)).await, Outcome::Refused(problem) if problem.status == 404)
    );
    // TRX has windows of its own.
    try_put(&bench, "d", PayoutAsset::Trx, "1000").await.unwrap();
    let full_trx = Err("window_limit_reached trx:day".to_owned());
    assert_eq!(try_put(&bench, "e", PayoutAsset::Trx, "500.000001").await, full_trx);

    let a = id_of(&request("a", PayoutAsset::Usdt, "1000"));
    for _ in 0..2 {
        let stopped = bench.client("payment-gateway").ask(&cancel_payout(a)).await.unwrap();
        assert_eq!((stopped.stage, stopped.ended_at), (PayoutStage::Cancelled, Some(NOW)));
    }
    assert_eq!((bench.held("limit:all:hour").await, bench.held("limit:v0:day").await), (500_000_000, 500_000_000));
    try_put(&bench, "c", PayoutAsset::Usdt, "1000").await.unwrap();
    // Time alone frees nothing that has not ended.
    bench.clock.advance_ms(25 * 3_600_000);
    assert_eq!(try_put(&bench, "f", PayoutAsset::Usdt, "0.01").await, full);
}
