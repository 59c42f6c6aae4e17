//! For tests of services: a context without files, and peers within the process.
//!
//! The parts are the real ones, gate and tokens included; only the wire is left out.

mod script;
mod send;

use std::collections::BTreeMap;
use std::path::Path;

use axum::Router;
use primitives::statement::SignKey;
use primitives::{Address, ChainId, Network, PlaneId};
use store::{Incarnation, Store};

use crate::client::{PeerClient, Transport};
use crate::clock::SharedClock;
use crate::config::{Base, Keys, Log, LogFormat, Peer, Plane, Server};
use crate::serve::{Context, Service, openapi};

pub use script::Script;
pub use send::Raw;

/// The call key that [`context`] and [`client`] take for a name: known to everybody, so for tests alone.
pub fn call_key(name: &str) -> SignKey {
    SignKey::from_seed(&crate::auth::token::sha256(format!("test call key of {name}").as_bytes()))
}

/// A peer that may call with these scopes and is called at an address that does not matter in process.
pub fn peer(name: &str, scopes: &[&str]) -> Peer {
    Peer {
        url: Some("http://in.process".to_owned()),
        call_key: Some(call_key(name).verify_key()),
        authority_key: None,
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        timeout_ms: 10_000,
    }
}

/// The shared configuration of a service under test, with a port that the system chooses and these peers.
pub fn base(data_dir: &Path, peers: &[(&str, &[&str])]) -> Base {
    let plane: PlaneId = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("a plane id");
    Base {
        plane: Plane {
            id: plane,
            network: Network::Devnet,
            chain_id: Some(ChainId(0x7e57_0001)),
            usdt_contract: Address::from_evm([7; 20]),
        },
        server: Server {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: data_dir.to_owned(),
            body_limit_bytes: 64 * 1024,
            request_timeout_ms: 60_000,
            shutdown_ms: 5_000,
        },
        keys: Keys::default(),
        peers: peers.iter().map(|(name, scopes)| ((*name).to_owned(), peer(name, scopes))).collect::<BTreeMap<_, _>>(),
        log: Log { format: LogFormat::Text, level: "warn".to_owned() },
    }
}

/// A context for a service under test, with a call key and these peers.
pub fn context(service: &'static str, clock: SharedClock, peers: &[(&str, &[&str])]) -> Context {
    let base = base(Path::new("unused"), peers);
    let mut context = Context::new(service, "0.0.0", base, clock).expect("no files are named");
    context.call_key = Some(call_key(service));
    context
}

/// A store in memory for these nouns.
pub fn store(nouns: &[&'static str]) -> Store {
    Store::memory(nouns, Incarnation(uuid::Uuid::from_u128(0x7e57)))
}

/// A client of `service`, which this router is, that calls as `caller`.
pub fn client(service: &str, router: Router, caller: &str, clock: SharedClock) -> PeerClient {
    PeerClient::new(service, "http://in.process", caller, call_key(caller), clock, Transport::in_process(router))
}

/// Compares a service's OpenAPI document with the one that is committed beside its manifest.
pub fn assert_openapi_is<S: Service>(committed: &str) {
    let document = openapi::<S>().to_pretty_json().expect("a document in JSON");
    let name = S::NAME;
    assert_eq!(format!("{document}\n"), committed, "run: cargo run -p {name} -- openapi > crates/{name}/openapi.json");
}
