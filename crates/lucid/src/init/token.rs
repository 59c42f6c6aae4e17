//! Makes the SoftHSM token. wallet-manager does it, the only one that loads the module.

use std::path::Path;

use anyhow::{Context, Result, bail};
use primitives::HexBytes;
use serde::Deserialize;
use tokio::process::Command;

use super::{make_private, write_whole};
use crate::directory::Directory;
use crate::up::Binaries;

/// Makes the token unless an earlier run has.
pub(super) async fn make(directory: &Directory, binaries: &Binaries, label: &str, module: Option<&Path>) -> Result<()> {
    let objects = directory.token_objects();
    make_private(&objects)?;
    let secrets = [directory.pin(), directory.officer_pin()];
    for path in secrets.iter().filter_map(|path| path.parent()) {
        make_private(path)?;
    }
    write_whole(
        &directory.softhsm_conf(),
        &format!("directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n", objects.display()),
    )?;
    // Written when the token was complete, so that an interrupted one is not taken for it.
    let done = directory.path().join("token/made");
    if done.exists() {
        return Ok(());
    }
    let program = binaries.path("wallet-manager")?;
    let mut command = Command::new(&program);
    command
        .env("SOFTHSM2_CONF", directory.softhsm_conf())
        .args(["token", "--json", "init", "--draw-pins", "--label", label])
        .arg("--pin-file")
        .arg(directory.pin())
        .arg("--officer-pin-file")
        .arg(directory.officer_pin())
        .arg("--token-dir")
        .arg(&objects);
    if let Some(module) = module {
        command.arg("--module").arg(module);
    }
    let output = command.output().await.with_context(|| format!("{} does not start", program.display()))?;
    if !output.status.success() {
        bail!("the token cannot be made: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let made: Made = serde_json::from_slice(&output.stdout).context("wallet-manager answered something else")?;
    write_whole(&directory.audit_key(), &format!("{}\n", made.audit_key))?;
    write_whole(&done, &String::from_utf8_lossy(&output.stdout))
}

/// What wallet-manager says of a token that it has made.
#[derive(Deserialize)]
struct Made {
    audit_key: HexBytes,
}
