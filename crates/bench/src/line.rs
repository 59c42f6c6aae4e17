//! What is printed: one measurement a line.

use std::io::Write;

use serde_json::{Value, json};

/// A measurement.
pub(crate) fn say(name: &str, value: f64, unit: &str) {
    print(&json!({ "name": name, "value": rounded(value), "unit": unit, "baseline": null, "ratio": null }));
}

/// A measurement and what it is held against in the same run.
pub(crate) fn against(name: &str, value: f64, unit: &str, baseline: f64) {
    let ratio = rounded(value / baseline);
    let baseline = rounded(baseline);
    print(&json!({ "name": name, "value": rounded(value), "unit": unit, "baseline": baseline, "ratio": ratio }));
}

/// As [`against`], the best of several loads, which is named.
pub(crate) fn against_of(name: &str, value: f64, unit: &str, baseline: f64, load: &str) {
    let ratio = rounded(value / baseline);
    let baseline = rounded(baseline);
    print(
        &json!({ "name": name, "value": rounded(value), "unit": unit, "baseline": baseline, "ratio": ratio, "load": load }),
    );
}

/// That something was not measured, and why.
pub(crate) fn skipped(name: &str, unit: &str, why: &str) {
    print(&json!({ "name": name, "value": null, "unit": unit, "baseline": null, "ratio": null, "skipped": why }));
}

/// A word for whoever watches.
pub(crate) fn note(text: &str) {
    // Without a reader there is nobody to be told.
    let _ = writeln!(std::io::stderr().lock(), "bench: {text}");
}

fn print(line: &Value) {
    // Likewise.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Three decimals: more is noise.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
