//! The policy over finished images: what is in them, not what their recipe says.

mod archive_rules;
mod complete;
mod config_rules;
mod file_rules;
mod linkage_rules;
mod report;
mod rule;

use crate::elf::{Elf, Linkage};
use crate::finished::{File, FileKind, Finished};
use crate::foreign::{self, Foreign};

pub use archive_rules::check_archives;
pub use complete::check_complete;
pub use report::{ImageReport, Report};
pub use rule::{Finding, Rule};

/// The service of ours that alone is linked dynamically, because it loads the token's module.
const DYNAMIC_SERVICE: &str = "wallet-manager";

/// The operator's command: it does what it is asked, and ends.
const COMMAND: &str = "lucid";

/// Holds every image against every rule.
pub fn check(images: &[Finished]) -> Report {
    Report::new(images.iter().map(check_image).collect())
}

fn check_image(image: &Finished) -> ImageReport {
    let mut subject = Subject::new(image);
    config_rules::hold(&mut subject);
    file_rules::hold(&mut subject);
    linkage_rules::hold(&mut subject);
    let linkage = subject.program().map(|elf| elf.linkage());
    subject.report(linkage)
}

/// An image under examination.
#[derive(Debug)]
struct Subject<'a> {
    image: &'a Finished,
    service: &'a str,
    /// If its program is Debian's.
    foreign: Option<&'static Foreign>,
    findings: Vec<Finding>,
}

impl<'a> Subject<'a> {
    fn new(image: &'a Finished) -> Self {
        let service = image.config["config"]["Labels"]["lucid.service"].as_str().unwrap_or_default();
        Self { image, service, foreign: foreign::of(service), findings: Vec::new() }
    }

    fn find(&mut self, rule: Rule, at: impl Into<String>, detail: impl Into<String>) {
        self.findings.push(Finding { rule, at: at.into(), detail: detail.into() });
    }

    /// The program's path, from the entry point, without the leading slash.
    fn program_path(&self) -> Option<&'a str> {
        self.image.config["config"]["Entrypoint"][0].as_str()?.strip_prefix('/')
    }

    fn program(&self) -> Option<Elf> {
        match &self.resolve(self.program_path()?)?.1.kind {
            FileKind::Regular(content) => Elf::parse(content).ok(),
            _ => None,
        }
    }

    /// What a path leads to in the image, symbolic links followed: its real path, and what stands there.
    fn resolve(&self, path: &str) -> Option<(String, &'a File)> {
        let mut rest: Vec<String> = path.split('/').rev().map(ToOwned::to_owned).collect();
        let mut real: Vec<String> = Vec::new();
        // As the kernel: forty links and no more.
        let mut links = 0;
        while let Some(part) = rest.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    real.pop();
                    continue;
                }
                _ => real.push(part),
            }
            // A directory need not be listed to be there.
            let file = self.image.files.get(&real.join("/"));
            if let Some(FileKind::Link(target)) = file.map(|file| &file.kind) {
                links += 1;
                if links > 40 {
                    return None;
                }
                real.pop();
                if target.starts_with('/') {
                    real.clear();
                }
                rest.extend(target.split('/').rev().map(ToOwned::to_owned));
            }
        }
        let real = real.join("/");
        self.image.files.get(&real).map(|file| (real, file))
    }

    fn is_command(&self) -> bool {
        self.service == COMMAND
    }

    fn is_dynamic_service(&self) -> bool {
        self.service == DYNAMIC_SERVICE
    }

    fn is_softhsm_variant(&self) -> bool {
        self.image.reference.rsplit('/').next().unwrap_or_default().contains("softhsm")
    }

    fn report(mut self, linkage: Option<Linkage>) -> ImageReport {
        self.findings.sort();
        ImageReport {
            reference: self.image.reference.clone(),
            service: self.service.to_owned(),
            platform: self.image.platform.clone(),
            manifest: self.image.manifest.clone(),
            linkage,
            position_independent: linkage.map(Linkage::is_position_independent),
            findings: self.findings,
        }
    }
}
