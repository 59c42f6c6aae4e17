//! The service put together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use primitives::statement::SignKey;
use primitives::{ChainId, Network};
use reqwest::header::HeaderValue;
use secrecy::ExposeSecret;
use service::clock::SharedClock;
use service::config::{ConfigError, secret};
use service::driver::Options;
use service::{App, Context, StartError, gauges};
use store::Store;

use crate::broadcast::Broadcaster;
use crate::config::{Config, NodeConfig, Provider, Trust};
use crate::facts::Facts;
use crate::head::HeadFollower;
use crate::health;
use crate::metrics::Metrics;
use crate::node::{Access, Budget, Node};
use crate::nodes::{Nodes, Staleness};
use crate::poll::Poller;
use crate::scan::backfill::Backfill;
use crate::scan::ledger::NOUNS;
use crate::scan::{Ledger, Reader, Scanner};

/// A transaction lives for a minute or so: a claim of a process that was killed must not outlast it.
const PACE: Options = Options {
    concurrency: 64,
    turn_timeout: Duration::from_secs(10),
    lease: Duration::from_secs(15),
    first_delay: Duration::from_millis(500),
    last_delay: Duration::from_secs(5),
    idle: Duration::from_secs(5),
};

/// What handlers share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// What was read and what is looked for.
    pub ledger: Arc<Ledger>,
    /// Whom to ask.
    pub nodes: Arc<Nodes>,
    /// Reads blocks.
    pub reader: Arc<Reader>,
    /// State of the chain, asked of the nodes.
    pub facts: Arc<Facts>,
    /// The clock.
    pub clock: SharedClock,
    /// When a node or the chain is believed.
    pub trust: Trust,
    /// The network.
    pub network: Network,
    /// The chain.
    pub chain_id: ChainId,
    /// The key that signs anchors.
    pub authority: Arc<SignKey>,
}

/// The parts, before they run.
#[derive(Debug)]
pub struct Parts {
    /// What handlers share.
    pub shared: Shared,
    /// Asks nodes how far they are.
    pub poller: Poller,
    /// Reads solid blocks.
    pub scanner: Scanner,
    /// Reads older blocks again.
    pub backfill: Backfill,
    /// Looks at blocks that are not solid.
    pub head: HeadFollower,
    /// Sends transactions.
    pub broadcaster: Broadcaster,
    metrics: Metrics,
}

/// Opens the store and makes the service.
pub async fn build(context: Context, config: Config) -> Result<App<Shared>, StartError> {
    let authority = context.authority_key()?;
    let store = context.open_store(&NOUNS).await?;
    let parts = Parts::new(&context, &config, store.clone(), authority).await?;
    Ok(parts.into_app(&context, store))
}

impl Parts {
    /// Makes all parts over this store.
    pub async fn new(context: &Context, config: &Config, store: Store, authority: SignKey) -> Result<Self, StartError> {
        let (plane, clock) = (&context.base.plane, &context.clock);
        let metrics = Metrics::new(&context.metrics);
        let nodes = Arc::new(nodes(config, plane.network, clock, &metrics)?);
        let ledger = Ledger::load(store, clock.clone(), metrics.clone()).await?;
        let reader = Reader::new(nodes.clone(), config.scan.concurrency, config.scan.span);
        let shared = Shared {
            ledger: ledger.clone(),
            nodes: nodes.clone(),
            reader: reader.clone(),
            facts: Arc::new(Facts::new(nodes.clone(), clock.clone())),
            clock: clock.clone(),
            trust: config.trust.clone(),
            network: plane.network,
            chain_id: plane.chain(),
            authority: Arc::new(authority),
        };
        let (seen, read, watch, started) = (nodes.clone(), ledger.clone(), clock.clone(), clock.now());
        let shown = metrics.clone();
        context.metrics.at_look(move || shown.now(&seen, &read, started, watch.now()));
        let (interval, start) = (Duration::from_millis(config.scan.poll_ms), config.scan.start);
        Ok(Self {
            shared,
            poller: Poller { nodes: nodes.clone(), ledger: ledger.clone(), chain_id: plane.chain(), interval },
            scanner: Scanner {
                ledger: ledger.clone(),
                reader: reader.clone(),
                nodes: nodes.clone(),
                sight: nodes.sights(),
                start,
            },
            backfill: Backfill { ledger: ledger.clone(), reader, nodes: nodes.clone() },
            head: HeadFollower { ledger, nodes: nodes.clone(), sight: nodes.sights() },
            broadcaster: Broadcaster { nodes, interval_ms: config.broadcast.interval_ms, metrics: metrics.clone() },
            metrics,
        })
    }

