//! How many full blocks a second the scanner reads: `scan_rate [BLOCKS] [LATENCY_MS]`, one JSON line.
//!
//! A server in the same process replays a chain of 350-transaction blocks with their receipts, as long as wished: every
//! header is its own, the transactions are the same in all. Reader, ledger and SQLite are the real ones.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::Uri;
use primitives::statement::SignKey;
use primitives::{Address, BlockId, ChainId, Sun, UnixMs};
use serde_json::{Value, json};
use service::clock::{Clock, SystemClock};
use store::{Incarnation, Store};
use tokio_util::sync::CancellationToken;
use tron_client::app::Parts;
use tron_client::config::{Broadcast, Config, NodeConfig, Provider, Scan, Start, Trust};
use tron_client::scan::ledger::NOUNS;
use tron_tx::contract::{Contract, Transfer};
use tron_tx::proto::{BlockHeader, BlockHeaderRaw, ContractResult, TransactionResult};
use tron_tx::{RawTransaction, RefBlock, SignedTransaction, hash, json as wire};

const TRANSACTIONS: u64 = 350;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A chain that is only replayed.
struct Replay {
    /// Each block's header, as the JSON up to its transactions.
    headers: Vec<String>,
    ids: Vec<BlockId>,
    transactions: Bytes,
    receipts: Bytes,
    latency: Duration,
}

fn transactions() -> Vec<SignedTransaction> {
    let one = |seed: u64| {
        let address = |tag: u8| Address::from_evm([tag; 20]);
        let transfer = Transfer { owner: address(1), to: address(2), amount: Sun::new(seed + 1).unwrap_or_default() };
        let reference = RefBlock { bytes: [1, 2], hash: [3; 8] };
        let raw_data = RawTransaction::new(Contract::Transfer(transfer), reference, UnixMs(1), UnixMs(60_000)).encode();
        let results = vec![TransactionResult { contract_ret: ContractResult::Success as i32, ..Default::default() }];
        SignedTransaction { raw_data, signatures: vec![vec![7; 65]], results }
    };
    (0..TRANSACTIONS).map(one).collect()
}

/// A receipt as long as a token transfer's, which most of a full block's are.
fn receipt(transaction: &SignedTransaction) -> Value {
    json!({ "id": transaction.txid().to_string(), "blockNumber": 1, "contractResult": ["00".repeat(32)], "blockTimeStamp": 3_000,
        "contract_address": "41".repeat(21),
        "receipt": { "energy_usage": 64_285, "energy_usage_total": 64_285, "net_usage": 345, "result": "SUCCESS", "energy_penalty_total": 49_635 },
        "log": [{ "address": "41".repeat(20), "topics": ["dd".repeat(32), "00".repeat(32), "11".repeat(32)], "data": "22".repeat(32) }] })
}

impl Replay {
    fn new(blocks: u64, latency: Duration, now: UnixMs) -> Result<Self, Failure> {
        let transactions = transactions();
        let leaves: Vec<[u8; 32]> = transactions.iter().map(SignedTransaction::leaf).collect();
        let root = hash::transaction_root(&leaves);
        let (mut headers, mut ids, mut parent) = (Vec::new(), Vec::new(), BlockId::new([0; 32]));
        for number in 0..=blocks {
            let raw_data = BlockHeaderRaw {
                timestamp: now.to_i64() - i64::try_from((blocks - number) * 3_000)?,
                tx_trie_root: root.to_vec(),
                parent_hash: parent.as_bytes().to_vec(),
                number: i64::try_from(number)?,
                witness_address: Address::from_evm([9; 20]).to_bytes21().to_vec(),
                ..Default::default()
            };
            parent = hash::block_id(&raw_data);
            let header = BlockHeader { raw_data: Some(raw_data), witness_signature: vec![1; 65] };
            let text = wire::render_block(&header, &[], false).to_string();
            headers.push(text.trim_end_matches('}').to_owned());
            ids.push(parent);
        }
        let list: Vec<Value> =
            transactions.iter().map(|transaction| wire::render_transaction(transaction, false)).collect();
        let receipts: Vec<Value> = transactions.iter().map(receipt).collect();
        Ok(Self {
            headers,
            ids,
            transactions: Bytes::from(format!("}},\"transactions\":{}}}", json!(list))),
            receipts: Bytes::from(json!(receipts).to_string()),
            latency,
        })
    }

