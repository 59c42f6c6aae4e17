//! Nodes that say what is not so, behind a proxy that changes their words.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::faults::faulted;
use crate::field::{Field, Running};

type Twist = fn(&str, &Value, &mut Value);

#[derive(Clone)]
struct Proxy {
    upstream: String,
    twist: Twist,
    http: reqwest::Client,
}

/// A node that answers as the one at `upstream`, twisted.
async fn liar(upstream: &str, twist: Twist) -> (String, tokio::task::JoinHandle<()>) {
    let state = Arc::new(Proxy { upstream: upstream.to_owned(), twist, http: reqwest::Client::new() });
    let router = Router::new().fallback(forward).with_state(state);
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (url, tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
}

async fn forward(State(proxy): State<Arc<Proxy>>, uri: Uri, body: Bytes) -> impl IntoResponse {
    let path = uri.path();
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let sent = proxy.http.post(format!("{}{path}", proxy.upstream)).body(body).send().await.unwrap();
    let mut answer: Value = serde_json::from_slice(&sent.bytes().await.unwrap()).unwrap();
    (proxy.twist)(path, &asked, &mut answer);
    answer.to_string()
}

/// Applies to every block in the answer.
fn blocks(path: &str, answer: &mut Value, change: impl Fn(&mut Value)) {
    if path.ends_with("getblockbynum") {
        change(answer);
    }
    if let Some(list) = answer.get_mut("block").and_then(Value::as_array_mut) {
        list.iter_mut().for_each(change);
    }
}

fn other_time(path: &str, _: &Value, answer: &mut Value) {
    blocks(path, answer, |block| block["block_header"]["raw_data"]["timestamp"] = json!(1));
}

fn no_transactions(path: &str, _: &Value, answer: &mut Value) {
    blocks(path, answer, |block| {
        block.as_object_mut().unwrap().remove("transactions");
    });
    if path.ends_with("gettransactioninfobyblocknum") {
        *answer = json!([]);
    }
}

fn other_receipts(path: &str, _: &Value, answer: &mut Value) {
    if path.ends_with("gettransactioninfobyblocknum")
        && let Some(list) = answer.as_array_mut()
    {
        for receipt in list {
            receipt["id"] = json!("00".repeat(32));
        }
    }
}

fn another_block(path: &str, asked: &Value, answer: &mut Value) {
    if path.ends_with("getblockbynum") && asked["num"].as_u64().is_some_and(|number| number % 2 == 0) {
        answer["block_header"]["raw_data"]["number"] = json!(7);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lie_about_a_block_is_caught_and_the_next_node_is_asked() {
    let twists: [(Twist, &str); 4] =
        [(other_time, "id"), (no_transactions, "root"), (other_receipts, "receipt_names"), (another_block, "id")];
    for (twist, kind) in twists {
        let mut field = Field::new(1).await;
        let (url, server) = liar(&field.urls[0], twist).await;
        field.urls.insert(0, url);
        let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
        // Nothing is read before both have it, so that the first, the liar, is always the one to be asked.
        let mut config = field.config();
        config.trust.quorum = 2;
        let running = field.start_with(config).await;
        running.scanned(field.solid()).await;
        running.put(txid, &request).await;
        running.until(txid, |view| view.broadcasts == 1).await;
        let block = field.mine(1);
        field.mine(10);
        let view = running.until_stage(txid, api::tron_client::SubmissionStage::Solid).await;
        assert_eq!(view.block.unwrap().id, block, "{kind}");
        faulted(&running, kind).await;
        running.stop().await;
        server.abort();
    }
}

fn back_and_forth(path: &str, asked: &Value, answer: &mut Value) {
    use std::sync::atomic::{AtomicBool, Ordering};
    static BACK: AtomicBool = AtomicBool::new(false);
    // Every other time the solid block is said to be older: a balancer with nodes of different heights behind it.
    if path == "/walletsolidity/getblock" && asked.get("id_or_num").is_none() && BACK.fetch_not(Ordering::SeqCst) {
        *answer = json!({});
    }
    if path == "/walletsolidity/getblockbynum" && BACK.fetch_not(Ordering::SeqCst) {
        *answer = json!({});
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_solid_block_that_goes_back_takes_nothing_back() {
    let mut field = Field::new(1).await;
    let (url, server) = liar(&field.urls[0], back_and_forth).await;
    field.urls[0] = url;
    let running = field.start().await;
    for _ in 0..5 {
        field.mine(3);
        running.scanned(field.solid()).await;
        assert!(running.shared.ledger.extent().unwrap().last.number >= field.solid());
    }
    faulted(&running, "empty").await;
    running.stop().await;
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_chain_is_refused() {
    let ours = Field::new(1).await;
    let theirs = Field::seeded(1, "another").await;
    assert_ne!(ours.chain_id(), theirs.chain_id());
    let running = Running::start(&theirs, theirs.config(), ours.chain_id()).await;
    faulted(&running, "chain").await;
    assert!(running.shared.ledger.extent().is_none());
    let finding = tron_client::health::nodes(&running.shared).unwrap_err();
    assert!(finding.contains("another chain"), "{finding}");
    assert!(tron_client::health::scan(&running.shared).is_err());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_began_anew_is_not_the_one_that_was_read() {
    let field = Field::new(1).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let last = running.shared.ledger.extent().unwrap().last;
    running.stop().await;
    // The same genesis and chain id, other blocks: what a devnet without a file is after a restart.
    let mut again = Field::new(1).await;
    again.mine(30);
    again.directory = field.directory;
    let running = again.start().await;
    faulted(&running, "parent").await;
    assert_eq!(running.shared.ledger.extent().unwrap().last, last);
    running.stop().await;
}
