//! Sets whose archives are not the layout's images, or that lack one.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use oci_image::check::{Finding, Rule, check_archives, check_complete};
use oci_image::finished::{read_archives, read_layout};
use oci_image::recipe::Recipe;
use serde_json::{Value, json};
use tar::{Archive, Builder, Header};

use crate::sample::{base_entries, made, oci_image, recipe};

const REFERENCE: &str = "localhost/lucid/sample:0.1.0";
const ARCHIVE: &str = "images-amd64.tar";

type Members = Vec<(Header, String, Vec<u8>)>;

/// What is found once the archive for amd64 has been changed so.
fn found(change: impl FnOnce(&mut Members)) -> Vec<Finding> {
    let made = made();
    let out = made.path().join("out");
    rewrite(&out.join(ARCHIVE), change);
    archives(&out)
}

fn archives(out: &Path) -> Vec<Finding> {
    check_archives(&read_layout(out).unwrap(), &read_archives(out).unwrap().unwrap())
}

fn rewrite(file: &Path, change: impl FnOnce(&mut Members)) {
    let mut members: Members = Vec::new();
    for entry in Archive::new(File::open(file).unwrap()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        members.push((entry.header().clone(), entry.path().unwrap().to_str().unwrap().to_owned(), content));
    }
    change(&mut members);
    let mut archive = Builder::new(File::create(file).unwrap());
    for (mut header, name, content) in members {
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, name, content.as_slice()).unwrap();
    }
    archive.finish().unwrap();
}

fn document(members: &mut Members, name: &str, change: impl FnOnce(&mut Value)) {
    let content = &mut members.iter_mut().find(|member| member.1 == name).unwrap().2;
    let mut value = serde_json::from_slice(content).unwrap();
    change(&mut value);
    *content = value.to_string().into_bytes();
}

fn details(findings: &[Finding]) -> Vec<&str> {
    assert!(findings.iter().all(|finding| finding.rule == Rule::Archive), "{findings:?}");
    findings.iter().map(|finding| finding.detail.as_str()).collect()
}

#[test]
fn archives_of_the_layout_are_clean_whoever_wrote_them() {
    assert_eq!(found(|_| ()), []);
}

#[test]
fn an_archive_of_another_build_is_found() {
    let [ours, theirs] = [made(), made()].map(|made| (made.path().join("out"), made));
    let sources = theirs.1.path();
    fs::write(sources.join("program"), b"another program").unwrap();
    fs::remove_dir_all(&theirs.0).unwrap();
    let recipe = sources.join("recipe.json");
    oci_image(["assemble", recipe.to_str().unwrap(), "--out", theirs.0.to_str().unwrap()]);
    fs::copy(theirs.0.join(ARCHIVE), ours.0.join(ARCHIVE)).unwrap();
    let found = archives(&ours.0);
    let found = details(&found);
    assert!(
        found.iter().any(|detail| detail.contains("the layout does not, or says something else of it")),
        "{found:?}"
    );
    let configuration = format!("{REFERENCE} has another configuration than in the layout");
    let layers = format!("{REFERENCE} has other layers than in the layout");
    assert!(found.contains(&configuration.as_str()) && found.contains(&layers.as_str()), "{found:?}");
}

#[test]
fn what_the_classic_store_alone_would_take_is_found() {
    let swapped = found(|members| {
        document(members, "manifest.json", |images| images[0]["Layers"].as_array_mut().unwrap().reverse());
    });
    assert_eq!(details(&swapped), [format!("{REFERENCE} has other layers than in the layout")]);
    let renamed = found(|members| {
        document(members, "manifest.json", |images| images[0]["RepoTags"] = json!(["localhost/lucid/other:0.1.0"]));
    });
    assert_eq!(renamed.len(), 4, "unknown, in one index alone twice, and the sample in no archive: {renamed:?}");
    let left_out = found(|members| document(members, "manifest.json", |images| *images = json!([])));
    assert_eq!(
        details(&left_out),
        [format!("{REFERENCE} is in one of manifest.json and index.json alone").as_str(), "is in no archive"]
    );
    let again = found(|members| {
        document(members, "manifest.json", |images| {
            let image = images[0].clone();
            images.as_array_mut().unwrap().push(image);
        });
    });
    assert_eq!(details(&again), [format!("has {REFERENCE} twice").as_str(), "is in 2 archives"]);
}

