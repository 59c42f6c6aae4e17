//! Rules over programs and libraries: static, or complete.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Rule, Subject};
use crate::elf::Elf;
use crate::finished::FileKind;
use crate::foreign::Foreign;

/// Debian's packages that wallet-manager's image always has.
const RUNTIME_PACKAGES: [&str; 3] = ["libc6", "libgcc-s1", "libstdc++6"];

/// Debian's own layout: one file a package, as scanners read it.
pub(crate) const STATUS_DIRECTORY: &str = "var/lib/dpkg/status.d/";

pub(super) fn hold(subject: &mut Subject<'_>) {
    let elves = elves(subject);
    for (path, elf) in &elves {
        let at = format!("/{path}");
        let architecture = subject.image.platform.strip_prefix("linux/");
        if elf.architecture != architecture {
            let detail = format!("is for {}", elf.architecture.unwrap_or("another machine"));
            subject.find(Rule::Platform, &at, detail);
        }
        for directory in elf.dynamic.iter().flat_map(|dynamic| &dynamic.run_paths) {
            let detail = format!("looks for libraries in {directory}, and not only where glibc does");
            subject.find(Rule::Libraries, &at, detail);
        }
        if elf.executable_stack {
            subject.find(Rule::ExecutableStack, &at, "does not say that its stack is not executable");
        }
    }
    indexed(subject);
    softhsm(subject);
    let Some(program) = subject.program() else {
        let at = subject.program_path().unwrap_or_default();
        return subject.find(Rule::Entrypoint, format!("/{at}"), "is no ELF program");
    };
    // Debian links its Go programs so.
    if subject.foreign.is_none() && !program.linkage().is_position_independent() {
        let at = format!("/{}", subject.program_path().unwrap_or_default());
        subject.find(Rule::PositionIndependent, at, "is loaded at a fixed address");
    }
    if let Some(foreign) = subject.foreign {
        complete(subject, &program, &elves);
        loader_files(subject);
        dpkg(subject, &elves, &["libc6", foreign.package]);
        of_its_package(subject, foreign);
    } else if subject.is_dynamic_service() {
        complete(subject, &program, &elves);
        loader_files(subject);
        dpkg(subject, &elves, &RUNTIME_PACKAGES);
    } else {
        stands_alone(subject, &program, &elves);
    }
}

/// A reader takes an image by what the index says of it, and runs what is in it.
fn indexed(subject: &mut Subject<'_>) {
    if let Some(indexed) = &subject.image.indexed {
        let said = format!("{}/{}", indexed.os, indexed.architecture);
        if said != subject.image.platform {
            subject.find(Rule::Platform, "index", format!("says {said}, the configuration {}", subject.image.platform));
        }
    }
}

fn elves(subject: &Subject<'_>) -> BTreeMap<String, Elf> {
    let files = subject.image.files.iter();
    let elves = files.filter_map(|(path, file)| match &file.kind {
        FileKind::Regular(content) if Elf::is_one(content) => Some((path.clone(), Elf::parse(content).ok()?)),
        _ => None,
    });
    elves.collect()
}

fn stands_alone(subject: &mut Subject<'_>, program: &Elf, elves: &BTreeMap<String, Elf>) {
    let at = format!("/{}", subject.program_path().unwrap_or_default());
    if let Some(loader) = &program.interpreter {
        subject.find(Rule::Static, &at, format!("asks for the loader {loader}"));
    }
    if let Some(dynamic) = &program.dynamic {
        if program.fixed {
            subject.find(Rule::Static, &at, "has a dynamic section, without being position-independent");
        }
        for library in &dynamic.needed {
            subject.find(Rule::Static, &at, format!("asks for the library {library}"));
        }
    }
    for path in elves.iter().filter(|(_, elf)| elf.is_library()).map(|(path, _)| path) {
        subject.find(Rule::Static, format!("/{path}"), "is a library in a static image");
    }
}

/// The loader and every library asked for, those of libraries included, are where glibc looks.
fn complete(subject: &mut Subject<'_>, program: &Elf, elves: &BTreeMap<String, Elf>) {
    let at = format!("/{}", subject.program_path().unwrap_or_default());
    let Some(loader) = &program.interpreter else {
        return subject.find(Rule::Libraries, at, "asks for no loader: it is not linked with glibc");
    };
    if subject.resolve(loader.trim_start_matches('/')).is_none() {
        subject.find(Rule::Libraries, loader, "the loader is not in the image");
    }
    let mut open: Vec<(String, &Elf)> = vec![(at, program)];
    // A module is loaded by name, so nothing asks for it, yet its libraries must be there.
    open.extend(elves.iter().filter(|(_, elf)| elf.is_library()).map(|(path, elf)| (format!("/{path}"), elf)));
    // The loader is there before anybody asks for it.
    let loaded = loader.rsplit('/').next();
    for (path, elf) in open {
        for library in elf.dynamic.iter().flat_map(|dynamic| &dynamic.needed) {
            if loaded != Some(library) && !found(subject, library) {
                subject.find(Rule::Libraries, &path, format!("asks for {library}, which is not in the image"));
            }
        }
    }
    if !found(subject, "libc.so.6") {
        subject.find(Rule::Libraries, "/lib", "glibc is not in the image");
    }
}

