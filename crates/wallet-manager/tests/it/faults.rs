//! The module that misbehaves on demand, before the real one of a place.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::place::Place;

/// What goes wrong from now on, in the words of `crates/pkcs11-faults/src/rule.rs`.
pub(crate) struct Plan(PathBuf);

impl Plan {
    /// Puts the module before the place's real one, with nothing that goes wrong yet.
    pub(crate) fn begin(place: &mut Place) -> Self {
        let real = signer::softhsm_module(std::env::var_os("LUCID_PKCS11_MODULE").map(PathBuf::from)).unwrap();
        let plan = Self(place.path("plan"));
        plan.set("");
        place.token = format!("module = \"{}\"\n", module().display());
        place.worker.push_str(
            "\nenvironment = [\"SOFTHSM2_CONF\", \"LD_LIBRARY_PATH\", \"PKCS11_FAULTS_MODULE\", \"PKCS11_FAULTS_PLAN\"]",
        );
        place.environment = vec![("PKCS11_FAULTS_MODULE", real), ("PKCS11_FAULTS_PLAN", plan.0.clone())];
        plan
    }

    /// Puts these lines in force.
    pub(crate) fn set(&self, lines: &str) {
        let next = self.0.with_extension("next");
        fs::write(&next, lines).unwrap();
        fs::rename(&next, &self.0).unwrap();
    }

    /// How often the function was called, by all processes together.
    pub(crate) fn calls(&self, function: &str) -> usize {
        let calls = fs::read_to_string(self.0.with_extension("calls")).unwrap_or_default();
        calls.lines().filter(|line| line.split(' ').next() == Some(function)).count()
    }
}

/// The library, beside the tests of the same build. Cargo cannot make a test depend on one, so it is asked to build it
/// when it is missing or older than its source; `./dev test` has done that before.
fn module() -> PathBuf {
    let executable = std::env::current_exe().unwrap();
    let build = executable.ancestors().nth(2).expect("tests are in a build's deps directory");
    let library = build.join(format!("{}pkcs11_faults{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pkcs11-faults/src");
    let newest = fs::read_dir(source).unwrap().map(|file| changed(&file.unwrap().path())).max().unwrap();
    // Tests run side by side, and one build is enough.
    let lock = File::create(build.join("pkcs11-faults.lock")).unwrap();
    lock.lock().unwrap();
    if !library.exists() || changed(&library) < newest {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "--package", "pkcs11-faults"]);
        cargo.arg("--target-dir").arg(build.parent().unwrap());
        if build.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().unwrap().success(), "try: cargo build -p pkcs11-faults");
        // Cargo leaves a library alone that it knows to be of this source, however old.
        File::options().append(true).open(&library).unwrap().set_modified(newest).unwrap();
    }
    library
}

fn changed(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|file| file.modified()).unwrap()
}
