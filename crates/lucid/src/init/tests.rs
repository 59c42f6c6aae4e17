//! What `lucid init` writes, without the parts that other binaries make.

use std::os::unix::fs::PermissionsExt;

use primitives::ChainId;

use super::*;

fn plane() -> PlaneFile {
    PlaneFile {
        plane: "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        network: Network::Devnet,
        chain_id: ChainId(7),
        usdt_contract: Address::from_evm([7; 20]),
        token_label: TOKEN_LABEL.to_owned(),
        merchant: MERCHANT.parse().unwrap(),
        services: ROSTER.iter().map(|m| (m.name.to_owned(), format!("http://127.0.0.1:{}", m.port))).collect(),
        devnet: Some(DevnetPart { listen: "127.0.0.1:8090".parse().unwrap(), block_ms: 3000 }),
    }
}

const fn on_machine<'a>(plane: &'a PlaneFile, directory: &'a Directory) -> Layout<'a> {
    Layout::Machine { plane, directory }
}

#[test]
fn secrets_are_private_and_stay_as_they_are() {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path()).unwrap();
    let first = Identities::make(&directory, Network::Devnet, false).unwrap();
    let second = Identities::make(&directory, Network::Devnet, false).unwrap();
    assert_eq!(
        (&first.call, &first.authority, &first.merchant_key),
        (&second.call, &second.authority, &second.merchant_key)
    );
    let keys = first.call.values().chain(first.authority.values()).chain(first.operators.values());
    let mut keys: Vec<_> = keys.map(|key| key.to_bytes()).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(
        (all, keys.len()),
        (14, 14),
        "six services and the operator call, five services authorise, two people decide, no key twice"
    );
    for path in [directory.call_key("tron-client"), directory.authority_key("payout-router"), directory.merchant_key()]
    {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o400);
    }
}

#[test]
fn a_service_knows_its_callers_and_no_secret_stands_in_its_configuration() {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path()).unwrap();
    let identities = Identities::make(&directory, Network::Devnet, false).unwrap();
    let plane = plane();
    for member in &ROSTER {
        let text =
            service_config::of(member, &plane, on_machine(&plane, &directory), &identities, &InitArgs::default())
                .unwrap();
        let config: toml::Table = text.parse().unwrap();
        let peers = config["peers"].as_table().unwrap();
        for caller in ROSTER.iter().filter(|other| other.calls.iter().any(|(name, _)| *name == member.name)) {
            let call_key = peers[caller.name]["call_key"].as_str().unwrap();
            assert_eq!(call_key, identities.call[caller.name].to_string());
            assert!(!peers[caller.name]["scopes"].as_array().unwrap().is_empty());
        }
        assert!(peers.contains_key("operator"), "{}", member.name);
        let secret = fs::read_to_string(directory.call_key(member.name)).unwrap();
        assert!(!text.contains(secret.trim()) && !text.contains(&identities.merchant_key));
    }
}

#[test]
fn a_devnet_has_two_operators_and_a_real_plane_makes_none() {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path()).unwrap();
    assert!(Identities::make(&directory, Network::Nile, false).unwrap().operators.is_empty());
    assert!(!directory.operator_key("first").exists());
    let identities = Identities::make(&directory, Network::Devnet, false).unwrap();
    let plane = plane();
    let signer = ROSTER.iter().find(|member| member.name == "wallet-manager").unwrap();
    let text =
        service_config::of(signer, &plane, on_machine(&plane, &directory), &identities, &InitArgs::default()).unwrap();
    let config: toml::Table = text.parse().unwrap();
    let pinned = config["operators"].as_table().unwrap();
    for name in ["first", "second"] {
        let key = crate::operator_key::read(&directory.operator_key(name)).unwrap();
        assert_eq!(pinned[name].as_str(), Some(key.verify_key().to_string().as_str()));
    }
    assert_eq!(pinned.len(), 2);
}

#[test]
fn the_kind_of_token_is_configured_and_none_is_made_of_another_vendors() {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path()).unwrap();
    let identities = Identities::make(&directory, Network::Devnet, false).unwrap();
    let plane = plane();
    let signer = ROSTER.iter().find(|member| member.name == "wallet-manager").unwrap();
    let token = |args: &InitArgs| {
        let text = service_config::of(signer, &plane, on_machine(&plane, &directory), &identities, args).unwrap();
        text.parse::<toml::Table>().unwrap()["token"].as_table().unwrap().clone()
    };
    let usual = token(&InitArgs::default());
    assert_eq!((usual["profile"].as_str(), usual.contains_key("token_dir")), (Some("softhsm"), true));
    // What `make` goes on with where wallet-manager made none.
    let luna = token(&InitArgs { profile: "luna".to_owned(), no_token: true, ..InitArgs::default() });
    assert_eq!((luna["profile"].as_str(), luna.contains_key("token_dir")), (Some("luna"), false));
    assert_eq!(absolute("luna").unwrap(), "luna");
    let file = place.path().join("own.toml");
    fs::write(&file, "").unwrap();
    assert_eq!(absolute(file.to_str().unwrap()).unwrap(), file.canonicalize().unwrap().display().to_string());
    assert!(absolute("./nowhere.toml").is_err());
}

