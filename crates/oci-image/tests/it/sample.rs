//! A small recipe with everything in it that a recipe can have.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Output};

use oci_image::assemble::assemble;
use oci_image::layout::Layout;
use oci_image::recipe::Recipe;
use serde_json::{Value, json};

/// The sources that the recipe names, written below `directory`.
pub(crate) fn write_sources(directory: &Path) {
    fs::create_dir_all(directory.join("runtime/usr/lib")).unwrap();
    fs::write(directory.join("runtime/usr/lib/libx.so.1.2"), vec![7; 3000]).unwrap();
    std::os::unix::fs::symlink("libx.so.1.2", directory.join("runtime/usr/lib/libx.so.1")).unwrap();
    fs::write(directory.join("program"), program()).unwrap();
}

/// Half a megabyte that compresses about as a program does, so that a change in the compressor is seen.
fn program() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..1 << 19).map(|at: u32| if at % 16 < 7 { next() } else { next() & 3 }).collect()
}

/// The entries of the layer `base`, in some order.
pub(crate) fn base_entries() -> Vec<Value> {
    vec![
        json!({ "path": "/etc/passwd", "text": "nonroot:x:65532:65532:nonroot:/:/nonexistent\n" }),
        json!({ "path": "/etc/nsswitch.conf", "text": "hosts: files dns\n" }),
        json!({ "path": "/var/lib/lucid", "directory": true, "mode": "0700", "owner": "65532:65532" }),
        json!({ "path": "/var/log/lucid", "directory": true, "mode": "0700", "owner": "65532:65532" }),
        json!({ "path": "/lib", "link": "usr/lib" }),
        json!({ "path": "/", "tree": "runtime" }),
    ]
}

/// One image for two platforms.
pub(crate) fn recipe(base: &[Value]) -> Value {
    let layers = |program: Value| json!({ "layers": [{ "name": "base", "entries": base }, { "name": "binary", "entries": [program] }] });
    json!({
        "labels": { "lucid.plane": "wallet" },
        "images": [{
            "name": "sample",
            "reference": "localhost/lucid/sample:0.1.0",
            "labels": { "lucid.service": "sample" },
            "entrypoint": ["/usr/bin/sample"],
            "healthcheck": { "command": ["/usr/bin/sample", "healthcheck"] },
            "env": { "B": "2", "A": "1" },
            "exposed_ports": [8091],
            "platforms": {
                "linux/amd64": layers(json!({ "path": "/usr/bin/sample", "file": "program", "mode": "0555" })),
                "linux/arm64": layers(json!({ "path": "/usr/bin/sample", "text": "arm64", "mode": "0555" })),
            },
        }],
    })
}

/// Assembles a recipe whose sources are in `directory`.
pub(crate) fn assembled(recipe: &Value, directory: &Path, jobs: usize) -> Layout {
    let recipe = Recipe::parse(recipe.to_string().as_bytes()).unwrap();
    assemble(&recipe, directory, NonZeroUsize::new(jobs).unwrap()).unwrap()
}

/// The built program, its arguments, and success or the test fails.
pub(crate) fn oci_image<'a>(arguments: impl IntoIterator<Item = &'a str>) {
    let ended = Command::new(env!("CARGO_BIN_EXE_oci-image")).args(arguments).output().unwrap();
    said(&ended);
}

/// What a program printed; fails the test if the program failed.
pub(crate) fn said(ended: &Output) -> String {
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout.clone()).unwrap()
}

/// The sample, assembled by the program into a directory `out` below the returned one.
pub(crate) fn made() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write_sources(directory.path());
    let recipe_file = directory.path().join("recipe.json");
    fs::write(&recipe_file, recipe(&base_entries()).to_string()).unwrap();
    let out = directory.path().join("out");
    oci_image(["assemble", recipe_file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    directory
}

/// Runs a reader that `./dev test` installs, whatever the language of this machine.
pub(crate) fn run(command: &mut Command) -> String {
    match command.env("LC_ALL", "C").output() {
        Ok(ended) => said(&ended),
        Err(error) => panic!("{command:?}: {error} (./dev test installs it)"),
    }
}
