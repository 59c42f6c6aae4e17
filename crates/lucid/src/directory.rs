//! Where everything of one plane is, below its directory.

use std::path::{Component, Path, PathBuf};

/// A plane's directory. Secrets are in one directory per service, which its container alone would mount.
#[derive(Debug, Clone)]
pub(crate) struct Directory(PathBuf);

impl Directory {
    /// This directory, by its absolute path, because services are started from elsewhere, and in one spelling, because
    /// configuration is moved by it. It need not exist.
    pub(crate) fn new(path: &Path) -> std::io::Result<Self> {
        let mut plain = PathBuf::new();
        for component in std::path::absolute(path)?.components() {
            if component == Component::ParentDir {
                // Above a link is where the link leads to, as for every other program.
                plain = std::fs::canonicalize(&plain).unwrap_or(plain);
                plain.pop();
            } else {
                plain.push(component);
            }
        }
        Ok(Self(plain))
    }

    /// The directory itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// What the plane is; written last by `lucid init`, so a directory that has it is complete.
    pub(crate) fn plane_file(&self) -> PathBuf {
        self.0.join("plane.toml")
    }

    /// A service's database and configuration.
    pub(crate) fn of_service(&self, service: &str) -> PathBuf {
        self.0.join(service)
    }

    /// A service's configuration.
    pub(crate) fn config(&self, service: &str) -> PathBuf {
        self.of_service(service).join("config.toml")
    }

    /// The signing policy's directory, which the container mounts whole: a file that is renamed into place shows there.
    pub(crate) fn policy(&self) -> PathBuf {
        self.of_service("wallet-manager").join("policy")
    }

    /// The secret key that signs a service's or the operator's calls.
    pub(crate) fn call_key(&self, name: &str) -> PathBuf {
        self.secrets(name).join("call.key")
    }

    /// The secret key that signs what a service may authorise.
    pub(crate) fn authority_key(&self, service: &str) -> PathBuf {
        self.secrets(service).join("authority.key")
    }

    /// The user PIN of the token.
    pub(crate) fn pin(&self) -> PathBuf {
        self.secrets("wallet-manager").join("pin")
    }

    /// The security officer's PIN of the token, which no service needs.
    pub(crate) fn officer_pin(&self) -> PathBuf {
        self.secrets("operator").join("officer.pin")
    }

    /// The same, where the container that makes the token reads it.
    pub(crate) fn officer_pin_of_token(&self) -> PathBuf {
        self.secrets("wallet-manager").join("officer.pin")
    }

    /// The API key of the demo's merchant.
    pub(crate) fn merchant_key(&self) -> PathBuf {
        self.secrets("operator").join("merchant.key")
    }

    /// The API key of the merchant that a container plays on a devnet.
    pub(crate) fn shop_key(&self) -> PathBuf {
        self.secrets("merchant").join("api.key")
    }

    /// Whether the plane here was made for containers. It is asked of the directory that only such a plane has, which
    /// others than the containers' user may see but not enter.
    pub(crate) fn is_for_containers(&self) -> bool {
        self.0.join("chain").is_dir()
    }

    /// The key by which one of a devnet's operators signs decisions.
    pub(crate) fn operator_key(&self, name: &str) -> PathBuf {
        self.secrets("operator").join(format!("{name}.key"))
    }

    /// The public half of the audit key, in hexadecimal: whom the verification of logs and manifests believes.
    pub(crate) fn audit_key(&self) -> PathBuf {
        self.0.join("audit.pub")
    }

    /// What the vendor's own tools must do for the token, where it was not made here.
    pub(crate) fn token_steps(&self) -> PathBuf {
        self.0.join("token/steps")
    }

    /// SoftHSM's configuration.
    pub(crate) fn softhsm_conf(&self) -> PathBuf {
        self.0.join("token/softhsm2.conf")
    }

    /// SoftHSM's objects.
    pub(crate) fn token_objects(&self) -> PathBuf {
        self.0.join("token/objects")
    }

    /// Where the devnet keeps its chain.
    pub(crate) fn devnet_state(&self) -> PathBuf {
        self.0.join("devnet/chain")
    }

    /// A child's log.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.0.join("logs").join(format!("{name}.log"))
    }

    /// The places of the forwarder that alone leads to the nodes, where the plane runs in containers.
    pub(crate) fn chain_forwarder(&self) -> PathBuf {
        self.0.join("chain/forwarder.toml")
    }

    /// The secrets of a service, or the operator's.
    pub(crate) fn secrets(&self, name: &str) -> PathBuf {
        self.0.join("secrets").join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_spelling() {
        let place = tempfile::tempdir().unwrap();
        let place = std::fs::canonicalize(place.path()).unwrap();
        std::fs::create_dir_all(place.join("far/deep")).unwrap();
        std::os::unix::fs::symlink(place.join("far/deep"), place.join("link")).unwrap();
        for (spelt, expected) in [
            ("plane/", "plane"),
            ("./plane//./", "plane"),
            ("none/../plane/", "plane"),
            ("far/deep/../../plane", "plane"),
            ("link/../plane", "far/plane"),
            ("link", "link"),
        ] {
            let directory = Directory::new(&place.join(spelt)).unwrap();
            assert_eq!(directory.path().as_os_str(), place.join(expected).as_os_str(), "{spelt}");
        }
    }
}
