//! Each rule broken alone, and named.

use oci_image::check::Rule;
use serde_json::{Value, json};
use tar::EntryType;

use super::image::{Image, compiled, found, program_of};

type Break = fn(&mut Image);

fn holds(cases: &[(&str, Rule, &str, Break)]) {
    for (what, rule, at, change) in cases {
        let mut image = Image::of_static_service();
        change(&mut image);
        assert_eq!(found(&image), [(*rule, (*at).to_owned())], "{what}");
    }
}

#[test]
fn breaches_of_the_configuration_are_found() {
    holds(&[
        ("root", Rule::User, "User", |image| image.config["config"]["User"] = json!("0:0")),
        ("no user", Rule::User, "User", |image| image.config["config"]["User"] = Value::Null),
        ("another plane", Rule::Labels, "lucid.plane", |image| {
            image.config["config"]["Labels"]["lucid.plane"] = json!("chain");
        }),
        ("no licence", Rule::Labels, "org.opencontainers.image.licenses", |image| {
            image.config["config"]["Labels"]["org.opencontainers.image.licenses"] = json!("");
        }),
        ("another's name", Rule::Entrypoint, "/usr/bin/tron-client", |image| {
            image.config["config"]["Labels"]["lucid.service"] = json!("usdt-manager");
            image.file("usr/bin/tron-client", &program_of("usdt-manager", &["-static-pie"]), 0o555);
        }),
        ("cannot be run", Rule::Entrypoint, "/usr/bin/tron-client", |image| {
            image.members.get_mut("usr/bin/tron-client").unwrap().mode = 0o544;
        }),
        ("a health check by a shell", Rule::Healthcheck, "Healthcheck", |image| {
            image.config["config"]["Healthcheck"]["Test"] = json!(["CMD-SHELL", "tron-client healthcheck"]);
        }),
        ("another's health check", Rule::Healthcheck, "Healthcheck", |image| {
            image.config["config"]["Healthcheck"]["Test"] = json!(["CMD", "/usr/bin/curl"]);
        }),
        ("no health check", Rule::Healthcheck, "Healthcheck", |image| {
            image.config["config"]["Healthcheck"] = Value::Null;
        }),
        ("a health check that serves", Rule::Healthcheck, "Healthcheck", |image| {
            image.config["config"]["Healthcheck"]["Test"] = json!(["CMD", "/usr/bin/tron-client", "serve"]);
        }),
        ("a library before all others", Rule::Environment, "LD_PRELOAD", |image| {
            image.config["config"]["Env"] = json!(["LUCID_SERVER__LISTEN=0.0.0.0:8091", "LD_PRELOAD=/tmp/x.so"]);
        }),
        ("a secret", Rule::Environment, "JWT_SECRET", |image| {
            image.config["config"]["Env"] = json!(["JWT_SECRET=hunter2"]);
        }),
        ("another's variable", Rule::Environment, "SOFTHSM2_CONF", |image| {
            image.config["config"]["Env"] = json!(["SOFTHSM2_CONF=/etc/softhsm/softhsm2.conf"]);
        }),
        ("what a later build runs", Rule::Configuration, "OnBuild", |image| {
            image.config["config"]["OnBuild"] = json!(["RUN apt-get update"]);
        }),
        ("a volume", Rule::Configuration, "Volumes", |image| {
            image.config["config"]["Volumes"] = json!({ "/var/lib/lucid": {} });
        }),
        ("a date", Rule::Configuration, "created", |image| image.config["created"] = json!("2026-11-23T00:00:00Z")),
    ]);
}

#[test]
fn breaches_by_files_are_found() {
    holds(&[
        ("a shell", Rule::Shell, "/usr/bin/sh", |image| {
            image.file("usr/bin/sh", b"", 0o444);
        }),
        ("a shell by link", Rule::Shell, "/bin/bash", |image| {
            image.file("bin/bash", b"", 0o777).kind = EntryType::Symlink;
            image.members.get_mut("bin/bash").unwrap().link = "/usr/bin/tron-client".to_owned();
        }),
        ("an interpreter", Rule::Shell, "/usr/bin/python3.13", |image| {
            image.file("usr/bin/python3.13", b"", 0o444);
        }),
        ("a package manager", Rule::PackageManager, "/usr/bin/dpkg", |image| {
            image.file("usr/bin/dpkg", b"", 0o444);
        }),
        ("setuid", Rule::Setuid, "/usr/bin/tron-client", |image| {
            image.members.get_mut("usr/bin/tron-client").unwrap().mode = 0o4555;
        }),
        ("setgid of a directory", Rule::Setuid, "/usr", |image| image.directory("usr", 0o2755, 0)),
        ("a writable file", Rule::Writable, "/etc/passwd", |image| {
            image.file("etc/passwd", b"", 0o644);
        }),
        ("a writable directory", Rule::Writable, "/tmp", |image| image.directory("tmp", 0o777, 0)),
        ("the service's own file", Rule::Owner, "/etc/passwd", |image| {
            image.file("etc/passwd", b"", 0o444).owner = 65532;
        }),
        ("no mount point", Rule::MountPoint, "/var/log/lucid", |image| {
            image.members.remove("var/log/lucid");
        }),
        ("another's mount point", Rule::MountPoint, "/var/lib/lucid", |image| {
            image.directory("var/lib/lucid", 0o755, 65532);
        }),
        ("a full mount point", Rule::MountPoint, "/var/lib/lucid", |image| {
            image.file("var/lib/lucid/plane.db", b"", 0o444);
        }),
        ("a device", Rule::Kind, "/dev/null", |image| image.file("dev/null", b"", 0o444).kind = EntryType::Char),
        ("a deletion", Rule::Kind, "/etc/.wh.shadow", |image| {
            image.file("etc/.wh.shadow", b"", 0o444);
        }),
        ("another time", Rule::Time, "/etc/passwd", |image| {
            image.file("etc/passwd", b"", 0o444).mtime = 1;
        }),
        ("a hidden path", Rule::Path, "/usr/../etc/passwd", |image| {
            image.file("usr/../etc/passwd", b"", 0o444);
        }),
        ("a file under another", Rule::Path, "/etc/passwd", |image| {
            image.file("etc/passwd", b"", 0o444);
            image.file("./etc/passwd", b"what nobody sees", 0o444);
        }),
        ("a capability", Rule::Kind, "/etc/passwd", |image| {
            image.file("etc/passwd", b"", 0o444).attribute = Some("SCHILY.xattr.security.capability");
        }),
    ]);
}

