//! The authenticator of calls between services.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::request::Parts;
use primitives::statement::VerifyKey;

use super::token::Unchecked;
use super::{Admission, Authenticator, Caller, Refusal};
use crate::Problem;
use crate::clock::SharedClock;
use crate::config::Peer;

/// Checks call tokens against the keys that the configuration pins.
#[derive(Clone, Debug)]
pub struct CallTokens {
    service: Arc<str>,
    callers: Arc<BTreeMap<String, (VerifyKey, Caller)>>,
    clock: SharedClock,
}

impl CallTokens {
    /// For calls to `service` by those peers that have a call key.
    pub fn new(service: &str, peers: &BTreeMap<String, Peer>, clock: SharedClock) -> Self {
        let callers = peers.iter().filter_map(|(name, peer)| {
            let caller = Caller { name: name.as_str().into(), scopes: peer.scopes.clone().into() };
            Some((name.clone(), (peer.call_key?, caller)))
        });
        Self { service: service.into(), callers: Arc::new(callers.collect()), clock }
    }

    fn check(&self, head: &Parts) -> Result<Admission, Refusal> {
        let header = head.headers.get(AUTHORIZATION).ok_or(Refusal::Missing)?;
        let header = header.to_str().map_err(|_| Refusal::Invalid)?;
        let token = Unchecked::parse(header.strip_prefix("Bearer ").ok_or(Refusal::Missing)?)?;
        let (key, caller) = self.callers.get(token.issuer()).ok_or(Refusal::Invalid)?;
        let claims = token.verify(key)?;
        claims.check(&self.service, self.clock.now())?;
        let path_and_query = head.uri.path_and_query().map_or("/", |path| path.as_str());
        claims.check_request(head.method.as_str(), path_and_query)?;
        Ok(Admission { caller: caller.clone(), body_sha256: Some(claims.body_sha256()?) })
    }
}

impl Authenticator for CallTokens {
    fn admit<'a>(&'a self, head: &'a mut Parts) -> BoxFuture<'a, Result<Admission, Problem>> {
        let admission = self.check(head).map_err(Problem::from);
        Box::pin(std::future::ready(admission))
    }

    fn reasons(&self) -> &'static [&'static str] {
        &Refusal::CODES
    }
}
