//! Which places there are.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::allow::Allowed;
use crate::place::{Authority, Pass, Place, PlaceError};
use crate::serve::Rule;

/// What a forwarder does.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where the counters may be read.
    pub(crate) metrics: Option<Place>,
    /// Places that belong together.
    #[serde(default)]
    pub(crate) pass: Vec<Pass>,
    /// Where CONNECT is asked.
    #[serde(default)]
    pub(crate) connect: Vec<Connect>,
}

/// A place where the far side is asked for by CONNECT.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Connect {
    /// Where requests arrive.
    from: Place,
    /// What may be asked for.
    #[serde(default)]
    allow: Vec<Authority>,
    /// Whether anything with a public address may be, at port 443.
    #[serde(default)]
    public: bool,
}

/// `FROM=public`, or `FROM=HOST:PORT,…` with what may be asked for.
impl FromStr for Connect {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (from, to) = text.split_once('=').ok_or(PlaceError::Asked)?;
        let public = to == "public";
        let allow = if public { Vec::new() } else { to.split(',').map(str::parse).collect::<Result<_, _>>()? };
        Ok(Self { from: from.parse()?, allow, public })
    }
}

impl Config {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is no configuration", path.display()))
    }

    /// Every place that is listened at, with what happens there; an error if one is named twice, or none at all.
    pub(crate) fn doors(&self) -> Result<Vec<(Place, Rule)>> {
        let mut doors: Vec<(Place, Rule)> =
            self.pass.iter().map(|pass| (pass.from.clone(), Rule::To(pass.to.clone()))).collect();
        for connect in &self.connect {
            ensure!(
                connect.public == connect.allow.is_empty(),
                "{}: either `allow` with what may be asked for, or `public = true`",
                connect.from
            );
            let allowed = if connect.public { Allowed::Public } else { Allowed::Listed(connect.allow.clone()) };
            doors.push((connect.from.clone(), Rule::Ask(allowed)));
        }
        ensure!(!doors.is_empty(), "no place is configured: name one by --pass, --connect, [[pass]] or [[connect]]");
        for (at, (place, _)) in doors.iter().enumerate() {
            ensure!(doors[..at].iter().all(|(other, _)| other != place), "{place} is named twice");
        }
        Ok(doors)
    }

    /// Whether anything beyond is reached by a network.
    pub(crate) fn dials(&self) -> bool {
        !self.connect.is_empty() || self.pass.iter().any(|pass| matches!(pass.to, Place::Tcp(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Config> {
        Ok(toml::from_str(text)?)
    }

    #[test]
    fn a_file_is_read_whole_or_not() {
        let config = of("metrics = 'tcp:0.0.0.0:9100'\n[[pass]]\nfrom = 'tcp:0.0.0.0:1'\nto = 'unix:/a'\n\
            [[connect]]\nfrom = 'unix:/b'\nallow = ['A.example:443']");
        let config = config.unwrap();
        assert_eq!((config.doors().unwrap().len(), config.dials()), (2, true));
        let airlock = of("[[pass]]\nfrom = 'tcp:0.0.0.0:1'\nto = 'unix:/a'").unwrap();
        assert!(!airlock.dials(), "it needs no socket of a network but what it listens at");
        let asked: Connect = "unix:/b=A.example:443,[::1]:8443".parse().unwrap();
        assert_eq!(
            asked,
            of("[[connect]]\nfrom = 'unix:/b'\nallow = ['a.example:443', '[::1]:8443']").unwrap().connect[0]
        );
        assert_eq!(
            "unix:/b=public".parse::<Connect>().unwrap(),
            of("[[connect]]\nfrom = 'unix:/b'\npublic = true").unwrap().connect[0]
        );
        for bad in ["unix:/b", "unix:/b=", "unix:/b=a:443,", "unix:/b=public,a:443", "=public", "unix:/b=a"] {
            assert!(bad.parse::<Connect>().is_err(), "{bad}");
        }
        for bad in ["pas = 1", "[[pass]]\nfrom = 'tcp:a:1'", "[[pass]]\nfrom = 'tcp:a'\nto = 'unix:/a'"] {
            assert!(of(bad).is_err(), "{bad}");
        }
        for bad in [
            "",
            "[[connect]]\nfrom = 'unix:/b'",
            "[[connect]]\nfrom = 'unix:/b'\nallow = ['a:443']\npublic = true",
            "[[pass]]\nfrom = 'unix:/a'\nto = 'unix:/b'\n[[pass]]\nfrom = 'unix:/a'\nto = 'unix:/c'",
        ] {
            assert!(of(bad).unwrap().doors().is_err(), "{bad}");
        }
    }
}
