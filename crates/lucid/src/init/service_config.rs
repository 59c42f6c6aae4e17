//! A service's configuration file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use primitives::statement::VerifyKey;
use primitives::{Address, ChainId, Network, PlaneId};
use serde::Serialize;

use super::{Identities, InitArgs, Layout, own_sections};
use crate::plane_file::PlaneFile;
use crate::roster::{Member, OPERATOR, ROSTER, operator_scopes};

#[derive(Serialize)]
struct ServiceConfig {
    plane: Plane,
    server: Server,
    keys: Keys,
    peers: BTreeMap<&'static str, Peer>,
    #[serde(flatten)]
    own: toml::Table,
}

#[derive(Serialize)]
struct Plane {
    id: PlaneId,
    network: Network,
    chain_id: ChainId,
    usdt_contract: Address,
}

#[derive(Serialize)]
struct Server {
    listen: String,
    data_dir: PathBuf,
}

#[derive(Serialize)]
struct Keys {
    call_key_file: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority_key_file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Peer {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_key: Option<VerifyKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    authority_key: Option<VerifyKey>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    scopes: &'static [&'static str],
}

/// The text of a service's configuration.
pub(super) fn of(
    member: &Member,
    plane: &PlaneFile,
    layout: Layout<'_>,
    identities: &Identities,
    args: &InitArgs,
) -> Result<String> {
    let config = ServiceConfig {
        plane: Plane {
            id: plane.plane,
            network: plane.network,
            chain_id: plane.chain_id,
            usdt_contract: plane.usdt_contract,
        },
        server: Server { listen: layout.listen(member), data_dir: layout.data(member.name) },
        keys: Keys {
            call_key_file: layout.call_key(member.name),
            authority_key_file: member.has_authority.then(|| layout.authority_key(member.name)),
        },
        peers: peers(member, layout, identities),
        own: own_sections::of(member.name, plane, layout, identities, args),
    };
    let text = toml::to_string(&config).with_context(|| format!("{}'s configuration as TOML", member.name))?;
    Ok(format!(
        "# Made by `lucid init`. Every key is explained in crates/{}/config.default.toml and\n\
         # crates/service/config.default.toml.\n\n{text}",
        member.name
    ))
}

/// Whom it calls, who calls it, and whose statements it checks.
fn peers(member: &Member, layout: Layout<'_>, identities: &Identities) -> BTreeMap<&'static str, Peer> {
    let mut peers: BTreeMap<_, _> = ROSTER
        .iter()
        .filter(|peer| peer.name != member.name)
        .map(|peer| {
            let called = member.calls.iter().any(|(name, _)| *name == peer.name);
            let scopes = peer.calls.iter().find(|(name, _)| *name == member.name).map(|(_, scopes)| *scopes);
            let entry = Peer {
                url: called.then(|| layout.url(peer)),
                call_key: scopes.and_then(|_| identities.call.get(peer.name).copied()),
                authority_key: identities.authority.get(peer.name).copied(),
                scopes: scopes.unwrap_or_default(),
            };
            (peer.name, entry)
        })
        .filter(|(_, peer)| peer.url.is_some() || peer.call_key.is_some() || peer.authority_key.is_some())
        .collect();
    let operator = Peer {
        url: None,
        call_key: identities.call.get(OPERATOR).copied(),
        authority_key: None,
        scopes: operator_scopes(member.name),
    };
    peers.insert(OPERATOR, operator);
    peers
}
