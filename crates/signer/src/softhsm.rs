//! A real SoftHSM 2 token in a temporary directory, for the tests of this crate.

use std::fs;
use std::num::NonZeroU8;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::pin;
use crate::profile::{self, Limits, Network, PinForm, Profile};
use crate::provision::provision;
use crate::token::Token;

pub(crate) use test_support::Plan;

/// The token's directory lives as long as this.
pub(crate) struct SoftHsm {
    directory: tempfile::TempDir,
    pub(crate) profile: Profile,
}

impl SoftHsm {
    /// Makes a token labelled `test`. Its module reads one configuration per process, which is what nextest gives a test.
    pub(crate) fn new(sessions: u8) -> Self {
        Self::through(module(), tempfile::tempdir().unwrap(), sessions)
    }

    /// The same behind the module that misbehaves on demand, and what it is to do.
    pub(crate) fn faulty(sessions: u8) -> (Self, Plan) {
        let directory = tempfile::tempdir().unwrap();
        let plan = Plan::new(directory.path()).forgetful();
        for (name, value) in plan.environment(&module()) {
            #[expect(unsafe_code, reason = "a PKCS#11 module is configured by the environment")]
            // SAFETY: the first thing that the only test of this process does; no other thread reads the environment.
            unsafe {
                std::env::set_var(name, value);
            }
        }
        (Self::through(test_support::faulty_module(), directory, sessions), plan)
    }

    fn through(module: PathBuf, directory: tempfile::TempDir, sessions: u8) -> Self {
        let tokens = directory.path().join("tokens");
        let pin_file = directory.path().join("pin");
        let configuration = directory.path().join("softhsm2.conf");
        fs::create_dir(&tokens).unwrap();
        fs::write(&configuration, format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display())).unwrap();
        #[expect(unsafe_code, reason = "the module reads its configuration's path from the environment only")]
        // SAFETY: the first thing that the only test of this process does; no other thread reads the environment.
        unsafe {
            std::env::set_var("SOFTHSM2_CONF", &configuration);
        }
        let user_pin = pin::from_random([0x5a; 16]);
        provision(&module, "test", &pin::from_random([0x50; 16]), &user_pin, Some(&tokens)).unwrap();
        fs::write(&pin_file, "5a".repeat(16)).unwrap();
        fs::set_permissions(&pin_file, fs::Permissions::from_mode(0o400)).unwrap();
        let profile = Profile {
            module,
            token_label: "test".to_owned(),
            pin_file,
            token_dir: Some(tokens),
            sessions: NonZeroU8::new(sessions).unwrap(),
            network: Network::None,
            omit: std::collections::BTreeSet::new(),
            pin_form: PinForm::Text,
            session_objects: true,
            capacity: None,
            limits: Limits::default(),
        };
        Self { directory, profile }
    }

    /// Opens the token.
    pub(crate) fn open(&self) -> Token {
        Token::open(&self.profile).unwrap()
    }

    /// A file beside the token.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// The module; a machine without it fails these tests, it does not skip them.
pub(crate) fn module() -> PathBuf {
    profile::softhsm_module(std::env::var_os("LUCID_PKCS11_MODULE").map(PathBuf::from))
        .expect("SoftHSM 2 is installed, or LUCID_PKCS11_MODULE names its module")
}
