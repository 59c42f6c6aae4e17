//! The gate around all routes, the documents of refusals, and the orderly stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body as AxumBody, to_bytes};
use axum::extract::State;
use axum::{Json, Router};
use futures::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use http::{Method, Request, StatusCode};
use primitives::UnixMs;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tower::ServiceExt;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::*;
use crate::auth::token::Claims;
use crate::auth::{Admission, Authenticator};
use crate::client::Transport;
use crate::clock::{ManualClock, SharedClock};
use crate::extract::{Body, Path, Query};
use crate::testing::{self, call_key};
use crate::{Caller, Problem, problem, request_id};

const NOW: UnixMs = UnixMs(1_800_000_000_000);

/// A service with a route for each thing that can go wrong.
struct Toy;

/// The slow handler says that it was entered and waits for a permit to go on.
#[derive(Clone)]
struct Latch {
    entered: Arc<Semaphore>,
    go: Arc<Semaphore>,
}

impl Latch {
    fn closed() -> Self {
        Self { entered: Arc::new(Semaphore::new(0)), go: Arc::new(Semaphore::new(0)) }
    }
}

impl Service for Toy {
    const NAME: &'static str = "toy";
    const VERSION: &'static str = "1.2.3";
    const DEFAULTS: &'static str = "";
    type Config = crate::config::NoSections;
    type State = Latch;

    fn routes() -> OpenApiRouter<Latch> {
        OpenApiRouter::new()
            .routes(routes!(put_thing))
            .routes(routes!(list_things))
            .routes(routes!(panics))
            .routes(routes!(slow))
            .routes(routes!(page))
    }

