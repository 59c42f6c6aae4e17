//! Held TRX, balances and the token.

use api::usdt_manager::{ReservationRequest, balance, put_reservation, release_reservation, token};
use primitives::{Address, Usdt};
use serde_json::json;
use service::Outcome;
use service::testing::Raw;

use crate::testing::{Bench, NOW, SERVICE, id, payer, sun};

fn trx(amount: &str) -> ReservationRequest {
    ReservationRequest { address: payer(), trx: sun(amount) }
}

async fn hold(bench: &Bench, number: u8, amount: &str) -> String {
    match bench.client("payout-router").call(&put_reservation(id(number), &trx(amount))).await {
        Outcome::Done(view) => view.trx.to_string(),
        Outcome::Refused(problem) => problem.code.clone(),
        Outcome::Unknown(cause) => cause.to_string(),
    }
}

#[tokio::test]
async fn what_is_held_once_is_not_held_for_another() {
    let bench = Bench::new();
    assert_eq!(hold(&bench, 1, "1.5").await, "1.5");
    assert_eq!(hold(&bench, 1, "1.5").await, "1.5", "the same again");
    assert_eq!(hold(&bench, 2, "0.500001").await, "waiting_funds");
    assert_eq!(hold(&bench, 2, "0.5").await, "0.5");
    assert_eq!(bench.held("trx").await, 2_000_000);
    for _ in 0..2 {
        bench.client("payout-router").ask(&release_reservation(id(1), &trx("1.5"))).await.unwrap();
    }
    // A balance read before the release may still be on its way to a decision.
    assert_eq!(hold(&bench, 3, "1.5").await, "waiting_funds");
    bench.clock.advance_ms(30_001);
    assert_eq!(hold(&bench, 3, "1.5").await, "1.5");
    // What was never held is fine.
    bench.client("payout-router").ask(&release_reservation(id(9), &trx("1"))).await.unwrap();
}

#[tokio::test]
async fn amounts_and_addresses_that_are_none() {
    let bench = Bench::new();
    let path = format!("/v1/reservations/{}", id(1));
    for (address, amount) in [
        (json!(payer()), json!("1.0000001")),
        (json!(payer()), json!("-1")),
        (json!(payer()), json!("9223372036854.775808")),
        (json!(payer()), json!(1)),
        (json!("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), json!("1")),
        (json!("TVEZYjZyemfJoLUdGtzsM2ua1HAnbsNgAG"), json!("1")),
    ] {
        let body = json!({ "address": address, "trx": amount }).to_string();
        let raw = Raw {
            caller: "payout-router",
            service: SERVICE,
            method: "PUT",
            path: &path,
            content_type: "application/json",
            body: body.as_bytes(),
        };
        let (status, answer) = raw.send(bench.router(), NOW).await;
        assert_eq!((status.as_u16(), answer["code"].as_str()), (400, Some("malformed_body")), "{body}");
    }
    assert_eq!(bench.held("trx").await, 0);
}

#[tokio::test]
async fn balances_and_the_token_are_asked_of_the_chain() {
    let bench = Bench::new();
    let view = bench.client("operator").ask(&balance(payer())).await.unwrap();
    assert_eq!((view.usdt, view.reserved, view.trx), (Usdt::parse("25").unwrap(), Usdt::ZERO, sun("2")));
    assert!(!bench.client("operator").ask(&token()).await.unwrap().paused);
    let denied = bench.client("payout-router").call(&balance(payer())).await;
    assert!(matches!(denied, Outcome::Refused(problem) if problem.code == "missing_scope"));
    // An account that the chain does not tell of is unknown, not empty.
    let silent = bench.client("operator").call(&balance(Address::from_evm([9; 20]))).await;
    assert!(matches!(silent, Outcome::Unknown(_)), "{silent:?}");
}
