//! A devnet and a tron-client on it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::tron_client::{SubmissionRequest, SubmissionStage, SubmissionView};
use devnet::config::Config as DevnetConfig;
use devnet::genesis::GenesisConfig;
use devnet::node::Shared as Chain;
use devnet::server::Devnet;
use primitives::statement::SignKey;
use primitives::{Address, BlockId, ChainId, HexBytes, Sun, TxId, UnixMs};
use serde_json::{Value, json};
use service::PeerClient;
use service::clock::{Clock, ManualClock, SystemClock};
use service::driver::{Driver, Options};
use service::{App, Context, testing};
use store::{Incarnation, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tron_client::TronClient;
use tron_client::app::{Parts, Shared};
use tron_client::config::{Broadcast, Config, NodeConfig, Provider, Scan, Start, Trust};
use tron_client::scan::ledger::NOUNS;
use tron_tx::contract::{Contract, Transfer};
use tron_tx::{RawTransaction, RefBlock};

/// Nothing that a test waits for takes this long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Between two broadcasts.
pub(crate) const INTERVAL_MS: u64 = 2_000;
const AUTHORITY: [u8; 32] = [9; 32];

/// A chain whose blocks the test makes, with some nodes that answer for it.
pub(crate) struct Field {
    pub(crate) chain: Arc<Chain>,
    pub(crate) urls: Vec<String>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) directory: tempfile::TempDir,
    http: reqwest::Client,
    _tasks: JoinSet<()>,
}

fn now() -> UnixMs {
    SystemClock.now()
}

impl Field {
    /// So many nodes on one chain of three producers: the solid block is the head's grandparent.
    pub(crate) async fn new(nodes: usize) -> Self {
        Self::seeded(nodes, "devnet").await
    }

    pub(crate) async fn seeded(nodes: usize, seed: &str) -> Self {
        let field = Self::fresh(nodes, seed).await;
        field.mine(6);
        field
    }