#[test]
fn a_file_is_there_whole_or_not_at_all() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("config.toml");
    write_whole(&path, "a = 1").unwrap();
    write_whole(&path, "a = 2").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "a = 2");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn containers_find_their_own_by_paths_and_names_of_theirs() {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path()).unwrap();
    let plane = PlaneFile { network: Network::Nile, devnet: None, ..plane() };
    let identities = Identities::make(&directory, Network::Nile, false).unwrap();
    let node = ["https://node.example", "https://api.trongrid.io:443"].map(str::to_owned).into();
    let args = InitArgs { node, containers: true, ..InitArgs::default() };
    let host = place.path().to_str().unwrap();
    let config = |name: &str| {
        let member = ROSTER.iter().find(|member| member.name == name).unwrap();
        let text = service_config::of(member, &plane, Layout::Containers, &identities, &args).unwrap();
        assert!(!text.contains(host) && !text.contains("127.0.0.1"), "{name}: {text}");
        text.parse::<toml::Table>().unwrap()
    };
    let router = config("payout-router");
    assert_eq!(router["server"]["listen"].as_str(), Some("0.0.0.0:8092"));
    assert_eq!(router["peers"]["usdt-manager"]["url"].as_str(), Some("http://usdt-manager:8094"));
    assert_eq!(router["keys"]["authority_key_file"].as_str(), Some("/run/secrets/authority.key"));
    let token = &config("wallet-manager")["token"];
    assert_eq!(token["pin_file"].as_str(), Some("/run/secrets/pin"));
    assert_eq!(token["token_dir"].as_str(), Some("/var/lib/lucid/tokens"));
    let tron_client = config("tron-client");
    let node = &tron_client["nodes"][0];
    assert_eq!(node["url"].as_str(), Some("https://node.example"), "TLS proves the host");
    assert_eq!(node["via"].as_str(), Some("/run/chain/node-1.sock"));
    let independent = |index: usize| tron_client["nodes"][index].get("independent").and_then(toml::Value::as_bool);
    assert_eq!((independent(0), independent(1)), (None, Some(true)), "the second confirms the first");
    let shown_the_key = |index: usize| tron_client["nodes"][index].get("shared_api_key").is_some();
    assert!(!shown_the_key(0) && shown_the_key(1), "the seed's key is TronGrid's, and nobody else's to see");
    for name in ["usdt-manager", "trx-staking", "payment-gateway"] {
        config(name);
    }

    containers::write_chain_forwarder(&directory, &plane, &args).unwrap();
    let forwarder: toml::Table = fs::read_to_string(directory.chain_forwarder()).unwrap().parse().unwrap();
    let passes = forwarder["pass"].as_array().unwrap();
    assert_eq!(passes.len(), 2, "two hosts, and no other");
    assert_eq!(passes[0]["from"].as_str(), Some("unix:/run/chain/node-1.sock"));
    assert_eq!(passes[0]["to"].as_str(), Some("tcp:node.example:443"));
}

#[test]
fn a_token_for_containers_has_pins_and_is_made_later() {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path()).unwrap();
    containers::draw_pins(&directory, &InitArgs { profile: "luna".to_owned(), ..InitArgs::default() }).unwrap();
    assert!(!directory.pin().exists(), "a vendor's token has its own");
    containers::draw_pins(&directory, &InitArgs::default()).unwrap();
    let pins = [directory.pin(), directory.officer_pin_of_token()].map(|path| fs::read_to_string(path).unwrap());
    assert!(pins[0] != pins[1] && pins.iter().all(|pin| pin.trim().len() == 64));
    for wrong in [
        InitArgs { base_port: 9000, ..InitArgs::default() },
        InitArgs { profile: "./own.toml".to_owned(), ..InitArgs::default() },
        InitArgs { network: Network::Mainnet, ..InitArgs::default() },
        InitArgs { token_label: Some("other".to_owned()), ..InitArgs::default() },
    ] {
        assert!(containers::check(&wrong).is_err());
    }
    containers::check(&InitArgs::default()).unwrap();
    let luna = InitArgs { network: Network::Mainnet, profile: "luna".to_owned(), ..InitArgs::default() };
    containers::check(&luna).unwrap();
}

#[test]
fn a_devnet_in_containers_has_a_merchant_to_play_and_no_other_plane_has() {
    let merchants = |network, containers| {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::new(place.path()).unwrap();
        let identities = Identities::make(&directory, network, containers).unwrap();
        let gateway = ROSTER.iter().find(|member| member.name == "payment-gateway").unwrap();
        let text =
            service_config::of(gateway, &plane(), Layout::Containers, &identities, &InitArgs::default()).unwrap();
        let config: toml::Table = text.parse().unwrap();
        let keys: Vec<_> = config["merchants"].as_table().unwrap().iter().map(|(name, _)| name.clone()).collect();
        (keys, directory.shop_key().exists())
    };
    assert_eq!(merchants(Network::Devnet, true), (vec!["demo".to_owned(), "shop".to_owned()], true));
    assert_eq!(merchants(Network::Devnet, false), (vec!["demo".to_owned()], false));
    assert_eq!(merchants(Network::Nile, true), (vec!["demo".to_owned()], false));
}

#[tokio::test]
async fn a_plane_of_processes_is_not_handed_to_containers_nor_the_other_way_round() {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path()).unwrap();
    write_whole(&directory.plane_file(), &toml::to_string(&plane()).unwrap()).unwrap();
    let asked = |containers| InitArgs { containers, ..InitArgs::default() };
    run(&asked(false), &directory, Output::new(true)).await.unwrap();
    let refused = run(&asked(true), &directory, Output::new(true)).await.unwrap_err().to_string();
    assert!(refused.ends_with("was made for processes"), "{refused}");

    containers::write_chain_forwarder(&directory, &plane(), &asked(true)).unwrap();
    let refused = run(&asked(false), &directory, Output::new(true)).await.unwrap_err().to_string();
    assert!(refused.contains("was made for containers"), "{refused}");
    let up = crate::up::UpArgs { block_ms: None, restart: false, prepare: false };
    let refused = crate::up::run(&up, &directory).await.unwrap_err().to_string();
    assert!(refused.contains("docker-compose"), "{refused}");
}