    async fn start(context: Context, _: Self::Config) -> Result<App<Latch>, StartError> {
        Ok(app(&context, Latch::closed()))
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutThing {
    size: Size,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Size {
    width: u8,
}

#[utoipa::path(put, path = "/v1/things/{number}", request_body = PutThing, responses((status = 202)))]
async fn put_thing(
    caller: Caller,
    Path(number): Path<u32>,
    Body(thing): Body<PutThing>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    caller.require("things:write")?;
    let seen = json!({ "by": &*caller.name, "number": number, "width": thing.size.width });
    Ok((StatusCode::ACCEPTED, Json(seen)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    limit: Option<u8>,
}

#[utoipa::path(get, path = "/v1/things", responses((status = 200)))]
async fn list_things(Query(listing): Query<Listing>) -> Json<Value> {
    Json(json!({ "limit": listing.limit, "request_id": request_id::current().map(|id| id.to_string()) }))
}

#[utoipa::path(get, path = "/v1/panics", responses((status = 200)))]
async fn panics() -> Json<Value> {
    panic!("the password is swordfish")
}

#[utoipa::path(get, path = "/v1/slow", responses((status = 200)))]
async fn slow(State(latch): State<Latch>) -> Json<Value> {
    latch.entered.add_permits(1);
    latch.go.acquire().await.unwrap().forget();
    Json(json!({ "done": true }))
}

#[utoipa::path(get, path = "/page/{name}", responses((status = 200)))]
async fn page(Path(name): Path<String>) -> Json<Value> {
    Json(json!({ "page": name }))
}

fn app(context: &Context, latch: Latch) -> App<Latch> {
    App::new(context, latch, testing::store(&[])).open("/page/")
}

fn context(clock: SharedClock) -> Context {
    testing::context("toy", clock, &[("friend", &["things:write", "read"]), ("guest", &[])])
}

fn router() -> Router {
    app(&context(ManualClock::at(NOW)), Latch::closed()).router::<Toy>()
}

fn signed(method: &Method, path: &str, body: &str, caller: &str) -> http::request::Builder {
    let claims = Claims::of_call(caller, "toy", NOW, method.as_str(), path, body.as_bytes());
    let token = format!("Bearer {}", claims.sign(&call_key(caller)));
    Request::builder().method(method).uri(path).header(AUTHORIZATION, token)
}

async fn answer(router: Router, request: Request<AxumBody>) -> (StatusCode, Value, http::HeaderMap) {
    let response = router.oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    (head.status, serde_json::from_slice(&body).unwrap_or(Value::Null), head.headers)
}

async fn put(path: &str, content_type: &str, body: &str) -> (StatusCode, Value, http::HeaderMap) {
    let request = signed(&Method::PUT, path, body, "friend").header(CONTENT_TYPE, content_type);
    answer(router(), request.body(AxumBody::from(body.to_owned())).unwrap()).await
}

async fn get(path: &str) -> (StatusCode, Value, http::HeaderMap) {
    answer(router(), signed(&Method::GET, path, "", "friend").body(AxumBody::empty()).unwrap()).await
}

#[tokio::test]
async fn a_good_request_reaches_its_handler_with_its_caller() {
    let (status, body, headers) = put("/v1/things/7", "application/json", r#"{"size":{"width":3}}"#).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(body, json!({ "by": "friend", "number": 7, "width": 3 }));
    assert!(headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn every_bad_input_gets_a_document_that_says_where() {
    let long = format!("{{\"size\":{{\"width\":1}}{}}}", " ".repeat(70_000));
    let json_type = "application/json";
    let good = r#"{"size":{"width":3}}"#;
    let cases = [
        ("/v1/things/7", "text/plain", good, 415, "unsupported_media_type", "application/json"),
        ("/v1/things/7", json_type, &long, 413, "body_too_large", "limit"),
        ("/v1/things/7", json_type, "", 400, "malformed_body", "EOF"),
        ("/v1/things/7", json_type, "{", 400, "malformed_body", "EOF"),
        (
            "/v1/things/7",
            json_type,
            r#"{"size":{"width":3},"colour":1}"#,
            400,
            "malformed_body",
            "unknown field `colour`",
        ),
        ("/v1/things/7", json_type, r#"{"size":{"width":300}}"#, 400, "malformed_body", "size.width: invalid value"),
        ("/v1/things/7", json_type, r#"{"size":{"width":-1}}"#, 400, "malformed_body", "size.width"),
        ("/v1/things/7", json_type, r#"{"size":{"width":"3"}}"#, 400, "malformed_body", "size.width: invalid type"),
        ("/v1/things/7", json_type, r#"{"size":{}}"#, 400, "malformed_body", "size: missing field `width`"),
        ("/v1/things/7", json_type, r#"{"size":{"width":3}} x"#, 400, "malformed_body", "trailing"),
        ("/v1/things/seven", json_type, good, 400, "malformed_path", "seven"),
        ("/v1/nothing", json_type, good, 404, "unknown_path", "path"),
        ("/v1/things", json_type, good, 405, "method_not_allowed", "method"),
    ];
    for (path, content_type, body, status, code, words) in cases {
        let (answered, document, headers) = put(path, content_type, body).await;
        let shown = &body[..body.len().min(40)];
        assert_eq!((answered.as_u16(), document["code"].as_str()), (status, Some(code)), "{path} {shown}");
        assert_eq!(headers[CONTENT_TYPE], problem::MEDIA_TYPE, "{path} {shown}");
        assert_eq!(document["status"], status);
        assert_eq!(document["type"], format!("about:blank#{code}"));
        let detail = document["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{path} {shown}: {detail}");
        assert!(!detail.contains("Failed to"), "{detail}");
        assert_eq!(document["request_id"], headers["x-request-id"].to_str().unwrap());
    }
    let (status, document, _) = get("/v1/things?limit=900").await;
    assert_eq!((status.as_u16(), document["code"].as_str()), (400, Some("malformed_query")), "{document}");
    let (status, document, _) = get("/v1/things?limt=9").await;
    assert_eq!((status.as_u16(), document["code"].as_str()), (400, Some("malformed_query")));
    assert!(document["detail"].as_str().unwrap().contains("unknown field `limt`"), "{document}");
}

#[tokio::test]
async fn a_panic_shows_nothing() {
    let (status, document, _) = get("/v1/panics").await;
    assert_eq!((status.as_u16(), document["code"].as_str()), (500, Some("internal")));
    assert!(!document.to_string().contains("swordfish"));
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_is_given_up() {
    let (status, document, _) = get("/v1/slow").await;
    assert_eq!((status.as_u16(), document["code"].as_str()), (503, Some("timeout")));
}

#[tokio::test]
async fn nothing_but_the_listed_paths_is_open() {
    for path in ["/health", "/health/live", "/health/ready", "/metrics", "/openapi.json", "/page/start"] {
        let request = Request::get(path).body(AxumBody::empty()).unwrap();
        assert_eq!(answer(router(), request).await.0, StatusCode::OK, "{path}");
    }
    for path in ["/v1/things", "/v1/events", "/v1/nothing", "/healthy", "/health/", "/metrics/", "/page", "/"] {
        let request = Request::get(path).body(AxumBody::empty()).unwrap();
        let (status, document, headers) = answer(router(), request).await;
        assert_eq!((status.as_u16(), document["code"].as_str()), (401, Some("token_missing")), "{path}");
        assert_eq!(headers["www-authenticate"], "Bearer");
    }
}

#[tokio::test]
async fn another_body_a_missing_scope_and_the_metrics_of_both() {
    let router = router();
    let body = r#"{"size":{"width":3}}"#;
    let request = signed(&Method::PUT, "/v1/things/7", body, "friend").header(CONTENT_TYPE, "application/json");
    let other = request.body(AxumBody::from(r#"{"size":{"width":4}}"#)).unwrap();
    let (status, document, _) = answer(router.clone(), other).await;
    assert_eq!((status.as_u16(), document["code"].as_str()), (401, Some("token_other_body")));

    let request = signed(&Method::PUT, "/v1/things/7", body, "guest").header(CONTENT_TYPE, "application/json");
    let (status, document, _) = answer(router.clone(), request.body(AxumBody::from(body)).unwrap()).await;
    assert_eq!((status.as_u16(), document["code"].as_str()), (403, Some("missing_scope")));
    assert_eq!(document["scope"], "things:write");

    let request = Request::get("/metrics").body(AxumBody::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    let text = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let text = std::str::from_utf8(&text).unwrap();
    for line in [
        "lucid_calls_rejected_total{reason=\"token_other_body\"} 1",
        "lucid_calls_rejected_total{reason=\"missing_scope\"} 1",
        "lucid_calls_rejected_total{reason=\"token_missing\"} 0",
        "lucid_clock_timestamp_seconds 1800000000",
        "lucid_http_requests_total{method=\"PUT\",route=\"/v1/things/{number}\",status=\"401\"} 1",
        "lucid_http_requests_total{method=\"PUT\",route=\"/v1/things/{number}\",status=\"500\"} 0",
        "lucid_build_info{service=\"toy\",version=\"0.0.0\"} 1",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

/// Lets in whoever has the key, under the name in it.
struct Keys;

impl Authenticator for Keys {
    fn admit<'a>(&'a self, head: &'a mut Parts) -> BoxFuture<'a, Result<Admission, Problem>> {
        let name = head.headers.get("x-key").and_then(|value| value.to_str().ok());
        let admission = name.map(|name| Admission { caller: Caller::new(name, &["things:write"]), body_sha256: None });
        Box::pin(std::future::ready(admission.ok_or_else(|| Problem::unauthorized("key_missing", "Send x-key."))))
    }
}

#[tokio::test]
async fn a_service_may_let_others_in_below_a_prefix() {
    let mut app = app(&context(ManualClock::at(NOW)), Latch::closed()).gate("/v1/things/", Arc::new(Keys));
    let router = app.router::<Toy>();
    let body = r#"{"size":{"width":3}}"#;
    let request = Request::put("/v1/things/1").header("x-key", "shop").header(CONTENT_TYPE, "application/json");
    let (status, seen, _) = answer(router.clone(), request.body(AxumBody::from(body)).unwrap()).await;
    assert_eq!((status, &seen["by"]), (StatusCode::ACCEPTED, &json!("shop")));
    let request = signed(&Method::PUT, "/v1/things/1", body, "friend").body(AxumBody::from(body)).unwrap();
    assert_eq!(answer(router.clone(), request).await.1["code"], "key_missing");
    let request = Request::get("/v1/things").header("x-key", "shop").body(AxumBody::empty()).unwrap();
    assert_eq!(answer(router, request).await.1["code"], "token_missing");
}

#[tokio::test]
async fn the_request_id_comes_in_and_goes_out() {
    let request = signed(&Method::GET, "/v1/things", "", "friend").header("x-request-id", "from-afar_1");
    let (_, body, headers) = answer(router(), request.body(AxumBody::empty()).unwrap()).await;
    assert_eq!(body["request_id"], "from-afar_1");
    assert_eq!(headers["x-request-id"], "from-afar_1");
}

#[tokio::test]
async fn the_document_names_the_service_its_routes_and_the_feed() {
    let document = serde_json::to_value(openapi::<Toy>()).unwrap();
    assert_eq!(
        (document["info"]["title"].as_str(), document["info"]["version"].as_str()),
        (Some("toy"), Some("1.2.3"))
    );
    assert!(document["paths"]["/v1/things/{number}"]["put"].is_object());
    assert!(document["paths"]["/v1/events"]["get"].is_object());
    assert!(document["components"]["securitySchemes"]["call_token"].is_object());
}

/// A running toy: where, the latch of its slow route, and how to stop it.
async fn running(app: App<Latch>) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<Result<(), StartError>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, asked) = oneshot::channel::<()>();
    let asked = async { if asked.await.is_ok() { "test" } else { std::future::pending().await } };
    (address, stop, tokio::spawn(run::live::<Toy>(app, listener, asked)))
}

#[tokio::test]
async fn a_stop_lets_running_requests_and_turns_finish() {
    let latch = Latch::closed();
    let context = context(ManualClock::at(NOW));
    let shutdown = context.shutdown.clone();
    let (ended, mut task_ended) = tokio::sync::mpsc::channel(1);
    let app = app(&context, latch.clone()).task("background", async move |stop| {
        stop.cancelled().await;
        ended.send(()).await.map_err(Into::into)
    });
    let (address, stop, running) = running(app).await;
    let mut request = signed(&Method::GET, "/v1/slow", "", "friend").body(bytes::Bytes::new()).unwrap();
    *request.uri_mut() = format!("http://{address}/v1/slow").parse().unwrap();
    let request = tokio::spawn(async move { Transport::tcp().send(request).await });
    latch.entered.acquire().await.unwrap().forget();
    stop.send(()).unwrap();
    shutdown.draining.cancelled().await;
    assert!(!shutdown.stopping.is_cancelled(), "the background goes on while requests are running");
    latch.go.add_permits(1);
    assert_eq!(request.await.unwrap().unwrap().status(), StatusCode::OK);
    running.await.unwrap().unwrap();
    assert_eq!(task_ended.recv().await, Some(()));
}

#[tokio::test]
async fn a_background_task_that_ends_by_itself_stops_the_service() {
    let context = context(ManualClock::at(NOW));
    let failing = app(&context, Latch::closed()).task("doomed", async |_| Err("out of luck".into()));
    let (_, _stop, service) = running(failing).await;
    let error = service.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the task doomed ended: out of luck");

    let silent = app(&context, Latch::closed()).task("silent", async |_| Ok(()));
    let (_, _stop, service) = running(silent).await;
    assert!(service.await.unwrap().is_err());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let mut context = context(ManualClock::at(NOW));
    context.base.server.shutdown_ms = 50;
    let stuck = app(&context, Latch::closed()).task("stuck", async |_| std::future::pending().await);
    let (_, stop, service) = running(stuck).await;
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), service).await.unwrap().unwrap().unwrap();
}
