//! Whether a set has every image that it should have.

use std::collections::BTreeSet;

use crate::check::{Finding, Rule};
use crate::finished::Finished;
use crate::recipe::Recipe;

/// Holds a set against the recipe that it was made by: images and platforms, each once.
pub fn check_complete(images: &[Finished], recipe: &Recipe) -> Vec<Finding> {
    let asked = recipe
        .images
        .iter()
        .flat_map(|image| image.platforms.keys().map(|platform| format!("{} {}", image.reference, platform.name())));
    let asked: BTreeSet<_> = asked.collect();
    let mut there = BTreeSet::new();
    let mut findings = Vec::new();
    let mut find = |at: &str, detail: &str| {
        findings.push(Finding { rule: Rule::Complete, at: at.to_owned(), detail: detail.to_owned() });
    };
    for image in images {
        let name = format!("{} {}", image.reference, image.platform);
        if !asked.contains(&name) {
            find(&name, "is not in the recipe");
        }
        if !there.insert(name.clone()) {
            find(&name, "is there twice");
        }
    }
    for name in asked.difference(&there) {
        find(name, "is missing");
    }
    findings
}
