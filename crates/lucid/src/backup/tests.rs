//! A plane's directory through a backup and back, and every way in which that fails without a trace.

mod room;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use primitives::{Address, ChainId, Network};
use store::{Commit, Incarnation, Store};
use tempfile::TempDir;
use uuid::Uuid;

use super::contents::{DATABASES, Places};
use super::manifest::Checked;
use super::sealed::{Identities, OpenWith, Opening, SealTo};
use super::{BackupArgs, make, read, sealed};
use crate::directory::Directory;
use crate::output::Output;
use crate::plane_file::PlaneFile;
use crate::restore::{self, RestoreArgs};

const LIFE: Incarnation = Incarnation(Uuid::from_u128(1));

/// A plane that was stopped, and a key.
struct Bench {
    place: TempDir,
    recipient: String,
}

impl Bench {
    async fn new() -> Self {
        let place = TempDir::new().unwrap();
        let recipient = sealed::keygen(&place.path().join("key")).unwrap();
        let bench = Self { place, recipient };
        let home = bench.path("plane");
        let plane = PlaneFile {
            plane: "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
            network: Network::Nile,
            chain_id: ChainId(5),
            usdt_contract: Address::from_evm([7; 20]),
            token_label: "lucid".to_owned(),
            merchant: "demo".parse().unwrap(),
            services: BTreeMap::new(),
            devnet: None,
        };
        for service in DATABASES {
            fs::create_dir_all(home.join(service)).unwrap();
            let path = Places::database(service, &home.join(service));
            let store = Store::sqlite(&path, &[], LIFE).await.unwrap();
            store.commit(Commit::new(primitives::UnixMs(1)).cursor("peer", service)).await.unwrap();
            store.close().await;
            let config = format!("[server]\ndata_dir = \"{}/{service}\"\n", home.display());
            fs::write(home.join(service).join("config.toml"), config).unwrap();
        }
        for (name, text) in [("token/objects/a/1.object", "key"), ("secrets/operator/call.key", "secret")] {
            fs::create_dir_all(home.join(name).parent().unwrap()).unwrap();
            fs::write(home.join(name), text).unwrap();
        }
        fs::set_permissions(home.join("secrets/operator/call.key"), fs::Permissions::from_mode(0o400)).unwrap();
        for left_out in ["logs/a.log", "devnet/chain"] {
            fs::create_dir_all(home.join(left_out).parent().unwrap()).unwrap();
            fs::write(home.join(left_out), "not of the plane").unwrap();
        }
        fs::write(home.join("plane.toml"), toml::to_string(&plane).unwrap()).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn directory(&self, name: &str) -> Directory {
        Directory::new(&self.path(name)).unwrap()
    }

    fn args(&self, file: &str) -> BackupArgs {
        BackupArgs {
            file: self.path(file),
            check: false,
            keygen: false,
            volumes: None,
            scratch: None,
            seal: SealTo { recipient: vec![self.recipient.clone()], passphrase_file: None },
            open: OpenWith { identity: None },
        }
    }

    async fn backup(&self, file: &str) -> anyhow::Result<Checked> {
        make(&self.args(file), &self.directory("plane")).await
    }

    fn key(&self, name: &str) -> Identities {
        OpenWith { identity: Some(self.path(name)) }.identities(&SealTo::default()).unwrap()
    }

    async fn restore(&self, file: &str, to: &str, key: &str) -> Result<(), String> {
        self.restore_only(None, file, to, key).await
    }

    async fn restore_only(&self, sha256: Option<&str>, file: &str, to: &str, key: &str) -> Result<(), String> {
        let opening = Opening { open: OpenWith { identity: Some(self.path(key)) }, passphrase_file: None };
        let args = RestoreArgs { file: self.path(file), sha256: sha256.map(str::to_owned), volumes: None, opening };
        let done = restore::run(&args, &self.directory(to), Output::new(true)).await;
        done.map_err(|error| format!("{error:#}"))
    }
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_plane_comes_back_elsewhere_and_says_that_it_was_restored() {
    let bench = Bench::new().await;
    let before = names(&bench.path("plane"));
    let made = bench.backup("one.age").await.unwrap();
    assert!(made.token && made.files == 6 + 6 + 3, "{made:?}");
    assert_eq!(names(&bench.path("plane")), before, "no copy is left behind");
    assert_eq!(fs::metadata(bench.path("one.age")).unwrap().permissions().mode() & 0o777, 0o600);
    let order: Vec<_> =
        made.members.iter().filter(|one| one.name.starts_with("databases/")).map(|one| &one.name).collect();
    assert_eq!(made.members[0].name, "token/a/1.object");
    assert_eq!(order.last().unwrap().as_str(), "databases/wallet-manager.sqlite");

    bench.restore("one.age", "other", "key").await.unwrap();
    let other = bench.path("other");
    for service in DATABASES {
        assert!(Places::copied(service, &bench.path("plane").join(service)).exists(), "for the metrics");
        assert!(!Places::copied(service, &other.join(service)).exists(), "nobody has backed the new one up");
    }
    assert_eq!(names(&other), before);
    assert!(names(&other.join("devnet")).is_empty() && names(&other.join("logs")).is_empty());
    assert_eq!(fs::read_to_string(other.join("token/objects/a/1.object")).unwrap(), "key");
    let secret = fs::metadata(other.join("secrets/operator/call.key")).unwrap();
    assert_eq!(secret.permissions().mode() & 0o777, 0o400);
    let config = fs::read_to_string(other.join("tron-client/config.toml")).unwrap();
    assert_eq!(config, format!("[server]\ndata_dir = \"{}/tron-client\"\n", other.display()));
    let mut restores = Vec::new();
    for service in DATABASES {
        let path = Places::database(service, &other.join(service));
        let store = Store::sqlite(&path, &[], LIFE).await.unwrap();
        assert_eq!(store.cursor("peer").await.unwrap().as_deref(), Some(service));
        assert_ne!(store.incarnation(), LIFE);
        restores.push(*store.restored().unwrap());
        store.close().await;
    }
    assert!(restores.windows(2).all(|pair| pair[0] == pair[1]), "{restores:?}");
    assert_eq!(restores[0].backup_at, made.header.begun_at);
}

#[tokio::test]
async fn nothing_is_written_where_something_is_wrong() {
    let bench = Bench::new().await;
    bench.backup("one.age").await.unwrap();
    let again = format!("{:#}", bench.backup("one.age").await.unwrap_err());
    assert!(again.contains("not overwritten"), "{again}");
    sealed::keygen(&bench.path("stranger")).unwrap();
    assert!(sealed::keygen(&bench.path("stranger")).is_err());
    let whole = fs::read(bench.path("one.age")).unwrap();
    let changed = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        bytes
    };
    for (name, bytes) in [
        ("cut", whole[..whole.len() - 1].to_vec()),
        ("half", whole[..whole.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("first", changed(0)),
        ("middle", changed(whole.len() / 2)),
        ("last", changed(whole.len() - 1)),
        ("longer", [whole.clone(), vec![0]].concat()),
    ] {
        fs::write(bench.path(name), bytes).unwrap();
        let refused = read::check(&bench.path(name), &bench.key("key")).err();
        assert!(refused.is_some(), "{name}");
        let refused = bench.restore(name, "other", "key").await.unwrap_err();
        assert!(["cut", "changed", "no backup"].iter().any(|word| refused.contains(word)), "{name}: {refused}");
        assert!(!bench.path("other").exists(), "{name}");
    }
    let refused = bench.restore("one.age", "other", "stranger").await.unwrap_err();
    assert!(refused.contains("another key") && !bench.path("other").exists(), "{refused}");
    fs::create_dir(bench.path("full")).unwrap();
    fs::write(bench.path("full/a"), "").unwrap();
    let refused = bench.restore("one.age", "full", "key").await.unwrap_err();
    assert!(refused.contains("not empty") && names(&bench.path("full")) == ["a"], "{refused}");
    fs::create_dir(bench.path("full/.restore")).unwrap();
    let refused = bench.restore("one.age", "full", "key").await.unwrap_err();
    assert!(refused.contains("begin anew") && bench.path("full/.restore").exists(), "{refused}");
    let refused = format!("{:#}", bench.backup("plane/logs/../in.age").await.unwrap_err());
    assert!(refused.contains("within the plane") && !bench.path("plane/in.age.part").exists(), "{refused}");
    fs::remove_file(bench.path("plane/tron-client/tron-client.sqlite")).unwrap();
    let missing = format!("{:#}", bench.backup("two.age").await.unwrap_err());
    assert!(missing.contains("tron-client.sqlite") && !bench.path("two.age").exists(), "{missing}");
}

#[tokio::test]
async fn a_passphrase_opens_what_it_sealed_and_a_short_one_is_none() {
    let bench = Bench::new().await;
    for (name, text) in
        [("phrase", "a phrase of many words\n"), ("other", "another one of many words"), ("short", "word")]
    {
        fs::write(bench.path(name), text).unwrap();
        fs::set_permissions(bench.path(name), fs::Permissions::from_mode(0o400)).unwrap();
    }
    let sealing = |name: &str| SealTo { recipient: Vec::new(), passphrase_file: Some(bench.path(name)) };
    let args = |name: &str, file: &str| BackupArgs { seal: sealing(name), ..bench.args(file) };
    let mode = |mode| fs::set_permissions(bench.path("phrase"), fs::Permissions::from_mode(mode)).unwrap();
    mode(0o440);
    let refused = make(&args("phrase", "one.age"), &bench.directory("plane")).await.unwrap_err().to_string();
    assert!(refused.contains("others may read"), "{refused}");
    mode(0o400);
    make(&args("phrase", "one.age"), &bench.directory("plane")).await.unwrap();
    let opened = |name: &str| {
        read::check(&bench.path("one.age"), &OpenWith { identity: None }.identities(&sealing(name)).unwrap())
    };
    opened("phrase").unwrap();
    assert!(opened("other").is_err());
    assert!(make(&args("short", "two.age"), &bench.directory("plane")).await.is_err());
    let nobody = BackupArgs { seal: SealTo::default(), ..bench.args("two.age") };
    assert!(make(&nobody, &bench.directory("plane")).await.is_err());
    assert!(!bench.path("two.age").exists() && !bench.path("two.age.part").exists());
}

#[tokio::test]
async fn a_plane_in_containers_has_its_databases_in_volumes() {
    let bench = Bench::new().await;
    let (home, volumes) = (bench.path("plane"), bench.path("volumes"));
    for service in DATABASES {
        fs::create_dir_all(volumes.join(service)).unwrap();
        let database = Places::database(service, Path::new(""));
        fs::rename(home.join(service).join(&database), volumes.join(service).join(&database)).unwrap();
        fs::create_dir_all(home.join("secrets").join(service)).unwrap();
        fs::write(home.join("secrets").join(service).join("call.key"), "secret").unwrap();
        fs::write(home.join(service).join("config.toml"), "[server]\ndata_dir = \"/var/lib/lucid\"\n").unwrap();
    }
    fs::rename(home.join("token/objects"), volumes.join("wallet-manager/tokens")).unwrap();
    fs::create_dir(home.join("chain")).unwrap();
    fs::write(home.join("chain/forwarder.toml"), "").unwrap();
    let refused = format!("{:#}", bench.backup("one.age").await.unwrap_err());
    assert!(refused.contains("--volumes"), "{refused}");
    fs::create_dir(bench.path("scratch")).unwrap();
    let scratch = Some(bench.path("scratch"));
    let args = BackupArgs { volumes: Some(volumes.clone()), scratch, ..bench.args("one.age") };
    let made = make(&args, &bench.directory("plane")).await.unwrap();
    assert!(made.token && made.header.containers && names(&bench.path("scratch")).is_empty());

    let elsewhere = bench.restore("one.age", "other", "key").await.unwrap_err();
    assert!(elsewhere.contains("--volumes") && !bench.path("other").exists(), "{elsewhere}");
    // As mounts are: there, and empty.
    let other = bench.path("other-volumes");
    for service in DATABASES {
        fs::create_dir_all(other.join(service)).unwrap();
    }
    let open = OpenWith { identity: Some(bench.path("key")) };
    let opening = Opening { open, passphrase_file: None };
    let args = RestoreArgs { file: bench.path("one.age"), sha256: None, volumes: Some(other.clone()), opening };
    restore::run(&args, &bench.directory("other"), Output::new(true)).await.unwrap();
    for service in DATABASES {
        let path = Places::database(service, &other.join(service));
        let store = Store::sqlite(&path, &[], LIFE).await.unwrap();
        assert!(store.restored().is_some());
        store.close().await;
    }
    assert_eq!(fs::read_to_string(other.join("wallet-manager/tokens/a/1.object")).unwrap(), "key");
    assert_eq!(names(&bench.path("other/chain")), ["forwarder.toml"]);
    let refused = format!("{:#}", restore::run(&args, &bench.directory("other"), Output::new(true)).await.unwrap_err());
    assert!(refused.contains("not empty"), "{refused}");
}

#[tokio::test]
async fn a_directory_of_another_spelling_comes_back_elsewhere_all_the_same() {
    let bench = Bench::new().await;
    make(&bench.args("one.age"), &bench.directory("none/../plane/")).await.unwrap();
    bench.restore("one.age", "other/", "key").await.unwrap();
    for service in DATABASES {
        let config = fs::read_to_string(bench.path("other").join(service).join("config.toml")).unwrap();
        assert_eq!(config, format!("[server]\ndata_dir = \"{}/{service}\"\n", bench.path("other").display()));
    }
    // One whose database is elsewhere has none that is backed up.
    let config = bench.path("plane/payout-router/config.toml");
    fs::write(config, format!("[server]\ndata_dir = \"{}\"\n", bench.path("other/payout-router").display())).unwrap();
    let refused = format!("{:#}", bench.backup("two.age").await.unwrap_err());
    assert!(refused.contains("payout-router") && !bench.path("two.age").exists(), "{refused}");
}

#[tokio::test]
async fn only_the_file_that_was_named_is_put_back() {
    let bench = Bench::new().await;
    let made = bench.backup("one.age").await.unwrap();
    let bytes = fs::read(bench.path("one.age")).unwrap();
    assert_eq!(made.sha256, hex::encode(<sha2::Sha256 as sha2::Digest>::digest(bytes)));
    // The same plane, for the same key, by somebody else.
    bench.backup("two.age").await.unwrap();
    let refused = bench.restore_only(Some(&made.sha256), "two.age", "other", "key").await.unwrap_err();
    assert!(refused.contains("another file") && !bench.path("other").exists(), "{refused}");
    bench.restore_only(Some(&made.sha256), "one.age", "other", "key").await.unwrap();
}
