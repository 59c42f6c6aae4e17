//! Metrics: what the sources register, and what operators are told of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plane_tests::{files, read, root};

use crate::check;

/// Where the metrics of each section of the document are registered.
const SECTIONS: [(&str, &str); 9] = [
    ("Every service", "service"),
    ("tron-client", "tron-client"),
    ("payout-router", "payout-router"),
    ("usdt-manager", "usdt-manager"),
    ("trx-staking", "trx-staking"),
    ("payment-gateway", "payment-gateway"),
    ("wallet-manager", "wallet-manager"),
    ("Its signing worker", "signing-core"),
    ("The forwarders", "forwarder"),
];

/// The ends of what registers a name.
const REGISTERS: [&str; 8] = ["counter(", "counters(", "gauge(", "gauges(", "ratio(", "ratios(", "seconds(", "spans("];

/// Units that are no base units, as Prometheus has them.
const OTHER_UNITS: [&str; 9] = ["_ms", "_millis", "_us", "_ns", "_minutes", "_hours", "_kb", "_mb", "_percent"];

/// What there are as many of as payments are made, or more.
const UNBOUNDED: [&str; 12] = [
    "address",
    "txid",
    "key",
    "key_id",
    "id",
    "intent",
    "attempt",
    "payout",
    "reference",
    "recipient",
    "caller",
    "merchant",
];

/// Each name of a section with its labels.
fn listed(document: &str) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let mut sections: BTreeMap<String, BTreeMap<_, _>> = BTreeMap::new();
    let mut section = String::new();
    for line in document.lines() {
        if let Some(heading) = line.strip_prefix("##") {
            heading.trim_start_matches('#').trim().clone_into(&mut section);
            sections.entry(section.clone()).or_default();
        }
        let Some(name) = line.strip_prefix("| `lucid_").and_then(|rest| rest.split('`').next()) else { continue };
        let (name, labels) = name.split_once('{').unwrap_or((name, "}"));
        let labels = labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty()).map(str::to_owned);
        sections.entry(section.clone()).or_default().insert(format!("lucid_{name}"), labels.collect());
    }
    sections
}

/// Each name that a crate's sources register, with its labels, tests left out.
fn registered(directory: &Path, found: &mut BTreeMap<String, BTreeSet<String>>) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.filter_map(Result::ok) {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            if name != "tests" {
                registered(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let sources = text.split("#[cfg(test)]").next().unwrap_or_default();
            in_text(sources, found);
        }
    }
}

fn in_text(text: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
    for (at, _) in text.match_indices("\"lucid_") {
        let Some(name) = text[at + 1..].split('"').next() else { continue };
        let before = text[..at].trim_end();
        if !REGISTERS.iter().any(|call| before.ends_with(call)) && !before.ends_with("HistogramOpts::new(") {
            continue;
        }
        // Up to the next registration: the labels are the one list of texts in it.
        let rest = &text[at + 1..];
        let end = rest.find("\"lucid_").unwrap_or(rest.len());
        let labels = rest[..end].split_once("&[\"").and_then(|(_, list)| list.split(']').next()).unwrap_or_default();
        let labels = labels.split(',').map(|label| label.trim().trim_matches('"')).filter(|label| !label.is_empty());
        found.insert(name.to_owned(), labels.map(str::to_owned).collect());
    }
}

/// Each counter's name that a text registers, and each other one's.
fn kinds(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut counters, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (at, _) in text.match_indices("\"lucid_") {
        let Some(name) = text[at + 1..].split('"').next() else { continue };
        let before = text[..at].trim_end();
        if before.ends_with("counter(") || before.ends_with("counters(") {
            counters.insert(name.to_owned());
        } else if REGISTERS.iter().any(|call| before.ends_with(call)) {
            others.insert(name.to_owned());
        }
    }
    (counters, others)
}

#[test]
fn names_and_labels_follow_the_conventions() {
    let mut breaches = Vec::new();
    for (metric, labels) in listed(&read("docs/metrics.md".as_ref())).into_values().flatten() {
        let plain = metric.trim_end_matches("_total");
        let units = OTHER_UNITS.iter().filter(|unit| plain.ends_with(**unit));
        breaches.extend(units.map(|unit| format!("{metric}: {unit} is no base unit")));
        let unbounded = labels.iter().filter(|label| UNBOUNDED.contains(&label.as_str()));
        breaches.extend(unbounded.map(|label| format!("{metric}: {label} has too many values")));
    }
    let mut counted = 0;
    for path in files("crates", ".rs") {
        let (counters, others) = kinds(read(&path).split("#[cfg(test)]").next().unwrap_or_default());
        counted += counters.len();
        if path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs") {
            continue;
        }
        let wrong = counters.iter().filter(|name| !name.ends_with("_total"));
        breaches.extend(wrong.map(|name| format!("{name} counts and does not end in _total")));
        let wrong = others.iter().filter(|name| name.ends_with("_total"));
        breaches.extend(wrong.map(|name| format!("{name} ends in _total and does not count")));
    }
    assert!(counted > 20, "the form of the registrations has changed");
    check("Names and labels of metrics follow Prometheus' conventions:", &breaches);
}

#[test]
fn what_is_exported_is_listed_and_what_is_listed_is_exported() {
    let listed = listed(&read("docs/metrics.md".as_ref()));
    let mut breaches = Vec::new();
    for (section, name) in SECTIONS {
        let mut found = BTreeMap::new();
        registered(&root().join("crates").join(name).join("src"), &mut found);
        let told = listed.get(section).cloned().unwrap_or_default();
        for (metric, labels) in &found {
            match told.get(metric) {
                None => breaches.push(format!("{metric} of {name} is not under {section:?}")),
                Some(known) if known != labels => {
                    breaches.push(format!("{metric} has the labels {labels:?}, not {known:?}"));
                }
                Some(_) => {}
            }
        }
        let silent = told.keys().filter(|metric| !found.contains_key(*metric));
        breaches.extend(silent.map(|metric| format!("{metric} is under {section:?} and {name} does not register it")));
    }
    let unknown = listed.keys().filter(|section| SECTIONS.iter().all(|(known, _)| known != section));
    breaches.extend(unknown.map(|section| format!("the section {section:?} is nobody's")));
    check("docs/metrics.md lists what services export, all of it and nothing else:", &breaches);
}
