//! `wallet-manager audit`: exports the audit log of a plane that is stopped, and verifies a log, from an export or from
//! the database itself, against all that vouches for it. What a running plane says `lucid audit` asks for.

mod sought;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use primitives::LogPosition;
use signing_core::audit::verify::{Line, Report, Trust, Verifier};
use tron_tx::PublicKey;

use sought::Sought;

/// The word that asks for it.
const COMMAND: &str = "audit";

/// The log could not be looked at: nothing is said about it.
const UNREAD: u8 = 3;

/// What a verification without any of these does not show.
const ALONE: &str = "nothing vouches for this log but what stands beside it: that records were cut off its end, or all \
    rewritten, would not show. Give --audit-key, --head, or --config without --no-token.";

const HELP: &str = "\
Exit codes:
  0  the log is whole
  1  something is wrong with it: every finding names its record
  2  not a command that exists, or with wrong arguments
  3  it could not be looked at";

/// Export and verify the audit log.
#[derive(Debug, Parser)]
#[command(name = "wallet-manager audit", after_help = HELP)]
pub struct AuditCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write a stopped plane's log as JSON lines to standard output: records as they were hashed, checkpoints, attempts.
    Export(Sought),
    /// After a restore: go on without the records that the token vouches for and the database lacks. The log says so, the
    /// heads that payout-router kept go on to show it, and all signing is stopped until two operators lift that. The plane
    /// must not run.
    AcceptCut(Accept),
    /// Hold a log against its chain, the checkpoints' signatures, the register, and every head that somebody kept.
    #[command(after_help = HELP)]
    Verify(Verify),
}

#[derive(Debug, Args)]
struct Accept {
    #[command(flatten)]
    sought: Sought,
    /// What is lost: the head that the token vouches for, as `audit verify` names it.
    #[arg(long, value_name = "SEQ:HEAD", value_parser = position)]
    lost: LogPosition,
    /// Why, for whoever reads the log.
    #[arg(long)]
    because: String,
}

#[derive(Debug, Args)]
struct Verify {
    /// An export; - for standard input. Without one a stopped plane's database is read.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    sought: Sought,
    /// The audit key that must have signed the checkpoints, 130 hexadecimal digits; otherwise the token's, otherwise the
    /// one that the export names, which proves less.
    #[arg(long, value_name = "HEX", value_parser = public_key)]
    audit_key: Option<PublicKey>,
    /// A head that was noted elsewhere, `NUMBER:HEAD`, as often as there are some.
    #[arg(long, value_name = "SEQ:HEAD", value_parser = position)]
    head: Vec<LogPosition>,
    /// A file of such heads, one a line, as `[audit] heads_file` has them written.
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// One JSON document on standard output in place of text.
    #[arg(long)]
    json: bool,
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes: primitives::HexBytes = text.to_owned().try_into().map_err(|_| "not hexadecimal".to_owned())?;
    PublicKey::from_sec1(bytes.as_ref()).map_err(|error| error.to_string())
}

fn position(text: &str) -> Result<LogPosition, String> {
    let (seq, head) = text.split_once(':').ok_or("a record's number, a colon and its head")?;
    let seq = seq.parse().map_err(|_| "not a number".to_owned())?;
    Ok(LogPosition { seq, head: head.parse().map_err(|_| "not a head of 64 hexadecimal digits".to_owned())? })
}

impl AuditCommand {
    /// The command, if the arguments ask for it; a wrong one of its options ends the process with a usage text.
    pub fn asked_for(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut arguments = arguments.skip(1).peekable();
        arguments.peek().is_some_and(|word| word == COMMAND).then(|| Self::parse_from(arguments))
    }

    /// Does it.
    pub fn run(self) -> ExitCode {
        let outcome = match self.what {
            What::Export(sought) => export(&sought).map(|()| true),
            What::AcceptCut(Accept { sought, lost, because }) => sought.accept(lost, &because).map(|()| true),
            What::Verify(verify) => verify.run(),
        };
        match outcome {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => {
                // Nobody is left to be told that standard error is closed.
                let _ = writeln!(io::stderr().lock(), "{COMMAND}: {error:#}");
                ExitCode::from(UNREAD)
            }
        }
    }
}

