//! Disks that fill up, and a form that is newer than this program.

use std::process::Command;

use super::*;
use crate::backup::manifest::{FORMAT, Header};
use crate::backup::{Part, write};
use crate::steps::Steps;

/// A file system of so many KiB in memory, mounted while this lives. Only root may: continuous integration is.
struct Small(PathBuf);

impl Small {
    fn mount(path: PathBuf, kib: u32) -> Self {
        fs::create_dir(&path).unwrap();
        let size = format!("size={kib}k,mode=0700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).status().unwrap();
        assert!(mounted.success(), "this test mounts a small file system, which needs root");
        Self(path)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        Command::new("umount").arg(&self.0).status().ok();
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_leaves_what_was_there() {
    let bench = Bench::new().await;
    let whole = bench.backup("one.age").await.unwrap();
    let disk = Small::mount(bench.path("disk"), 64);
    fs::write(bench.path("disk/last-night.age"), "a good one").unwrap();
    let kept = || {
        assert_eq!(names(&bench.path("disk")), ["last-night.age"]);
        assert_eq!(fs::read_to_string(bench.path("disk/last-night.age")).unwrap(), "a good one");
    };

    let refused = format!("{:#}", bench.backup("disk/two.age").await.unwrap_err());
    assert!(refused.contains("no backup was made in") && refused.contains("No space left"), "{refused}");
    kept();
    let args = BackupArgs { scratch: Some(bench.path("disk")), ..bench.args("two.age") };
    let refused = format!("{:#}", make(&args, &bench.directory("plane")).await.unwrap_err());
    assert!(refused.contains("cannot be copied") && refused.contains("no room left"), "{refused}");
    kept();
    assert!(!bench.path("two.age").exists() && !bench.path("two.age.part").exists());
    let refused = bench.restore("one.age", "disk/plane", "key").await.unwrap_err();
    assert!(refused.contains("cannot be written") && refused.contains("No space left"), "{refused}");
    kept();
    drop(disk);

    assert_eq!(read::check(&bench.path("one.age"), &bench.key("key")).unwrap().sha256, whole.sha256);
    bench.restore("one.age", "disk", "key").await.expect("with room it is put back");
}

#[tokio::test]
async fn a_newer_form_is_named_and_nothing_is_put_back() {
    let bench = Bench::new().await;
    let made = bench.backup("one.age").await.unwrap();
    let part = Part::make(&bench.path("new.age")).unwrap();
    let sealing = bench.args("new.age").seal.seal().unwrap().wrap(part.file.try_clone().unwrap()).unwrap();
    let header = Header { format: FORMAT + 1, lucid: "9.9.9".to_owned(), ..made.header };
    let places = Places::of(&bench.directory("plane"), None);
    fs::create_dir(bench.path("scratch")).unwrap();
    let sealing = write::all(sealing, &header, &places, &bench.path("scratch"), &Steps::new()).await.unwrap();
    sealing.finish().unwrap();
    part.keep(&bench.path("new.age")).unwrap();

    let refused = bench.restore("new.age", "other", "key").await.unwrap_err();
    let named = format!("newer form, {}, which lucid 9.9.9 wrote", FORMAT + 1);
    assert!(refused.contains(&named) && !bench.path("other").exists(), "{refused}");
    let refused = format!("{:#}", read::check(&bench.path("new.age"), &bench.key("key")).unwrap_err());
    assert!(refused.contains(&named), "{refused}");
}
