//! Which answer is done, which is refused, and that everything else is unknown.

use std::net::Ipv4Addr;

use axum::Router;
use axum::response::{IntoResponse, Response as Answer};
use axum::routing::get;
use http::HeaderMap;
use primitives::UnixMs;
use tokio::net::TcpListener;

use super::*;
use crate::clock::ManualClock;
use crate::request_id::RequestId;
use crate::testing::call_key;

const NOW: UnixMs = UnixMs(1_800_000_000_000);

fn client(transport: Transport, url: &str) -> PeerClient {
    PeerClient::new("teller", url, "caller", call_key("caller"), ManualClock::at(NOW), transport)
}

fn answering(answer: impl Fn(HeaderMap) -> Answer + Clone + Send + Sync + 'static) -> PeerClient {
    let router = Router::new().route("/v1/events", get(async move |headers: HeaderMap| answer(headers)));
    client(Transport::in_process(router), "http://teller:1/")
}

async fn outcome(client: &PeerClient) -> Outcome<api::EventPage> {
    client.call(&api::event::events(None, 0, 1)).await
}

#[tokio::test]
async fn a_good_answer_is_done() {
    let client = answering(|_| r#"{"events":[],"next":"c"}"#.into_response());
    let page = api::EventPage { events: Vec::new(), next: "c".to_owned() };
    assert_eq!(outcome(&client).await, Outcome::Done(page));
}

#[tokio::test]
async fn a_refusal_needs_a_client_error_and_a_document() {
    for status in [400, 401, 403, 404, 409, 410, 422] {
        let status = StatusCode::from_u16(status).unwrap();
        let client =
            answering(move |_| Problem::new(status, "no_such_luck", "Not today.").with("limit", 7).into_response());
        let Outcome::Refused(problem) = outcome(&client).await else { panic!("{status} is a refusal") };
        assert_eq!((problem.status_code(), problem.code.as_str()), (status, "no_such_luck"));
        assert_eq!(problem.members["limit"], 7);
        let error = client.ask(&api::event::events(None, 0, 1)).await.unwrap_err().to_string();
        assert_eq!(error, format!("teller refused: {} no_such_luck: Not today.", status.as_u16()));
    }
}

#[tokio::test]
async fn everything_else_is_unknown() {
    for (status, code) in
        [(408, "slow_down"), (429, "slow_down"), (500, "internal"), (503, "not_ready"), (302, "moved")]
    {
        let answer = StatusCode::from_u16(status).unwrap();
        let client = answering(move |_| Problem::new(answer, code, "Later.").into_response());
        let unknown = Unknown::Status { status, code: code.to_owned() };
        assert_eq!(outcome(&client).await, Outcome::Unknown(unknown));
    }
    // A refusal by something between us that does not speak for the peer.
    let client = answering(|_| (StatusCode::NOT_FOUND, "<html>").into_response());
    let unknown = Unknown::Status { status: 404, code: String::new() };
    assert_eq!(outcome(&client).await, Outcome::Unknown(unknown));

    for body in ["", "{", "[]", r#"{"events":[]}"#] {
        let client = answering(move |_| body.into_response());
        assert!(matches!(outcome(&client).await, Outcome::Unknown(Unknown::Malformed(_))), "{body:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_in_time_is_unknown() {
    let router = Router::new().route("/v1/events", get(std::future::pending::<String>));
    let client = client(Transport::in_process(router), "http://teller:1").timeout(Duration::from_millis(70));
    assert_eq!(outcome(&client).await, Outcome::Unknown(Unknown::Timeout(Duration::from_millis(70))));
}

#[tokio::test]
async fn a_connection_that_fails_or_breaks_is_unknown() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = client(Transport::tcp(), &url);
    let breaks = async {
        let (stream, _) = listener.accept().await.unwrap();
        drop(stream);
        drop(listener);
    };
    let (broken, ()) = tokio::join!(outcome(&client), breaks);
    assert!(matches!(broken, Outcome::Unknown(Unknown::Connection(_))), "{broken:?}");
    let closed = outcome(&client).await;
    assert!(matches!(closed, Outcome::Unknown(Unknown::Connection(_))), "{closed:?}");
}

#[tokio::test]
async fn the_request_id_and_the_credential_go_along() {
    let echo = |headers: HeaderMap| {
        let of = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let next = format!("{} {}", of("x-request-id"), of("authorization"));
        serde_json::json!({ "events": [], "next": next }).to_string().into_response()
    };
    let client = answering(echo);
    let id = RequestId::parse("r-1").unwrap();
    let Outcome::Done(page) = id.scope(outcome(&client)).await else { panic!("done") };
    assert!(page.next.starts_with("r-1 Bearer eyJ"), "{}", page.next);
    let Outcome::Done(page) = outcome(&client.bearer("a-key")).await else { panic!("done") };
    assert_eq!(page.next, " Bearer a-key");
}
