//! What the tests stand on: a token of their own, the whole service, peers that call it, and transactions to sign.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use api::Call;
use api::wallet_manager::{SignatureRequest, WalletClass, WalletRequest, WalletView, put_wallet};
use clap::Parser;
use futures::future::BoxFuture;
use primitives::statement::{Action, Anchor, Authorisation, Ceremony, Cosigned, KeyClass, SignKey, Signed};
use primitives::{Address, IntentId, Sun, TxId, UnixMs};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use service::clock::ManualClock;
use service::{Context, Outcome, PeerClient, Problem, Service};
use store::Store;
use test_support::{Scene, Unsealed};
use tokio::net::UnixStream;
use tron_tx::RawTransaction;

use crate::WalletManager;
use crate::app::{State, app};
use crate::config::{self, Config};
use crate::relay::Relay;
use crate::token_command::Init;
use signing_core::fresh::{Proof, Prover, Task, Unproven};
use signing_core::signing::SigningCore;
use signing_core::{Client, Core, NOUNS};

pub(super) const NOW: UnixMs = UnixMs(1_751_466_492_000);
/// The people of whom two decide.
pub(super) const OPERATORS: [&str; 2] = ["alice", "bob"];
pub(super) const PAYEE: Address = Address::from_evm([0x33; 20]);

/// The statements' signers, each with a key of its own.
pub(super) fn authority(peer: &str) -> SignKey {
    let mut seed = [1; 32];
    seed[..peer.len()].copy_from_slice(peer.as_bytes());
    SignKey::from_seed(&seed)
}

/// A token and a directory. The module reads one configuration per process, which is what nextest gives a test.
pub(super) struct Bench {
    pub(super) directory: tempfile::TempDir,
    pub(super) clock: Arc<ManualClock>,
    pub(super) store: Store,
    pub(super) config: Config,
}

/// The service as it runs, until it is dropped.
pub(super) struct Running {
    pub(super) core: SigningCore,
    /// Of which that is a part.
    pub(super) whole: Core,
    /// The way to it.
    pub(super) worker: Client,
    pub(super) router: axum::Router,
    clock: Arc<ManualClock>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(
            path("softhsm2.conf"),
            format!("directories.tokendir = {}\nlog.level = ERROR\n", path("token").display()),
        )
        .unwrap();
        #[expect(unsafe_code, reason = "the module reads its configuration's path from the environment only")]
        // SAFETY: the first thing that the only test of this process does; no other thread reads the environment.
        unsafe {
            std::env::set_var("SOFTHSM2_CONF", path("softhsm2.conf"));
        }
        let (pin, tokens) = (path("pin"), path("token"));
        let made = Init::parse_from([
            "init".as_ref(),
            "--draw-pins".as_ref(),
            "--pin-file".as_ref(),
            pin.as_os_str(),
            "--token-dir".as_ref(),
            tokens.as_os_str(),
        ]);
        made.make().expect("SoftHSM 2 is installed, or LUCID_PKCS11_MODULE names its module");
        secret_file(&path("authority.key"), &format!("{}11", "6b".repeat(31)));
        let config = config(&pin, &tokens);
        let store = service::testing::store(&NOUNS);
        Self { directory, clock: ManualClock::at(NOW), store, config }
    }

    pub(super) fn clock_now(&self) -> UnixMs {
        service::clock::Clock::now(&*self.clock)
    }

    /// Everything that a payment passes by on its way to the token.
    pub(super) fn context(&self) -> Context {
        let router = ["signatures:write", "intents:void", "register:read", "wallets:read", "read"];
        let peers: [(&str, &[&str]); 5] = [
            ("payout-router", &router),
            ("usdt-manager", &["signatures:write"]),
            ("trx-staking", &["signatures:write"]),
            ("tron-client", &[]),
            ("operator", &["operator", "wallets:write", "freeze:write"]),
        ];
        let mut context = service::testing::context(WalletManager::NAME, self.clock.clone(), &peers);
        // As it comes: room for a full batch.
        context.base.server.body_limit_bytes = 1_048_576;
        for (name, peer) in &mut context.base.peers {
            peer.authority_key = Some(authority(name).verify_key());
        }
        context.base.keys.authority_key_file = Some(self.directory.path().join("authority.key"));
        context
    }

    /// Starts the service over the store, and what would be its worker process in this one; starting it again is what a
    /// crash leads to.
    pub(super) async fn start(&self) -> Running {
        let context = self.context();
        let settings = config::settings(&context, &self.config).unwrap();
        let worker = Core::over(&settings, self.store.clone(), self.clock.clone()).await.unwrap();
        worker.look_after().await;
        let (ours, theirs) = UnixStream::pair().unwrap();
        tokio::spawn(signing_core::serve(worker.clone(), theirs));
        let client = Client::default();
        client.attach(ours);
        let state = State { worker: Relay::new(client.clone(), Arc::new(Here(worker.clone()))) };
        let router = app(&context, state).router::<WalletManager>();
        Running { core: worker.signing.clone(), whole: worker, worker: client, router, clock: self.clock.clone() }
    }
}

/// The decision to make a key: always the same one for a name and a class, good on the first day.
pub(super) fn make(running: &Running, name: &str, class: KeyClass) -> Ceremony {
    let action = Action::MakeKey { class, name: name.parse().unwrap() };
    let mut nonce = [0; 16];
    nonce[..name.len()].copy_from_slice(name.as_bytes());
    nonce[15] = KeyClass::ALL.iter().position(|known| *known == class).unwrap().try_into().unwrap();
    Ceremony {
        plane: running.core.rules.plane,
        chain_id: running.core.rules.chain_id,
        action,
        nonce,
        issued_at: NOW,
        valid_until: NOW.plus_ms(86_400_000),
    }
}

