//! Layers, seed names, and what is said about mistakes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use primitives::{ChainId, Network};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tempfile::TempDir;

use super::*;

const PLANE: &str = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const USDT: &str = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
const SOURCE: Source = Source {
    service: "teller",
    defaults: "[server]\nlisten = \"127.0.0.1:8099\"\n[desk]\nlamps = 2\nlabel = \"front\"\n",
    seeds: &[
        Seed { variable: "JWT_SECRET", key: "desk.secret", secret: true },
        Seed { variable: "DESK_LAMPS", key: "desk.lamps", secret: false },
    ],
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    desk: Desk,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Desk {
    lamps: u32,
    label: String,
    secret: Option<String>,
    secret_file: Option<PathBuf>,
}

fn environment(more: &[(&str, &str)]) -> Environment {
    let mut pairs = vec![("LUCID_PLANE__ID", PLANE), ("LUCID_PLANE__USDT_CONTRACT", USDT), ("HOME", "/root")];
    pairs.extend_from_slice(more);
    Environment::of(&pairs)
}

fn loaded(more: &[(&str, &str)]) -> Loaded<Own> {
    load(&SOURCE, None, &environment(more)).unwrap()
}

fn refused(file: Option<&str>, more: &[(&str, &str)]) -> String {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("plane.toml");
    if let Some(text) = file {
        fs::write(&path, text).unwrap();
    }
    let error = load::<Own>(&SOURCE, file.map(|_| path.as_path()), &environment(more)).unwrap_err();
    crate::problem::chain(&error)
}

#[test]
fn later_layers_win() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("plane.toml");
    fs::write(&path, "[desk]\nlamps = 3\nlabel = \"file\"\n[log]\nlevel = \"debug\"\n").unwrap();
    let config: Loaded<Own> = load(&SOURCE, Some(&path), &environment(&[("LUCID_DESK__LAMPS", "5")])).unwrap();
    assert_eq!((config.own.desk.lamps, config.own.desk.label.as_str()), (5, "file"));
    assert_eq!(config.base.log.level, "debug");
    assert_eq!(config.base.log.format, LogFormat::Json, "the shared defaults");
    assert_eq!(config.base.server.listen.port(), 8099, "the service's defaults");
    assert_eq!(config.base.plane.chain(), ChainId(0x2b66_53dc));
    assert!(config.warnings.is_empty());
}

#[test]
fn the_seeds_names_keep_working() {
    let config = loaded(&[
        ("TRON_NETWORK", "nile"),
        ("USDT_CONTRACT_ADDRESS", USDT),
        ("TRON_CLIENT_URL", "http://tron-client:8091"),
        ("JWT_SECRET", "123456"),
        ("DESK_LAMPS", "7"),
        ("STAKING_CONTRACT_ADDRESS", "Tsomething"),
        ("PAYOUT_ROUTER_URL", ""),
    ]);
    assert_eq!(config.base.plane.network, Network::Nile);
    assert_eq!(config.base.peers["tron-client"].url.as_deref(), Some("http://tron-client:8091"));
    assert!(!config.base.peers.contains_key("payout-router"), "an empty variable is not set");
    assert_eq!(config.own.desk.lamps, 7);
    assert_eq!(config.own.desk.secret.as_deref(), Some("123456"));
    assert_eq!(config.warnings.len(), 1);
    assert!(config.warnings[0].contains("staking on TRON has no contract"));
    let config = loaded(&[("JWT_SECRET_FILE", "/run/secrets/jwt")]);
    assert_eq!(config.own.desk.secret_file.as_deref(), Some(Path::new("/run/secrets/jwt")));
}

#[test]
fn a_service_is_no_peer_of_its_own() {
    let source = Source { service: "payout-router", ..SOURCE };
    let seeds = environment(&[("PAYOUT_ROUTER_URL", "http://x:1"), ("WALLET_MANAGER_URL", "http://y:2")]);
    let config: Loaded<Own> = load(&source, None, &seeds).unwrap();
    assert_eq!(config.base.peers.keys().collect::<Vec<_>>(), ["wallet-manager"]);
}

#[test]
fn peers_can_be_set_by_variables_with_underscores() {
    let key = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";
    let config = loaded(&[
        ("LUCID_PEERS__TRON_CLIENT__CALL_KEY", key),
        ("LUCID_PEERS__TRON_CLIENT__SCOPES", "[\"read\", \"things:write\"]"),
        ("LUCID_PEERS__OPERATOR__TIMEOUT_MS", "250"),
    ]);
    let peer = &config.base.peers["tron-client"];
    assert_eq!(peer.call_key.unwrap().to_string(), key);
    assert_eq!(peer.scopes, ["read", "things:write"]);
    assert_eq!(peer.timeout_ms, 10_000);
    assert_eq!(config.base.peers["operator"].timeout_ms, 250);
}

#[test]
fn the_devnet_must_say_which_chain_it_is() {
    assert!(refused(None, &[("TRON_NETWORK", "devnet")]).starts_with("plane.chain_id: required on the devnet"));
    let config = loaded(&[("TRON_NETWORK", "devnet"), ("LUCID_PLANE__CHAIN_ID", "0xcd8690dc")]);
    assert_eq!(config.base.plane.chain(), ChainId(0xcd86_90dc));
    let wrong = refused(None, &[("LUCID_PLANE__CHAIN_ID", "1")]);
    assert!(wrong.contains("is 0x00000001, and mainnet has 0x2b6653dc"), "{wrong}");
}

