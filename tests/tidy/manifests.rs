//! Manifests and lock files.

use plane_tests::{files, read};

use crate::check;

#[test]
fn every_crate_takes_the_workspaces_lints_and_features() {
    let mut breaches = Vec::new();
    for path in files("crates", "Cargo.toml").into_iter().chain(files("tests", "Cargo.toml")) {
        let manifest: toml::Table = read(&path).parse().expect("cargo reads it too");
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if lints.and_then(toml::Value::as_bool) != Some(true) {
            breaches.push(format!("{}: [lints] workspace = true is missing", path.display()));
        }
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let table = manifest.get(section).and_then(toml::Value::as_table).into_iter().flatten();
            for (name, value) in table {
                let workspace = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                // What only tests use, such as tokio's paused time, has no place in the programs.
                let only = section == "dev-dependencies" || value.as_table().is_some_and(|value| value.len() == 1);
                if !workspace || !only {
                    breaches.push(format!("{}: {name}.workspace = true, and nothing more", path.display()));
                }
            }
        }
    }
    check("One version and one set of features of each dependency, in the root's Cargo.toml:", &breaches);
}

#[test]
fn lock_files_name_no_mirror() {
    let mut breaches = Vec::new();
    for (number, line) in read("Cargo.lock".as_ref()).lines().enumerate() {
        if line.starts_with("source = ") && line != "source = \"registry+https://github.com/rust-lang/crates.io-index\""
        {
            breaches.push(format!("Cargo.lock:{}: {line}", number + 1));
        }
    }
    for path in files("crates", "package-lock.json") {
        for (number, line) in read(&path).lines().enumerate() {
            // npm finds a package by name and integrity; where it came from is its user's configuration.
            if line.contains("\"resolved\": ") {
                breaches.push(format!("{}:{}: {}", path.display(), number + 1, line.trim()));
            }
        }
    }
    check("A lock file that names one machine's mirror is of no use on another:", &breaches);
}
