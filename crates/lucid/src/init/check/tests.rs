//! Each fault on its own, in a directory that has no other.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use primitives::{Address, ChainId, Network};

use super::super::identities::Identities;
use super::super::{InitArgs, Layout, containers, make_private, service_config};
use super::*;
use crate::plane_file::PlaneFile;

/// A complete plane, made by this user, and that user.
fn complete() -> (tempfile::TempDir, Directory, u32) {
    let place = tempfile::tempdir().unwrap();
    let directory = Directory::new(place.path()).unwrap();
    let identities = Identities::make(&directory, Network::Devnet, true).unwrap();
    let plane = PlaneFile {
        plane: "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        network: Network::Devnet,
        chain_id: ChainId(7),
        usdt_contract: Address::from_evm([7; 20]),
        token_label: "lucid".to_owned(),
        merchant: "demo".parse().unwrap(),
        services: BTreeMap::new(),
        devnet: None,
    };
    let args = InitArgs { containers: true, ..InitArgs::default() };
    containers::draw_pins(&directory, &args).unwrap();
    for member in &ROSTER {
        make_private(&directory.of_service(member.name)).unwrap();
        let text = service_config::of(member, &plane, Layout::Containers, &identities, &args).unwrap();
        fs::write(directory.config(member.name), text).unwrap();
    }
    let user = fs::metadata(place.path()).unwrap().uid();
    (place, directory, user)
}

/// The faults after a change of one secret.
fn after(change: impl Fn(&Path, &Directory)) -> String {
    let (_place, directory, user) = complete();
    change(&directory.call_key("usdt-manager"), &directory);
    faults(&directory, user).join("\n")
}

fn put(path: &Path, text: &str) {
    fs::remove_file(path).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o400)).unwrap();
}

#[test]
fn a_complete_plane_may_start() {
    let (_place, directory, user) = complete();
    assert_eq!(faults(&directory, user), Vec::<String>::new());
    let others = faults(&directory, user + 1).join("\n");
    assert_eq!(others.matches("belongs to user").count(), 12, "six call, five authorise, one PIN: {others}");
}

#[test]
fn every_fault_is_named() {
    let missing = after(|key, _| fs::remove_file(key).unwrap());
    assert!(missing.contains("usdt-manager's call_key") && missing.contains("is not there"), "{missing}");
    let directory = after(|key, _| {
        fs::remove_file(key).unwrap();
        fs::create_dir(key).unwrap();
    });
    assert!(directory.contains("is no file"), "what an engine makes of a missing file: {directory}");
    let readable = after(|key, _| fs::set_permissions(key, Permissions::from_mode(0o440)).unwrap());
    assert!(readable.contains("has mode 0440") && readable.contains("chmod 0400"), "{readable}");
    assert!(after(|key, _| put(key, "")).contains("usdt-manager's call_key"));
    let default = after(|key, _| put(key, &"7".repeat(64)));
    assert!(default.contains("usdt-manager's call_key: "), "{default}");
    let shared = after(|key, plane| put(key, &fs::read_to_string(plane.authority_key("tron-client")).unwrap()));
    assert!(shared.contains("is also tron-client's authority_key"), "{shared}");
    let other = after(|key, _| put(key, &"0123456789abcdef".repeat(4)));
    assert!(
        other.contains("trx-staking's configuration has another public key for usdt-manager's call_key"),
        "{other}"
    );
    assert!(after(|_, plane| put(&plane.pin(), "changeme")).contains("the token's PIN"));
    assert!(after(|_, plane| put(&plane.config("tron-client"), "=")).contains("tron-client's configuration"));
}