#[test]
fn breaches_by_programs_are_found() {
    holds(&[
        ("a second program", Rule::OwnBinary, "/usr/bin/other", |image| {
            image.file("usr/bin/other", &compiled(&["-static-pie"]), 0o555);
        }),
        ("one that is not marked", Rule::OwnBinary, "/usr/share/other", |image| {
            image.file("usr/share/other", &compiled(&["-static"]), 0o444);
        }),
        ("a script", Rule::OwnBinary, "/start", |image| {
            image.file("start", b"#!/bin/x\n", 0o444);
        }),
        ("a runnable text", Rule::OwnBinary, "/start", |image| {
            image.file("start", b"text", 0o555);
        }),
        ("half an ELF file", Rule::OwnBinary, "/half", |image| {
            image.file("half", b"\x7fELF\x02\x01\x01", 0o444);
        }),
        ("an executable stack", Rule::ExecutableStack, "/usr/bin/tron-client", |image| {
            image.file("usr/bin/tron-client", &program_of("tron-client", &["-static-pie", "-Wl,-z,execstack"]), 0o555);
        }),
        ("no program", Rule::Entrypoint, "/usr/bin/tron-client", |image| {
            image.file("usr/bin/tron-client", b"", 0o555);
        }),
        ("a program that is called as the service", Rule::OwnBinary, "/usr/bin/tron-client", |image| {
            image.file("usr/bin/tron-client", &compiled(&["-static-pie"]), 0o555);
        }),
        ("another service under its name", Rule::OwnBinary, "/usr/bin/tron-client", |image| {
            image.file("usr/bin/tron-client", &program_of("devnet", &["-static-pie"]), 0o555);
        }),
        ("a library", Rule::Static, "/usr/lib/libx.so", |image| {
            image.file("usr/lib/libx.so", &compiled(&["-shared", "-Wl,-soname,libx.so"]), 0o444);
        }),
    ]);
}

#[test]
fn a_dynamic_program_in_a_static_image_is_found() {
    let mut image = Image::of_static_service();
    image.file("usr/bin/tron-client", &program_of("tron-client", &["-pie"]), 0o555);
    let at = || (Rule::Static, "/usr/bin/tron-client".to_owned());
    assert_eq!(found(&image), [at(), at()], "its loader and its library");
}

#[test]
fn what_the_loader_would_take_by_itself_is_found() {
    for file in ["etc/ld.so.preload", "etc/ld.so.conf", "etc/ld.so.cache"] {
        let mut image = Image::of_wallet_manager();
        image.file(file, b"/tmp/x.so\n", 0o444);
        assert_eq!(found(&image), [(Rule::Libraries, format!("/{file}"))]);
    }
    let mut image = Image::of_wallet_manager();
    let library = "usr/lib/x86_64-linux-gnu/libx.so";
    image.file(library, &compiled(&["-shared", "-Wl,-soname,libx.so"]), 0o444);
    assert_eq!(found(&image), [(Rule::Dpkg, format!("/{library}"))], "of no package");
}

#[test]
fn an_image_that_its_index_says_to_be_for_another_machine_is_found() {
    let mut image = Image::of_static_service();
    image.indexed = Some("arm64");
    assert_eq!(found(&image), [(Rule::Platform, "index".to_owned())]);
    image.indexed = Some("amd64");
    assert_eq!(found(&image), []);
}

#[test]
fn a_program_for_another_machine_is_found() {
    let mut image = Image::of_static_service();
    image.config["architecture"] = json!("arm64");
    assert_eq!(found(&image), [(Rule::Platform, "/usr/bin/tron-client".to_owned())]);
}
