//! Rules over the archives that users load: they hold the images that were looked at, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Finding, Rule};
use crate::digest::Digest;
use crate::finished::{Archive, Finished};

/// Holds the archives of a set against its layout, by digests: what the layout's blobs are was looked at there.
pub fn check_archives(images: &[Finished], archives: &[Archive]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for archive in archives {
        let mut find = |detail: String| findings.push(finding(&archive.file, detail));
        for member in &archive.strange {
            find(format!("has the member {member}, which no reader asks for, or has it twice"));
        }
        of_the_layout(images, archive, &mut find);
        for_its_host(images, archive, &mut find);
        blobs(images, archive, &mut find);
    }
    findings.extend(everywhere_once(images, archives));
    findings
}

fn finding(at: &str, detail: String) -> Finding {
    Finding { rule: Rule::Archive, at: at.to_owned(), detail }
}

/// What newer stores read: the index names what the layout's does.
fn of_the_layout(images: &[Finished], archive: &Archive, find: &mut impl FnMut(String)) {
    let mut seen = BTreeSet::new();
    for named in &archive.index {
        if !images.iter().any(|image| image.named == *named) {
            find(format!("names {}, the layout does not, or says something else of it", named.digest));
        }
        if !seen.insert(&named.digest) {
            find(format!("names {} twice", named.digest));
        }
    }
}

/// What the classic store reads: the host's own configurations and layers, under the references of the index.
fn for_its_host(images: &[Finished], archive: &Archive, find: &mut impl FnMut(String)) {
    let mut listed = BTreeSet::new();
    for image in &archive.classic {
        let [reference] = image.references.as_slice() else {
            find(format!("has an image of {} references", image.references.len()));
            continue;
        };
        if !listed.insert(reference.as_str()) {
            find(format!("has {reference} twice"));
        }
        match images.iter().find(|of| of.reference == *reference && of.platform == archive.host) {
            None => find(format!("has {reference}, the layout does not for {}", archive.host)),
            Some(of) => {
                if image.config != blob(&of.configuration) {
                    find(format!("{reference} has another configuration than in the layout"));
                }
                if image.layers != of.layers.iter().map(blob).collect::<Vec<_>>() {
                    find(format!("{reference} has other layers than in the layout"));
                }
            }
        }
    }
    let named: BTreeSet<_> = named_in(images, archive)
        .filter(|image| image.platform == archive.host)
        .map(|image| image.reference.as_str())
        .collect();
    for reference in listed.symmetric_difference(&named) {
        find(format!("{reference} is in one of manifest.json and index.json alone"));
    }
}

/// All that its images are made of is there, and nothing that is hidden from the other rules.
fn blobs(images: &[Finished], archive: &Archive, find: &mut impl FnMut(String)) {
    let wanted: BTreeSet<&Digest> = named_in(images, archive)
        .flat_map(|image| [&image.named.digest, &image.manifest, &image.configuration].into_iter().chain(&image.layers))
        .collect();
    for digest in wanted.iter().filter(|digest| !archive.blobs.contains(**digest)) {
        find(format!("lacks {digest}"));
    }
    for digest in archive.blobs.iter().filter(|digest| !wanted.contains(digest)) {
        find(format!("has {digest}, which is of none of its images"));
    }
}

/// Every image is in one archive for each platform that it is for.
fn everywhere_once(images: &[Finished], archives: &[Archive]) -> Vec<Finding> {
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for archive in archives {
        for reference in archive.classic.iter().flat_map(|image| &image.references) {
            *counts.entry((reference.as_str(), archive.host.as_str())).or_default() += 1;
        }
    }
    let of = |image: &Finished| counts.get(&(image.reference.as_str(), image.platform.as_str())).copied();
    let wrong = images.iter().filter_map(|image| {
        let at = format!("{} {}", image.reference, image.platform);
        match of(image) {
            Some(1) => None,
            None => Some(finding(&at, "is in no archive".to_owned())),
            Some(count) => Some(finding(&at, format!("is in {count} archives"))),
        }
    });
    wrong.collect()
}

/// The layout's images that the archive's index names.
fn named_in<'a>(images: &'a [Finished], archive: &'a Archive) -> impl Iterator<Item = &'a Finished> {
    images.iter().filter(|image| archive.index.contains(&image.named))
}

/// A blob's path in an archive.
fn blob(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}
