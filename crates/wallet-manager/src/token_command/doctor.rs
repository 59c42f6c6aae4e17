//! `lucid token doctor`: whether a token can serve, line by line.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use service::config::{self, Environment};
use service::serve;
use signer::doctor::{self, Examination, Finding, Report, Throwaway, Verdict};
use signer::profile::Network;
use signer::{Profile, VendorProfile, pin};
use signing_core::random;
use signing_core::worker::{confine, needs_network};

use super::{Answer, table};
use crate::WalletManager;
use crate::config::{Config, Token};

/// Which token, by wallet-manager's configuration, by arguments, or by both: arguments go first.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// wallet-manager's configuration, whose [token] is meant; `lucid` names the plane's.
    #[arg(long, value_name = "FILE", env = "LUCID_CONFIG")]
    config: Option<PathBuf>,
    /// The kind of token: softhsm, luna, cloudhsm, yubihsm2, nitrokey-hsm2, or a profile's file.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// The PKCS#11 module; otherwise where the profile knows it.
    #[arg(long, value_name = "FILE", env = "LUCID_PKCS11_MODULE")]
    module: Option<PathBuf>,
    /// The token's label.
    #[arg(long, value_name = "LABEL")]
    token_label: Option<String>,
    /// The file with the user's PIN.
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    /// The host:port that the module must reach, or none.
    #[arg(long, value_name = "HOST:PORT")]
    network: Option<Network>,
    /// Sessions that sign side by side; 0 means one per core.
    #[arg(long, value_name = "N")]
    sessions: Option<u8>,
    /// How many signatures are timed at most; a slow token is timed with fewer.
    #[arg(long, value_name = "N", default_value_t = 200)]
    signatures: u32,
    /// Make the key as an object of the token and destroy it afterwards: for tokens that know no other.
    #[arg(long)]
    token_object: bool,
    /// Present the PIN although a wrong one was presented since the last right one. Never the last try.
    #[arg(long)]
    after_wrong_pin: bool,
    /// Examine it without the confinement that the signing worker has, to tell which of the two is at fault.
    #[arg(long)]
    unconfined: bool,
}

impl Doctor {
    pub(super) fn answer(&self) -> anyhow::Result<Answer> {
        let (token, head_in_token) = self.section()?;
        let vendor = token.vendor()?;
        let profile = token.profile(self.module.clone())?;
        let pin = pin::read(&profile.pin_file)?;
        if !self.unconfined {
            // The first process of a container has none, and none can end before it.
            let parent = rustix::process::getppid().map_or(0, |parent| parent.as_raw_nonzero().get().cast_unsigned());
            confine(parent, needs_network(&profile))?;
        }
        let examination = Examination {
            profile: profile.clone(),
            pin,
            throwaway: if self.token_object { Throwaway::Token } else { Throwaway::Session },
            signatures: self.signatures,
            data_objects: head_in_token.unwrap_or(vendor.data_objects),
            after_wrong_pin: self.after_wrong_pin,
            seed: random::bytes(),
        };
        Ok(told(&token.profile, &vendor, &profile, &doctor::examine(examination)))
    }

    /// The `[token]` section that is meant, and whether the configuration wants the audit log's head in the token.
    fn section(&self) -> anyhow::Result<(Token, Option<bool>)> {
        let loaded = match &self.config {
            Some(path) => {
                let source = serve::source::<WalletManager>();
                Some(config::load::<Config>(&source, Some(path), &Environment::of_process())?)
            }
            None => None,
        };
        let configured = loaded.is_some();
        let head_in_token = loaded.as_ref().and_then(|loaded| loaded.own.audit.head_in_token);
        let default = || Token { profile: "softhsm".to_owned(), label: "lucid".to_owned(), ..Token::default() };
        let mut token = loaded.map_or_else(default, |loaded| loaded.own.token);
        if let Some(profile) = &self.profile {
            token.profile.clone_from(profile);
        }
        match (&self.token_label, configured) {
            (Some(label), _) => token.label.clone_from(label),
            (None, false) => token.label = token.vendor()?.label.unwrap_or(token.label),
            (None, true) => {}
        }
        token.pin_file = self.pin_file.clone().or(token.pin_file);
        token.network = self.network.clone().or(token.network);
        token.sessions = self.sessions.or(token.sessions);
        Ok((token, head_in_token))
    }
}

fn told(name: &str, vendor: &VendorProfile, profile: &Profile, report: &Report) -> Answer {
    let tried = match vendor.evidence.tried() {
        None => "tried on nothing yet, only read: keep this report".to_owned(),
        Some(tried) => format!("tried on {tried}"),
    };
    let mut rows = vec![["CHECK", "RESULT", "WHAT"].map(str::to_owned).to_vec()];
    rows.extend(report.findings.iter().flat_map(lines));
    let mut text =
        format!("Profile {name} ({}), network {}; {tried}\n\n{}", vendor.title, profile.network, table(&rows));
    let failed = report.findings.iter().filter(|finding| finding.verdict == Verdict::Bad).count();
    let untried = report.findings.iter().filter(|finding| finding.verdict == Verdict::Untried).count();
    let verdict = if report.serves {
        "This token can serve.".to_owned()
    } else {
        format!("This token CANNOT serve: {failed} failed, {untried} not tried.")
    };
    text = format!("{text}\n\n{verdict}");
    if let (false, Some(condition)) = (report.serves, &vendor.keys.condition) {
        text = format!("{text}\nOf its kind it is known: {condition}.");
    }
    let profile = json!({ "name": name, "network": profile.network, "vendor": vendor });
    Answer { document: json!({ "profile": profile, "report": report }), text, well: report.serves }
}

fn lines(finding: &Finding) -> Vec<Vec<String>> {
    let result = match finding.verdict {
        Verdict::Good => "ok",
        Verdict::Note => "note",
        Verdict::Bad => "FAILED",
        Verdict::Untried => "not tried",
    };
    let mut rows = vec![vec![finding.check.to_string(), result.to_owned(), finding.detail.clone()]];
    rows.extend(finding.todo.iter().map(|todo| vec![String::new(), String::new(), format!("→ {todo}")]));
    rows
}
