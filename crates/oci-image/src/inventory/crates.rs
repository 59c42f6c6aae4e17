//! The crates that a program says it is made of (rust-secure-code's cargo-auditable, section `.dep-v0`), as far as the
//! compiler made them.

use std::collections::BTreeSet;

use auditable_info::audit_info_from_slice;
use auditable_serde::{DependencyKind, Source};

use super::{Compiled, Component, ComponentKind, CrateLicences, Inventory, InventoryError};
use crate::finished::{FileKind, Finished};

/// More than any list of crates takes, unpacked: 16 MiB.
pub(crate) const LONGEST_LIST: usize = 1 << 24;

pub(super) fn add(
    inventory: &mut Inventory,
    image: &Finished,
    compiled: Option<&Compiled>,
    licences: &CrateLicences,
) -> Result<(), InventoryError> {
    let program = image.config["config"]["Entrypoint"][0].as_str().unwrap_or_default();
    let file = image.files.get(program.trim_start_matches('/')).map(|file| &file.kind);
    let Some(FileKind::Regular(content)) = file else {
        return Err(InventoryError::NoProgram(image.reference.clone()));
    };
    let list = audit_info_from_slice(content, LONGEST_LIST).map_err(|source| InventoryError::NotAuditable {
        image: image.reference.clone(),
        program: program.to_owned(),
        source,
    })?;
    let said = list.packages.iter().map(|package| (package.name.clone(), package.version.to_string()));
    if let Some(missing) = compiled.and_then(|compiled| compiled.missing_in(&said.collect::<BTreeSet<_>>())) {
        return Err(InventoryError::Unlisted { program: program.to_owned(), missing });
    }
    // What only ran while it was built is not in it, nor what nothing compiled.
    let linked = |at: usize| {
        let package = list.packages.get(at).filter(|package| package.kind == DependencyKind::Runtime)?;
        let made = compiled.is_none_or(|compiled| compiled.has(&package.name, &package.version.to_string()));
        made.then_some(package)
    };
    let ids: Vec<Option<String>> = (0..list.packages.len())
        .map(|at| {
            let package = linked(at)?;
            let version = package.version.to_string();
            let published = package.source == Source::CratesIo || package.source == Source::Registry;
            let (kind, purl) = match &package.source {
                Source::Local => (ComponentKind::Own, None),
                _ if published => (ComponentKind::Crate, Some(format!("pkg:cargo/{}@{version}", package.name))),
                _ => (ComponentKind::Crate, None),
            };
            let licence = licences.of(&package.name, &version);
            Some(inventory.add(Component { kind, name: package.name.clone(), version, licence, purl }))
        })
        .collect();
    for (at, from) in ids.iter().enumerate() {
        for to in &list.packages[at].dependencies {
            if let (Some(from), Some(Some(to))) = (from, ids.get(*to)) {
                inventory.depend(from, to.clone());
            }
        }
    }
    Ok(())
}
