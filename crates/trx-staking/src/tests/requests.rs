//! Requests, good and bad, without a chain.

use api::trx_staking::{self, LeaseRequest, StakeFilter, StakeRequest, StakeStage};
use http::Method;
use primitives::{Address, Bandwidth, Energy, LeaseId, PlaneId, Resource, StakeId, Sun};
use service::{Outcome, Problem};
use store::{Filter, Store};

use super::bench::{Bench, NOW};
use crate::lease::LeaseRow;
use crate::operation::Row;

const UUID: &str = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
const JSON: &str = "application/json";

fn stake(name: &str) -> StakeId {
    StakeId::derive("pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse::<PlaneId>().unwrap().uuid(), &[name])
}

fn of(amount: &str) -> StakeRequest {
    let amount = Sun::parse(amount).unwrap();
    StakeRequest { wallet_id: "energy".parse().unwrap(), resource: Resource::Energy, amount }
}

fn refused<T: std::fmt::Debug>(outcome: Outcome<T>) -> Problem {
    match outcome {
        Outcome::Refused(problem) => problem,
        other => panic!("was not refused: {other:?}"),
    }
}

async fn is_empty(store: &Store) -> bool {
    let stakes = store.list::<Row<StakeRequest>>(Filter::default()).await.unwrap().items;
    let delegations = store.list::<Row<trx_staking::DelegationRequest>>(Filter::default()).await.unwrap().items;
    let leases = store.list::<LeaseRow>(Filter::default()).await.unwrap().items;
    stakes.is_empty() && delegations.is_empty() && leases.is_empty()
}

#[tokio::test]
async fn a_stake_is_recorded_once() {
    let bench = Bench::new().await;
    let operator = bench.client("operator");
    let view = operator.ask(&trx_staking::put_stake(stake("1"), &of("100"))).await.unwrap();
    assert_eq!((view.stage, view.txid, view.created_at), (StakeStage::Underway, None, NOW));
    bench.clock.advance_ms(5_000);
    assert_eq!(operator.ask(&trx_staking::put_stake(stake("1"), &of("100"))).await.unwrap(), view);
    assert_eq!(operator.ask(&trx_staking::stake(stake("1"))).await.unwrap(), view);
    let other = refused(operator.call(&trx_staking::put_stake(stake("1"), &of("101"))).await);
    assert_eq!((other.status, other.code.as_str()), (422, "id_taken"));
    let unknown = refused(operator.call(&trx_staking::stake(stake("2"))).await);
    assert_eq!((unknown.status, unknown.code.as_str()), (404, "unknown_stake"));

    operator.ask(&trx_staking::put_stake(stake("2"), &of("2"))).await.unwrap();
    let first = StakeFilter { limit: Some(1), ..StakeFilter::default() };
    let page = operator.ask(&trx_staking::stakes(&first)).await.unwrap();
    assert_eq!(page.stakes[0].stake_id, stake("2"), "newest first");
    let rest = StakeFilter { after: page.next, stage: Some(StakeStage::Underway), limit: None };
    assert_eq!(operator.ask(&trx_staking::stakes(&rest)).await.unwrap().stakes, [view]);
    let done = StakeFilter { stage: Some(StakeStage::Done), ..StakeFilter::default() };
    assert!(operator.ask(&trx_staking::stakes(&done)).await.unwrap().stakes.is_empty());
}

#[tokio::test]
async fn every_endpoint_asks_for_its_scope() {
    let bench = Bench::new().await;
    let payer = bench.client("usdt-manager");
    assert_eq!(refused(payer.call(&trx_staking::put_stake(stake("1"), &of("100"))).await).code, "missing_scope");
    assert!(payer.ask(&trx_staking::stakes(&StakeFilter::default())).await.is_ok());
    let stranger = bench.client("tron-client");
    let lease = LeaseId::derive(stake("1").uuid(), &[]);
    assert_eq!(refused(stranger.call(&trx_staking::lease(lease)).await).code, "missing_scope");
    assert_eq!(refused(stranger.call(&trx_staking::release_lease(lease)).await).code, "missing_scope");
    assert_eq!(refused(stranger.call(&trx_staking::pools()).await).code, "missing_scope");
    assert!(is_empty(&bench.store).await);
}

#[tokio::test]
async fn bad_input_gets_a_problem_and_changes_nothing() {
    let bench = Bench::new().await;
    let stake = format!("/v1/stakes/st_{UUID}");
    let delegation = format!("/v1/delegations/de_{UUID}");
    let lease = format!("/v1/leases/le_{UUID}");
    let staking = |amount: &str| format!(r#"{{"wallet_id":"energy","resource":"energy","amount":{amount}}}"#);
    let lending = |receiver: &str, amount: &str| {
        format!(r#"{{"wallet_id":"energy","receiver":"{receiver}","resource":"energy","amount":"{amount}"}}"#)
    };
    let leasing =
        |address: &str, energy: &str| format!(r#"{{"address":"{address}","energy":{energy},"bandwidth":350}}"#);
    let wallet = Address::from_evm([1; 20]).to_string();
    let cases = [
        (&*stake, JSON, staking("\"0.999999\""), 422, "amount_too_small"),
        (&*stake, JSON, staking("\"0\""), 422, "amount_too_small"),
        (&*stake, JSON, staking("\"1.0000001\""), 400, "malformed_body"),
        (&*stake, JSON, staking("\"-1\""), 400, "malformed_body"),
        (&*stake, JSON, staking("\"9223372036854.775808\""), 400, "malformed_body"),
        (&*stake, JSON, staking("1"), 400, "malformed_body"),
        (&*stake, JSON, r#"{"wallet_id":"energy","resource":"votes","amount":"1"}"#.to_owned(), 400, "malformed_body"),
        (&*stake, JSON, r#"{"wallet_id":"a b","resource":"energy","amount":"1"}"#.to_owned(), 400, "malformed_body"),
        (&*stake, JSON, format!("{}x", staking("\"1\"")), 400, "malformed_body"),
        (&*stake, JSON, lending("hot", "1"), 400, "malformed_body"),
        (&*stake, "text/plain", staking("\"1\""), 415, "unsupported_media_type"),
        (&*stake, JSON, format!("{}{}", " ".repeat(70_000), staking("\"1\"")), 413, "body_too_large"),
        ("/v1/stakes/st_1", JSON, staking("\"1\""), 400, "malformed_path"),
        ("/v1/stakes/de_6ba7b811-9dad-11d1-80b4-00c04fd430c8", JSON, staking("\"1\""), 400, "malformed_path"),
        (&*delegation, JSON, lending("energy", "1"), 422, "receiver_is_lender"),
        (&*delegation, JSON, lending("hot", "0.5"), 422, "amount_too_small"),
        (&*delegation, JSON, staking("\"1\""), 400, "malformed_body"),
        (&*lease, JSON, leasing("T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwc", "1"), 400, "malformed_body"),
        (&*lease, JSON, leasing("0x1111111111111111111111111111111111111111", "1"), 400, "malformed_body"),
        (&*lease, JSON, leasing(&wallet, "-1"), 400, "malformed_body"),
        (&*lease, JSON, leasing(&wallet, "1.5"), 400, "malformed_body"),
        (&*lease, JSON, leasing(&wallet, "18446744073709551616"), 400, "malformed_body"),
    ];
    for (path, content_type, body, status, code) in cases {
        let answer = bench.raw(Method::PUT, path, content_type, &body).await;
        assert_eq!(answer, (status, code.to_owned()), "{path} {body}");
    }
    let release = format!("{lease}/release");
    for (path, body, status, code) in [
        (&*release, "{}", 404, "unknown_lease"),
        (&*release, r#"{"energy":1}"#, 400, "malformed_body"),
        ("/v1/leases/le_x/release", "{}", 400, "malformed_path"),
    ] {
        assert_eq!(bench.raw(Method::PUT, path, JSON, body).await, (status, code.to_owned()), "{path} {body}");
    }
    for (path, status, code) in [
        (&*delegation, 404, "unknown_delegation"),
        (&*lease, 404, "unknown_lease"),
        ("/v1/stakes?stage=never", 400, "malformed_query"),
        ("/v1/stakes?pages=1", 400, "malformed_query"),
        ("/v1/delegations?limit=-1", 400, "malformed_query"),
        ("/v1/delegations?after=nonsense", 400, "malformed_cursor"),
    ] {
        assert_eq!(bench.raw(Method::GET, path, JSON, "").await, (status, code.to_owned()), "{path}");
    }
    assert_eq!(bench.raw(Method::DELETE, &stake, JSON, "").await, (405, "method_not_allowed".to_owned()));
    assert!(is_empty(&bench.store).await);
}

#[tokio::test]
async fn without_a_chain_nothing_is_leased_and_what_was_leased_is_still_known() {
    let bench = Bench::new().await;
    let payer = bench.client("usdt-manager");
    let lease = LeaseId::derive(stake("1").uuid(), &[]);
    let request = LeaseRequest { address: Address::from_evm([1; 20]), energy: Energy(1), bandwidth: Bandwidth(1) };
    let outcome = payer.call(&trx_staking::put_lease(lease, &request)).await;
    assert!(
        matches!(&outcome, Outcome::Unknown(cause) if cause.to_string().contains("chain_unavailable")),
        "{outcome:?}"
    );
    assert!(is_empty(&bench.store).await);

    let made = payments::staking::lease::Lease::whole(lease, request.clone(), NOW);
    let free = payments::staking::lease::Free { energy: Energy(1), bandwidth: Bandwidth(0) };
    let made = crate::ledger::grant(&bench.store, made, free, false).await.unwrap().view();
    assert_eq!(payer.ask(&trx_staking::put_lease(lease, &request)).await.unwrap(), made);
    assert_eq!(payer.ask(&trx_staking::lease(lease)).await.unwrap(), made);
    let released = payer.ask(&trx_staking::release_lease(lease)).await.unwrap();
    assert_eq!(payer.ask(&trx_staking::release_lease(lease)).await.unwrap(), released);
    assert!(released.released && released.energy == Energy(1) && released.bandwidth_lacking == Bandwidth(1));
    let other = LeaseRequest { energy: Energy(2), ..request };
    let problem = refused(payer.call(&trx_staking::put_lease(lease, &other)).await);
    assert_eq!((problem.status, problem.code.as_str()), (422, "id_taken"));
}
