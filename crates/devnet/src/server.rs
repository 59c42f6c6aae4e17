//! A devnet that runs: listeners, the loop that makes blocks, and the end.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use primitives::UnixMs;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::chain::{Chain, JournalError};
use crate::config::Config;
use crate::http;
use crate::node::{Node, Shared};

/// Why a devnet does not start, or ends badly.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The state file.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A listener.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A server ended by itself.
    #[error("a listener failed: {0}")]
    Serve(#[from] std::io::Error),
}

/// A devnet whose listeners are bound and which makes no blocks yet.
#[derive(Debug)]
pub struct Devnet {
    shared: Arc<Shared>,
    listeners: Vec<(TcpListener, Arc<Node>)>,
    addresses: Vec<SocketAddr>,
    manual: bool,
}

impl Devnet {
    /// Opens the chain and binds every listener.
    pub async fn bind(config: &Config, clock: fn() -> UnixMs) -> Result<Self, ServeError> {
        let genesis = config.chain_genesis();
        let chain = match &config.state {
            Some(path) => Chain::open(genesis, path)?,
            None => Chain::new(genesis).map_err(JournalError::from)?,
        };
        let usdt = config.usdt.deploy.then_some(config.usdt.address);
        let shared = Shared::new(chain, usdt, config.estimate_energy, clock);
        let mut listeners = Vec::new();
        let mut addresses = Vec::new();
        for &address in &config.listen {
            let failed = |source| ServeError::Listen { address, source };
            let listener = TcpListener::bind(address).await.map_err(failed)?;
            addresses.push(listener.local_addr().map_err(failed)?);
            listeners.push((listener, Node::new(Arc::clone(&shared))));
        }
        Ok(Self { shared, listeners, addresses, manual: config.is_manual() })
    }

    /// Where the nodes answer, in the order of the configuration, real ports in place of 0.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What the nodes share.
    pub const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Answers and makes blocks until `stop`; then writes down what waits.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) -> Result<(), ServeError> {
        let (ended, end) = watch::channel(());
        let mut servers = JoinSet::new();
        for (listener, node) in self.listeners {
            let mut end = end.clone();
            let stopped = async move {
                // An error means that the sender is gone, which is the end as well.
                let _ = end.changed().await;
            };
            let server = axum::serve(listener, http::router(node)).with_graceful_shutdown(stopped);
            servers.spawn(async move { server.await });
        }
        let producing = produce(&self.shared, self.manual);
        tokio::select! {
            () = stop => {}
            () = producing => {}
            Some(Ok(failed)) = servers.join_next() => failed?,
        }
        drop(ended);
        // Clients that keep their connection open are cut off; nobody waits for a devnet.
        servers.shutdown().await;
        self.shared.chain_mut().save_pending()?;
        Ok(())
    }
}

/// Makes a block in every slot. In manual mode it makes none, and never ends.
async fn produce(shared: &Shared, manual: bool) {
    if manual {
        return std::future::pending().await;
    }
    loop {
        let due = shared.chain().next_slot().ms_since(shared.now());
        tokio::time::sleep(Duration::from_millis(due)).await;
        let now = shared.now();
        let made = shared.chain_mut().produce_block(now);
        if let Some(id) = made {
            tracing::debug!(number = id.number(), block = %id, "made a block");
        } else {
            // The slot has not begun by the chain's reckoning; do not spin until it has.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
