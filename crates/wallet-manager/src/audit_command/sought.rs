//! Where a stopped plane's log is, and its token.

use std::path::PathBuf;

use anyhow::Context as _;
use api::wallet_manager::audit::AuditHead;
use clap::Args;
use primitives::{LogPosition, PlaneId};
use service::clock::{Clock, SystemClock};
use service::config::{self, Environment, Loaded};
use service::serve;
use signer::Token;
use signing_core::NOUNS;
use signing_core::audit::verify::Line;
use signing_core::audit::{accept_cut, export, vouched};
use store::Store;
use tron_tx::PublicKey;

use crate::WalletManager;
use crate::config::Config;

/// A life for a new file, of no use to one that is there.
const NO_LIFE: &str = "00000000-0000-0000-0000-000000000000";

/// The plane whose log is meant.
#[derive(Debug, Clone, Args)]
pub(super) struct Sought {
    /// wallet-manager's configuration: says where the database and the token are. The plane must be stopped.
    #[arg(long, env = "LUCID_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database's file, in place of the configuration's.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Do not ask the token what it vouches for.
    #[arg(long)]
    no_token: bool,
}

/// What a token says of the log.
#[derive(Debug)]
pub(super) struct Vouched {
    /// The audit key.
    pub(super) key: PublicKey,
    /// The newest head that it was told.
    pub(super) head: Option<LogPosition>,
}

impl Sought {
    fn load(&self) -> anyhow::Result<Option<Loaded<Config>>> {
        let Some(path) = &self.config else { return Ok(None) };
        let source = serve::source::<WalletManager>();
        Ok(Some(config::load(&source, Some(path), &Environment::of_process())?))
    }

    /// The plane that the configuration names, if there is one.
    pub(super) fn plane(&self) -> anyhow::Result<Option<PlaneId>> {
        Ok(self.load()?.map(|loaded| loaded.base.plane.id))
    }

    /// Whether the token is asked.
    pub(super) const fn asks_the_token(&self) -> bool {
        self.config.is_some() && !self.no_token
    }

    /// Asks the token, if there is a configuration that names one.
    pub(super) fn token(&self) -> anyhow::Result<Option<Vouched>> {
        let Some(loaded) = self.load()?.filter(|_| !self.no_token) else { return Ok(None) };
        let module = std::env::var_os("LUCID_PKCS11_MODULE").map(Into::into);
        let token = Token::open(&loaded.own.token.profile(module)?)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (key, head) = runtime.block_on(vouched(&token, loaded.base.plane.id))?;
        let kept = loaded.own.audit.head_in_token(&loaded.own.token.vendor()?);
        Ok(Some(Vouched { key: key.public_key, head: head.filter(|_| kept) }))
    }

    /// Goes on without what the token vouches for.
    pub(super) fn accept(&self, lost: LogPosition, because: &str) -> anyhow::Result<()> {
        let loaded = self.load()?.context("name the plane with --config")?;
        let module = std::env::var_os("LUCID_PKCS11_MODULE").map(Into::into);
        let token = Token::open(&loaded.own.token.profile(module)?)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let path = loaded.base.server.data_dir.join("wallet-manager.sqlite");
            anyhow::ensure!(path.exists(), "{} is not there", path.display());
            let store = Store::sqlite(&path, &NOUNS, NO_LIFE.parse()?).await?;
            let accepted = accept_cut(&store, &token, loaded.base.plane.id, lost, because, SystemClock.now()).await;
            store.close().await;
            accepted?;
            Ok(())
        })
    }

    /// Reads the database.
    pub(super) fn lines(&self, take: impl FnMut(Line) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let loaded = self.load()?;
        let path = match (&self.store, &loaded) {
            (Some(path), _) => path.clone(),
            (None, Some(loaded)) => loaded.base.server.data_dir.join("wallet-manager.sqlite"),
            (None, None) => anyhow::bail!("name an export with --file, or the plane with --config or --store"),
        };
        anyhow::ensure!(path.exists(), "{} is not there", path.display());
        let plane = loaded.map(|loaded| loaded.base.plane.id);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let store = Store::sqlite(&path, &NOUNS, NO_LIFE.parse()?).await?;
            let head = AuditHead {
                position: store.log_position().await.unwrap_or(LogPosition::EMPTY),
                incarnation: store.incarnation().to_string(),
                audit_key: None,
                token: None,
                checkpoint: None,
                fault: None,
            };
            export(&store, plane, head, SystemClock.now(), take).await?;
            store.close().await;
            anyhow::Ok(())
        })
    }
}
