//! SPDX 2.3.

use serde_json::{Value, json};

use super::serial;
use crate::canonical;
use crate::config::CREATED;
use crate::digest::Digest;
use crate::inventory::{Component, ComponentKind, Inventory};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const IMAGE: &str = "SPDXRef-image";

pub(super) fn document(inventory: &Inventory) -> Value {
    let mut packages = vec![image(inventory)];
    packages.extend(inventory.components.iter().map(|(id, component)| package(id, component)));
    let mut relationships = vec![relationship(DOCUMENT, "DESCRIBES", IMAGE)];
    for (id, component) in &inventory.components {
        let linked = matches!(component.kind, ComponentKind::Linked | ComponentKind::Source);
        let how = if linked { "STATIC_LINK" } else { "CONTAINS" };
        relationships.push(relationship(IMAGE, how, &name(id)));
        for on in inventory.edges.get(id).into_iter().flatten() {
            relationships.push(relationship(&name(id), "DEPENDS_ON", &name(on)));
        }
    }
    let mut document = json!({
        "SPDXID": DOCUMENT,
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "name": inventory.file_name(),
        "creationInfo": {
            // The field must be there; the real time would change every document.
            "created": CREATED,
            "creators": [format!("Tool: oci-image-{}", env!("CARGO_PKG_VERSION"))],
        },
        "packages": packages,
        "relationships": relationships,
    });
    document["documentNamespace"] = json!(serial(&canonical::compact(&document)));
    document
}

fn image(inventory: &Inventory) -> Value {
    json!({
        "SPDXID": IMAGE,
        "name": inventory.reference,
        "versionInfo": inventory.version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "checksums": [{ "algorithm": "SHA256", "checksumValue": inventory.manifest }],
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": said(Some(&inventory.licence)),
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "CONTAINER",
        "comment": inventory.platform,
    })
}

fn package(id: &str, component: &Component) -> Value {
    let mut package = json!({
        "SPDXID": name(id),
        "name": component.name,
        "versionInfo": component.version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": said(component.licence.as_deref()),
        "copyrightText": "NOASSERTION",
        "comment": component.kind.name(),
    });
    if let Some(purl) = &component.purl {
        package["externalRefs"] = json!([{
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl,
        }]);
    }
    package
}

fn said(expression: Option<&str>) -> &str {
    expression.filter(|expression| !expression.is_empty()).unwrap_or("NOASSERTION")
}

fn relationship(from: &str, how: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": how, "relatedSpdxElement": to })
}

/// SPDX allows letters, digits, dots and hyphens: what else a name has is replaced, and a piece of its digest keeps
/// two names apart.
fn name(id: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || character == '.' || character == '-';
    let text: String = id.chars().map(|character| if plain(character) { character } else { '-' }).collect();
    format!("SPDXRef-{text}-{}", &Digest::of(id.as_bytes()).hex()[..8])
}
