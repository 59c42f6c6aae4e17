//! Pages and filters.

use api::payout_router::{PayoutAsset, PayoutFilter, PayoutStage, cancel_payout, payouts};
use service::Outcome;

use crate::testing::{Bench, id_of, request};

async fn references(bench: &Bench, filter: PayoutFilter) -> Vec<String> {
    let page = bench.client("operator").ask(&payouts(&filter)).await.unwrap();
    page.payouts.iter().map(|payout| payout.reference.to_string()).collect()
}

#[tokio::test]
async fn pages_go_from_the_newest_to_the_oldest_without_gaps() {
    let bench = Bench::new();
    for number in 0..7 {
        bench.put(&request(&format!("p{number}"), PayoutAsset::Usdt, "1")).await;
    }
    let mut found = Vec::new();
    let mut filter = PayoutFilter { limit: Some(3), ..PayoutFilter::default() };
    loop {
        let page = bench.client("operator").ask(&payouts(&filter)).await.unwrap();
        assert!(page.payouts.len() <= 3);
        found.extend(page.payouts.iter().map(|payout| payout.reference.to_string()));
        let Some(next) = page.next else { break };
        // What comes while somebody pages is newer than every page to come.
        bench.put(&request(&format!("later{}", found.len()), PayoutAsset::Usdt, "1")).await;
        filter.after = Some(next);
    }
    assert_eq!(found, ["p6", "p5", "p4", "p3", "p2", "p1", "p0"]);
}

#[tokio::test]
async fn filters_by_merchant_and_stage() {
    let bench = Bench::new();
    for reference in ["a", "b"] {
        bench.put(&request(reference, PayoutAsset::Usdt, "1")).await;
    }
    let mut other = request("c", PayoutAsset::Usdt, "1");
    other.merchant = "kiosk".parse().unwrap();
    bench.put(&other).await;
    let a = id_of(&request("a", PayoutAsset::Usdt, "1"));
    bench.client("payment-gateway").ask(&cancel_payout(a)).await.unwrap();

    let (shop, kiosk) = ("shop".parse().ok(), "kiosk".parse().ok());
    let (cancelled, accepted) = (Some(PayoutStage::Cancelled), Some(PayoutStage::Accepted));
    let filter = |merchant, stage| PayoutFilter { merchant, stage, ..PayoutFilter::default() };
    assert_eq!(references(&bench, filter(None, None)).await, ["c", "b", "a"]);
    assert_eq!(references(&bench, filter(shop.clone(), None)).await, ["b", "a"]);
    assert_eq!(references(&bench, filter(kiosk.clone(), None)).await, ["c"]);
    assert_eq!(references(&bench, filter(None, cancelled)).await, ["a"]);
    assert_eq!(references(&bench, filter(shop, accepted)).await, ["b"]);
    assert_eq!(references(&bench, filter(kiosk, cancelled)).await, Vec::<String>::new());
}

#[tokio::test]
async fn limits_and_cursors_that_are_none() {
    let bench = Bench::new();
    for (filter, code) in [
        (PayoutFilter { limit: Some(0), ..PayoutFilter::default() }, "malformed_query"),
        (PayoutFilter { limit: Some(101), ..PayoutFilter::default() }, "malformed_query"),
        (PayoutFilter { after: Some("x".to_owned()), ..PayoutFilter::default() }, "malformed_cursor"),
    ] {
        match bench.client("operator").call(&payouts(&filter)).await {
            Outcome::Refused(problem) => assert_eq!((problem.status, problem.code.as_str()), (400, code)),
            other => panic!("{filter:?}: {other:?}"),
        }
    }
}
