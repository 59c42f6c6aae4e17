//! `lucid audit`: the audit log of the running plane, exported and verified.
//!
//! It is asked for here and held against everything by wallet-manager's own command, the one program that knows the log:
//! the chain, the audit key's checkpoints, what the token and payout-router vouch for, and the register.

mod gathered;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result};
use api::wallet_manager::audit::audit_head;
use clap::{Args, Subcommand};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::directory::Directory;
use crate::operator::Operator;
use crate::output::Output;
use crate::up::Binaries;

const HELP: &str = "\
Exit codes:
  0  the log is whole
  1  something is wrong with it: every finding names its record
  3  it could not be looked at";

/// What to do with the audit log.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum AuditCommand {
    /// Show where the log stands and what vouches for it.
    Head,
    /// Write the log as JSON lines: every record exactly as it was hashed, the checkpoints, the register's attempts, and
    /// the heads that payout-router kept.
    #[command(after_help = "Example:\n  lucid audit export --output audit-2026-11.jsonl")]
    Export {
        /// Where to; standard output if absent.
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Verify the running plane's log, or an export.
    #[command(after_help = HELP)]
    Verify(VerifyArgs),
}

/// What to verify, and against what.
#[derive(Debug, Clone, Args)]
pub(crate) struct VerifyArgs {
    /// An export in place of the running plane; - for standard input.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The audit key, in place of the one that `lucid init` wrote down; without either, the one that the log names, which
    /// proves less.
    #[arg(long, value_name = "HEX")]
    audit_key: Option<String>,
    /// A head that was noted elsewhere, as often as there are some.
    #[arg(long, value_name = "SEQ:HEAD")]
    head: Vec<String>,
}

/// The command. Verifying has wallet-manager's exit code.
pub(crate) async fn run(
    command: &AuditCommand,
    operator: impl FnOnce() -> Result<Operator>,
    directory: &Directory,
    output: Output,
    json: bool,
) -> Result<ExitCode> {
    match command {
        AuditCommand::Head => {
            let head = operator()?.ask("wallet-manager", &audit_head()).await?;
            let vouched = |position: Option<primitives::LogPosition>| {
                position.map_or_else(|| "none".to_owned(), |position| format!("record {}", position.seq))
            };
            let fault = head.fault.as_deref().map(|fault| format!("\nWRONG: {fault}")).unwrap_or_default();
            let text = format!(
                "record {}, head {}\nthe token vouches for {}, the newest checkpoint is of {}{fault}",
                head.position.seq,
                head.position.head,
                vouched(head.token),
                vouched(head.checkpoint)
            );
            output.show(&head, text)?;
        }
        AuditCommand::Export { output: None } => export(&operator()?, io::stdout().lock()).await?,
        AuditCommand::Export { output: Some(path) } => {
            let file = File::create_new(path).with_context(|| format!("{} cannot be made", path.display()))?;
            let mut file = BufWriter::new(file);
            export(&operator()?, &mut file).await?;
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        AuditCommand::Verify(args) => return verify(args, operator, &directory.audit_key(), json).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn export(operator: &Operator, mut out: impl Write) -> Result<()> {
    for line in gathered::lines(operator).await? {
        serde_json::to_writer(&mut out, &line)?;
        writeln!(out)?;
    }
    Ok(out.flush()?)
}

async fn verify(
    args: &VerifyArgs,
    operator: impl FnOnce() -> Result<Operator>,
    pinned: &Path,
    json: bool,
) -> Result<ExitCode> {
    let program = Binaries::beside_this_one()?.path("wallet-manager")?;
    let mut asked = Command::new(&program);
    // The file says it all: the token of a running plane is asked by the plane.
    asked.args(["audit", "verify"]).env_remove("LUCID_CONFIG");
    if json {
        asked.arg("--json");
    }
    let written = std::fs::read_to_string(pinned).ok().map(|key| key.trim().to_owned());
    let audit_key = args.audit_key.clone().or(written);
    let options = audit_key.iter().map(|key| ("--audit-key", key));
    for (option, value) in options.chain(args.head.iter().map(|head| ("--head", head))) {
        asked.arg(format!("{option}={value}"));
    }
    let context = || format!("{} does not start", program.display());
    let status = if let Some(file) = &args.file {
        asked.arg("--file").arg(file).status().await.with_context(context)?
    } else {
        let lines = gathered::lines(&operator()?).await?;
        let mut child = asked.args(["--file", "-"]).stdin(Stdio::piped()).spawn().with_context(context)?;
        let mut stdin = child.stdin.take().context("the verifier has no standard input")?;
        for line in lines {
            stdin.write_all(format!("{}\n", serde_json::to_string(&line)?).as_bytes()).await?;
        }
        drop(stdin);
        child.wait().await?
    };
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
