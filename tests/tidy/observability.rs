//! Rules and dashboards: they ask for what there is.

use std::collections::BTreeSet;
use std::path::PathBuf;

use plane_tests::{files, read};

use crate::check;

/// What Prometheus says of its targets and rules itself.
const ITS_OWN: [&str; 2] = ["up", "ALERTS"];

fn asking() -> Vec<PathBuf> {
    [files("compose/prometheus", ".yml"), files("compose/grafana", ".json")].concat()
}

/// Every name of ours in a text: metrics begin with `lucid_`, recorded ones with `lucid:`.
fn names(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("lucid") {
        let before = text[..at].chars().next_back();
        let name: String = text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_:".contains(*c)).collect();
        if before.is_none_or(|c| !c.is_ascii_alphanumeric() && !"_-/:.".contains(c))
            && (name.starts_with("lucid_") || name.starts_with("lucid:"))
        {
            // In prose a colon may follow.
            names.insert(name.trim_end_matches(':').to_owned());
        }
    }
    names
}

/// What docs/metrics.md lists, with what a histogram is made of.
fn listed() -> BTreeSet<String> {
    let document = read("docs/metrics.md".as_ref());
    let mut listed = BTreeSet::new();
    for line in document.lines().filter(|line| line.starts_with("| `lucid_")) {
        let name = line[3..].split(['`', '{']).next().unwrap_or_default();
        listed.insert(name.to_owned());
        if line.contains("Histogram") {
            listed.extend(["_bucket", "_sum", "_count"].map(|part| format!("{name}{part}")));
        }
    }
    listed
}

#[test]
fn rules_and_dashboards_ask_for_metrics_that_are_listed() {
    let rules = read("compose/prometheus/rules/recording.yml".as_ref());
    let recorded: BTreeSet<_> = names(&rules).into_iter().filter(|name| name.starts_with("lucid:")).collect();
    let known: BTreeSet<_> = listed().into_iter().chain(recorded).collect();
    let asking = asking();
    assert!(asking.len() >= 5, "{asking:?}");
    let mut breaches = Vec::new();
    for path in asking {
        let unknown = names(&read(&path)).into_iter().filter(|name| !known.contains(name));
        breaches.extend(unknown.map(|name| format!("{}: {name}", path.display())));
    }
    check("A rule or a panel on what nobody exports is silent for ever:", &breaches);
}

#[test]
fn every_recorded_name_is_a_rule_of_its_own() {
    let rules = read("compose/prometheus/rules/recording.yml".as_ref());
    let mut breaches = Vec::new();
    for path in asking() {
        for name in names(&read(&path)).iter().filter(|name| name.starts_with("lucid:")) {
            if !rules.contains(&format!("record: \"{name}\"")) {
                breaches.push(format!("{}: {name} is recorded nowhere", path.display()));
            }
        }
    }
    check("What is asked for by a recorded name is recorded:", &breaches);
}

#[test]
fn every_alert_is_tried() {
    let alerts = read("compose/prometheus/rules/alerts.yml".as_ref());
    let tests = read("compose/prometheus/tests/alerts.yml".as_ref());
    let named: Vec<_> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(named.len() > 20, "the form of the rules has changed");
    let untried = named.into_iter().filter(|name| !tests.contains(&format!("        alertname: {name}\n")));
    check("An alert that was never seen to fire may never:", &untried.map(str::to_owned).collect::<Vec<_>>());
}

#[test]
fn every_alert_is_explained() {
    let alerts = read("compose/prometheus/rules/alerts.yml".as_ref());
    let named: BTreeSet<_> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let document = read("docs/alerts.md".as_ref());
    // The second column of each table.
    let columns = document.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").nth(1));
    let told: BTreeSet<_> =
        columns.flat_map(|column| column.split('`').skip(1).step_by(2)).filter(|name| !name.is_empty()).collect();
    let breaches: Vec<_> = named.symmetric_difference(&told).map(|name| (*name).to_owned()).collect();
    check("docs/alerts.md says what each alert is for, and names no other:", &breaches);
}

#[test]
fn every_panel_asks_something() {
    for path in files("compose/grafana", ".json") {
        let dashboard: serde_json::Value = serde_json::from_str(&read(&path)).expect("a dashboard is JSON");
        for panel in dashboard["panels"].as_array().expect("a dashboard has panels") {
            if panel["type"] == "row" {
                continue;
            }
            let queries = panel["targets"].as_array().map_or(&[][..], Vec::as_slice);
            let asks = |query: &serde_json::Value| {
                let text = query["expr"].as_str().unwrap_or_default();
                !names(text).is_empty() || ITS_OWN.iter().any(|name| text.contains(name))
            };
            assert!(!queries.is_empty() && queries.iter().all(asks), "{}: {}", path.display(), panel["title"]);
        }
    }
}
