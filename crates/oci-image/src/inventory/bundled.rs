//! C and assembly that crates carry in their sources and compile themselves: no lock file names these.

use super::{Component, ComponentKind, Inventory};

/// A crate of one version, and what it carries.
#[derive(Debug, Clone, Copy)]
pub struct Carrier {
    /// The crate.
    pub name: &'static str,
    /// The version that was looked into; a test compares it with Cargo.lock.
    pub version: &'static str,
    /// What is inside; empty if it is the crate's own work, or not compiled on our platforms.
    pub carries: &'static [Bundled],
}

/// A foreign project inside a crate.
#[derive(Debug, Clone, Copy)]
pub struct Bundled {
    /// Its name.
    pub name: &'static str,
    /// Its version, as its sources say it.
    pub version: &'static str,
    /// An SPDX expression.
    pub licence: &'static str,
    /// A package URL.
    pub purl: &'static str,
}

/// Every crate of Cargo.lock that compiles C or assembly, whether an image has it or not.
pub const CARRIERS: [Carrier; 10] = [
    // sqlite3/sqlite3.h, SQLITE_VERSION
    Carrier {
        name: "libsqlite3-sys",
        version: "0.37.0",
        carries: &[Bundled {
            name: "sqlite",
            version: "3.51.3",
            licence: "blessing",
            purl: "pkg:generic/sqlite@3.51.3",
        }],
    },
    // libdeflate/libdeflate.h, LIBDEFLATE_VERSION_STRING
    Carrier {
        name: "libdeflate-sys",
        version: "1.26.1",
        carries: &[Bundled {
            name: "libdeflate",
            version: "1.26",
            licence: "MIT",
            purl: "pkg:github/ebiggers/libdeflate@1.26",
        }],
    },
    // LICENSE: parts from BoringSSL, which has no versions; the crate's own names the state. third_party/fiat.
    Carrier {
        name: "ring",
        version: "0.17.14",
        carries: &[
            Bundled {
                name: "boringssl",
                version: "ring-0.17.14",
                licence: "Apache-2.0 AND ISC",
                purl: "pkg:generic/boringssl@ring-0.17.14",
            },
            Bundled {
                name: "fiat-crypto",
                version: "ring-0.17.14",
                licence: "MIT",
                purl: "pkg:generic/fiat-crypto@ring-0.17.14",
            },
        ],
    },
    // blst is this project's own C and assembly.
    Carrier {
        name: "blst",
        version: "0.3.17",
        carries: &[Bundled {
            name: "blst-c",
            version: "0.3.17",
            licence: "Apache-2.0",
            purl: "pkg:github/supranational/blst@0.3.17",
        }],
    },
    Carrier {
        name: "c-kzg",
        version: "2.1.8",
        carries: &[Bundled {
            name: "c-kzg-4844",
            version: "2.1.8",
            licence: "Apache-2.0",
            purl: "pkg:github/ethereum/c-kzg-4844@2.1.8",
        }],
    },
    // depend/secp256k1/configure.ac
    Carrier {
        name: "secp256k1-sys",
        version: "0.11.0",
        carries: &[Bundled {
            name: "libsecp256k1",
            version: "0.6.0",
            licence: "MIT",
            purl: "pkg:github/bitcoin-core/secp256k1@0.6.0",
        }],
    },
    // cryptogams/LICENSE
    Carrier {
        name: "sha3-asm",
        version: "0.1.9",
        carries: &[Bundled {
            name: "cryptogams",
            version: "sha3-asm-0.1.9",
            licence: "BSD-3-Clause",
            purl: "pkg:generic/cryptogams@sha3-asm-0.1.9",
        }],
    },
    // The crate's own assembly.
    Carrier { name: "psm", version: "0.1.32", carries: &[] },
    // C for Windows alone.
    Carrier { name: "stacker", version: "0.1.25", carries: &[] },
    // C++ for Haiku alone.
    Carrier { name: "iana-time-zone-haiku", version: "0.1.2", carries: &[] },
];

/// Adds what the inventory's crates carry.
pub(super) fn add(inventory: &mut Inventory) {
    for carrier in CARRIERS {
        let id = format!("{}:{}@{}", ComponentKind::Crate.name(), carrier.name, carrier.version);
        if !inventory.components.contains_key(&id) {
            continue;
        }
        for bundled in carrier.carries {
            let to = inventory.add(Component {
                kind: ComponentKind::Bundled,
                name: bundled.name.to_owned(),
                version: bundled.version.to_owned(),
                licence: Some(bundled.licence.to_owned()),
                purl: Some(bundled.purl.to_owned()),
            });
            inventory.depend(&id, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Every crate of Cargo.lock that depends on `cc`, with its version.
    fn compilers_of_c() -> BTreeMap<String, String> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
        let lock: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let packages = lock["package"].as_array().unwrap().iter().filter(|package| {
            let dependencies = package.get("dependencies").and_then(toml::Value::as_array);
            let mut names = dependencies.into_iter().flatten().filter_map(toml::Value::as_str);
            names.any(|name| name == "cc" || name.starts_with("cc "))
        });
        let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
        packages.map(|package| (text(package, "name"), text(package, "version"))).collect()
    }

    #[test]
    fn every_crate_that_compiles_c_was_looked_into_at_its_present_version() {
        let looked_into =
            CARRIERS.iter().map(|carrier| (carrier.name.to_owned(), carrier.version.to_owned())).collect();
        assert_eq!(
            compilers_of_c(),
            looked_into,
            "look into the new version's sources, then bring the table up to date"
        );
    }
}
