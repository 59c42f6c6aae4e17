//! CycloneDX 1.6 (ECMA-424).

use serde_json::{Value, json};

use super::serial;
use crate::canonical;
use crate::inventory::{Component, Inventory};

const ROOT: &str = "image";

pub(super) fn document(inventory: &Inventory) -> Value {
    let components: Vec<_> = inventory.components.iter().map(|(id, component)| listed(id, component)).collect();
    // The image holds all of it; among crates the graph is the linker's.
    let all: Vec<_> = inventory.components.keys().collect();
    let mut dependencies = vec![json!({ "ref": ROOT, "dependsOn": all })];
    for id in inventory.components.keys() {
        let on = inventory.edges.get(id).into_iter().flatten().collect::<Vec<_>>();
        dependencies.push(json!({ "ref": id, "dependsOn": on }));
    }
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "bom-ref": ROOT,
                "type": "container",
                "name": inventory.reference,
                "version": inventory.version,
                "hashes": [{ "alg": "SHA-256", "content": inventory.manifest }],
                "licenses": licences(Some(&inventory.licence)),
                "properties": [property("lucid:platform", &inventory.platform)],
            },
            "tools": { "components": [{ "type": "application", "name": "oci-image", "version": version() }] },
        },
        "components": components,
        "dependencies": dependencies,
    });
    document["serialNumber"] = json!(serial(&canonical::compact(&document)));
    document
}

fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

fn listed(id: &str, component: &Component) -> Value {
    let mut listed = json!({
        "bom-ref": id,
        "type": "library",
        "name": component.name,
        "version": component.version,
        "licenses": licences(component.licence.as_deref()),
        "properties": [property("lucid:kind", component.kind.name())],
    });
    if let Some(purl) = &component.purl {
        listed["purl"] = json!(purl);
    }
    listed
}

/// One expression, or nothing: an unknown licence is not said to be none.
fn licences(expression: Option<&str>) -> Value {
    match expression.filter(|expression| !expression.is_empty()) {
        Some(expression) => json!([{ "expression": expression }]),
        None => json!([]),
    }
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}
