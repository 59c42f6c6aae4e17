//! The rules by name.

use serde::Serialize;

/// A rule of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Runs as 65532:65532.
    User,
    /// Has the plane's labels and OCI's.
    Labels,
    /// Starts its own program, named after the service or as Debian names it, in exec form.
    Entrypoint,
    /// Is asked for its health by its own program, in exec form; a command is not, nor is a program of Debian's, which
    /// cannot ask itself.
    Healthcheck,
    /// Starts in `/`, declares no volume, is dated 1970.
    Configuration,
    /// Is for a platform that its program runs on.
    Platform,
    /// Has no shell and no interpreter.
    Shell,
    /// Has no package manager.
    PackageManager,
    /// Has no setuid, setgid or sticky bit.
    Setuid,
    /// Has nothing writable but the mount points.
    Writable,
    /// Has both mount points, empty, 65532:65532 and 0700.
    MountPoint,
    /// Everything else is root's.
    Owner,
    /// Has no device, pipe, hard link, mark of deletion or extended attribute.
    Kind,
    /// Has no program but the service's own, by what that says of itself.
    OwnBinary,
    /// Is static, unless it is wallet-manager or Debian's.
    Static,
    /// Has a program that is loaded at any address, unless Debian made it: its Go programs are not.
    PositionIndependent,
    /// Has libraries only where glibc looks, and finds its loader and all of them, if it is not static.
    Libraries,
    /// Has dpkg metadata for its libraries if it is not static, and for its program if that is Debian's.
    Dpkg,
    /// Has SoftHSM in its own variant, and nowhere else.
    SoftHsm,
    /// Has no program or library with an executable stack.
    ExecutableStack,
    /// Has every file dated 1970, as the same build has it everywhere.
    Time,
    /// Says each path once, in its plain form: what is covered or written with dots escapes the other rules.
    Path,
    /// Sets the service's own variables and no other, above all none that the loader obeys; for a program of Debian's none.
    Environment,
    /// Archives for `docker load` hold the layout's images, every one of them, and nothing else.
    Archive,
    /// The images of the recipe, for its platforms, are the images that there are.
    Complete,
}

impl Rule {
    /// Its name in reports.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => format!("{self:?}"),
        }
    }
}

/// A breach.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Of which rule.
    pub rule: Rule,
    /// A path in the image, a key of its configuration, or a part of the set.
    pub at: String,
    /// What is wrong.
    pub detail: String,
}
