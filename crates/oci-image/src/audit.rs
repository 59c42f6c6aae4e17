//! What is really in the images, held against the advisories and the licences that this repository allows.
//!
//! cargo-deny looks at Cargo.lock, which has more than any image and nothing of what Debian or a crate's C brings; this
//! looks at the SBOMs, by the same `deny.toml` and the same database.

mod advisories;
mod bill;
mod deny;
mod licences;

use std::fmt;

use serde::Serialize;

pub use advisories::{Advisories, AdvisoryError};
pub use bill::{Bill, BillError, Listed};
pub use deny::{Deny, DenyError};

/// What was found in every image.
#[derive(Debug, Clone, Serialize)]
pub struct AuditReport {
    /// Nothing was found, and there was something to look at.
    pub clean: bool,
    /// The date of the newest advisory that was known; `None` if none were looked up.
    pub advisories_until: Option<String>,
    /// By image.
    pub images: Vec<AuditedImage>,
}

/// What was found in one image.
#[derive(Debug, Clone, Serialize)]
pub struct AuditedImage {
    /// Its reference and platform.
    pub image: String,
    /// The digest of its manifest, `sha256:…`: what was held against the rest is this image and no other of its name.
    pub manifest: String,
    /// Crates, whose versions were held against the advisories if there were any.
    pub crates: usize,
    /// Components whose licences were held against the list.
    pub licences: usize,
    /// Source packages that Debian linked into a program of its own: nothing but what Debian's guidelines allow is in the
    /// archive's `main`, where the lock takes packages from; each one's licence stands in Debian's source, and not here.
    pub licensed_by_debian: usize,
    /// Debian's packages, C sources and our own crates: the database is about published crates and knows nothing of
    /// them. Scanners find the packages by `/var/lib/dpkg/status.d` and all of them by the SBOM.
    pub without_advisories: usize,
    /// In order.
    pub findings: Vec<AuditFinding>,
}

/// Something that must not be in an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AuditFinding {
    /// Name and version.
    pub component: String,
    /// The advisory's id, `licence`, or `unknown-licence`.
    pub rule: String,
    /// What is wrong.
    pub detail: String,
}

/// Holds every bill of materials against both, or without a database against the licences alone.
pub fn audit(bills: &[Bill], advisories: Option<&Advisories>, deny: &Deny) -> AuditReport {
    let images: Vec<_> = bills.iter().map(|bill| audit_image(bill, advisories, deny)).collect();
    let clean = !images.is_empty() && images.iter().all(|image| image.findings.is_empty());
    AuditReport { clean, advisories_until: advisories.and_then(Advisories::until), images }
}

fn audit_image(bill: &Bill, advisories: Option<&Advisories>, deny: &Deny) -> AuditedImage {
    let mut findings = Vec::new();
    let mut crates = 0;
    let mut licensed_by_debian = 0;
    for listed in &bill.components {
        let component = format!("{} {}", listed.name, listed.version);
        let mut find = |rule: String, detail: String| {
            findings.push(AuditFinding { component: component.clone(), rule, detail });
        };
        if listed.is_crate() {
            crates += 1;
            let about = advisories.map(|advisories| advisories.about(&listed.name, &listed.version));
            match about.transpose() {
                Ok(advisories) => {
                    let advisories = advisories.unwrap_or_default();
                    for (id, title) in advisories.into_iter().filter(|(id, _)| !deny.ignores(id)) {
                        find(id, title);
                    }
                }
                Err(error) => find("version".to_owned(), error.to_string()),
            }
        }
        if listed.is_debian_source() {
            licensed_by_debian += 1;
            continue;
        }
        match licences::judge(listed, deny) {
            Ok(()) => {}
            Err(licences::Objection::Unknown) => find("unknown-licence".to_owned(), "nobody says which".to_owned()),
            Err(licences::Objection::Malformed(text)) => {
                find("licence".to_owned(), format!("{text:?} is no expression"));
            }
            Err(licences::Objection::Refused(text)) => find("licence".to_owned(), format!("{text} is not allowed")),
        }
    }
    findings.sort();
    let licences = bill.components.len() - licensed_by_debian;
    let without_advisories = bill.components.len() - crates;
    AuditedImage {
        image: bill.image.clone(),
        manifest: bill.manifest.clone(),
        crates,
        licences,
        licensed_by_debian,
        without_advisories,
        findings,
    }
}

impl fmt::Display for AuditReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.images.is_empty() {
            writeln!(formatter, "there is no SBOM")?;
        }
        match &self.advisories_until {
            Some(date) => writeln!(formatter, "advisories until {date}")?,
            None => writeln!(formatter, "ADVISORIES WERE NOT LOOKED UP: no database was given")?,
        }
        for audited in &self.images {
            let AuditedImage { image, crates, licences, licensed_by_debian, without_advisories, findings, .. } =
                audited;
            let verdict = match findings.len() {
                0 => "ok".to_owned(),
                1 => "1 finding".to_owned(),
                several => format!("{several} findings"),
            };
            let debian = match licensed_by_debian {
                0 => String::new(),
                several => format!(", {several} sources by Debian's word that they are free"),
            };
            let looked_up = if self.advisories_until.is_some() { " by advisory" } else { " not looked up" };
            writeln!(
                formatter,
                "{image}: {verdict}; {crates} crates{looked_up}, {licences} components by licence{debian}; \
                 {without_advisories} are not from a crate registry and have no advisories here"
            )?;
            for AuditFinding { component, rule, detail } in findings {
                writeln!(formatter, "  {rule}: {component}: {detail}")?;
            }
        }
        Ok(())
    }
}
