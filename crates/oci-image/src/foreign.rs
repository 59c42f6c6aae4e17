//! Programs that Debian compiled: images hold them as they are in Debian's packages, beside those of this workspace.
//!
//! They are Go programs, dynamically linked with glibc, at a fixed address, and none of them can be asked by itself whether
//! it lives.

/// A program of a Debian package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Foreign {
    /// The label `lucid.service` of its image.
    pub service: &'static str,
    /// The Debian package that it comes in.
    pub package: &'static str,
    /// Its path in the package and in the image, without the leading slash.
    pub program: &'static str,
    /// The Go package that it is made of, as Go's linker writes it into the program.
    pub main: &'static str,
}

/// All that there are images of.
pub const ALL: [Foreign; 2] = [
    Foreign {
        service: "prometheus",
        package: "prometheus",
        program: "usr/bin/prometheus",
        main: "github.com/prometheus/prometheus/cmd/prometheus",
    },
    Foreign {
        service: "alertmanager",
        package: "prometheus-alertmanager",
        program: "usr/bin/prometheus-alertmanager",
        main: "github.com/prometheus/alertmanager/cmd/alertmanager",
    },
];

/// The program of a service that is not ours; `None` for our own.
pub fn of(service: &str) -> Option<&'static Foreign> {
    ALL.iter().find(|foreign| foreign.service == service)
}
