//! Plain HTTP, for what is no service of ours: the devnet, and health pages that need no key.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// A client; clones share the connections.
#[derive(Debug, Clone)]
pub(crate) struct Web(Client<HttpConnector, Full<Bytes>>);

impl Web {
    /// A client without connections.
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Gets a JSON document.
    pub(crate) async fn get<A: DeserializeOwned>(&self, url: &str) -> Result<A> {
        self.send(Method::GET, url, Bytes::new()).await
    }

    /// Posts a JSON document and reads the one that comes back.
    pub(crate) async fn post<A: DeserializeOwned>(&self, url: &str, body: &Value) -> Result<A> {
        self.send(Method::POST, url, body.to_string().into()).await
    }

    async fn send<A: DeserializeOwned>(&self, method: Method, url: &str, body: Bytes) -> Result<A> {
        let exchange = async {
            let request = Request::builder()
                .method(method)
                .uri(url)
                .header(http::header::CONTENT_TYPE, "application/json")
                .body(Full::new(body))?;
            let response = self.0.request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
            let body = body.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
            anyhow::Ok((status, body))
        };
        let (status, body) = tokio::time::timeout(TIMEOUT, exchange)
            .await
            .with_context(|| format!("{url} did not answer within {TIMEOUT:?}"))?
            .with_context(|| format!("{url} cannot be reached"))?;
        if status != StatusCode::OK {
            bail!("{url} answered {status}: {}", String::from_utf8_lossy(&body));
        }
        serde_json::from_slice(&body).with_context(|| format!("the answer of {url} cannot be read"))
    }
}