    /// A chain that has its first block only.
    pub(crate) async fn fresh(nodes: usize, seed: &str) -> Self {
        let genesis = GenesisConfig { block_ms: 0, producers: 3, seed: seed.to_owned(), ..GenesisConfig::default() };
        let listen = vec![([127, 0, 0, 1], 0).into(); nodes];
        let devnet = Devnet::bind(&DevnetConfig { listen, genesis, ..DevnetConfig::default() }, now).await.unwrap();
        let urls = devnet.addresses().iter().map(|address| format!("http://{address}")).collect();
        let chain = devnet.shared().clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { devnet.run(std::future::pending()).await.unwrap() });
        // Installs the TLS provider that any client of reqwest needs.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            chain,
            urls,
            clock: ManualClock::at(now()),
            directory: tempfile::tempdir().unwrap(),
            http: reqwest::Client::new(),
            _tasks: tasks,
        }
    }

    pub(crate) fn chain_id(&self) -> ChainId {
        ChainId(self.chain.chain().chain_id())
    }

    /// Makes blocks, each a moment after the last; our clock goes with the chain.
    pub(crate) fn mine(&self, blocks: usize) -> BlockId {
        let mut last = None;
        for _ in 0..blocks {
            let at = self.chain.chain().next_slot().max(self.clock.now());
            last = self.chain.chain_mut().produce_block(at);
            self.clock.set(self.head_time());
        }
        last.unwrap()
    }

    /// Makes one block at this time and enough to make it solid.
    pub(crate) fn mine_past(&self, time: UnixMs) {
        self.chain.chain_mut().produce_block(time.plus_ms(1)).unwrap();
        self.clock.set(self.head_time());
        self.mine(5);
    }

    pub(crate) fn head_time(&self) -> UnixMs {
        self.chain.chain().head().time()
    }

    pub(crate) fn solid(&self) -> u64 {
        self.chain.chain().solid().id.number()
    }

    pub(crate) async fn fault(&self, node: usize, fault: Value) {
        let url = format!("{}/devnet/faults", self.urls[node]);
        let answer = self.http.post(url).json(&fault).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    pub(crate) async fn heal(&self, node: usize) {
        let url = format!("{}/devnet/faults", self.urls[node]);
        assert!(self.http.delete(url).send().await.unwrap().status().is_success());
    }

    /// A signed transfer from the faucet that refers to this block and lives so long.
    pub(crate) fn transfer(&self, reference: BlockId, life_ms: u64, amount: u64) -> (TxId, SubmissionRequest) {
        let key = self.chain.chain().config().faucet_key();
        let transfer =
            Transfer { owner: key.address(), to: Address::from_evm([5; 20]), amount: Sun::new(amount).unwrap() };
        let made = self.head_time();
        let raw =
            RawTransaction::new(Contract::Transfer(transfer), RefBlock::from(reference), made, made.plus_ms(life_ms))
                .encode();
        let txid = tron_tx::hash::txid(&raw);
        let signature = key.sign(txid.as_bytes());
        (txid, SubmissionRequest { raw_data: HexBytes(raw), signatures: vec![HexBytes(signature)] })
    }

    /// Brings a transfer from the faucet onto the chain past tron-client, and gives the block that has it.
    pub(crate) fn send(&self, amount: u64) -> (TxId, BlockId) {
        let (txid, request) = self.transfer(self.solid_id(), 60_000, amount);
        let signatures = request.signatures.into_iter().map(|signature| signature.0).collect();
        let whole = tron_tx::SignedTransaction { raw_data: request.raw_data.0, signatures, results: Vec::new() };
        let message = tron_tx::decode_exactly(&whole.encode()).unwrap();
        let now = self.head_time();
        self.chain.chain_mut().broadcast(message, now).unwrap();
        (txid, self.mine(1))
    }

    /// Acts for an account without its keys.
    pub(crate) async fn impersonate(&self, deed: Value) -> TxId {
        let url = format!("{}/devnet/impersonate", self.urls[0]);
        let answer: Value = self.http.post(url).json(&deed).send().await.unwrap().json().await.unwrap();
        TxId::parse(answer["txid"].as_str().unwrap_or_else(|| panic!("{answer}"))).unwrap()
    }

    pub(crate) fn solid_id(&self) -> BlockId {
        self.chain.chain().solid().id
    }

    pub(crate) fn config(&self) -> Config {
        let node = |(index, url): (usize, &String)| NodeConfig {
            name: format!("n{index}"),
            url: url.clone(),
            via: None,
            api_key_file: None,
            shared_api_key: false,
            provider: None,
            independent: false,
            requests_per_second: 0,
        };
        Config {
            nodes: self.urls.iter().enumerate().map(node).collect(),
            provider: Provider::default(),
            scan: Scan { start: Start::Solid, poll_ms: 10, concurrency: 8, span: 3, request_timeout_ms: 1_000 },
            trust: Trust {
                quorum: 1,
                one_owner: None,
                stale_after_ms: 600_000,
                stale_blocks: 5,
                anchor_age_ms: 120_000,
                clock_skew_ms: 30_000,
                lag_ms: 180_000,
            },
            broadcast: Broadcast { interval_ms: INTERVAL_MS },
        }
    }

    /// Starts a tron-client on this field's chain and its file.
    pub(crate) async fn start(&self) -> Running {
        self.start_with(self.config()).await
    }

    pub(crate) async fn start_with(&self, config: Config) -> Running {
        Running::start(self, config, self.chain_id()).await
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.directory.path().join("tron-client.sqlite")
    }
}