    fn header(&self, number: usize) -> String {
        let mut text = self.headers[number].clone();
        // Both the header's own brace and the block's were cut off.
        let missing = text.matches('{').count() - text.matches('}').count();
        let _ = write!(text, "{}", "}".repeat(missing));
        text
    }

    /// The parts of a block's JSON.
    fn block(&self, number: usize) -> [Bytes; 2] {
        [Bytes::from(self.headers[number].clone()), self.transactions.clone()]
    }
}

async fn answer(State(replay): State<Arc<Replay>>, uri: Uri, body: Bytes) -> Body {
    tokio::time::sleep(replay.latency).await;
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let number = |name: &str| usize::try_from(asked[name].as_u64().unwrap_or_default()).unwrap_or_default();
    let parts =
        |parts: Vec<Bytes>| Body::from_stream(futures::stream::iter(parts.into_iter().map(Ok::<_, std::io::Error>)));
    match uri.path().rsplit('/').next() {
        Some("getblock") => {
            let last = replay.headers.len() - 1;
            let wanted = asked["id_or_num"].as_str().and_then(|text| text.parse().ok()).unwrap_or(last);
            Body::from(replay.header(wanted))
        }
        Some("getblockbynum") => parts(replay.block(number("num")).into()),
        Some("getblockbylimitnext") => {
            let mut list = vec![Bytes::from_static(b"{\"block\":[")];
            for (index, block) in (number("startNum")..number("endNum")).enumerate() {
                if index > 0 {
                    list.push(Bytes::from_static(b","));
                }
                list.extend(replay.block(block));
            }
            list.push(Bytes::from_static(b"]}"));
            parts(list)
        }
        _ => Body::from(replay.receipts.clone()),
    }
}

fn config(address: SocketAddr) -> Config {
    Config {
        nodes: vec![NodeConfig {
            name: "replay".to_owned(),
            url: format!("http://{address}"),
            via: None,
            api_key_file: None,
            shared_api_key: false,
            provider: None,
            independent: false,
            requests_per_second: 0,
        }],
        provider: Provider::default(),
        scan: Scan { start: Start::Number(1), poll_ms: 1_000, concurrency: 25, span: 5, request_timeout_ms: 30_000 },
        trust: Trust {
            quorum: 1,
            one_owner: None,
            stale_after_ms: 600_000,
            stale_blocks: 20,
            anchor_age_ms: 1,
            clock_skew_ms: 1,
            lag_ms: 1,
        },
        broadcast: Broadcast { interval_ms: 1_000 },
    }
}

async fn measure(blocks: u64, latency: Duration) -> Result<(f64, usize), Failure> {
    let clock = Arc::new(SystemClock);
    let replay = Arc::new(Replay::new(blocks, latency, clock.now())?);
    let size = replay.headers[1].len() + replay.transactions.len() + replay.receipts.len();
    let chain_id = ChainId::of_genesis(&replay.ids[0]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server =
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer).with_state(replay)).await });

    let directory = tempfile::tempdir()?;
    let store =
        Store::sqlite(&directory.path().join("scan.sqlite"), &NOUNS, Incarnation(uuid::Uuid::from_u128(1))).await?;
    let mut context = service::testing::context("tron-client", clock, &[]);
    context.base.plane.chain_id = Some(chain_id);
    let parts = Parts::new(&context, &config(address), store.clone(), SignKey::from_seed(&[1; 32])).await?;
    let stop = CancellationToken::new();
    let mut extents = parts.shared.ledger.extents();
    let started = Instant::now();
    let tasks = [tokio::spawn(parts.poller.run(stop.clone())), tokio::spawn(parts.scanner.run(stop.clone()))];
    extents.wait_for(|extent| extent.is_some_and(|extent| extent.last.number == blocks)).await?;
    let seconds = started.elapsed().as_secs_f64();
    stop.cancel();
    for task in tasks {
        task.await??;
    }
    server.abort();
    store.close().await;
    Ok((f64::from(u32::try_from(blocks)?) / seconds, size))
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<u64> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    let blocks = arguments.first().copied().unwrap_or(2_000);
    let latency = arguments.get(1).copied().unwrap_or_default();
    let (rate, bytes) = measure(blocks, Duration::from_millis(latency)).await?;
    let name = if latency == 0 { "scan.local".to_owned() } else { format!("scan.{latency}ms") };
    let line = json!({ "name": name, "value": rate, "unit": "blocks/s", "blocks": blocks, "bytes_a_block": bytes });
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
