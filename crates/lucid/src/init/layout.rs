//! Where a service finds what is its own: on this machine, or in a container, in which it is alone.

use std::path::{Path, PathBuf};

use crate::directory::Directory;
use crate::plane_file::PlaneFile;
use crate::roster::Member;

/// Where containers have a service's database and token (the images' mount point).
const CONTAINER_DATA: &str = "/var/lib/lucid";
/// Where containers have the service's own secrets, and no others (compose/compose.yaml).
const CONTAINER_SECRETS: &str = "/run/secrets";
/// Where containers have the volume that is not the database's.
const CONTAINER_LOGS: &str = "/var/log/lucid";
/// Where tron-client has the socket files that lead to the nodes.
const CONTAINER_CHAIN: &str = "/run/chain";
/// The devnet, as the forwarder of containers reaches it.
const CONTAINER_DEVNET: &str = "http://devnet:8090";

/// How a plane is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Layout<'a> {
    /// Six processes of this machine, side by side.
    Machine {
        /// Their addresses.
        plane: &'a PlaneFile,
        /// Their files.
        directory: &'a Directory,
    },
    /// Six containers on a network of their own.
    Containers,
}

impl Layout<'_> {
    /// Where a service listens.
    pub(super) fn listen(&self, member: &Member) -> String {
        match self {
            Self::Machine { plane, .. } => plane.services[member.name].trim_start_matches("http://").to_owned(),
            Self::Containers => format!("0.0.0.0:{}", member.port),
        }
    }

    /// Where the others call it.
    pub(super) fn url(&self, member: &Member) -> String {
        match self {
            Self::Machine { plane, .. } => plane.services[member.name].clone(),
            Self::Containers => format!("http://{}:{}", member.name, member.port),
        }
    }

    /// Where its database is.
    pub(super) fn data(&self, service: &str) -> PathBuf {
        match self {
            Self::Machine { directory, .. } => directory.of_service(service),
            Self::Containers => CONTAINER_DATA.into(),
        }
    }

    /// The key of its calls.
    pub(super) fn call_key(&self, service: &str) -> PathBuf {
        match self {
            Self::Machine { directory, .. } => directory.call_key(service),
            Self::Containers => Path::new(CONTAINER_SECRETS).join("call.key"),
        }
    }

    /// The key of its statements.
    pub(super) fn authority_key(&self, service: &str) -> PathBuf {
        match self {
            Self::Machine { directory, .. } => directory.authority_key(service),
            Self::Containers => Path::new(CONTAINER_SECRETS).join("authority.key"),
        }
    }

    /// The token's user PIN.
    pub(super) fn pin(&self) -> PathBuf {
        match self {
            Self::Machine { directory, .. } => directory.pin(),
            Self::Containers => Path::new(CONTAINER_SECRETS).join("pin"),
        }
    }

    /// The file of the audit log's heads outside of the database; none where nothing is on another volume.
    pub(super) fn audit_heads(&self) -> Option<PathBuf> {
        match self {
            Self::Machine { .. } => None,
            Self::Containers => Some(Path::new(CONTAINER_LOGS).join("audit-heads")),
        }
    }

    /// Where a software token keeps its objects.
    pub(super) fn token_objects(&self) -> PathBuf {
        match self {
            Self::Machine { directory, .. } => directory.token_objects(),
            Self::Containers => Path::new(CONTAINER_DATA).join("tokens"),
        }
    }

    /// The nodes by name and URL: the devnet, or those that were named.
    pub(super) fn nodes(&self, plane: &PlaneFile, named: &[String]) -> Vec<(String, String)> {
        let devnet = plane.devnet.iter().map(|devnet| {
            let url = match self {
                Self::Machine { .. } => devnet.url(),
                Self::Containers => CONTAINER_DEVNET.to_owned(),
            };
            ("devnet".to_owned(), url)
        });
        let named = named.iter().enumerate().map(|(index, url)| (format!("node-{}", index + 1), url.clone()));
        devnet.chain(named).collect()
    }

    /// The socket file through which a node is reached; none where there is a network.
    pub(super) fn via(&self, node: &str) -> Option<PathBuf> {
        match self {
            Self::Machine { .. } => None,
            Self::Containers => Some(Path::new(CONTAINER_CHAIN).join(format!("{node}.sock"))),
        }
    }
}
