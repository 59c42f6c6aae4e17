//! What differs between machines does not reach an image.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use oci_image::digest::Digest;
use proptest::prelude::*;

use crate::sample::{assembled, base_entries, recipe, write_sources};

fn index(entries: &[serde_json::Value], directory: &Path, jobs: usize) -> Digest {
    assembled(&recipe(entries), directory, jobs).images[0].index.digest.clone()
}

/// Every file below, changed as another umask and another day would have made it.
fn disturb(directory: &Path, mask: u32, seconds: u64) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            disturb(&entry.path(), mask, seconds);
        }
        if kind.is_file() {
            let file = File::open(entry.path()).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
            let mode = file.metadata().unwrap().permissions().mode() & 0o100 | 0o666;
            file.set_permissions(Permissions::from_mode(mode & !mask)).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn order_times_umask_directory_and_threads_change_nothing(
        entries in Just(base_entries()).prop_shuffle(),
        mask in prop::sample::select(vec![0o000_u32, 0o022, 0o027, 0o077]),
        seconds in 0_u64..2_000_000_000,
        jobs in 1_usize..6,
        name in "[a-z]{1,30}",
    ) {
        let one = tempfile::tempdir().unwrap();
        write_sources(one.path());
        let other = tempfile::Builder::new().prefix(&name).tempdir().unwrap();
        write_sources(other.path());
        disturb(other.path(), mask, seconds);
        prop_assert_eq!(index(&base_entries(), one.path(), 1), index(&entries, other.path(), jobs));
    }
}

#[test]
fn a_changed_byte_changes_its_layer_alone() {
    let directory = tempfile::tempdir().unwrap();
    write_sources(directory.path());
    let recipe = recipe(&base_entries());
    let before = assembled(&recipe, directory.path(), 2);
    let mut program = fs::read(directory.path().join("program")).unwrap();
    program[1000] ^= 1;
    fs::write(directory.path().join("program"), program).unwrap();
    let after = assembled(&recipe, directory.path(), 2);
    let [before, after] = [before, after].map(|layout| layout.images[0].platforms.clone());
    assert_eq!(before[0].layers[0].digest, after[0].layers[0].digest);
    assert_ne!(before[0].layers[1].digest, after[0].layers[1].digest);
    assert_ne!(before[0].manifest.digest, after[0].manifest.digest);
    assert_eq!(before[1].manifest.digest, after[1].manifest.digest, "the other platform is as it was");
}

#[test]
fn paths_that_clash_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    write_sources(directory.path());
    for (entry, word) in [
        (serde_json::json!({ "path": "/etc/passwd", "text": "" }), "/etc/passwd stands in the layer twice"),
        (serde_json::json!({ "path": "/lib/x", "text": "" }), "/lib is no directory"),
        (serde_json::json!({ "path": "/usr/bin/sample", "text": "" }), "/usr/bin/sample is another thing"),
        (serde_json::json!({ "path": "/x", "file": "nowhere" }), "nowhere cannot be read"),
    ] {
        let mut entries = base_entries();
        entries.push(entry);
        let recipe = oci_image::recipe::Recipe::parse(recipe(&entries).to_string().as_bytes()).unwrap();
        let error = oci_image::assemble::assemble(&recipe, directory.path(), std::num::NonZeroUsize::MIN).unwrap_err();
        assert!(error.to_string().starts_with("sample for linux/amd64, layer "), "{error}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(word), "{cause}");
    }
}
