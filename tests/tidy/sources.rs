//! Source files.

use std::path::PathBuf;

use plane_tests::{files, read};

use crate::check;

const LONGEST_FILE: usize = 400;

/// What pure crates must not name outside their tests.
const IMPURE: [&str; 12] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "now_v7",
    "new_v4",
    "getrandom",
    "thread_rng",
    "tokio::",
];

fn rust() -> Vec<PathBuf> {
    files("crates", ".rs").into_iter().chain(files("tests", ".rs")).collect()
}

/// A file's text up to its tests.
fn without_tests(text: &str) -> &str {
    text.split_once("#[cfg(test)]\nmod ").map_or(text, |(before, _)| before)
}

#[test]
fn no_file_is_too_long_to_read() {
    let lengths = rust().into_iter().map(|path| (read(&path).lines().count(), path));
    let breaches: Vec<_> = lengths
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{}: {lines} lines", path.display()))
        .collect();
    check(&format!("At most {LONGEST_FILE} lines a file; part it by nouns:"), &breaches);
}

#[test]
fn modules_are_named_after_themselves() {
    let breaches: Vec<_> = rust()
        .into_iter()
        .filter(|path| path.ends_with("mod.rs"))
        .map(|path| format!("{}: call it after its directory, beside it", path.display()))
        .collect();
    check("foo.rs and foo/, never foo/mod.rs:", &breaches);
}

#[test]
fn every_file_says_what_it_is() {
    let silent = |path: &PathBuf| {
        let test = path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
        !test && !read(path).lines().find(|line| !line.is_empty()).is_some_and(|line| line.starts_with("//!"))
    };
    let breaches: Vec<_> =
        rust().into_iter().filter(silent).map(|path| format!("{}: begin with //!", path.display())).collect();
    check("A file begins with a sentence on what it holds:", &breaches);
}

#[test]
fn pure_crates_name_no_clock_no_io_and_no_randomness() {
    let mut breaches = Vec::new();
    for name in ["primitives", "tron-tx", "payments", "api"] {
        for path in files(&format!("crates/{name}/src"), ".rs") {
            let text = read(&path);
            if path.ends_with("tests.rs") {
                continue;
            }
            for (number, line) in without_tests(&text).lines().enumerate() {
                let code = line.split_once("//").map_or(line, |(code, _)| code);
                if let Some(found) = IMPURE.iter().find(|word| code.contains(*word)) {
                    breaches.push(format!("{}:{}: {found}", path.display(), number + 1));
                }
            }
        }
    }
    check("Time, ids, randomness and IO are arguments or somebody else's:", &breaches);
}
