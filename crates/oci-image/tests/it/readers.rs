//! Foreign readers: skopeo (of containers/image), umoci (of opencontainers), sha256sum and tar.

use std::process::Command;

use serde_json::{Value, json};

use crate::sample::{base_entries, made, oci_image, recipe, run, write_sources};

const REFERENCE: &str = "localhost/lucid/sample:0.1.0";

fn inspected(image: &str, architecture: &str) -> Value {
    let mut skopeo = Command::new("skopeo");
    skopeo.args(["--override-arch", architecture, "inspect", image]);
    serde_json::from_str(&run(&mut skopeo)).unwrap()
}

#[test]
fn skopeo_reads_both_platforms_from_the_layout() {
    let made = made();
    let layout = format!("oci:{}:{REFERENCE}", made.path().join("out/oci").display());
    for architecture in ["amd64", "arm64"] {
        let found = inspected(&layout, architecture);
        assert_eq!(found["Architecture"], architecture);
        assert_eq!(found["Labels"]["lucid.service"], "sample");
        assert_eq!(found["Env"], serde_json::json!(["A=1", "B=2"]));
        assert_eq!(found["Layers"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn skopeo_reads_an_archive_as_docker_and_as_oci() {
    let made = made();
    for architecture in ["amd64", "arm64"] {
        let archive = made.path().join(format!("out/images-{architecture}.tar"));
        let docker = inspected(&format!("docker-archive:{}:{REFERENCE}", archive.display()), architecture);
        assert_eq!(docker["Architecture"], architecture);
        let oci = inspected(&format!("oci-archive:{}:{REFERENCE}", archive.display()), architecture);
        assert_eq!(oci["Architecture"], architecture);
    }
}

#[test]
fn skopeo_copies_every_blob_and_umoci_unpacks_it() {
    let made = made();
    let from = format!("oci:{}:{REFERENCE}", made.path().join("out/oci").display());
    let one = made.path().join("one");
    run(Command::new("skopeo").args(["copy", "--quiet", &from]).arg(format!("oci:{}:sample", one.display())));
    let unpacked = made.path().join("unpacked");
    let image = format!("{}:sample", one.display());
    run(Command::new("umoci").args(["raw", "unpack", "--rootless", "--image", &image]).arg(&unpacked));
    assert_eq!(std::fs::read_to_string(unpacked.join("etc/nsswitch.conf")).unwrap(), "hosts: files dns\n");
    assert_eq!(std::fs::read_link(unpacked.join("lib")).unwrap().to_str(), Some("usr/lib"));
    assert_eq!(std::fs::read(unpacked.join("lib/libx.so.1")).unwrap(), vec![7; 3000]);
    let program = std::fs::read(made.path().join("program")).unwrap();
    assert_eq!(std::fs::read(unpacked.join("usr/bin/sample")).unwrap(), program);
}

#[test]
fn the_sums_hold() {
    let made = made();
    // In words that do not depend on whose machine this is.
    let sums = Command::new("sha256sum")
        .env("LC_ALL", "C")
        .args(["--check", "SHA256SUMS"])
        .current_dir(made.path().join("out"))
        .output();
    let checked = crate::sample::said(&sums.unwrap());
    assert!(checked.contains("digests.json: OK") && checked.contains("oci/index.json: OK"), "{checked}");
}

#[test]
fn a_layers_owners_modes_and_times_are_the_recipes() {
    let made = made();
    let text = std::fs::read_to_string(made.path().join("out/digests.json")).unwrap();
    let digests: Value = serde_json::from_str(&text).unwrap();
    let layer = &digests["images"]["sample"]["platforms"]["linux/amd64"]["layers"][0];
    let blob = layer["digest"].as_str().unwrap().replace("sha256:", "out/oci/blobs/sha256/");
    let mut tar = Command::new("tar");
    tar.args(["--list", "--verbose", "--numeric-owner", "--utc", "--full-time", "--gzip", "--file"]);
    let listing = run(tar.arg(made.path().join(blob)));
    let words =
        |line: &str| line.split_whitespace().filter(|word| word.parse::<u64>().is_err()).collect::<Vec<_>>().join(" ");
    let found: Vec<_> = listing.lines().map(words).collect();
    assert_eq!(
        found,
        [
            "drwxr-xr-x 0/0 1970-01-01 00:00:00 etc/",
            "-r--r--r-- 0/0 1970-01-01 00:00:00 etc/nsswitch.conf",
            "-r--r--r-- 0/0 1970-01-01 00:00:00 etc/passwd",
            "lrwxrwxrwx 0/0 1970-01-01 00:00:00 lib -> usr/lib",
            "drwxr-xr-x 0/0 1970-01-01 00:00:00 usr/",
            "drwxr-xr-x 0/0 1970-01-01 00:00:00 usr/lib/",
            "lrwxrwxrwx 0/0 1970-01-01 00:00:00 usr/lib/libx.so.1 -> libx.so.1.2",
            "-r--r--r-- 0/0 1970-01-01 00:00:00 usr/lib/libx.so.1.2",
            "drwxr-xr-x 0/0 1970-01-01 00:00:00 var/",
            "drwxr-xr-x 0/0 1970-01-01 00:00:00 var/lib/",
            "drwx------ 65532/65532 1970-01-01 00:00:00 var/lib/lucid/",
            "drwxr-xr-x 0/0 1970-01-01 00:00:00 var/log/",
            "drwx------ 65532/65532 1970-01-01 00:00:00 var/log/lucid/",
        ]
    );
}

#[test]
fn an_image_that_not_everybody_wants_is_in_the_layout_and_in_an_archive_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    write_sources(directory.path());
    let mut recipe = recipe(&base_entries());
    let mut apart = recipe["images"][0].clone();
    let reference = "localhost/lucid/apart:0.1.0";
    for (key, value) in [("name", "apart"), ("reference", reference), ("archive", "observability")] {
        apart[key] = json!(value);
    }
    apart["platforms"]["linux/amd64"]["layers"][1]["entries"][0]["text"] = json!("another program");
    apart["platforms"]["linux/amd64"]["layers"][1]["entries"][0].as_object_mut().unwrap().remove("file");
    recipe["images"].as_array_mut().unwrap().push(apart);
    let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("recipe.json"), recipe.to_string()).unwrap();
    oci_image(["assemble", &at("recipe.json"), "--out", &at("out")]);

    let read = |name: &str| serde_json::from_slice::<Value>(&std::fs::read(at(name)).unwrap()).unwrap();
    let digests = read("out/digests.json");
    assert_eq!(digests["archives"]["linux/arm64"]["observability"]["file"], "observability-arm64.tar");
    assert_eq!(digests["archives"]["linux/arm64"]["images"]["file"], "images-arm64.tar");
    assert_eq!(digests["images"]["apart"]["archive"], "observability");
    assert_eq!(read("out/oci/index.json")["manifests"].as_array().unwrap().len(), 2);
    let own = digests["images"]["apart"]["platforms"]["linux/amd64"]["layers"][1]["digest"].as_str().unwrap();
    let own = own.replace("sha256:", "blobs/sha256/");
    for (archive, reference, has_own) in [("images", REFERENCE, false), ("observability", reference, true)] {
        let archive = at(&format!("out/{archive}-amd64.tar"));
        let inside = |name: &str| {
            let text = run(Command::new("tar").args(["--extract", "--to-stdout", "--file", &archive, name]));
            serde_json::from_str::<Value>(&text).unwrap()
        };
        assert_eq!(inside("manifest.json")[0]["RepoTags"], json!([reference]));
        assert_eq!(inside("index.json")["manifests"].as_array().unwrap().len(), 1);
        let listing = run(Command::new("tar").args(["--list", "--file", &archive]));
        assert_eq!(listing.lines().any(|line| line == own), has_own, "{archive}");
    }
}

#[test]
fn an_archive_tells_the_classic_store_of_the_hosts_platform_alone() {
    let made = made();
    let text = std::fs::read_to_string(made.path().join("out/digests.json")).unwrap();
    let digests: Value = serde_json::from_str(&text).unwrap();
    for architecture in ["amd64", "arm64"] {
        let archive = made.path().join(format!("out/images-{architecture}.tar"));
        let listing = run(Command::new("tar").arg("--list").arg("--file").arg(&archive));
        let first: Vec<_> = listing.lines().take(3).collect();
        assert_eq!(first, ["oci-layout", "index.json", "manifest.json"], "readers that stream take these first");
        let manifest =
            run(Command::new("tar").args(["--extract", "--to-stdout", "--file"]).arg(&archive).arg("manifest.json"));
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest.as_array().unwrap().len(), 1, "two platforms under one tag: the last would win");
        let platform = &digests["images"]["sample"]["platforms"][format!("linux/{architecture}")];
        let config = platform["config"]["digest"].as_str().unwrap().replace("sha256:", "blobs/sha256/");
        assert_eq!(manifest[0]["Config"], config);
        assert_eq!(manifest[0]["RepoTags"], serde_json::json!([REFERENCE]));
        // Every blob is there, the other platform's too: containerd keeps the whole index.
        let blobs = listing.lines().filter(|line| line.starts_with("blobs/sha256/") && !line.ends_with('/')).count();
        assert_eq!(blobs, 3 + 2 * 2 + 1, "layers (one shared), configurations and manifests, the image's index");
    }
}
