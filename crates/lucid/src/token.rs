//! `lucid token`: tokens made and examined.
//!
//! wallet-manager does it, the only program that loads a PKCS#11 module, and it reads the arguments too: they are said in
//! one place. What is added here is where the plane's configuration and its software token are.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use tokio::process::Command;

use crate::directory::Directory;
use crate::up::Binaries;

/// What wallet-manager is asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct TokenArgs {
    /// init, doctor or profiles, and their options; `lucid token --help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    words: Vec<OsString>,
}

/// The command; its code is wallet-manager's.
pub(crate) async fn run(args: &TokenArgs, directory: &Directory, json: bool) -> Result<ExitCode> {
    let program = Binaries::beside_this_one()?.path("wallet-manager")?;
    let mut asked = Command::new(&program);
    asked.arg("token");
    if json {
        asked.arg("--json");
    }
    asked.args(&args.words);
    let config = directory.config("wallet-manager");
    let own = [("LUCID_CONFIG", config), ("SOFTHSM2_CONF", directory.softhsm_conf())];
    for (variable, path) in own {
        if std::env::var_os(variable).is_none() && path.is_file() {
            asked.env(variable, path);
        }
    }
    let ended = asked.status().await.with_context(|| format!("{} does not start", program.display()))?;
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
