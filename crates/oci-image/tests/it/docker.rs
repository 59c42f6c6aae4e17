//! A Docker engine of the test's own: its own data, its own socket, no bridge and no rule of the firewall touched.
//!
//! It needs root and Debian's docker.io, so it is not part of `./dev test`:
//! `cargo nextest run -p oci-image --run-ignored only`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::sample::{made, run, said};

struct Engine {
    daemon: Child,
    directory: PathBuf,
}

impl Engine {
    fn start(directory: &Path) -> Self {
        let at = |name: &str| directory.join(name).into_os_string().into_string().unwrap();
        let log = File::create(at("log")).unwrap();
        // With a /run of its own: if the machine's containerd listens there, dockerd takes it in place of one of its own.
        let daemon = Command::new("unshare")
            .args(["--mount", "sh", "-c", "mount -t tmpfs none /run && exec dockerd \"$@\"", "dockerd"])
            .args(["--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false"])
            .args(["--data-root", &at("data"), "--exec-root", &at("exec"), "--pidfile", &at("pid")])
            .args(["--host", &format!("unix://{}", at("socket"))])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("dockerd starts (Debian: docker.io)");
        let engine = Self { daemon, directory: directory.to_owned() };
        let started = Instant::now();
        while !engine.docker().arg("version").output().unwrap().status.success() {
            let log = || std::fs::read_to_string(at("log")).unwrap_or_default();
            assert!(started.elapsed() < Duration::from_mins(1), "dockerd does not answer:\n{}", log());
            std::thread::park_timeout(Duration::from_millis(100));
        }
        engine
    }

    fn docker(&self) -> Command {
        let mut docker = Command::new("docker");
        docker.arg("--host").arg(format!("unix://{}", self.directory.join("socket").display()));
        docker
    }
}

impl Drop for Engine {
    /// SIGTERM, so that it unmounts what it mounted.
    fn drop(&mut self) {
        Command::new("kill").arg(self.daemon.id().to_string()).status().ok();
        self.daemon.wait().ok();
    }
}

/// What Docker's newer store is made of: it keeps every platform, under the same name and digest.
#[test]
#[ignore = "starts a Docker engine, as root: cargo nextest run -p oci-image --run-ignored only"]
fn containerd_imports_both_platforms_under_one_name() {
    let made = made();
    let directory = tempfile::tempdir().unwrap();
    let _engine = Engine::start(directory.path());
    let ctr = |words: &[&str]| {
        let mut ctr = Command::new("ctr");
        ctr.arg("--address").arg(directory.path().join("exec/containerd/containerd.sock")).args(words);
        run(&mut ctr)
    };
    let archive = made.path().join("out/images-amd64.tar");
    ctr(&["images", "import", "--no-unpack", "--all-platforms", archive.to_str().unwrap()]);
    let listing = ctr(&["images", "list"]);
    let digests = std::fs::read_to_string(made.path().join("out/digests.json")).unwrap();
    let digests: serde_json::Value = serde_json::from_str(&digests).unwrap();
    let index = digests["images"]["sample"]["index"]["digest"].as_str().unwrap();
    for word in ["localhost/lucid/sample:0.1.0", "image.index", index, "linux/amd64,linux/arm64"] {
        assert!(listing.contains(word), "{word} is not in:\n{listing}");
    }
}

#[test]
#[ignore = "starts a Docker engine, as root: cargo nextest run -p oci-image --run-ignored only"]
fn docker_loads_the_hosts_image_and_reads_its_configuration() {
    let made = made();
    let directory = tempfile::tempdir().unwrap();
    let engine = Engine::start(directory.path());
    // The host's own archive, so that the engine's store does not matter.
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let archive = made.path().join(format!("out/images-{architecture}.tar"));
    let loaded = run(engine.docker().args(["load", "--input"]).arg(archive));
    assert_eq!(loaded, "Loaded image: localhost/lucid/sample:0.1.0\n");
    let inspect =
        ["inspect", "--format", "{{.Architecture}} {{.Config.User}} {{json .Config.Healthcheck.Test}} {{.Id}}"];
    let found = run(engine.docker().args(inspect).arg("localhost/lucid/sample:0.1.0"));
    let digests = std::fs::read_to_string(made.path().join("out/digests.json")).unwrap();
    let digests: serde_json::Value = serde_json::from_str(&digests).unwrap();
    let platform = &digests["images"]["sample"]["platforms"][format!("linux/{architecture}")];
    let id = platform["config"]["digest"].as_str().unwrap();
    let expected = format!(r#"{architecture} 65532:65532 ["CMD","/usr/bin/sample","healthcheck"] {id}"#);
    assert_eq!(found.trim(), expected);
    // What the engine unpacked is what the layers hold: it exports the same paths.
    let container =
        said(&engine.docker().args(["create", "--network=none", "localhost/lucid/sample:0.1.0"]).output().unwrap());
    let exported = run(Command::new("sh").arg("-c").arg(format!(
        "docker --host unix://{} export {} | tar --list",
        engine.directory.join("socket").display(),
        container.trim()
    )));
    for path in ["etc/nsswitch.conf", "usr/bin/sample", "usr/lib/libx.so.1", "var/lib/lucid/"] {
        assert!(exported.lines().any(|line| line == path), "{path} is missing:\n{exported}");
    }
}
