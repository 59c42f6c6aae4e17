//! Requests carried to the signing worker, which decides everything.

use std::fmt;
use std::sync::Arc;

use api::wallet_manager::key::{KeyRequest, KeyView};
use api::wallet_manager::{WalletRequest, WalletView};
use futures::future::BoxFuture;
use primitives::WalletId;
use service::feed::FeedSource;
use service::health::Finding;
use service::{Caller, Problem};
use signing_core::Client;
use signing_core::fresh::Prover;
use signing_core::protocol::Ask;
use signing_core::serve::{Events, Health, MakeKey, Making, Metrics, ProveKey, Wallet};
use store::EventPage;
use tokio::sync::watch;

use crate::problem;

/// The way to the worker. Clones are the same way.
#[derive(Clone)]
pub struct Relay {
    client: Client,
    prover: Arc<dyn Prover>,
    caller: Option<signing_core::caller::Caller>,
}

impl Relay {
    /// The way to the worker that this client reaches; new keys are proven by `prover`.
    pub fn new(client: Client, prover: Arc<dyn Prover>) -> Self {
        Self { client, prover, caller: None }
    }

    /// The way to the worker for this caller, whom the worker's records name.
    #[must_use]
    pub fn by(&self, caller: &Caller) -> Self {
        Self { caller: Some(signing_core::caller::Caller::named(&caller.name)), ..self.clone() }
    }

    /// Asks the worker.
    pub async fn ask<A: Ask>(&self, ask: A) -> Result<A::Answer, Problem> {
        self.client.ask_for(self.caller.clone(), ask).await.map_err(problem::of_worker)
    }

    /// The key of this name, made if two operators decided so: the worker makes it, a fresh process proves it, and the
    /// worker, who believes the key alone, shows it.
    pub async fn key(&self, name: WalletId, request: KeyRequest) -> Result<KeyView, Problem> {
        let KeyRequest { class, ceremony } = request;
        let decided = ceremony.as_ref().map(|ceremony| ceremony.unverified().id());
        let task = match (self.ask(MakeKey { name: name.clone(), class, ceremony }).await?, decided) {
            (Making::Made(key), _) => return Ok(key),
            (Making::Prove(task), Some(ceremony)) => (task, ceremony),
            (Making::Prove(_), None) => return Err(Problem::internal("the worker makes a key that nobody decided on")),
        };
        let (task, ceremony) = task;
        let proof = self.prover.prove(&task).await.map_err(|unproven| problem::of_proof(&unproven))?;
        self.ask(ProveKey { name, ceremony, proof }).await
    }

    /// The wallet of this name, whose key is made likewise.
    pub async fn wallet(&self, id: WalletId, request: WalletRequest) -> Result<WalletView, Problem> {
        let WalletRequest { class, ceremony } = request;
        self.key(id.clone(), KeyRequest { class: class.into(), ceremony }).await?;
        self.ask(Wallet(id)).await?.ok_or_else(|| Problem::internal("the worker made a wallet and does not show it"))
    }

    /// How this part of the worker is.
    pub async fn finding(&self, part: &str) -> Finding {
        let mut findings = self.ask(Health).await.map_err(|problem| problem.detail.clone())?;
        findings.remove(part).unwrap_or_else(|| Err("the worker does not say".to_owned()))
    }

    /// What the worker counts; none while it does not answer.
    pub async fn samples(&self) -> Option<String> {
        self.ask(Metrics).await.ok()
    }
}

impl FeedSource for Relay {
    fn events<'a>(&'a self, after: Option<&'a str>, limit: usize) -> BoxFuture<'a, Result<EventPage, Problem>> {
        Box::pin(self.ask(Events { after: after.map(str::to_owned), limit }))
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.client.changes()
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("client", &self.client).finish_non_exhaustive()
    }
}