#[test]
fn what_others_read_is_passed_over() {
    for variable in ["LUCID_CONFIG", "LUCID_DATA", "LUCID_HOME", "LUCID_PKCS11_MODULE"] {
        assert_eq!(loaded(&[(variable, "/srv/plane")]).own.desk.lamps, loaded(&[]).own.desk.lamps, "{variable}");
        let misspelt = format!("{variable}S");
        assert!(refused(None, &[(&misspelt, "/srv/plane")]).contains(&misspelt));
    }
}

/// A file, variables, and the words that the error must have.
type Mistake = (Option<&'static str>, &'static [(&'static str, &'static str)], &'static [&'static str]);

#[test]
fn a_mistake_is_named_with_its_place() {
    let cases: [Mistake; 12] = [
        (Some("[server]\nlisen = \"x\""), &[], &["lisen", "listen", "server", "plane.toml"]),
        (Some("[desk]\nlamps = \"many\""), &[], &["desk.lamps", "invalid type", "plane.toml"]),
        (Some("[desk]\nlmaps = 1"), &[], &["lmaps", "lamps"]),
        (Some("[sever]\nlisten = \"x\""), &[], &["sever", "desk"]),
        (Some("[server\n"), &[], &["plane.toml"]),
        (None, &[("LUCID_DESK__LAMPS", "-1")], &["desk.lamps", "environment"]),
        (None, &[("LUCID_PLANE__NETWORK", "moonnet")], &["plane.network", "moonnet"]),
        (None, &[("LUCID_PLANE__USDT_CONTRACT", "Tx")], &["plane.usdt_contract", "base58check"]),
        (None, &[("LUCID_SERVER_LISTEN", "x")], &["LUCID_SERVER_LISTEN", "LUCID_<SECTION>__<KEY>"]),
        (None, &[("LUCID_PEERS__X__URL", "https://x/y")], &["peers.x.url", "http://host:port"]),
        (
            None,
            &[("TRON_NETWORK", "nile"), ("LUCID_PLANE__NETWORK", "shasta")],
            &["TRON_NETWORK", "LUCID_PLANE__NETWORK"],
        ),
        (None, &[("LUCID_SERVER__BODY_LIMIT_BYTES", "0")], &["body_limit_bytes"]),
    ];
    for (file, variables, words) in cases {
        let text = refused(file, variables);
        for word in words {
            assert!(text.contains(word), "{text:?} does not say {word:?}");
        }
    }
}

#[test]
fn a_named_file_must_exist() {
    let error = load::<Own>(&SOURCE, Some(Path::new("/nowhere/plane.toml")), &environment(&[])).unwrap_err();
    assert!(error.to_string().contains("/nowhere/plane.toml"));
}

#[test]
fn a_health_check_needs_the_address_and_nothing_else() {
    let variables = Environment::of(&[("LUCID_SERVER__LISTEN", "0.0.0.0:8099")]);
    assert!(load::<Own>(&SOURCE, None, &variables).is_err(), "a service needs more");
    assert_eq!(listen(&SOURCE, None, &variables).unwrap(), "0.0.0.0:8099".parse().unwrap());
    let misspelt = Environment::of(&[("LUCID_SERVER__LISTEN", "everywhere")]);
    assert!(listen(&SOURCE, None, &misspelt).unwrap_err().to_string().contains("server.listen"));
}

#[test]
fn required_values_have_no_default() {
    let error = load::<Own>(&SOURCE, None, &Environment::default()).unwrap_err();
    assert!(error.to_string().contains("missing field `id`"), "{error}");
}

#[test]
fn what_is_shown_has_no_secrets_and_can_be_read_again() {
    let shown = loaded(&[("JWT_SECRET", "hunter2"), ("LUCID_DESK__LABEL", "42")]).show(SOURCE.seeds);
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("secret = \"(left out)\""), "{shown}");
    assert!(shown.contains("label = \"42\""), "text stays text: {shown}");
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("shown.toml");
    fs::write(&path, &shown).unwrap();
    let again: Loaded<Own> = load(&SOURCE, Some(&path), &Environment::default()).unwrap();
    assert_eq!(again.own.desk.label, "42");
}

#[test]
fn a_secret_is_read_from_a_file_of_its_own() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("secret");
    let write = |text: &str, mode: u32| {
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    write("  5a17b3c4  \n", 0o400);
    assert_eq!(secret::read("desk.secret_file", &path).unwrap().expose_secret(), "5a17b3c4");

    let refusals = [
        ("", 0o400, "is empty"),
        (" \n", 0o400, "is empty"),
        ("changeme", 0o400, "placeholder"),
        ("Secret", 0o400, "placeholder"),
        ("00000000", 0o400, "placeholder"),
        ("5a17b3c4", 0o444, "chmod 0400"),
        ("5a17b3c4", 0o602, "chmod 0400"),
    ];
    for (text, mode, words) in refusals {
        write(text, mode);
        let error = secret::read("desk.secret_file", &path).unwrap_err().to_string();
        assert!(error.starts_with("desk.secret_file: ") && error.contains(words), "{error}");
    }
    let error = secret::read("desk.secret_file", directory.path()).unwrap_err().to_string();
    assert!(error.contains("no regular file"), "{error}");
    let error = secret::read("desk.secret_file", Path::new("/nowhere/x")).unwrap_err().to_string();
    assert!(error.contains("/nowhere/x cannot be opened"), "{error}");
}

#[test]
fn a_signing_key_is_64_digits_and_not_one_digit_repeated() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("key");
    let read = |text: &str| {
        let _ = fs::remove_file(&path);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        secret::sign_key("keys.call_key_file", &path)
    };
    let digits = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    assert_eq!(
        read(digits).unwrap().verify_key().to_string(),
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "RFC 8032, test 2"
    );
    for text in [&"1".repeat(64), "4ccd", "zz"] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.starts_with("keys.call_key_file: "), "{error}");
    }
}
