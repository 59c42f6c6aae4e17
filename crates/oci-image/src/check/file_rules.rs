//! Rules over an image's files.

use auditable_info::audit_info_from_slice;

use crate::check::{Rule, Subject};
use crate::elf::Elf;
use crate::finished::{File, FileKind};
use crate::go::GoBuild;
use crate::inventory::LONGEST_LIST;
use crate::ustar::MTIME;

/// Where volumes are mounted; a fresh volume takes the directory's owner.
const MOUNT_POINTS: [&str; 2] = ["var/lib/lucid", "var/log/lucid"];
const SERVICE_USER: u64 = 65532;

/// Programs that run what they are told.
const SHELLS: [&str; 22] = [
    "ash", "awk", "bash", "busybox", "csh", "dash", "env", "fish", "gawk", "ksh", "lua", "mawk", "mksh", "node",
    "perl", "php", "python", "ruby", "sh", "tcsh", "toybox", "zsh",
];

/// Programs that bring others.
const PACKAGE_MANAGERS: [&str; 15] = [
    "apk",
    "apt",
    "apt-cache",
    "apt-get",
    "aptitude",
    "cargo",
    "dnf",
    "dpkg",
    "gem",
    "nix",
    "npm",
    "pacman",
    "pip",
    "rpm",
    "yum",
];

pub(super) fn hold(subject: &mut Subject<'_>) {
    for (path, file) in &subject.image.files {
        named(subject, path, file);
        kind(subject, path, file);
        written_once(subject, path, file);
        if MOUNT_POINTS.contains(&path.as_str()) {
            continue;
        }
        rights(subject, path, file);
    }
    mount_points(subject);
    programs(subject);
}

/// By name, links included: a link called sh is as good as a shell.
fn named(subject: &mut Subject<'_>, path: &str, file: &File) {
    let name = path.rsplit('/').next().unwrap_or(path);
    // python3.13 is python, pip3 is pip.
    let name = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.' || last == '-');
    if file.kind == FileKind::Directory {
        return;
    }
    if SHELLS.contains(&name) {
        subject.find(Rule::Shell, format!("/{path}"), "is a shell or an interpreter by its name");
    }
    if PACKAGE_MANAGERS.contains(&name) {
        subject.find(Rule::PackageManager, format!("/{path}"), "is a package manager by its name");
    }
}

fn kind(subject: &mut Subject<'_>, path: &str, file: &File) {
    if let FileKind::Other(letter) = file.kind {
        subject.find(Rule::Kind, format!("/{path}"), format!("is of tar's kind {letter:?}"));
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.starts_with(".wh.") {
        subject.find(Rule::Kind, format!("/{path}"), "marks a deletion in a lower layer");
    }
    for field in &file.extended {
        subject.find(Rule::Kind, format!("/{path}"), format!("has the extended field {field}"));
    }
}

/// At one time, under one name, and not over something else.
fn written_once(subject: &mut Subject<'_>, path: &str, file: &File) {
    if file.mtime != MTIME {
        subject.find(Rule::Time, format!("/{path}"), format!("is dated {} s after 1970", file.mtime));
    }
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(char::REPLACEMENT_CHARACTER);
    if !path.split('/').all(plain) {
        subject.find(Rule::Path, format!("/{path}"), "is not written plainly");
    }
    if file.covers {
        subject.find(Rule::Path, format!("/{path}"), "stands over something else at the same path");
    }
}

fn rights(subject: &mut Subject<'_>, path: &str, file: &File) {
    if file.mode & 0o7000 != 0 {
        subject.find(Rule::Setuid, format!("/{path}"), format!("has the mode {:04o}", file.mode));
    }
    if (file.uid, file.gid) != (0, 0) {
        subject.find(Rule::Owner, format!("/{path}"), format!("belongs to {}:{}", file.uid, file.gid));
    }
    let writers = match file.kind {
        // A link's own mode means nothing.
        FileKind::Link(_) => 0,
        // Only root could write there, and nothing runs as root.
        FileKind::Directory => file.mode & 0o022,
        FileKind::Regular(_) | FileKind::Other(_) => file.mode & 0o222,
    };
    if writers != 0 {
        subject.find(Rule::Writable, format!("/{path}"), format!("has the mode {:04o}", file.mode));
    }
}

fn mount_points(subject: &mut Subject<'_>) {
    for path in MOUNT_POINTS {
        let at = format!("/{path}");
        let below = format!("{path}/");
        if let Some(inside) = subject.image.files.keys().find(|other| other.starts_with(&below)) {
            subject.find(Rule::MountPoint, &at, format!("is not empty: /{inside}"));
        }
        match subject.image.files.get(path) {
            None => subject.find(Rule::MountPoint, at, "is missing"),
            Some(file) if file.kind != FileKind::Directory => {
                subject.find(Rule::MountPoint, at, "is no directory");
            }
            Some(file) => {
                if (file.uid, file.gid, file.mode) != (SERVICE_USER, SERVICE_USER, 0o700) {
                    let detail = format!("is {}:{} {:04o}, not 65532:65532 0700", file.uid, file.gid, file.mode);
                    subject.find(Rule::MountPoint, at, detail);
                }
            }
        }
    }
}

/// Anything that can be run, whatever its name and mode: a loader runs files without the bit.
fn programs(subject: &mut Subject<'_>) {
    let own = subject.program_path().and_then(|path| subject.resolve(path));
    if let Some((path, File { kind: FileKind::Regular(content), .. })) = &own {
        says_who_it_is(subject, path, content);
    }
    let own = own.map(|(path, _)| path);
    for (path, file) in &subject.image.files {
        let FileKind::Regular(content) = &file.kind else { continue };
        if own.as_ref() == Some(path) {
            continue;
        }
        let at = format!("/{path}");
        if Elf::is_one(content) {
            match Elf::parse(content) {
                Ok(elf) if elf.is_library() => {}
                Ok(_) => subject.find(Rule::OwnBinary, at, "is a program, and not the service's own"),
                Err(error) => subject.find(Rule::OwnBinary, at, error.to_string()),
            }
        } else if content.starts_with(b"#!") {
            subject.find(Rule::OwnBinary, at, "is a script");
        } else if file.mode & 0o111 != 0 {
            subject.find(Rule::OwnBinary, at, "can be run, and is not the service's own program");
        }
    }
}

/// A shell under the service's name would pass every other rule. cargo-auditable writes into a program what it was made
/// of, and which crate it is; Go's linker, which package.
fn says_who_it_is(subject: &mut Subject<'_>, path: &str, content: &[u8]) {
    if !Elf::is_one(content) {
        // Another rule says so.
        return;
    }
    let at = format!("/{path}");
    if let Some(foreign) = subject.foreign {
        match GoBuild::read(content) {
            None => subject.find(Rule::OwnBinary, at, "does not say what it is: it has no account of Go's linker"),
            Some(build) if build.main != foreign.main => {
                subject.find(Rule::OwnBinary, at, format!("says that it is {}", build.main));
            }
            Some(_) => {}
        }
        return;
    }
    match audit_info_from_slice(content, LONGEST_LIST) {
        Err(_) => subject.find(Rule::OwnBinary, at, "does not say what it is: it has no auditable section"),
        Ok(list) => {
            let root = list.packages.iter().find(|package| package.root).map(|package| package.name.as_str());
            if root != Some(subject.service) {
                let detail = format!("says that it is {}", root.unwrap_or("nothing"));
                subject.find(Rule::OwnBinary, at, detail);
            }
        }
    }
}
