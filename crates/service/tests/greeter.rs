//! The example service as a process: start, health check, orderly stop, restart after a kill, exit codes.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The example's binary, which is built together with the tests.
fn greeter() -> Command {
    let here = std::env::current_exe().unwrap();
    let path: PathBuf = here.parent().unwrap().parent().unwrap().join("examples/greeter");
    assert!(path.exists(), "{} is missing; `cargo test` builds it", path.display());
    let mut command = Command::new(path);
    command
        .env_clear()
        .env("LUCID_PLANE__ID", "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8")
        .env("LUCID_PLANE__USDT_CONTRACT", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t")
        .env("LUCID_SERVER__LISTEN", "127.0.0.1:0");
    command
}

/// A running greeter and where it listens, as its log says.
fn start(data: &Path) -> (Child, String) {
    let mut child = greeter().env("LUCID_SERVER__DATA_DIR", data).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = lines.by_ref().find_map(|line| {
        let line = line.unwrap();
        line.contains("\"serving\"")
            .then(|| line.split("\"address\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned())
    });
    // The rest is read and dropped, so that the child never waits for us.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address.unwrap())
}

fn exit_code(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn healthcheck(address: &str) -> i32 {
    exit_code(greeter().env("LUCID_SERVER__LISTEN", address).arg("healthcheck")).0
}

#[test]
fn it_serves_until_it_is_told_to_stop_and_starts_again_after_a_kill() {
    let data = TempDir::new().unwrap();
    let (mut child, address) = start(data.path());
    assert_eq!(healthcheck(&address), 0);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(healthcheck(&address), 1);

    let (mut child, address) = start(data.path());
    assert_eq!(healthcheck(&address), 0);
    let second = exit_code(greeter().env("LUCID_SERVER__DATA_DIR", data.path()));
    assert_eq!(second.0, 1, "{}", second.1);
    assert!(second.1.contains("in use by another process"), "{}", second.1);
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(healthcheck(&address), 1);
}

#[test]
fn mistakes_have_exit_codes_and_sentences() {
    let (code, text) = exit_code(greeter().env("LUCID_GREETINGS__OPENNING", "Hi"));
    assert_eq!(code, 64, "{text}");
    assert!(text.starts_with("greeter: unknown field: found `openning`, expected `opening`"), "{text}");
    assert_eq!(exit_code(greeter().env_remove("LUCID_PLANE__ID")).0, 64);
    assert_eq!(exit_code(greeter().arg("--config").arg("/nowhere.toml")).0, 64);
    assert_eq!(exit_code(greeter().arg("dance")).0, 2);
}

#[test]
fn what_is_printed_is_all_that_is_printed() {
    let output = greeter().arg("openapi").output().unwrap();
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["paths"]["/v1/greetings/{name}"]["put"].is_object());
    let output = greeter().arg("config").output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("opening = \"Good morning\""), "{text}");
}

#[test]
fn the_output_can_be_closed_by_its_reader() {
    let mut child = greeter().arg("openapi").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(!text.contains("panicked"), "{text}");
    child.wait().unwrap();
}
