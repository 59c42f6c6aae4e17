use super::*;
use service::config::{Environment, Loaded, Source, load};

const BASE: &str = "
[plane]
id = \"pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8\"
usdt_contract = \"TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t\"
";

fn loaded(text: &str, environment: &[(&str, &str)]) -> Result<Loaded<Config>, ConfigError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{BASE}{text}")).unwrap();
    let source = Source { service: "tron-client", defaults: crate::DEFAULTS, seeds: &crate::SEEDS };
    load(&source, Some(file.path()), &Environment::of(environment))
}

#[test]
fn the_defaults_are_whole_and_name_the_networks_usual_node() {
    let config = loaded("", &[]).unwrap();
    assert_eq!(config.own.scan.start, Start::Solid);
    let nodes = config.own.check(config.base.plane.network).unwrap();
    assert_eq!((nodes[0].url.as_str(), nodes[0].shared_api_key), ("https://api.trongrid.io", true));
    assert_eq!(config.base.server.listen.port(), 8091);
    assert!(config.own.check(Network::Devnet).unwrap_err().to_string().contains("required on the devnet"));
}

#[test]
fn the_seeds_key_is_read() {
    let config = loaded("", &[("TRON_API_KEY", "0123-abcd"), ("TRON_NETWORK", "nile")]).unwrap();
    assert_eq!(config.own.provider.api_key.as_deref(), Some("0123-abcd"));
    assert_eq!(config.own.check(config.base.plane.network).unwrap()[0].url, "https://nile.trongrid.io");
}

#[test]
fn mistakes_are_named() {
    let node = |line: &str| format!("[[nodes]]\nname = \"a\"\nurl = \"http://x:1\"\n{line}\n");
    for (text, expected) in [
        ("[scan]\nstart = \"head\"".to_owned(), "neither \"solid\" nor a block number"),
        (node("color = 1"), "color"),
        (format!("{}{}", node(""), node("")), "each name once"),
        (node("").replace("x:1", "x:1/path"), "without a path"),
        (node("").replace("http:", "ftp:"), "without a path"),
        (node("via = \"chain/node.sock\""), "absolute path of a socket"),
        (format!("{}[trust]\nquorum = 2", node("")), "number of nodes, 1"),
        (format!("{}[scan]\nspan = 101", node("")), "1 to 100"),
        (format!("{}[broadcast]\ninterval_ms = 0", node("")), "above zero"),
    ] {
        let checked = loaded(&text, &[]).and_then(|config| config.own.check(Network::Mainnet));
        let error = checked.unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let config = loaded("[scan]\nstart = 7", &[]).unwrap();
    assert_eq!(config.own.scan.start, Start::Number(7));
}

#[test]
fn one_owner_is_believed_on_the_devnet_alone_or_where_it_is_said() {
    let believed = |text: &str, network| loaded(text, &[]).unwrap().own.believes_one_owner(network);
    assert!(believed("", Network::Devnet) && !believed("", Network::Mainnet) && !believed("", Network::Nile));
    assert!(believed("[trust]\none_owner = true", Network::Mainnet));
    assert!(!believed("[trust]\none_owner = false", Network::Devnet));
}

#[test]
fn a_key_that_no_node_is_sent_is_noticed() {
    let wasted = |node: &str, environment: &[(&str, &str)]| {
        let nodes = format!("[[nodes]]\nname = \"a\"\nurl = \"http://x:1\"\n{node}\n");
        let config = loaded(&nodes, environment).unwrap().own;
        config.wastes_a_key(&config.check(Network::Mainnet).unwrap())
    };
    let key = [("TRON_API_KEY", "0123-abcd")];
    assert!(wasted("", &key));
    assert!(wasted("api_key_file = \"own\"", &key), "it is sent a key of its own");
    assert!(!wasted("shared_api_key = true", &key) && !wasted("", &[]));
}
