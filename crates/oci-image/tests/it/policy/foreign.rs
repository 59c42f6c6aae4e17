//! The policy over programs that Debian compiled.

use oci_image::check::Rule;
use oci_image::elf::Linkage;
use serde_json::json;
use tar::EntryType;

use super::image::{Image, checked, compiled, found, go_program, program_of};

const PROGRAM: &str = "usr/bin/prometheus";
const MAIN: &str = "github.com/prometheus/prometheus/cmd/prometheus";

fn finds(what: &str, rule: Rule, at: &str, change: impl FnOnce(&mut Image)) {
    let mut image = Image::of_prometheus();
    change(&mut image);
    assert_eq!(found(&image), [(rule, at.to_owned())], "{what}");
}

#[test]
fn debians_program_is_clean_with_glibc_and_its_package() {
    let report = checked(&Image::of_prometheus());
    assert!(report.clean, "{report}");
    assert_eq!(report.images[0].linkage, Some(Linkage::Dynamic));
    assert!(
        report.to_string().contains("localhost/lucid/prometheus:1 linux/amd64: ok, at a fixed address"),
        "{report}"
    );
}

#[test]
fn what_no_image_may_have_it_may_not_have_either() {
    finds("root", Rule::User, "User", |image| image.config["config"]["User"] = json!("0:0"));
    finds("a shell", Rule::Shell, "/usr/bin/sh", |image| {
        image.file("usr/bin/sh", b"", 0o444);
    });
    finds("a shell by link", Rule::Shell, "/bin/bash", |image| {
        image.file("bin/bash", b"", 0o777).kind = EntryType::Symlink;
        image.members.get_mut("bin/bash").unwrap().link = format!("/{PROGRAM}");
    });
    finds("a package manager", Rule::PackageManager, "/usr/bin/dpkg", |image| {
        image.file("usr/bin/dpkg", b"", 0o444);
    });
    finds("setuid", Rule::Setuid, "/usr/bin/prometheus", |image| {
        image.members.get_mut(PROGRAM).unwrap().mode = 0o4555;
    });
    finds("a writable file", Rule::Writable, "/etc/prometheus/prometheus.yml", |image| {
        image.file("etc/prometheus/prometheus.yml", b"", 0o644);
    });
    finds("its own file", Rule::Owner, "/etc/prometheus", |image| image.directory("etc/prometheus", 0o755, 65532));
    finds("a full mount point", Rule::MountPoint, "/var/lib/lucid", |image| {
        image.file("var/lib/lucid/wal", b"", 0o444);
    });
    finds("no label", Rule::Labels, "lucid.isolation", |image| {
        image.config["config"]["Labels"].as_object_mut().unwrap().remove("lucid.isolation");
    });
    finds("an executable stack", Rule::ExecutableStack, "/usr/bin/prometheus", |image| {
        image.file(PROGRAM, &go_program(MAIN, &["-no-pie", "-Wl,-z,execstack"]), 0o555);
    });
    finds("the package's second program", Rule::OwnBinary, "/usr/bin/promtool", |image| {
        image.file(
            "usr/bin/promtool",
            &go_program("github.com/prometheus/prometheus/cmd/promtool", &["-no-pie"]),
            0o555,
        );
    });
    finds("its script", Rule::OwnBinary, "/usr/share/prometheus/install-ui.sh", |image| {
        image.file("usr/share/prometheus/install-ui.sh", b"#!/usr/bin/env bash\n", 0o555);
    });
}

#[test]
fn a_variable_or_a_health_check_is_found() {
    finds("a variable of ours", Rule::Environment, "LUCID_SERVER__LISTEN", |image| {
        image.config["config"]["Env"] = json!(["LUCID_SERVER__LISTEN=0.0.0.0:9090"]);
    });
    finds("a library before all others", Rule::Environment, "LD_PRELOAD", |image| {
        image.config["config"]["Env"] = json!(["LD_PRELOAD=/tmp/x.so"]);
    });
    finds("a health check", Rule::Healthcheck, "Healthcheck", |image| {
        image.config["config"]["Healthcheck"] = json!({ "Test": ["CMD", "/usr/bin/prometheus", "healthcheck"] });
    });
}

#[test]
fn another_program_in_its_place_is_found() {
    let at = || (Rule::OwnBinary, "/usr/bin/prometheus".to_owned());
    for (what, program) in [
        ("one of nobody's", compiled(&["-no-pie"])),
        ("one of ours", program_of("prometheus", &["-no-pie"])),
        ("another of Go's", go_program("github.com/prometheus/alertmanager/cmd/alertmanager", &["-no-pie"])),
    ] {
        let mut image = Image::of_prometheus();
        image.file(PROGRAM, &program, 0o555);
        assert_eq!(found(&image), [at()], "{what}");
    }
    // And Go's program under the name of a service of ours.
    let mut image = Image::of_static_service();
    image.file("usr/bin/tron-client", &go_program(MAIN, &["-static-pie"]), 0o555);
    assert_eq!(found(&image), [(Rule::OwnBinary, "/usr/bin/tron-client".to_owned())]);
}

#[test]
fn the_program_stands_where_debian_has_it_and_is_of_its_package() {
    let mut image = Image::of_prometheus();
    let member = image.members.remove(PROGRAM).unwrap();
    image.members.insert("opt/prometheus".to_owned(), member);
    image.config["config"]["Entrypoint"] = json!(["/opt/prometheus"]);
    assert_eq!(found(&image), [(Rule::Entrypoint, "/opt/prometheus".to_owned())]);

    let of_none = [(Rule::Dpkg, "/usr/bin/prometheus".to_owned())];
    let mut image = Image::of_prometheus();
    image.file("var/lib/dpkg/status.d/prometheus.md5sums", b"", 0o444);
    assert_eq!(found(&image), of_none);
    image.members.remove("var/lib/dpkg/status.d/prometheus.md5sums");
    assert_eq!(found(&image), of_none);
    let sums = format!("{}  {PROGRAM}\n", "0".repeat(32));
    image.members.get_mut("var/lib/dpkg/status.d/libc6.md5sums").unwrap().content.extend(sums.as_bytes());
    assert_eq!(found(&image), of_none, "another package's list says nothing");
}

#[test]
fn glibc_and_the_metadata_must_be_there_and_nothing_for_the_loader() {
    finds("no package", Rule::Dpkg, "/var/lib/dpkg/status.d/prometheus", |image| {
        image.members.remove("var/lib/dpkg/status.d/prometheus");
    });
    finds("no package of glibc", Rule::Dpkg, "/var/lib/dpkg/status.d/libc6", |image| {
        image.members.remove("var/lib/dpkg/status.d/libc6");
    });
    finds("another's library", Rule::Dpkg, "/usr/lib/x86_64-linux-gnu/libx.so", |image| {
        let library = compiled(&["-shared", "-Wl,-soname,libx.so"]);
        image.file("usr/lib/x86_64-linux-gnu/libx.so", &library, 0o444);
    });
    finds("what the loader takes first", Rule::Libraries, "/etc/ld.so.preload", |image| {
        image.file("etc/ld.so.preload", b"/tmp/x.so\n", 0o444);
    });
    let mut image = Image::of_prometheus();
    image.members.remove("usr/lib/x86_64-linux-gnu/libc.so.6");
    assert!(found(&image).contains(&(Rule::Libraries, "/usr/bin/prometheus".to_owned())));
}