/// Signed by both operators.
pub(super) fn both(ceremony: Ceremony) -> Cosigned<Ceremony> {
    let proposed = Cosigned::proposed(ceremony);
    OPERATORS.into_iter().fold(proposed, |cosigned, name| cosigned.signed_by(&authority(name)))
}

/// Proves new keys in this process: the fresh ones are for the tests of whole processes.
struct Here(Core);

impl Prover for Here {
    fn prove<'a>(&'a self, task: &'a Task) -> BoxFuture<'a, Result<Proof, Unproven>> {
        Box::pin(async move {
            let token = self.0.signing.keeper.token().map_err(|unavailable| Unproven(unavailable.detail))?;
            let key = task.key().map_err(|error| Unproven(error.to_string()))?;
            let challenge = task.challenge().map_err(|error| Unproven(error.to_string()))?;
            let signature =
                token.prove_possession(key, challenge).await.map_err(|error| Unproven(error.to_string()))?;
            Ok(signature.into())
        })
    }
}

impl Running {
    pub(super) fn advance_ms(&self, ms: u64) {
        self.clock.advance_ms(ms);
    }

    pub(super) fn client(&self, caller: &str) -> PeerClient {
        service::testing::client(WalletManager::NAME, self.router.clone(), caller, self.clock.clone())
    }

    pub(super) async fn done<A: DeserializeOwned>(&self, caller: &str, call: &Call<A>) -> A {
        match self.client(caller).call(call).await {
            Outcome::Done(answer) => answer,
            Outcome::Refused(problem) => panic!("refused: {problem}"),
            Outcome::Unknown(cause) => panic!("unknown: {cause}"),
        }
    }

    pub(super) async fn refused<A: DeserializeOwned>(&self, caller: &str, call: &Call<A>) -> Problem {
        match self.client(caller).call(call).await {
            Outcome::Done(_) => panic!("was not refused"),
            Outcome::Refused(problem) => problem,
            Outcome::Unknown(cause) => panic!("unknown: {cause}"),
        }
    }

    /// How a failing answer reads to a caller, who cannot know whether anything was done.
    pub(super) async fn failed<A: DeserializeOwned>(&self, caller: &str, call: &Call<A>) -> String {
        match self.client(caller).call(call).await {
            Outcome::Unknown(cause) => cause.to_string(),
            Outcome::Done(_) | Outcome::Refused(_) => panic!("did not fail"),
        }
    }

    pub(super) async fn wallet(&self, name: &str, class: WalletClass) -> WalletView {
        let ceremony = Some(both(make(self, name, class.into())));
        self.done("operator", &put_wallet(&name.parse().unwrap(), &WalletRequest { class, ceremony })).await
    }
}

fn config(pin: &Path, tokens: &Path) -> Config {
    let mut own: toml::Table = WalletManager::DEFAULTS.parse().unwrap();
    own.remove("server");
    let mut config = Config::deserialize(own).unwrap();
    config.operators = OPERATORS.map(|name| (name.to_owned(), authority(name).verify_key())).into();
    config.token.pin_file = Some(pin.to_owned());
    config.token.token_dir = Some(tokens.to_owned());
    config.token.sessions = Some(2);
    config
}

pub(super) fn secret_file(path: &Path, text: &str) {
    use std::io::Write;
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o400)
        .open(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

fn scene(running: &Running) -> Scene {
    let rules = &running.core.rules;
    Scene { plane: rules.plane, chain_id: rules.chain_id, now: running.core.clock.now() }
}

/// A payment of a wallet, before it is authorised and encoded.
#[derive(Clone)]
pub(super) struct Payment {
    pub(super) raw: RawTransaction,
    pub(super) authorisation: Authorisation,
    pub(super) anchor: Anchor,
    pub(super) issuer: SignKey,
}

impl Payment {
    /// 25 USDT of this wallet, authorised by payout-router.
    pub(super) fn usdt(running: &Running, wallet: &WalletView, intent: &str) -> Self {
        let token = *running.core.rules.tokens.first().unwrap();
        let fee = Sun::new(30_000_000).unwrap();
        Self::of(scene(running).token(wallet, intent, (token, PAYEE, 25_000_000), fee))
    }

    /// 25 TRX of this wallet.
    pub(super) fn trx(running: &Running, wallet: &WalletView, intent: &str) -> Self {
        Self::of(scene(running).trx(wallet, intent, PAYEE, Sun::new(25_000_000).unwrap()))
    }

    fn of(Unsealed { raw, mut authorisation, anchor }: Unsealed) -> Self {
        authorisation.valid_until = raw.timestamp.plus_ms(30_000);
        Self { raw, authorisation, anchor, issuer: authority("payout-router") }
    }

    /// A later transaction for the same.
    pub(super) fn later(mut self, ms: u64) -> Self {
        self.raw.timestamp = self.raw.timestamp.plus_ms(ms);
        self
    }

    pub(super) fn txid(&self) -> TxId {
        self.raw.txid()
    }

    pub(super) fn intent(&self) -> &IntentId {
        &self.authorisation.intent
    }

    pub(super) fn request(&self) -> SignatureRequest {
        let authorisation = Signed::sign(self.authorisation.clone(), &self.issuer);
        let anchor = Signed::sign(self.anchor, &authority("tron-client"));
        SignatureRequest::new(self.raw.encode().into(), authorisation, anchor)
    }
}
