//! What a script is told when nobody answers: that it is not known what was done, which is neither done nor refused.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use plane_tests::operators::change;
use plane_tests::plane::lucid;
use serde_json::Value;

/// Commands of one question each: those that insist ask for half a minute, and end alike.
const QUESTIONS: [&[&str]; 4] = [&["settings", "show"], &["policy", "show"], &["key", "list"], &["key", "show", "hot"]];

/// Somebody in a signer's place who takes each call, says this and no more, and hangs up.
fn in_its_place(says: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it listens");
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            // Whether it is read or written to the end does not matter here.
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(says.as_bytes());
        }
    });
    format!("http://{address}")
}

fn run(plane: &Path, arguments: &[&str]) -> Output {
    Command::new(lucid()).args(arguments).arg("--data").arg(plane).output().expect("lucid starts")
}

/// How each question ends when this is in the signer's place.
fn asked(plane: &Path, signer: String) -> Vec<(Option<i32>, Value)> {
    change(&plane.join("plane.toml"), |plane| {
        let services = plane["services"].as_table_mut().expect("the services' addresses");
        services.insert("wallet-manager".to_owned(), signer.into());
    });
    let ended = QUESTIONS.map(|question| run(plane, &[question, &["--json"]].concat()));
    let document = |output: &Output| serde_json::from_slice(&output.stdout).expect("one JSON document");
    ended.iter().map(|output| (output.status.code(), document(output))).collect()
}

#[test]
fn no_answer_has_an_exit_code_of_its_own() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let plane = place.path().join("plane");
    let made = run(&plane, &["init"]);
    assert!(made.status.success(), "{made:?}");

    let refusal = r#"{"type":"about:blank#scope","title":"No.","status":403,"code":"scope"}"#;
    let length = refusal.len();
    let head = "content-type: application/problem+json\r\ncontent-length";
    let answers = [
        (String::new(), 3),
        ("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_owned(), 3),
        ("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n".to_owned(), 3),
        (format!("HTTP/1.1 403 Forbidden\r\n{head}: {length}\r\n\r\n{refusal}"), 1),
    ];
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    for (code, document) in asked(&plane, format!("http://{closed}")) {
        assert_eq!((code, document["problem"].is_null()), (Some(3), true), "{document}");
    }
    for (says, wanted) in answers {
        for (code, document) in asked(&plane, in_its_place(says.clone())) {
            assert_eq!(code, Some(wanted), "{says:?}: {document}");
            assert!(document["error"].as_str().is_some_and(|error| !error.is_empty()), "{document}");
            assert_eq!(document["problem"].is_null(), wanted == 3, "{document}");
        }
    }
}
