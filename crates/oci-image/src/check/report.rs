//! What was found, for programs and for people.

use std::fmt;

use serde::Serialize;

use crate::check::Finding;
use crate::digest::Digest;
use crate::elf::Linkage;

/// Every image's report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Nothing was found in any image nor in the set, and there was something to look at.
    pub clean: bool,
    /// Breaches of the set as a whole, in order.
    pub findings: Vec<Finding>,
    /// By reference and platform.
    pub images: Vec<ImageReport>,
}

/// One image on one platform.
#[derive(Debug, Clone, Serialize)]
pub struct ImageReport {
    /// What it is known by.
    pub reference: String,
    /// The label `lucid.service`; empty if there is none.
    pub service: String,
    /// As OCI writes it.
    pub platform: String,
    /// The manifest's digest.
    pub manifest: Digest,
    /// How its program is linked; `None` if there is none to be read.
    pub linkage: Option<Linkage>,
    /// Whether its program can be loaded at any address.
    pub position_independent: Option<bool>,
    /// Breaches, in order.
    pub findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(images: Vec<ImageReport>) -> Self {
        let clean = !images.is_empty() && images.iter().all(|image| image.findings.is_empty());
        Self { clean, findings: Vec::new(), images }
    }

    /// With what was found in the set as a whole.
    pub fn add(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        self.findings.sort();
        self.clean &= self.findings.is_empty();
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.images.is_empty() {
            writeln!(formatter, "there is no image")?;
        }
        for image in &self.images {
            let independent = match image.position_independent {
                Some(true) => "position-independent",
                Some(false) => "at a fixed address",
                None => "no program to read",
            };
            let verdict = match image.findings.len() {
                0 => "ok".to_owned(),
                1 => "1 finding".to_owned(),
                findings => format!("{findings} findings"),
            };
            writeln!(formatter, "{} {}: {verdict}, {independent}", image.reference, image.platform)?;
            write_findings(formatter, &image.findings)?;
        }
        if !self.findings.is_empty() {
            writeln!(formatter, "the set:")?;
            write_findings(formatter, &self.findings)?;
        }
        Ok(())
    }
}

fn write_findings(formatter: &mut fmt::Formatter<'_>, findings: &[Finding]) -> fmt::Result {
    for Finding { rule, at, detail } in findings {
        writeln!(formatter, "  {}: {at}: {detail}", rule.name())?;
    }
    Ok(())
}
