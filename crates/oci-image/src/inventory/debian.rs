//! Debian's packages: those linked into a program, those whose files are in an image, and the sources that Debian itself
//! linked into these (`Built-Using` and `Static-Built-Using`: for Go every module, for Debian has each as a package).

use std::fmt::Write as _;

use super::{Component, ComponentKind, Inventory, InventoryError, debian_licence};
use crate::finished::{FileKind, Finished};
use crate::recipe::LinkedPackage;

const STATUS_DIRECTORY: &str = "var/lib/dpkg/status.d/";

pub(super) fn add_linked(inventory: &mut Inventory, linked: &[LinkedPackage]) {
    let architecture = inventory.architecture().to_owned();
    for LinkedPackage { package, source, version, license } in linked {
        inventory.add(Component {
            kind: ComponentKind::Linked,
            name: package.clone(),
            version: version.clone(),
            licence: Some(license.clone()),
            purl: Some(purl(package, version, &architecture, source.as_deref())),
        });
    }
}

pub(super) fn add_packages(inventory: &mut Inventory, image: &Finished) -> Result<(), InventoryError> {
    for (path, file) in &image.files {
        let Some(name) = path.strip_prefix(STATUS_DIRECTORY).filter(|name| !name.ends_with(".md5sums")) else {
            continue;
        };
        let FileKind::Regular(content) = &file.kind else { continue };
        let text = String::from_utf8_lossy(content);
        let lacks = |field| InventoryError::Status { path: format!("/{path}"), field };
        let package = field(&text, "Package").ok_or_else(|| lacks("Package"))?;
        let version = field(&text, "Version").ok_or_else(|| lacks("Version"))?;
        let architecture = field(&text, "Architecture").ok_or_else(|| lacks("Architecture"))?;
        // "glibc", or "gcc-14 (14.2.0-19)" where the source has a version of its own.
        let source = field(&text, "Source").and_then(|source| source.split(' ').next());
        let id = inventory.add(Component {
            kind: ComponentKind::Package,
            name: package.to_owned(),
            version: version.to_owned(),
            licence: debian_licence(name).map(ToOwned::to_owned),
            purl: Some(purl(package, version, architecture, source)),
        });
        let fields = ["Built-Using", "Static-Built-Using"].into_iter().filter_map(|name| field(&text, name));
        for (source, version) in fields.flat_map(sources) {
            let to = inventory.add(Component {
                kind: ComponentKind::Source,
                name: source.to_owned(),
                version: version.to_owned(),
                // It stands in that package's own debian/copyright, which no image has.
                licence: None,
                purl: Some(purl(source, version, "source", None)),
            });
            inventory.depend(&id, to);
        }
    }
    Ok(())
}

/// `NAME (= VERSION)`, between commas.
fn sources(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.split(',').filter_map(|source| {
        let (name, version) = source.trim().split_once(" (= ")?;
        Some((name, version.strip_suffix(')')?))
    })
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
}

/// As the package-url specification's type `deb` has it.
fn purl(package: &str, version: &str, architecture: &str, source: Option<&str>) -> String {
    let upstream = source.map(|source| format!("&upstream={}", encoded(source))).unwrap_or_default();
    format!("pkg:deb/debian/{}@{}?arch={architecture}{upstream}", encoded(package), encoded(version))
}

/// Percent-encoded, but for what names and versions may carry as it is.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_~".contains(&byte);
    let mut encoded = String::new();
    for byte in text.bytes() {
        if plain(byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("memory takes every byte");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purls_are_encoded() {
        let purl = purl("libstdc++6", "14.2.0-19", "amd64", Some("gcc-14"));
        assert_eq!(purl, "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19?arch=amd64&upstream=gcc-14");
        assert_eq!(encoded("1:2.3+b1"), "1%3A2.3%2Bb1");
    }

    #[test]
    fn fields_are_whole_words_at_the_start_of_a_line() {
        let text = "Package: libc6\nSource: glibc\nVersion: 2.41-12\n";
        assert_eq!(field(text, "Version"), Some("2.41-12"));
        assert_eq!(field(text, "Pack"), None);
        assert_eq!(field("Static-Built-Using: a (= 1)\n", "Built-Using"), None);
    }

    #[test]
    fn sources_are_read_with_their_versions() {
        let found: Vec<_> = sources("golang-1.24 (= 1.24.4-1), golang-go.crypto (= 1:0.25.0-1)").collect();
        assert_eq!(found, [("golang-1.24", "1.24.4-1"), ("golang-go.crypto", "1:0.25.0-1")]);
        let url = purl("golang-go.crypto", "1:0.25.0-1", "source", None);
        assert_eq!(url, "pkg:deb/debian/golang-go.crypto@1%3A0.25.0-1?arch=source");
    }
}
