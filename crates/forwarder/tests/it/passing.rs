//! What arrives at one place goes to the other.

use std::process::Stdio;

use crate::running::{Running, command, is_socket, say, shouting};

#[test]
fn bytes_pass_both_ways_and_are_counted() {
    let port = shouting();
    let forwarder = Running::start(&format!(
        "metrics = 'unix:DIR/metrics'\n[[pass]]\nfrom = 'unix:DIR/a'\nto = 'tcp:127.0.0.1:{port}'"
    ));
    let text = b"and all of it, however long ".repeat(50_000);
    assert_eq!(say(forwarder.connect("a"), &text), text.to_ascii_uppercase());
    let (place, metrics) = (forwarder.path("a"), forwarder.metrics());
    let place = place.display();
    for line in [
        format!("lucid_forwarder_bytes_total{{place=\"unix:{place}\",way=\"there\"}} {}\n", text.len()),
        format!("lucid_forwarder_bytes_total{{place=\"unix:{place}\",way=\"back\"}} {}\n", text.len()),
        format!("lucid_forwarder_connections_total{{outcome=\"passed\",place=\"unix:{place}\"}} 1\n"),
        format!("lucid_forwarder_connections_total{{outcome=\"refused\",place=\"unix:{place}\"}} 0\n"),
        format!("lucid_forwarder_open_connections{{place=\"unix:{place}\"}} 0\n"),
    ] {
        assert!(metrics.contains(&line), "{line} in {metrics}");
    }
}

#[test]
fn two_forwarders_are_an_airlock() {
    let port = shouting();
    let hall = Running::start(&format!("[[pass]]\nfrom = 'unix:DIR/a'\nto = 'tcp:127.0.0.1:{port}'"));
    let way = hall.path("a");
    let door = Running::start(&format!("[[pass]]\nfrom = 'unix:DIR/b'\nto = 'unix:{}'", way.display()));
    assert_eq!(say(door.connect("b"), b"through"), b"THROUGH");
}

#[test]
fn nobody_at_the_far_side_is_said_and_counted() {
    let mut forwarder =
        Running::start("metrics = 'unix:DIR/metrics'\n[[pass]]\nfrom = 'unix:DIR/a'\nto = 'unix:DIR/nobody'");
    assert_eq!(say(forwarder.connect("a"), b""), b"");
    let line = forwarder.logged("not passed");
    assert!(line.contains("\"WARN\"") && line.contains("nobody answers at"), "{line}");
    assert!(forwarder.metrics().contains("outcome=\"unreachable\",place=\"unix:"), "{}", forwarder.metrics());
    assert!(forwarder.healthy(), "it goes on");
}

#[test]
fn too_many_who_ask_for_counters_end_nothing() {
    let place = tempfile::tempdir().unwrap();
    let config = "metrics = 'unix:DIR/metrics'\n[[pass]]\nfrom = 'unix:DIR/a'\nto = 'unix:DIR/nobody'";
    let mut forwarder = Running::start_with_files(place, config, 24);
    let asking: Vec<_> = (0..40).map(|_| forwarder.connect("metrics")).collect();
    forwarder.logged("was lost before it had asked");
    drop(asking);
    assert!(forwarder.metrics().contains("lucid_forwarder_open_connections"), "it goes on");
}

#[test]
fn it_says_that_it_lives_and_ends_by_a_signal() {
    let forwarder = Running::start("[[pass]]\nfrom = 'unix:DIR/a'\nto = 'unix:DIR/b'");
    assert!(forwarder.healthy());
    let other = command().args(["health", "--name", "another"]).stderr(Stdio::null()).status().unwrap();
    assert!(!other.success());
    let (status, _) = forwarder.end("-TERM");
    assert!(status.success(), "{status}");
}

#[test]
fn a_killed_ones_socket_is_replaced_and_nothing_else() {
    let config = "[[pass]]\nfrom = 'unix:DIR/a'\nto = 'unix:DIR/b'";
    let (_, place) = Running::start(config).end("-KILL");
    assert!(is_socket(&place.path().join("a")), "a killed one leaves it");
    let again = Running::start_in(place, config);
    again.connect("a");

    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("a");
    std::fs::write(&file, "somebody's").unwrap();
    let pass = format!("unix:{}=unix:/nowhere", file.display());
    let refused = command().args(["serve", "--name", "a-file", "--pass", &pass]).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no socket"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "somebody's");
}

#[test]
fn it_is_confined_once_it_serves() {
    let forwarder = Running::start("[[pass]]\nfrom = 'unix:DIR/a'\nto = 'unix:DIR/b'");
    let status = forwarder.status();
    for line in ["NoNewPrivs:\t1\n", "Seccomp:\t2\n", "Threads:\t1\n"] {
        assert!(status.contains(line), "{line} in {status}");
    }
}

#[test]
fn without_a_place_it_does_not_start() {
    for arguments in [&["serve"][..], &["serve", "--pass", "tcp:a:1"], &["serve", "--pass", "tcp:a=unix:/b"]] {
        let refused = command().args(arguments).output().unwrap();
        assert_eq!((refused.status.code(), refused.stderr.is_empty()), (Some(2), false), "{arguments:?}");
    }
}
