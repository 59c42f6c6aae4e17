//! Every door of the service, as its own OpenAPI document lists them, and everything that does not belong through one:
//! refused as the caller's fault, never the service's, and the token hears of none of it.

use serde_json::{Value, json};

use super::Examined;
use super::calls::Sent;

/// What may stand where a name or a number is meant.
const NAMES: [&str; 12] = [
    "x",
    "0",
    "-1",
    "4294967296",
    "99999999999999999999999999",
    "po_a",
    "%00",
    "%F0%9F%92%A5",
    "%FF",
    "..%2F..%2Fetc%2Fpasswd",
    "'%20OR%201=1--",
    "0000000000000000000000000000000000000000000000000000000000000000",
];

/// What may stand where a document is meant.
fn bodies() -> Vec<String> {
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    let statement = json!({ "statement": "0801", "signature": "00".repeat(64), "signatures": [] });
    let documents = [
        json!(null),
        json!(0),
        json!(-1.5e300),
        json!("text"),
        json!([]),
        json!({}),
        deep,
        json!({ "class": "hot" }),
        json!({ "class": "audit", "ceremony": null }),
        json!({ "class": "canary", "ceremony": statement }),
        json!({ "raw_data": "", "authorisation": statement, "anchor": statement }),
        json!({ "raw_data": "00", "ceremony": statement, "anchor": statement, "attempt": 4_294_967_295_u32 }),
        json!({ "raw_data": "0a", "finality": statement }),
        json!({ "ceremony": statement }),
        json!({ "ceremony": { "statement": "", "signatures": vec![json!({ "key": "00", "signature": "00" }); 100] } }),
        json!({ "freeze_id": "fr_0", "reason": "" }),
        json!({ "digest": "00".repeat(32) }),
    ];
    let texts = ["", "{", "\"\\ud800\"", "{\"a\":1e999}", "{\"class\":\"hot\",\"class\":\"hot\"}", "\u{0}", "nul"];
    documents.iter().map(Value::to_string).chain(texts.map(str::to_owned)).collect()
}

/// The paths that a pattern stands for, each with this name in its place.
fn path(pattern: &str, name: &str) -> String {
    pattern.split('/').map(|part| if part.starts_with('{') { name } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn no_door_opens_to_what_does_not_belong_there() {
    let examined = Examined::begin().await;
    let document: Value = serde_json::from_str(include_str!("../../../openapi.json")).unwrap();
    let before = examined.signatures();
    let address = &examined.process.address;
    let mut asked = 0;
    let mut ask = |method: &'static str, path: &str, body: &str| {
        let sent = Sent::good(method, path, body.to_owned()).by("everybody", 12);
        let (status, answer) = sent.answer(address);
        assert!(status < 500, "{method} {path} {body}: {status} {answer}");
        assert!(method == "GET" || status >= 400, "{method} {path} {body}: {status} {answer}");
        if status >= 400 {
            assert!(answer["code"].is_string(), "{method} {path} {body}: {status} {answer}");
        }
        asked += 1;
    };
    for (pattern, door) in
        document["paths"].as_object().unwrap().iter().filter(|(pattern, _)| pattern.starts_with("/v1/"))
    {
        for method in ["GET", "PUT", "POST", "DELETE"] {
            let known = door.get(method.to_lowercase()).is_some();
            for name in NAMES {
                let path = path(pattern, name);
                match (known, method) {
                    (true, "PUT") => bodies().iter().for_each(|body| ask(method, &path, body)),
                    (true, _) => {
                        ask(method, &path, "");
                        for query in [
                            "after=-1",
                            "limit=-1",
                            "limit=0",
                            "limit=99999999999",
                            "after=%00",
                            "more=1",
                            "wait_ms=1&after=zz",
                        ] {
                            ask(method, &format!("{path}?{query}"), "");
                        }
                    }
                    (false, "GET") => ask("GET", &path, ""),
                    (false, _) => ask(method, &path, "{}"),
                }
                if !pattern.contains('{') {
                    break;
                }
            }
        }
    }
    assert!(asked > 1_000, "{asked}");
    assert_eq!(examined.signatures(), before);
    assert!(!examined.process.log().contains("panicked"));
    examined.signed(&examined.case("po_good"));
}
