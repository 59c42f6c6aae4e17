//! The module that misbehaves on demand: built when it is not, and told what to do.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// What goes wrong from now on, in the words of `crates/pkcs11-faults/src/rule.rs`.
pub(crate) struct Plan {
    path: PathBuf,
}

impl Plan {
    /// A plan by which nothing goes wrong yet, for the module in this process, which wraps `real`.
    pub(crate) fn begin(directory: &Path, real: &Path) -> Self {
        let path = directory.join("plan");
        #[expect(unsafe_code, reason = "a PKCS#11 module is configured by the environment")]
        // SAFETY: the first thing that the only test of this process does; no other thread reads the environment.
        unsafe {
            std::env::set_var("PKCS11_FAULTS_MODULE", real);
            std::env::set_var("PKCS11_FAULTS_PLAN", &path);
        }
        Self { path }
    }

    /// Puts these lines in force, and forgets the calls so far.
    pub(crate) fn set(&self, lines: &str) {
        let next = self.path.with_extension("next");
        fs::write(&next, lines).unwrap();
        fs::rename(&next, &self.path).unwrap();
        fs::write(self.calls_path(), "").unwrap();
    }

    /// How often the function was called since.
    pub(crate) fn calls(&self, function: &str) -> usize {
        let calls = fs::read_to_string(self.calls_path()).unwrap();
        calls.lines().filter(|line| line.split(' ').next() == Some(function)).count()
    }

    /// Whether no function was called since.
    pub(crate) fn never_called(&self) -> bool {
        fs::read_to_string(self.calls_path()).unwrap().is_empty()
    }

    fn calls_path(&self) -> PathBuf {
        self.path.with_extension("calls")
    }
}

/// The library, beside the tests of the same build. Cargo cannot make a test depend on one, so it is asked to build it
/// when it is missing or older than its source; `./dev test` has done that before.
pub(crate) fn module() -> PathBuf {
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
        let built = cargo.status().unwrap();
        assert!(built.success(), "try: cargo build -p pkcs11-faults");
        // Cargo leaves a library alone that it knows to be of this source, however old.
        File::options().append(true).open(&library).unwrap().set_modified(newest).unwrap();
    }
    library
}

fn changed(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|file| file.modified()).unwrap()
}
