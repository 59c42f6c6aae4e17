//! The six services are of one shape: who has read one finds the way in all.

use std::path::Path;

use plane_tests::{read, root};

use crate::check;

const SERVICES: [(&str, u16); 6] = [
    ("tron-client", 8091),
    ("payout-router", 8092),
    ("wallet-manager", 8093),
    ("usdt-manager", 8094),
    ("trx-staking", 8095),
    ("payment-gateway", 8096),
];

const SHAPE: [&str; 8] = [
    "config.default.toml",
    "openapi.json",
    "src/main.rs",
    "src/lib.rs",
    "src/app.rs",
    "src/config.rs",
    "src/problem.rs",
    "src/routes.rs",
];

#[test]
fn every_service_has_the_files_that_all_have() {
    let mut breaches = Vec::new();
    for (service, _) in SERVICES {
        for file in SHAPE {
            let path = Path::new("crates").join(service).join(file);
            if !root().join(&path).is_file() {
                breaches.push(format!("{} is missing", path.display()));
            }
        }
        let main = Path::new("crates").join(service).join("src/main.rs");
        let lines = read(&main).lines().count();
        if lines > 40 {
            breaches.push(format!("{} has {lines} lines; 40 are enough to start", main.display()));
        }
    }
    check("Reading one service teaches all six:", &breaches);
}

#[test]
fn every_service_listens_on_its_own_port() {
    let mut breaches = Vec::new();
    for (service, port) in SERVICES {
        let path = Path::new("crates").join(service).join("config.default.toml");
        let config: toml::Table = read(&path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let listen = config.get("server").and_then(|server| server.get("listen")).and_then(toml::Value::as_str);
        let want = format!("127.0.0.1:{port}");
        if listen != Some(&want) {
            breaches.push(format!("{}: server.listen is {listen:?}, not {want:?}", path.display()));
        }
    }
    check("The ports are part of the interface:", &breaches);
}
