//! Where a stopped plane's log is, and its token.

use std::path::PathBuf;

use api::wallet_manager::audit::AuditHead;
use clap::Args;
use primitives::{LogPosition, PlaneId};
use service::clock::{Clock, SystemClock};
use service::config::{self, Environment, Loaded};
use service::serve;
use signer::Token;
use signing_core::NOUNS;
use signing_core::audit::verify::Line;
use signing_core::audit::{export, vouched};
use store::{Incarnation, Store};
use tron_tx::PublicKey;

use crate::WalletManager;
use crate::config::Config;

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

    /// Asks the token, if there is a configuration that names one.
    pub(super) fn token(&self) -> anyhow::Result<Option<Vouched>> {
        let Some(loaded) = self.load()?.filter(|_| !self.no_token) else { return Ok(None) };
        let module = std::env::var_os("LUCID_PKCS11_MODULE").map(Into::into);
        let token = Token::open(&loaded.own.token.profile(module)?)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (key, head) = runtime.block_on(vouched(&token, loaded.base.plane.id))?;
        Ok(Some(Vouched { key: key.public_key, head: head.filter(|_| loaded.own.audit.head_in_token) }))
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
        // Of no use to a file that is there.
        let fresh: Incarnation = "00000000-0000-0000-0000-000000000000".parse()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let store = Store::sqlite(&path, &NOUNS, fresh).await?;
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
