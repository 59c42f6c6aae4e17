//! The node about itself.

use serde_json::json;

use super::answer::{Answer, nothing};
use super::ask::Ask;
use super::endpoint::Endpoint;
use crate::chain::At;

pub(super) const ENDPOINTS: &[Endpoint] =
    &[Endpoint::read("getnodeinfo", about), Endpoint::read_full("listnodes", |_| nothing())];

/// The release of java-tron whose answers this node gives.
const CODE_VERSION: &str = "4.8.0";

/// `block` and `solidityBlock` are `Num:…,ID:…`; tronpy takes its reference block from the second.
fn about(ask: &Ask<'_>) -> Answer {
    let named = |at| {
        let id = ask.node.view(at, |view| view.head().id);
        format!("Num:{},ID:{id}", id.number())
    };
    Ok(json!({
        "beginSyncNum": 0,
        "block": named(At::Head),
        "solidityBlock": named(At::Solid),
        "currentConnectCount": 0,
        "activeConnectCount": 0,
        "passiveConnectCount": 0,
        "totalFlow": 0,
        "peerList": [],
        "cheatWitnessInfoMap": {},
        "configNodeInfo": {
            "codeVersion": CODE_VERSION,
            "p2pVersion": "devnet",
            "listenPort": 0,
            "discoverEnable": false,
            "activeNodeSize": 0,
            "passiveNodeSize": 0,
            "sendNodeSize": 0,
            "maxConnectCount": 0,
            "sameIpMaxConnectCount": 0,
            "backupListenPort": 0,
            "backupMemberSize": 0,
            "backupPriority": 0,
            "dbVersion": 2,
            "minParticipationRate": 0,
            "supportConstant": true,
            "minTimeRatio": 0.0,
            "maxTimeRatio": 5.0,
            "allowCreationOfContracts": 1,
            "allowAdaptiveEnergy": 0,
        },
        "machineInfo": { "threadCount": 1, "deadLockThreadCount": 0, "cpuCount": 1, "javaVersion": "none" },
    }))
}
