//! The gateway under test and how it is talked to.

use std::time::Duration;

use api::payout_router::{PayoutStage, PayoutView};
use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use primitives::{MerchantId, MerchantRef, PayoutId, UnixMs};
use serde_json::{Value, json};
use service::client::Transport;
use service::clock::{SharedClock, TimerClock};
use service::driver::{Driver, Options};
use service::feed::Follower;
use service::{Context, PeerClient, testing};
use store::{Record, Store};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::counterpart::Counterpart;
use crate::app::{PaymentGateway, assemble};
use crate::config::Config;
use crate::drive::Forwarding;
use crate::follow::Mirror;
use crate::payout::PayoutRow;

pub(super) const NOW: UnixMs = UnixMs(1_800_000_000_000);
pub(super) const RECIPIENT: &str = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";

const ROUTER_SCOPES: [&str; 3] = ["payouts:write", "payouts:read", "read"];

/// A gateway with the merchants `shop` (`lk_shop`) and `cafe` (`lk_cafe`).
pub(super) struct Bench {
    pub(super) store: Store,
    pub(super) other: Counterpart,
    pub(super) context: Context,
    pub(super) gateway: Router,
    pub(super) peer: PeerClient,
}

pub(super) fn config() -> Config {
    let merchant = |name: &str| {
        let hash = service::auth::token::sha256(format!("lk_{name}").as_bytes());
        format!("[merchants.{name}]\napi_key_sha256 = \"{}\"\n", hex::encode(hash))
    };
    toml::from_str(&format!("{}{}", merchant("shop"), merchant("cafe"))).unwrap()
}

/// The gateway, with nothing running in its background.
pub(super) fn bench() -> Bench {
    bench_with(&ROUTER_SCOPES)
}

/// A gateway that payout-router lets in with these scopes.
pub(super) fn bench_with(scopes: &[&str]) -> Bench {
    let clock: SharedClock = TimerClock::starting_at(NOW);
    around(Counterpart::new(clock.clone()), clock, scopes)
}

fn around(other: Counterpart, clock: SharedClock, scopes: &[&str]) -> Bench {
    let peers: [(&str, &[&str]); 3] = [("payout-router", &[]), ("operator", &["operator", "read"]), ("guest", &[])];
    let mut context = testing::context("payment-gateway", clock, &peers);
    context.transport = Transport::in_process(other.router(scopes));
    let store = testing::store(&[PayoutRow::NOUN]);
    let gateway = assemble(&context, &config(), store.clone()).unwrap().router::<PaymentGateway>();
    let peer = context.peer("payout-router").unwrap();
    Bench { store, other, context, gateway, peer }
}

/// A running background task; ends with the bench.
pub(super) struct Running {
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

impl Bench {
    /// Another gateway before the same router.
    pub(super) fn with_an_empty_mirror(&self) -> Self {
        around(self.other.clone(), self.context.clock.clone(), &ROUTER_SCOPES)
    }

    /// Starts forwarding.
    pub(super) fn drives(&self) -> Running {
        let machine = Forwarding { router: crate::router::Router::new(self.peer.clone()) };
        let (clock, metrics) = (self.context.clock.clone(), self.context.metrics.clone());
        let driver = Driver::new(self.store.clone(), machine, clock, metrics, Options::default());
        let stop = CancellationToken::new();
        let told = stop.clone();
        Running { stop, task: tokio::spawn(async move { driver.run(told).await.unwrap() }) }
    }

    /// Starts following payout-router's feed.
    pub(super) fn follows(&self) -> Running {
        let apply = self.mirror();
        let (clock, metrics) = (self.context.clock.clone(), self.context.metrics.clone());
        let follower = Follower::new(self.store.clone(), self.peer.clone(), apply, clock, metrics);
        let stop = CancellationToken::new();
        let told = stop.clone();
        Running { stop, task: tokio::spawn(async move { follower.run(told).await.unwrap() }) }
    }

    pub(super) fn mirror(&self) -> Mirror {
        Mirror { store: self.store.clone(), clock: self.context.clock.clone() }
    }

    /// Sends a request as `bearer`, a JSON body if there is one; the status and the answer.
    pub(super) async fn send(&self, bearer: &str, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path).header(AUTHORIZATION, format!("Bearer {bearer}"));
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        self.answer(request.body(body.map_or_else(Body::empty, |body| body.to_string().into())).unwrap()).await
    }

    /// The status and the answer, null if it is no JSON.
    pub(super) async fn answer(&self, request: Request<Body>) -> (u16, Value) {
        let response = self.gateway.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    pub(super) async fn get(&self, merchant: &str, path: &str) -> (u16, Value) {
        self.send(&format!("lk_{merchant}"), Method::GET, path, None).await
    }

    /// The merchant asks for a payout of USDT.
    pub(super) async fn ask(&self, merchant: &str, reference: &str, amount: &str) -> (u16, Value) {
        let body = json!({ "asset": "USDT", "recipient": RECIPIENT, "amount": amount });
        self.send(&format!("lk_{merchant}"), Method::PUT, &format!("/v1/payouts/{reference}"), Some(&body)).await
    }

    pub(super) async fn cancel(&self, merchant: &str, reference: &str) -> (u16, Value) {
        let path = format!("/v1/payouts/{reference}/cancel");
        self.send(&format!("lk_{merchant}"), Method::PUT, &path, Some(&json!({}))).await
    }

    /// A call by another service or the operator, signed as such.
    pub(super) fn caller(&self, name: &str) -> PeerClient {
        testing::client("payment-gateway", self.gateway.clone(), name, self.context.clock.clone())
    }

    pub(super) fn id(&self, merchant: &str, reference: &str) -> PayoutId {
        let (merchant, reference): (MerchantId, MerchantRef) = (merchant.parse().unwrap(), reference.parse().unwrap());
        PayoutId::of(self.context.base.plane.id, &merchant, &reference)
    }

    pub(super) async fn row(&self, id: PayoutId) -> Option<PayoutRow> {
        self.store.get(&id.to_string()).await.unwrap().map(|found| found.record)
    }

    /// Waits until the mirrored payout is so.
    pub(super) async fn until(&self, id: PayoutId, so: impl Fn(&PayoutRow) -> bool) -> PayoutRow {
        let mut changes = self.store.changes();
        let wait = async {
            loop {
                changes.borrow_and_update();
                if let Some(row) = self.row(id).await
                    && so(&row)
                {
                    return row;
                }
                changes.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_mins(10), wait).await.expect("the payout never came there")
    }

    pub(super) async fn until_stage(&self, id: PayoutId, stage: PayoutStage) -> PayoutView {
        self.until(id, |row| row.view.stage == stage).await.view
    }

    /// The kinds and stages of our own feed's events about a payout.
    pub(super) async fn told(&self, id: PayoutId) -> Vec<(String, String)> {
        let page = self.store.events(None, 1_000).await.unwrap();
        let about = page.events.into_iter().filter(|event| event.subject == id.to_string());
        about.map(|event| (event.kind, event.data["stage"].as_str().unwrap().to_owned())).collect()
    }
}
