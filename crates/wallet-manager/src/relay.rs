//! Requests carried to the signing worker, which decides everything.

use std::fmt;
use std::sync::Arc;

use api::wallet_manager::{WalletClass, WalletView};
use futures::future::BoxFuture;
use primitives::WalletId;
use service::{Caller, Problem};
use service::feed::FeedSource;
use service::health::Finding;
use signing_core::Client;
use signing_core::fresh::Prover;
use signing_core::protocol::Ask;
use signing_core::serve::{Events, Health, MakeWallet, Making, Metrics, ProveWallet};
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

    /// The wallet of this name, made if there is none: the worker makes the key, a fresh process proves it, and the
    /// worker, who believes the key alone, shows the wallet.
    pub async fn wallet(&self, id: WalletId, class: WalletClass) -> Result<WalletView, Problem> {
        let task = match self.ask(MakeWallet { id: id.clone(), class }).await? {
            Making::Made(wallet) => return Ok(wallet),
            Making::Prove(task) => task,
        };
        let proof = self.prover.prove(&task).await.map_err(|unproven| problem::of_proof(&unproven))?;
        self.ask(ProveWallet { id, proof }).await
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