/// Files by which the loader takes other libraries than those that were asked for, or looks elsewhere.
fn loader_files(subject: &mut Subject<'_>) {
    for path in ["etc/ld.so.preload", "etc/ld.so.conf", "etc/ld.so.cache"] {
        if subject.image.files.contains_key(path) {
            subject.find(Rule::Libraries, format!("/{path}"), "tells the loader what to load");
        }
    }
}

/// In glibc's standard directories, as Debian builds it.
fn found(subject: &Subject<'_>, library: &str) -> bool {
    let triplet = match subject.image.platform.as_str() {
        "linux/arm64" => "aarch64-linux-gnu",
        _ => "x86_64-linux-gnu",
    };
    let directories = [format!("lib/{triplet}"), format!("usr/lib/{triplet}"), "lib".to_owned(), "usr/lib".to_owned()];
    directories.iter().any(|directory| subject.resolve(&format!("{directory}/{library}")).is_some())
}

fn dpkg(subject: &mut Subject<'_>, elves: &BTreeMap<String, Elf>, packages: &[&str]) {
    let statuses = subject.image.files.keys().filter_map(|path| path.strip_prefix(STATUS_DIRECTORY));
    let listed: BTreeSet<String> = statuses.map(ToOwned::to_owned).collect();
    for package in packages {
        if !listed.contains(*package) {
            subject.find(Rule::Dpkg, format!("/{STATUS_DIRECTORY}{package}"), "is missing");
        }
    }
    let owned = owned(subject, &listed);
    for path in elves.iter().filter(|(path, elf)| elf.is_library() && !owned.contains(*path)).map(|(path, _)| path) {
        subject.find(Rule::Dpkg, format!("/{path}"), "is of no package that is listed here");
    }
    for name in listed.iter().filter(|name| !name.ends_with(".md5sums")) {
        let path = format!("{STATUS_DIRECTORY}{name}");
        let text = match &subject.image.files[&path].kind {
            FileKind::Regular(content) => String::from_utf8_lossy(content).into_owned(),
            _ => String::new(),
        };
        for field in ["Package: ", "Version: ", "Architecture: "] {
            if !text.lines().any(|line| line.starts_with(field)) {
                subject.find(Rule::Dpkg, format!("/{path}"), format!("has no field {}", field.trim_end_matches(": ")));
            }
        }
    }
}

/// Debian's program is that of its package.
fn of_its_package(subject: &mut Subject<'_>, foreign: &Foreign) {
    let package = BTreeSet::from([format!("{}.md5sums", foreign.package)]);
    if !owned(subject, &package).contains(foreign.program) {
        subject.find(Rule::Dpkg, format!("/{}", foreign.program), format!("is not of the package {}", foreign.package));
    }
}

/// The files of these packages, by their lists of sums.
fn owned(subject: &Subject<'_>, listed: &BTreeSet<String>) -> BTreeSet<String> {
    let mut owned = BTreeSet::new();
    for name in listed.iter().filter(|name| name.ends_with(".md5sums")) {
        let list = subject.image.files.get(&format!("{STATUS_DIRECTORY}{name}"));
        if let Some(FileKind::Regular(sums)) = list.map(|file| &file.kind) {
            let text = String::from_utf8_lossy(sums);
            owned.extend(text.lines().filter_map(|line| line.split_once("  ")).map(|(_, path)| path.to_owned()));
        }
    }
    owned
}

/// A module that keeps keys in files must never be what runs in production by mistake.
fn softhsm(subject: &mut Subject<'_>) {
    let variant = subject.is_softhsm_variant();
    let modules: Vec<_> = subject.image.files.keys().filter(|path| path.contains("softhsm")).cloned().collect();
    let module = modules.iter().any(|path| path.ends_with("libsofthsm2.so"));
    if variant && !module {
        subject.find(Rule::SoftHsm, "libsofthsm2.so", "is missing in the variant that is named after it");
    }
    if !variant {
        for path in modules {
            subject.find(Rule::SoftHsm, format!("/{path}"), "stands in an image that is not the SoftHSM variant");
        }
    }
}
