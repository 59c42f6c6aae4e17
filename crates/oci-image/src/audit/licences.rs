//! Licences: `deny.toml` speaks for crates; what Debian and C sources bring is accepted one by one, with a reason.

use spdx::{Expression, ParseMode};

use super::{Deny, Listed};

/// What speaks against a component's licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Objection {
    /// Nobody says which it is.
    Unknown,
    /// It is no SPDX expression.
    Malformed(String),
    /// It is not allowed.
    Refused(String),
}

/// Licences outside `deny.toml`, for these components and no others, none of them crates.
///
/// - The LGPL lets a program be linked with glibc if the program can be linked anew with another glibc: its sources are
///   here, and so is the build.
/// - The GCC exception frees what is compiled with GCC and linked with its runtime.
/// - The blessing gives SQLite to the public domain.
/// - The certificates are data, unchanged, beside the program.
const ACCEPTED: [(&str, &[&str]); 5] = [
    ("LGPL-2.1-or-later", &["libc6", "libc6-dev", "libc6-dev-arm64-cross", "libc6-arm64-cross"]),
    (
        "GPL-3.0-or-later WITH GCC-exception-3.1",
        &["gcc-14-base", "libgcc-s1", "libstdc++6", "libgcc-14-dev", "libgcc-14-dev-arm64-cross"],
    ),
    ("blessing", &["sqlite"]),
    ("MPL-2.0 AND GPL-2.0-or-later", &["ca-certificates"]),
    ("GPL-2.0-or-later", &["base-files"]),
];

pub(super) fn judge(listed: &Listed, deny: &Deny) -> Result<(), Objection> {
    let text = listed.licence.as_ref().ok_or(Objection::Unknown)?;
    let accepted = |(licence, names): &(&str, &[&str])| licence == text && names.contains(&listed.name.as_str());
    if !listed.is_rust() && ACCEPTED.iter().any(accepted) {
        return Ok(());
    }
    let expression = Expression::parse_mode(text, ParseMode::LAX).map_err(|_| Objection::Malformed(text.clone()))?;
    if deny.allows(&expression) { Ok(()) } else { Err(Objection::Refused(text.clone())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deny() -> Deny {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deny.toml");
        Deny::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn judged(name: &str, kind: &str, licence: Option<&str>) -> Result<(), Objection> {
        let [name, version, kind] = [name, "1", kind].map(ToOwned::to_owned);
        judge(&Listed { name, version, licence: licence.map(ToOwned::to_owned), kind }, &deny())
    }

    #[test]
    fn denys_list_and_the_accepted_ones_pass() {
        assert_eq!(judged("serde", "crate", Some("MIT OR Apache-2.0")), Ok(()));
        assert_eq!(judged("x", "crate", Some("GPL-3.0-only OR MIT")), Ok(()));
        assert_eq!(judged("libc6", "debian", Some("LGPL-2.1-or-later")), Ok(()));
        assert_eq!(judged("sqlite", "bundled", Some("blessing")), Ok(()));
        assert_eq!(judged("libzstd1", "debian", Some("BSD-3-Clause OR GPL-2.0-only")), Ok(()));
    }

    #[test]
    fn others_do_not() {
        let refused = |text: &str| Err(Objection::Refused(text.to_owned()));
        assert_eq!(judged("x", "crate", Some("GPL-3.0-only")), refused("GPL-3.0-only"));
        assert_eq!(judged("x", "crate", Some("MIT AND GPL-3.0-only")), refused("MIT AND GPL-3.0-only"));
        assert_eq!(judged("libc6", "crate", Some("LGPL-2.1-or-later")), refused("LGPL-2.1-or-later"), "no crate");
        assert_eq!(judged("bash", "debian", Some("GPL-3.0-or-later")), refused("GPL-3.0-or-later"));
        assert_eq!(judged("x", "debian", None), Err(Objection::Unknown));
        assert_eq!(judged("x", "crate", Some("as is")), Err(Objection::Malformed("as is".to_owned())));
    }
}