#[test]
fn what_the_newer_store_alone_would_take_is_found() {
    let renamed = found(|members| {
        document(members, "index.json", |index| {
            index["manifests"][0]["annotations"]["io.containerd.image.name"] = json!("docker.io/library/debian:13");
        });
    });
    assert!(details(&renamed)[0].contains("says something else of it"), "{renamed:?}");
}

#[test]
fn a_blob_too_many_too_few_or_another_is_found() {
    let lacks = found(|members| drop(members.pop()));
    assert!(details(&lacks)[0].starts_with("lacks sha256:"), "{lacks:?}");
    let more = found(|members| {
        let (header, ..) = members.last().unwrap().clone();
        let content = b"nobody asks for it".to_vec();
        let digest = oci_image::digest::Digest::of(&content);
        members.push((header, format!("blobs/sha256/{}", digest.hex()), content));
    });
    assert!(details(&more)[0].ends_with("which is of none of its images"), "{more:?}");
    for name in ["repositories", "index.json"] {
        let strange = found(|members| {
            let (header, ..) = members.last().unwrap().clone();
            members.push((header, name.to_owned(), b"{\"manifests\":[]}".to_vec()));
        });
        assert!(
            details(&strange).iter().any(|detail| detail.starts_with(&format!("has the member {name}"))),
            "{strange:?}"
        );
    }
    let made = made();
    let out = made.path().join("out");
    rewrite(&out.join(ARCHIVE), |members| members.last_mut().unwrap().2.push(0));
    let error = read_archives(&out).unwrap_err();
    assert!(error.to_string().contains("has other content"), "{error}");
}

#[test]
fn an_image_for_which_there_is_no_archive_is_found() {
    let made = made();
    let out = made.path().join("out");
    fs::remove_file(out.join("images-arm64.tar")).unwrap();
    let found = archives(&out);
    assert_eq!(
        (details(&found), found[0].at.as_str()),
        (vec!["is in no archive"], &*format!("{REFERENCE} linux/arm64"))
    );
    assert!(read_archives(&out.join("oci")).unwrap().is_none(), "a mere layout has none");
}

#[test]
fn a_set_that_is_not_its_recipe_s_is_found() {
    let made = made();
    let images = read_layout(&made.path().join("out")).unwrap();
    let parsed = |recipe: &Value| Recipe::parse(recipe.to_string().as_bytes()).unwrap();
    let mut recipe = recipe(&base_entries());
    assert_eq!(check_complete(&images, &parsed(&recipe)), []);
    let places =
        |findings: Vec<Finding>| findings.into_iter().map(|finding| (finding.at, finding.detail)).collect::<Vec<_>>();
    let at = |platform: &str, detail: &str| (format!("{REFERENCE} {platform}"), detail.to_owned());
    let doubled = [images.clone(), images[..1].to_vec()].concat();
    assert_eq!(places(check_complete(&doubled, &parsed(&recipe))), [at("linux/amd64", "is there twice")]);
    assert_eq!(places(check_complete(&images[1..], &parsed(&recipe))), [at("linux/amd64", "is missing")]);
    recipe["images"][0]["platforms"].as_object_mut().unwrap().remove("linux/arm64");
    assert_eq!(places(check_complete(&images, &parsed(&recipe))), [at("linux/arm64", "is not in the recipe")]);
}

#[test]
fn the_command_holds_the_whole_set_and_writes_its_report() {
    let made = made();
    let [out, recipe, report] = ["out", "recipe.json", "policy.json"].map(|name| made.path().join(name));
    let checked = || -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oci-image"));
        command.args(["check", "--json", "--recipe"]).args([&recipe, &PathBuf::from("--report"), &report, &out]);
        command.output().unwrap()
    };
    let findings = |output: &Output| serde_json::from_slice::<Value>(&output.stdout).unwrap()["findings"].clone();
    let before = checked();
    assert_eq!(fs::read(&report).unwrap(), before.stdout);
    assert_eq!(findings(&before), json!([]), "the sample breaks rules, the set does not");
    rewrite(&out.join(ARCHIVE), |members| document(members, "manifest.json", |images| *images = json!([])));
    let mut other: Value = serde_json::from_slice(&fs::read(&recipe).unwrap()).unwrap();
    other["images"][0]["platforms"].as_object_mut().unwrap().remove("linux/arm64");
    fs::write(&recipe, other.to_string()).unwrap();
    let rules: Vec<Value> =
        findings(&checked()).as_array().unwrap().iter().map(|finding| finding["rule"].clone()).collect();
    assert_eq!(rules, ["archive", "archive", "complete"]);
}
