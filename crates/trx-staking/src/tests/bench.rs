//! What the tests stand on: the whole service over a store in memory, and callers.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, header};
use primitives::UnixMs;
use primitives::statement::SignKey;
use serde::Deserialize;
use serde_json::Value;
use service::clock::ManualClock;
use service::{Context, PeerClient, Service, testing};
use store::Store;

use crate::app::{NOUNS, Parts};
use crate::config::Config;
use crate::{TrxStaking, app};

pub(super) const NOW: UnixMs = UnixMs(1_751_466_492_000);

/// The service, nothing of it running but its routes.
pub(super) struct Bench {
    pub(super) store: Store,
    pub(super) clock: Arc<ManualClock>,
    pub(super) router: Router,
    _directory: tempfile::TempDir,
}

impl Bench {
    pub(super) async fn new() -> Self {
        Self::over(testing::store(&NOUNS)).await
    }

    /// The service, as it starts over this store.
    pub(super) async fn over(store: Store) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(NOW);
        let context = context(&directory, clock.clone());
        let (wallet_manager, tron_client) = (context.peer("wallet-manager"), context.peer("tron-client"));
        let parts = Parts::new(&context, &config(""), store.clone(), wallet_manager.unwrap(), tron_client.unwrap())
            .await
            .unwrap();
        let mut app = parts.into_app(&context);
        Self { store, clock, router: app.router::<TrxStaking>(), _directory: directory }
    }

    pub(super) fn client(&self, caller: &str) -> PeerClient {
        testing::client(TrxStaking::NAME, self.router.clone(), caller, self.clock.clone())
    }

    /// Sends what no client of ours would: the status and the problem's code.
    pub(super) async fn raw(&self, method: Method, path: &str, content_type: &str, body: &str) -> (u16, String) {
        let claims = service::auth::token::Claims::of_call(
            "operator",
            TrxStaking::NAME,
            NOW,
            method.as_str(),
            path,
            body.as_bytes(),
        );
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", claims.sign(&testing::call_key("operator"))))
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from(body.to_owned()))
            .unwrap();
        let response = tower::ServiceExt::oneshot(self.router.clone(), request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let document: Value = serde_json::from_slice(&body).unwrap();
        (status, document["code"].as_str().unwrap_or_default().to_owned())
    }
}

/// The peers of a plane; those that this service calls are at a port where nobody listens.
fn context(directory: &tempfile::TempDir, clock: Arc<ManualClock>) -> Context {
    let peers: [(&str, &[&str]); 4] = [
        ("usdt-manager", &["leases:write", "staking:read"]),
        ("operator", &["operator", "stakes:write", "leases:write"]),
        ("wallet-manager", &[]),
        ("tron-client", &[]),
    ];
    let mut context = testing::context(TrxStaking::NAME, clock, &peers);
    for peer in context.base.peers.values_mut() {
        peer.url = Some("http://127.0.0.1:9".to_owned());
        peer.authority_key = Some(SignKey::from_seed(&[3; 32]).verify_key());
    }
    let key = directory.path().join("authority.key");
    secret_file(&key, &format!("{}11", "6b".repeat(31)));
    context.base.keys.authority_key_file = Some(key);
    context
}

/// The defaults with these lines added.
pub(super) fn config(more: &str) -> Config {
    let mut own: toml::Table = <app::TrxStaking as Service>::DEFAULTS.parse().unwrap();
    own.remove("server");
    own.extend(more.parse::<toml::Table>().unwrap());
    Config::deserialize(own).unwrap()
}

/// A file that only its owner reads.
pub(super) fn secret_file(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}