/// A tron-client that runs.
pub(crate) struct Running {
    pub(crate) shared: Shared,
    pub(crate) client: PeerClient,
    pub(crate) context: Context,
    pub(crate) store: Store,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Running {
    pub(crate) async fn start(field: &Field, config: Config, chain_id: ChainId) -> Self {
        let mut context = testing::context(
            "tron-client",
            field.clock.clone(),
            &[("usdt-manager", &["chain:read", "submissions:write", "wallets:watch", "read"])],
        );
        context.base.plane.chain_id = Some(chain_id);
        let store = Store::sqlite(&field.database(), &NOUNS, Incarnation(uuid::Uuid::from_u128(1))).await.unwrap();
        let parts = Parts::new(&context, &config, store.clone(), SignKey::from_seed(&AUTHORITY)).await.unwrap();
        let Parts { shared, poller, scanner, backfill, head, broadcaster, .. } = parts;
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let options = Options { idle: Duration::from_millis(20), ..Options::default() };
        let driver = Driver::new(store.clone(), broadcaster, context.clock.clone(), context.metrics.clone(), options);
        let (one, two, three, four, five) = (stop.clone(), stop.clone(), stop.clone(), stop.clone(), stop.clone());
        tasks.spawn(async move { poller.run(one).await.unwrap() });
        tasks.spawn(async move { scanner.run(two).await.unwrap() });
        tasks.spawn(async move { backfill.run(three).await.unwrap() });
        tasks.spawn(async move { head.run(four).await.unwrap() });
        tasks.spawn(async move { driver.run(five).await.unwrap() });
        let router = App::new(&context, shared.clone(), store.clone()).router::<TronClient>();
        let client = testing::client("tron-client", router, "usdt-manager", field.clock.clone());
        Self { shared, client, context, store, stop, tasks }
    }

    pub(crate) fn authority() -> SignKey {
        SignKey::from_seed(&AUTHORITY)
    }

    /// Waits until the chain was read up to this block.
    pub(crate) async fn scanned(&self, number: u64) {
        let mut extents = self.shared.ledger.extents();
        let reached = extents.wait_for(|extent| extent.is_some_and(|extent| extent.last.number >= number));
        tokio::time::timeout(PATIENCE, reached).await.expect("the scanner goes on").unwrap();
    }

    /// Waits until every node has said that it is as far as this solid block.
    pub(crate) async fn reported(&self, number: u64) {
        let nodes = self.shared.nodes.clone();
        let all = async {
            while nodes.serving(number).len() < nodes.all().len() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, all).await.expect("every node reports");
    }

    /// Which faults this node was caught with, as the metrics have them.
    pub(crate) fn faults_of(&self, node: usize) -> Vec<String> {
        let name = format!("node=\"n{node}\"");
        let counts =
            |line: &&str| line.starts_with("lucid_node_faults_total") && line.contains(&name) && !line.ends_with(" 0");
        self.context.metrics.text().lines().filter(counts).map(str::to_owned).collect()
    }

    pub(crate) async fn put(&self, txid: TxId, request: &SubmissionRequest) -> SubmissionView {
        self.client.ask(&api::tron_client::put_submission(txid, request)).await.unwrap()
    }

    pub(crate) async fn get(&self, txid: TxId) -> SubmissionView {
        self.client.ask(&api::tron_client::submission(txid)).await.unwrap()
    }

    /// Waits until the submission is as wished; woken by every commit.
    pub(crate) async fn until(&self, txid: TxId, wish: impl Fn(&SubmissionView) -> bool) -> SubmissionView {
        let mut changes = self.store.changes();
        let waiting = async {
            loop {
                changes.borrow_and_update();
                let view = self.get(txid).await;
                if wish(&view) {
                    return view;
                }
                changes.changed().await.unwrap();
            }
        };
        if let Ok(view) = tokio::time::timeout(PATIENCE, waiting).await {
            return view;
        }
        panic!("it stays {:?}", self.get(txid).await)
    }

    pub(crate) async fn until_stage(&self, txid: TxId, stage: SubmissionStage) -> SubmissionView {
        self.until(txid, |view| view.stage == stage).await
    }

    /// The feed from its beginning, as (type, subject).
    pub(crate) async fn feed(&self) -> Vec<(String, String)> {
        let page = self.client.ask(&api::event::events(None, 0, 500)).await.unwrap();
        page.events.into_iter().map(|event| (event.kind, event.subject)).collect()
    }

    pub(crate) fn metric(&self, line: &str) -> bool {
        self.context.metrics.text().lines().any(|text| text.starts_with(line))
    }

    /// Ends as a process does that is told to.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        self.store.close().await;
    }

    /// Ends as a process does that is killed: in the middle of whatever it does.
    pub(crate) async fn kill(mut self) {
        self.tasks.shutdown().await;
        self.store.close().await;
    }
}

/// A fault that stands.
pub(crate) fn standing(name: &str) -> Value {
    if name == "late" { json!({ "fault": name, "ms": 3_000 }) } else { json!({ "fault": name }) }
}
