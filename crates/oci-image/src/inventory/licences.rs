//! Licences: of crates from `cargo metadata`, of Debian's packages from a table.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What crates say of themselves, by name and version.
#[derive(Debug, Clone, Default)]
pub struct CrateLicences(BTreeMap<(String, String), String>);

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

impl CrateLicences {
    /// From what `cargo metadata --format-version 1` prints.
    ///
    /// # Errors
    /// If that is not what it is.
    pub fn from_metadata(json: &[u8]) -> Result<Self, serde_json::Error> {
        let metadata: Metadata = serde_json::from_slice(json)?;
        let licences = metadata.packages.into_iter().filter_map(|package| {
            // Old crates write "MIT/Apache-2.0".
            let license = package.license?.replace(" / ", " OR ").replace('/', " OR ");
            Some(((package.name, package.version), license))
        });
        Ok(Self(licences.collect()))
    }

    /// An SPDX expression; `None` if the crate is not listed or names none.
    pub fn of(&self, name: &str, version: &str) -> Option<String> {
        self.0.get(&(name.to_owned(), version.to_owned())).cloned()
    }
}

/// Debian's own record of licences is prose (`debian/copyright`); these were read from it, for the parts that are in
/// the named binary packages.
const DEBIAN: [(&str, &str); 26] = [
    ("base-files", "GPL-2.0-or-later"),
    ("ca-certificates", "MPL-2.0 AND GPL-2.0-or-later"),
    ("fonts-glyphicons-halflings", "MIT"),
    ("gcc-14-base", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    ("libc6", "LGPL-2.1-or-later"),
    ("libgcc-s1", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    ("libjs-bootstrap4", "MIT"),
    ("libjs-d3", "BSD-3-Clause"),
    ("libjs-eonasdan-bootstrap-datetimepicker", "MIT"),
    ("libjs-jquery", "MIT"),
    ("libjs-jquery-hotkeys", "MIT OR GPL-2.0-only"),
    ("libjs-moment", "MIT"),
    ("libjs-moment-timezone", "MIT"),
    ("libjs-mustache", "MIT"),
    ("libjs-popper.js", "MIT"),
    ("libjs-rickshaw", "MIT"),
    ("libsofthsm2", "BSD-2-Clause"),
    ("libssl3t64", "Apache-2.0"),
    ("libstdc++6", "GPL-3.0-or-later WITH GCC-exception-3.1"),
    ("libzstd1", "BSD-3-Clause OR GPL-2.0-only"),
    ("openssl-provider-legacy", "Apache-2.0"),
    ("prometheus", "Apache-2.0 AND MIT"),
    ("prometheus-alertmanager", "Apache-2.0"),
    ("softhsm2-common", "BSD-2-Clause"),
    ("tzdata", "CC0-1.0"),
    ("zlib1g", "Zlib"),
];

/// A runtime package's licence; `None` if nobody has looked.
pub fn debian_licence(package: &str) -> Option<&'static str> {
    DEBIAN.iter().find(|(name, _)| *name == package).map(|(_, licence)| *licence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_that_the_flake_puts_into_an_image_has_a_licence() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../nix/debian.lock");
        let lock: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let shipped = |package: &&serde_json::Value| {
            let purposes = package["for"].as_array().unwrap();
            let images = ["base", "runtime", "softhsm", "prometheus", "alertmanager"];
            purposes.iter().any(|purpose| images.contains(&purpose.as_str().unwrap()))
        };
        let shipped = lock["packages"].as_array().unwrap().iter().filter(shipped);
        let names: Vec<_> = shipped.map(|package| package["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"libc6") && names.contains(&"prometheus-alertmanager"), "{names:?}");
        let unknown: Vec<_> = names.into_iter().filter(|name| debian_licence(name).is_none()).collect();
        assert!(unknown.is_empty(), "read their debian/copyright: {unknown:?}");
    }

    #[test]
    fn old_slashes_are_read_as_or() {
        let json = br#"{"packages": [{"name": "a", "version": "1.0.0", "license": "MIT/Apache-2.0"},
            {"name": "b", "version": "1.0.0", "license": null}]}"#;
        let licences = CrateLicences::from_metadata(json).unwrap();
        assert_eq!(licences.of("a", "1.0.0").as_deref(), Some("MIT OR Apache-2.0"));
        assert_eq!(licences.of("b", "1.0.0"), None);
    }
}
