//! What a service is given to start with.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use primitives::statement::{SignKey, VerifyKey};
use store::{Incarnation, Store};
use tokio_util::sync::CancellationToken;

use super::StartError;
use crate::client::{PeerClient, Transport};
use crate::clock::SharedClock;
use crate::config::{Base, ConfigError, Keys, secret};
use crate::metrics::Metrics;

/// The two steps of a stop. Clones are told together.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    /// No new work from outside; what waits returns.
    pub draining: CancellationToken,
    /// Background tasks end.
    pub stopping: CancellationToken,
}

/// What a service is given to start with: the shared configuration and the parts that every service has one of.
#[derive(Clone)]
pub struct Context {
    /// The service's name.
    pub service: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The sections of the configuration that all services share.
    pub base: Base,
    /// The clock that everything looks at.
    pub clock: SharedClock,
    /// Where everything is counted.
    pub metrics: Metrics,
    /// Tells when to stop.
    pub shutdown: Shutdown,
    /// How peers are reached.
    pub transport: Transport,
    /// The key that signs calls, read from `keys.call_key_file` where that is set.
    pub call_key: Option<SignKey>,
}

impl Context {
    /// The parts for a service of this configuration; reads the call key.
    pub fn new(
        service: &'static str,
        version: &'static str,
        base: Base,
        clock: SharedClock,
    ) -> Result<Self, ConfigError> {
        let Keys { call_key_file, .. } = &base.keys;
        let call_key = call_key_file.as_deref().map(|path| secret::sign_key("keys.call_key_file", path)).transpose()?;
        let metrics = Metrics::new(service, version);
        metrics.show_clock(clock.clone());
        metrics.show_room(base.server.data_dir.clone());
        metrics.show_backup(base.server.data_dir.join(format!("{service}.sqlite.copied")));
        Ok(Self {
            service,
            version,
            base,
            clock,
            metrics,
            shutdown: Shutdown::default(),
            transport: Transport::tcp(),
            call_key,
        })
    }

    /// A client of the peer of this name; an error if its url or our call key is not configured.
    pub fn peer(&self, name: &str) -> Result<PeerClient, ConfigError> {
        let peer = self.base.peers.get(name);
        let url = peer.and_then(|peer| peer.url.as_deref()).ok_or_else(|| {
            ConfigError::invalid(format!("peers.{name}.url"), format!("required: {} calls it", self.service))
        })?;
        let key = self.call_key.clone().ok_or_else(|| {
            ConfigError::invalid("keys.call_key_file", "required to call other services; `lucid init` makes one")
        })?;
        let timeout = Duration::from_millis(peer.map_or(10_000, |peer| peer.timeout_ms));
        Ok(PeerClient::new(name, url, self.service, key, self.clock.clone(), self.transport.clone())
            .timeout(timeout)
            .metrics(self.metrics.clone()))
    }

    /// The key that this peer's statements are checked against; an error if it is not configured.
    pub fn authority_of(&self, peer: &str) -> Result<VerifyKey, ConfigError> {
        self.base.peers.get(peer).and_then(|peer| peer.authority_key).ok_or_else(|| {
            let problem = format!("required: {} acts on its statements", self.service);
            ConfigError::invalid(format!("peers.{peer}.authority_key"), problem)
        })
    }

    /// The key that signs our own statements; an error if it is not configured or cannot be secret.
    pub fn authority_key(&self) -> Result<SignKey, ConfigError> {
        let path = self.base.keys.authority_key_file.as_deref().ok_or_else(|| {
            ConfigError::invalid(
                "keys.authority_key_file",
                "required: this service signs statements; `lucid init` makes one",
            )
        })?;
        secret::sign_key("keys.authority_key_file", path)
    }

    /// Opens the service's database, `<data_dir>/<service>.sqlite`, for these nouns; makes the directory if need be.
    pub async fn open_store(&self, nouns: &[&'static str]) -> Result<Store, StartError> {
        open_store(&self.base.server.data_dir, self.service, nouns).await
    }
}

/// Opens `<directory>/<service>.sqlite` for these nouns; makes the directory if need be.
pub async fn open_store(directory: &Path, service: &str, nouns: &[&'static str]) -> Result<Store, StartError> {
    std::fs::create_dir_all(directory).map_err(|error| {
        ConfigError::invalid("server.data_dir", format!("{} cannot be made ({error})", directory.display()))
    })?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StartError::other)?;
    let fresh = Incarnation(uuid::Builder::from_random_bytes(random).into_uuid());
    Ok(Store::sqlite(&directory.join(format!("{service}.sqlite")), nouns, fresh).await?)
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("service", &self.service).field("base", &self.base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use primitives::UnixMs;

    use crate::clock::ManualClock;
    use crate::testing;

    #[test]
    fn what_a_service_cannot_do_without_is_named() {
        let mut context = testing::context("teller", ManualClock::at(UnixMs(0)), &[("vault", &[])]);
        assert_eq!(context.peer("vault").unwrap().peer(), "vault");
        let text = |error: crate::config::ConfigError| error.to_string();
        assert_eq!(text(context.peer("bank").unwrap_err()), "peers.bank.url: required: teller calls it");
        assert!(text(context.authority_of("vault").unwrap_err()).starts_with("peers.vault.authority_key: required"));
        assert!(text(context.authority_key().unwrap_err()).starts_with("keys.authority_key_file: required"));
        context.call_key = None;
        assert!(text(context.peer("vault").unwrap_err()).starts_with("keys.call_key_file: required"));
    }
}
