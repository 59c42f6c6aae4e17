//! The policies that come with the program, each a file with its reasons under `hsm/policy`.

/// A policy to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// What holds where no file is named.
pub(super) const BUILT_IN: &str = include_str!("../../../../hsm/policy/default.toml");

/// Every preset, the built-in one first.
pub const PRESETS: &[Preset] = &[
    Preset { name: "default", text: BUILT_IN },
    Preset { name: "hot", text: include_str!("../../../../hsm/policy/hot.toml") },
    Preset { name: "energy", text: include_str!("../../../../hsm/policy/energy.toml") },
    Preset { name: "treasury", text: include_str!("../../../../hsm/policy/treasury.toml") },
    Preset { name: "live", text: include_str!("../../../../hsm/policy/live.toml") },
];
