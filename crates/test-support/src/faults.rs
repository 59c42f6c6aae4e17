//! The PKCS#11 module that misbehaves on demand: built when it is not, and told what to do.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The variable that names the module that it wraps.
const MODULE: &str = "PKCS11_FAULTS_MODULE";
/// The variable that names the file of the plan.
const PLAN: &str = "PKCS11_FAULTS_PLAN";

/// What goes wrong from now on, in the words of `crates/pkcs11-faults/src/rule.rs`.
#[derive(Debug)]
pub struct Plan {
    path: PathBuf,
    forgets: bool,
}

impl Plan {
    /// A plan in this directory by which nothing goes wrong yet. Calls are counted from now on.
    pub fn new(directory: &Path) -> Self {
        let plan = Self { path: directory.join("plan"), forgets: false };
        plan.set("");
        plan
    }

    /// Whose calls are counted anew from each change on.
    #[must_use]
    pub fn forgetful(self) -> Self {
        Self { forgets: true, ..self }
    }

    /// What the module must find in its environment to wrap `real` and follow this plan.
    pub fn environment(&self, real: &Path) -> [(&'static str, PathBuf); 2] {
        [(MODULE, real.to_owned()), (PLAN, self.path.clone())]
    }

    /// Puts these lines in force.
    ///
    /// # Panics
    /// If the directory cannot be written.
    pub fn set(&self, lines: &str) {
        let next = self.path.with_extension("next");
        let written = fs::write(&next, lines).and_then(|()| fs::rename(&next, &self.path));
        written.expect("the plan's directory is the test's own");
        if self.forgets {
            fs::write(self.calls_path(), "").expect("the plan's directory is the test's own");
        }
    }

    /// How often the function was called, by all processes together.
    pub fn calls(&self, function: &str) -> usize {
        self.lines().lines().filter(|line| line.split(' ').next() == Some(function)).count()
    }

    /// Whether no function was called.
    pub fn never_called(&self) -> bool {
        self.lines().is_empty()
    }

    fn lines(&self) -> String {
        fs::read_to_string(self.calls_path()).unwrap_or_default()
    }

    fn calls_path(&self) -> PathBuf {
        self.path.with_extension("calls")
    }
}

/// The library, beside the tests of the same build. Cargo cannot make a test depend on one, so it is asked to build it
/// when it is missing or older than its source; `./dev test` has done that before.
///
/// # Panics
/// If it cannot be built.
pub fn faulty_module() -> PathBuf {
    let executable = std::env::current_exe().expect("a test is a file");
    let build = executable.ancestors().nth(2).expect("tests are in a build's deps directory");
    let library = build.join(format!("{}pkcs11_faults{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pkcs11-faults/src");
    let files = fs::read_dir(source).expect("the sources stand beside these");
    let newest = files.map(|file| changed(&file.expect("a file of the sources").path())).max().expect("some source");
    // Tests run side by side, and one build is enough.
    let lock = File::create(build.join("pkcs11-faults.lock")).expect("the build's directory takes a file");
    lock.lock().expect("a lock of our own file");
    if !library.exists() || changed(&library) < newest {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "--package", "pkcs11-faults"]);
        cargo.arg("--target-dir").arg(build.parent().expect("a profile's directory is in the target's"));
        if build.ends_with("release") {
            cargo.arg("--release");
        }
        let built = cargo.status().is_ok_and(|status| status.success());
        assert!(built, "try: cargo build -p pkcs11-faults");
        // Cargo leaves a library alone that it knows to be of this source, however old.
        let touched = File::options().append(true).open(&library).and_then(|library| library.set_modified(newest));
        touched.expect("the library that was just built");
    }
    library
}

fn changed(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|file| file.modified()).expect("a file that is there")
}