    /// The service, with every part as a task of it.
    pub fn into_app(self, context: &Context, store: Store) -> App<Shared> {
        let Self { shared, poller, scanner, backfill, head, broadcaster, metrics } = self;
        let counted = store.clone();
        let (node_check, scan_check) = (shared.clone(), shared.clone());
        App::new(context, shared, store)
            .check("nodes", move || std::future::ready(health::nodes(&node_check)))
            .check("scan", move || std::future::ready(health::scan(&scan_check)))
            .drive_with(broadcaster, PACE)
            .task("poller", |stop| poller.run(stop))
            .task("scanner", |stop| scanner.run(stop))
            .task("backfill", |stop| backfill.run(stop))
            .task("head", |stop| head.run(stop))
            .task("gauges", async move |stop| gauges::keep(|| metrics.look(&counted), stop).await)
    }
}

fn nodes(config: &Config, network: Network, clock: &SharedClock, metrics: &Metrics) -> Result<Nodes, StartError> {
    let shared_key = shared_key(&config.provider)?;
    let mut budgets: HashMap<String, Arc<Mutex<Budget>>> = HashMap::new();
    let mut nodes = Vec::new();
    let configured = config.check(network)?;
    if config.wastes_a_key(&configured) {
        tracing::warn!(
            "a provider's key is given (TRON_API_KEY) and no node is sent it: set its shared_api_key = true"
        );
    }
    for node in configured {
        let provider = node.provider.clone().unwrap_or_else(|| format!("the node {}", node.name));
        let budget = budgets
            .entry(provider)
            .or_insert_with(|| Arc::new(Mutex::new(Budget::per_second(node.requests_per_second))));
        let access = Access {
            api_key: api_key(&node, shared_key.as_ref())?,
            name: node.name.as_str().into(),
            url: node.url.clone(),
            via: node.via.clone(),
            independent: node.independent,
            budget: budget.clone(),
            timeout: Duration::from_millis(config.scan.request_timeout_ms),
        };
        nodes.push(Arc::new(Node::new(access, clock.clone()).map_err(StartError::other)?));
    }
    let staleness = Staleness { age_ms: config.trust.stale_after_ms, blocks: config.trust.stale_blocks };
    let nodes = Nodes::new(nodes, staleness, config.trust.quorum, clock.clone(), metrics.clone());
    let nodes = if config.believes_one_owner(network) { nodes.of_one_owner() } else { nodes };
    if let Some(caution) = nodes.caution() {
        tracing::warn!("{caution}");
    }
    Ok(nodes)
}

fn shared_key(provider: &Provider) -> Result<Option<HeaderValue>, ConfigError> {
    match (&provider.api_key, &provider.api_key_file) {
        (_, Some(path)) => {
            Ok(Some(header("provider.api_key_file", secret::read("provider.api_key_file", path)?.expose_secret())?))
        }
        (Some(text), None) => Ok(Some(header("provider.api_key", text)?)),
        (None, None) => Ok(None),
    }
}

fn api_key(node: &NodeConfig, shared: Option<&HeaderValue>) -> Result<Option<HeaderValue>, ConfigError> {
    match &node.api_key_file {
        Some(path) => {
            let key = format!("nodes.{}.api_key_file", node.name);
            Ok(Some(header(&key, secret::read(&key, path)?.expose_secret())?))
        }
        None => Ok(shared.filter(|_| node.shared_api_key).cloned()),
    }
}

fn header(key: &str, text: &str) -> Result<HeaderValue, ConfigError> {
    let mut value =
        HeaderValue::from_str(text).map_err(|_| ConfigError::invalid(key, "not a key that a header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}
