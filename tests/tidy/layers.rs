//! Which crate may stand on which (ARCHITECTURE.md, "Layers").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use plane_tests::root;

use crate::check;

const SERVICES: [&str; 6] =
    ["tron-client", "payout-router", "wallet-manager", "usdt-manager", "trx-staking", "payment-gateway"];

/// What every service may use of the workspace.
const FOR_SERVICES: [&str; 7] = ["primitives", "tron-tx", "payments", "api", "store", "service", "transact"];

/// Every other crate, and what it may use of the workspace.
const RANKS: [(&str, &[&str]); 18] = [
    ("primitives", &[]),
    ("tron-tx", &["primitives"]),
    ("payments", &["primitives", "tron-tx", "api"]),
    ("api", &["primitives"]),
    ("store", &["primitives"]),
    ("signer", &["primitives", "tron-tx"]),
    ("service", &["primitives", "api", "store"]),
    ("confine", &[]),
    ("signing-core", &["confine", "primitives", "tron-tx", "api", "store", "signer", "service"]),
    ("transact", &["primitives", "tron-tx", "payments", "api", "store", "service"]),
    ("devnet", &["primitives", "tron-tx"]),
    ("bench", &["primitives", "tron-tx", "api", "service", "signer"]),
    ("pkcs11-faults", &[]),
    ("test-support", &["primitives", "tron-tx", "api"]),
    ("oci-image", &[]),
    ("forwarder", &["confine"]),
    ("lucid", &["primitives", "tron-tx", "api", "store", "service"]),
    ("plane-tests", &["primitives", "test-support"]),
];

/// Crates that do no IO, read no clock and draw no randomness.
const PURE: [&str; 4] = ["primitives", "tron-tx", "payments", "api"];

/// What a pure crate must not even reach through others.
const IO: [&str; 8] = ["tokio", "mio", "socket2", "hyper", "axum", "reqwest", "sqlx", "sqlx-core"];

/// What a pure crate must not ask for itself; some of what it stands on links them without calling them.
const RANDOMNESS_AND_CLOCKS: [&str; 6] = ["rand", "rand_core", "getrandom", "jiff", "chrono", "time"];

/// Who may use a crate whose use is somebody's whole task.
const KEPT: [(&str, &[&str]); 7] = [
    ("cryptoki", &["signer", "bench"]),
    ("cryptoki-sys", &["pkcs11-faults"]),
    ("sqlx", &["store"]),
    ("reqwest", &["tron-client"]),
    ("revm", &["devnet"]),
    ("alloy-sol-types", &["tron-tx", "devnet"]),
    ("figment", &["service"]),
];

static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    // One platform: the crates of others need not have been downloaded.
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--locked".to_owned(), "--filter-platform".to_owned(), platform])
        .exec()
        .expect("cargo metadata describes the workspace")
});

fn members() -> BTreeMap<&'static str, &'static Package> {
    METADATA.workspace_packages().into_iter().map(|package| (package.name.as_str(), package)).collect()
}

/// The names that a package itself depends on for its own build, tests excepted.
fn direct(package: &Package) -> impl Iterator<Item = &str> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| dependency.name.as_str())
}

/// Every package that is linked into this one.
fn reached(package: &Package) -> BTreeSet<&'static str> {
    let resolve = METADATA.resolve.as_ref().expect("cargo metadata resolves");
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let names: BTreeMap<_, _> = METADATA.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
    let mut seen = BTreeSet::new();
    let mut open = vec![&package.id];
    while let Some(id) = open.pop() {
        for next in &nodes[id].deps {
            let linked = next.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if linked && seen.insert(&next.pkg) {
                open.push(&next.pkg);
            }
        }
    }
    seen.into_iter().map(|id| names[id]).collect()
}

fn allowed(name: &str) -> Option<BTreeSet<&'static str>> {
    if SERVICES.contains(&name) {
        let signing: &[&str] = if name == "wallet-manager" { &["signer", "signing-core"] } else { &[] };
        return Some(FOR_SERVICES.into_iter().chain(signing.iter().copied()).collect());
    }
    RANKS.iter().find(|(ranked, _)| *ranked == name).map(|(_, below)| below.iter().copied().collect())
}

#[test]
fn every_crate_stands_on_lower_ranks_only() {
    let members = members();
    let mut breaches = Vec::new();
    for (name, package) in &members {
        let Some(allowed) = allowed(name) else {
            breaches.push(format!("{name} has no rank: give it one in tests/tidy/layers.rs and in ARCHITECTURE.md"));
            continue;
        };
        for dependency in direct(package).filter(|dependency| members.contains_key(dependency)) {
            if !allowed.contains(dependency) {
                breaches.push(format!("{name} must not depend on {dependency}"));
            }
        }
    }
    check("The ranks keep services apart, keys with wallet-manager alone, and money rules pure:", &breaches);
}

#[test]
fn no_service_uses_another_even_in_its_tests() {
    let mut breaches = Vec::new();
    for name in SERVICES {
        let package = members()[name];
        for dependency in &package.dependencies {
            if SERVICES.contains(&dependency.name.as_str()) {
                breaches.push(format!("{name} must not depend on {}", dependency.name));
            }
        }
    }
    check("Services know one another by `api` alone; tests across them are in tests/:", &breaches);
}

#[test]
fn pure_crates_reach_no_io_and_no_randomness() {
    let mut breaches = Vec::new();
    for name in PURE {
        let package = members()[name];
        let reached = reached(package);
        breaches.extend(IO.iter().filter(|io| reached.contains(*io)).map(|io| format!("{name} links {io}")));
        let direct: BTreeSet<_> = direct(package).collect();
        let asked = RANDOMNESS_AND_CLOCKS.iter().filter(|banned| direct.contains(*banned));
        breaches.extend(asked.map(|banned| format!("{name} asks for {banned}")));
    }
    check("Time, ids and randomness are arguments of the pure crates, and IO is their callers':", &breaches);
}

#[test]
fn what_is_one_crates_task_is_used_by_that_one() {
    let mut breaches = Vec::new();
    for (name, package) in members() {
        for dependency in direct(package) {
            if let Some((kept, by)) = KEPT.iter().find(|(kept, _)| *kept == dependency)
                && !by.contains(&name)
            {
                breaches.push(format!("{name} uses {kept}, which is for {}", by.join(", ")));
            }
        }
    }
    check("The token, the databases and the nodes are each reached from one place:", &breaches);
}
