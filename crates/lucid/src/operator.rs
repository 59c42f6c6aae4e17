//! Calls to the services: as the operator with its key, and as the demo's merchant with its API key.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use primitives::statement::SignKey;
use serde::de::DeserializeOwned;
use service::PeerClient;
use service::client::{NotDone, Transport};
use service::clock::{SharedClock, SystemClock};

use crate::directory::Directory;
use crate::init::identities::DEVNET_OPERATORS;
use crate::plane_file::PlaneFile;
use crate::roster::OPERATOR;

/// Who runs this command.
pub(crate) struct Operator {
    plane: PlaneFile,
    key: SignKey,
    merchant_key: String,
    clock: SharedClock,
    transport: Transport,
    devnet_keys: Vec<PathBuf>,
}

impl Operator {
    /// The operator of a directory's plane.
    pub(crate) fn of(directory: &Directory) -> Result<Self> {
        let plane = PlaneFile::read(directory)?;
        let read =
            |path: PathBuf| fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()));
        let key = SignKey::parse(&read(directory.call_key(OPERATOR))?).context("the operator's key")?;
        let merchant_key = read(directory.merchant_key())?.trim().to_owned();
        let clock: SharedClock = Arc::new(SystemClock);
        let devnet_keys = match plane.devnet {
            Some(_) => DEVNET_OPERATORS.map(|name| directory.operator_key(name)).into(),
            None => Vec::new(),
        };
        Ok(Self { plane, key, merchant_key, clock, transport: Transport::tcp(), devnet_keys })
    }

    /// The plane.
    pub(crate) const fn plane(&self) -> &PlaneFile {
        &self.plane
    }

    /// The files of the keys of a devnet's two operators; none on a real plane, where each is on a machine of its own.
    pub(crate) fn devnet_keys(&self) -> Vec<PathBuf> {
        self.devnet_keys.clone()
    }

    /// Calls a service with the operator's key, once.
    pub(crate) async fn ask<A: DeserializeOwned>(&self, service: &str, call: &api::Call<A>) -> Result<A, NotDone> {
        self.client(service).ask(call).await
    }

    /// Calls a service with the operator's key, again and again while the outcome is unknown: what this command asks
    /// for has an id of its own, so asking twice is asking once.
    pub(crate) async fn insist<A: DeserializeOwned>(&self, service: &str, call: &api::Call<A>) -> Result<A, NotDone> {
        insist(&self.client(service), call).await
    }

    /// [`Operator::insist`] at a service of this name at another address: another signer's.
    pub(crate) async fn insist_at<A: DeserializeOwned>(
        &self,
        url: &str,
        service: &str,
        call: &api::Call<A>,
    ) -> Result<A, NotDone> {
        insist(&self.client_at(service, url), call).await
    }

    /// [`Operator::insist`] at payment-gateway, as the merchant.
    pub(crate) async fn insist_as_merchant<A: DeserializeOwned>(&self, call: &api::Call<A>) -> Result<A, NotDone> {
        insist(&self.merchant_client(), call).await
    }

    /// Calls payment-gateway as the merchant, once.
    pub(crate) async fn ask_as_merchant<A: DeserializeOwned>(&self, call: &api::Call<A>) -> Result<A, NotDone> {
        self.merchant_client().ask(call).await
    }

    fn client(&self, service: &str) -> PeerClient {
        self.client_at(service, self.url(service))
    }

    fn client_at(&self, service: &str, url: &str) -> PeerClient {
        PeerClient::new(service, url, OPERATOR, self.key.clone(), self.clock.clone(), self.transport.clone())
    }

    fn merchant_client(&self) -> PeerClient {
        self.client("payment-gateway").bearer(&self.merchant_key)
    }

    fn url(&self, service: &str) -> &str {
        self.plane.services.get(service).map_or("", String::as_str)
    }
}

/// How long an outcome may stay unknown: longer than a service that was killed takes to be back.
const INSIST_FOR: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);

async fn insist<A: DeserializeOwned>(client: &PeerClient, call: &api::Call<A>) -> Result<A, NotDone> {
    let deadline = tokio::time::Instant::now() + INSIST_FOR;
    loop {
        match client.ask(call).await {
            Err(NotDone::Unknown { .. }) if tokio::time::Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
            ended => return ended,
        }
    }
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operator").field("plane", &self.plane.plane).finish_non_exhaustive()
    }
}
