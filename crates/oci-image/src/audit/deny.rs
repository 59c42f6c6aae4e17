//! The parts of cargo-deny's `deny.toml` that are about what is in an image.

use serde::Deserialize;
use spdx::Licensee;

/// Which licences may be in an image, and which advisories were looked at and set aside.
#[derive(Debug, Clone)]
pub struct Deny {
    allowed: Vec<Licensee>,
    ignored: Vec<String>,
}

/// A `deny.toml` that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DenyError {
    /// Not the TOML that it should be.
    #[error("no deny.toml")]
    Toml(#[from] toml::de::Error),
    /// An allowed licence that SPDX does not know.
    #[error("{0:?} is no licence of SPDX")]
    Licence(String),
}

#[derive(Deserialize)]
struct File {
    advisories: AdvisorySection,
    licenses: LicenceSection,
}

#[derive(Deserialize)]
struct AdvisorySection {
    #[serde(default)]
    ignore: Vec<Ignored>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Ignored {
    Id(String),
    WithReason { id: String },
}

#[derive(Deserialize)]
struct LicenceSection {
    allow: Vec<String>,
}

impl Deny {
    /// Reads the file's text.
    ///
    /// # Errors
    /// If a section is missing or names a licence that is none.
    pub fn parse(text: &str) -> Result<Self, DenyError> {
        let file: File = toml::from_str(text)?;
        let licence = |name: String| Licensee::parse(&name).map_err(|_| DenyError::Licence(name));
        let allowed = file.licenses.allow.into_iter().map(licence).collect::<Result<_, _>>()?;
        let id = |ignored| match ignored {
            Ignored::Id(id) | Ignored::WithReason { id } => id,
        };
        Ok(Self { allowed, ignored: file.advisories.ignore.into_iter().map(id).collect() })
    }

    /// Whether somebody looked at this advisory and set it aside.
    pub fn ignores(&self, advisory: &str) -> bool {
        self.ignored.iter().any(|id| id == advisory)
    }

    /// Whether an expression can be met with allowed licences alone.
    pub(super) fn allows(&self, expression: &spdx::Expression) -> bool {
        expression.evaluate(|required| self.allowed.iter().any(|allowed| allowed.satisfies(required)))
    }
}
