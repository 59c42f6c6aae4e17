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

#[test]
fn secrets_are_private_and_stay_as_they_are() {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path()).unwrap();
    let first = Identities::make(&directory, Network::Devnet).unwrap();
    let second = Identities::make(&directory, Network::Devnet).unwrap();
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
    let identities = Identities::make(&directory, Network::Devnet).unwrap();
    for member in &ROSTER {
        let text = service_config::of(member, &plane(), &directory, &identities, &InitArgs::default()).unwrap();
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
    assert!(Identities::make(&directory, Network::Nile).unwrap().operators.is_empty());
    assert!(!directory.operator_key("first").exists());
    let identities = Identities::make(&directory, Network::Devnet).unwrap();
    let signer = ROSTER.iter().find(|member| member.name == "wallet-manager").unwrap();
    let text = service_config::of(signer, &plane(), &directory, &identities, &InitArgs::default()).unwrap();
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
    let identities = Identities::make(&directory, Network::Devnet).unwrap();
    let signer = ROSTER.iter().find(|member| member.name == "wallet-manager").unwrap();
    let token = |args: &InitArgs| {
        let text = service_config::of(signer, &plane(), &directory, &identities, args).unwrap();
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
