//! The profiles that come with the program, each a file with its reasons and sources under `hsm/profiles`.

/// The profile where none is named.
pub(super) const SOFTHSM: &str = "softhsm";

/// Their names and texts.
pub const SHIPPED: [(&str, &str); 5] = [
    (SOFTHSM, include_str!("../../../../hsm/profiles/softhsm.toml")),
    ("luna", include_str!("../../../../hsm/profiles/luna.toml")),
    ("cloudhsm", include_str!("../../../../hsm/profiles/cloudhsm.toml")),
    ("yubihsm2", include_str!("../../../../hsm/profiles/yubihsm2.toml")),
    ("nitrokey-hsm2", include_str!("../../../../hsm/profiles/nitrokey-hsm2.toml")),
];