fn export(sought: &Sought) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    sought.lines(|line| {
        serde_json::to_writer(&mut out, &line)?;
        Ok(writeln!(out)?)
    })
}

impl Verify {
    fn run(self) -> anyhow::Result<bool> {
        let report = self.report()?;
        let mut out = io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{}", text(&report))?;
        }
        if self.believes_what_it_reads() {
            // Nobody is left to be told that standard error is closed.
            let _ = writeln!(io::stderr().lock(), "{COMMAND}: {ALONE}");
        }
        Ok(report.findings.is_empty())
    }

    /// Whether nothing vouches for the log that could not have been changed with it. What comes over standard input was
    /// asked of a running plane, its token and payout-router included.
    fn believes_what_it_reads(&self) -> bool {
        let asked = self.file.as_deref() == Some(Path::new("-")) || self.sought.asks_the_token();
        !asked && self.audit_key.is_none() && self.head.is_empty() && self.heads.is_none()
    }

    fn report(&self) -> anyhow::Result<Report> {
        let token = self.sought.token()?;
        let pinned = self.audit_key.or(token.as_ref().map(|token| token.key));
        let mut verifier = None;
        let plane = self.sought.plane()?;
        let mut take = |line: Line| {
            let verifier = verifier.get_or_insert_with(|| Verifier::new(trust(pinned, plane, &line)));
            verifier.line(line);
            Ok(())
        };
        match &self.file {
            Some(path) => read(path, &mut take)?,
            None => self.sought.lines(&mut take)?,
        }
        let mut verifier = verifier.context("there is not one line")?;
        if let Some(head) = token.and_then(|token| token.head) {
            verifier.vouched("the token", head);
        }
        self.head.iter().for_each(|head| verifier.vouched("somebody else", *head));
        for head in self.heads.as_deref().map_or_else(|| Ok(Vec::new()), noted)? {
            verifier.vouched("the file of heads", head);
        }
        Ok(verifier.finish())
    }
}

/// The heads that a file has, one a line.
fn noted(path: &Path) -> anyhow::Result<Vec<LogPosition>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let parse = |(number, line): (usize, &str)| {
        position(line).map_err(|error| anyhow::anyhow!("{}, line {}: {error}", path.display(), number + 1))
    };
    text.lines().enumerate().map(parse).collect()
}

/// What the log is held against: what is pinned, and otherwise what its first line says of itself.
fn trust(pinned: Option<PublicKey>, plane: Option<primitives::PlaneId>, first: &Line) -> Trust {
    let Line::Log { plane: named, head, .. } = first else { return Trust { plane, key: pinned } };
    let said = head.audit_key.as_ref().and_then(|key| PublicKey::from_sec1(key.as_ref()).ok());
    Trust { plane: plane.or(*named), key: pinned.or(said) }
}

/// Reads an export. Its last line says that nothing was cut off it.
fn read(path: &Path, take: &mut impl FnMut(Line) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let reader: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Box::new(BufReader::new(file))
    };
    let mut whole = false;
    for (number, line) in reader.lines().enumerate() {
        let line: Line = serde_json::from_str(&line?).with_context(|| format!("line {}", number + 1))?;
        whole = matches!(line, Line::End { .. });
        take(line)?;
    }
    anyhow::ensure!(whole, "the export has no last line: it was cut off");
    Ok(())
}

fn text(report: &Report) -> String {
    let Report { position, records, checkpoints, heads, attempts, rows, programs, findings } = report;
    let attempts = attempts.map_or("no register".to_owned(), |attempts| format!("{attempts} attempts"));
    let rows = rows.map_or("no tables".to_owned(), |rows| format!("{rows} rows"));
    let held =
        format!("{records} records held against {checkpoints} checkpoints, {heads} heads, {attempts} and {rows}");
    let mut lines = vec![format!("{held}; the newest is {}:{}", position.seq, position.head)];
    lines.extend(programs.iter().map(|program| {
        let sha256 = program.sha256.as_ref().map_or("unknown".to_owned(), ToString::to_string);
        format!("from record {} on written by version {}, SHA-256 {sha256}", program.since, program.version)
    }));
    lines.extend(findings.iter().map(|finding| format!("WRONG ({}): {}", finding.code, finding.detail)));
    if findings.is_empty() {
        lines.push("The log is whole.".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
