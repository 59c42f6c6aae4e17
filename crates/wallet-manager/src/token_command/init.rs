//! `lucid token init`: makes a fresh token, before there is a configuration.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Parser;
use primitives::{HexBytes, PlaneId};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use service::clock::{Clock as _, SystemClock};
use signer::{AUDIT_KEY, Challenge, PinnedKey, TokenError, VendorProfile, pin, provision};
use signing_core::audit::AUDIT_LABEL;
use signing_core::random;

use super::Answer;
use crate::config::Token;

/// What to make, and where its PINs are.
#[derive(Debug, Parser)]
pub(crate) struct Init {
    /// The kind of token: softhsm, luna, cloudhsm, yubihsm2, nitrokey-hsm2, or a profile's file.
    #[arg(long, value_name = "NAME|FILE", default_value = "softhsm")]
    profile: String,
    /// The token's label, 1 to 32 printable characters.
    #[arg(long, default_value = "lucid")]
    label: String,
    /// The file with the user's PIN, mode 0400.
    #[arg(long, value_name = "FILE", required_if_eq("profile", "softhsm"))]
    pin_file: Option<PathBuf>,
    /// The file with the security officer's PIN, likewise; without it one is drawn that nobody will know.
    #[arg(long, value_name = "FILE")]
    officer_pin_file: Option<PathBuf>,
    /// Draw a PIN where its file is not there yet, and write it, mode 0400.
    #[arg(long)]
    draw_pins: bool,
    /// Leave a token that has the label as it is, and succeed: for whoever asks at every start.
    #[arg(long)]
    keep: bool,
    /// The PKCS#11 module; otherwise where the profile knows it.
    #[arg(long, value_name = "FILE", env = "LUCID_PKCS11_MODULE")]
    module: Option<PathBuf>,
    /// Where a software token keeps its files, made if need be and synced afterwards.
    #[arg(long, value_name = "DIR")]
    token_dir: Option<PathBuf>,
}

impl Init {
    pub(super) fn answer(&self) -> anyhow::Result<Answer> {
        let vendor = VendorProfile::named(&self.profile)?;
        if !vendor.initialise.by_lucid {
            let steps = vendor.initialise.steps.iter().enumerate();
            let steps: Vec<_> = steps.map(|(number, step)| format!("  {}. {step}", number + 1)).collect();
            let text = format!(
                "Nothing was made: a {} is made ready with its vendor's own tools:\n{}\nThen: lucid token doctor --profile {}",
                vendor.title,
                steps.join("\n"),
                self.profile,
            );
            let document = json!({ "made": false, "title": vendor.title, "steps": vendor.initialise.steps });
            return Ok(Answer { document, text, well: false });
        }
        let module = self.make_of(&vendor)?;
        let audit_key = HexBytes::from(self.audit_key(&module)?.public_key.to_compressed().to_vec());
        let text = format!(
            "Made: the token {:?}, by {}\nIts audit key, to be written down where nobody changes it: {audit_key}",
            self.label,
            module.display()
        );
        let document = json!({ "made": true, "label": self.label, "module": module, "audit_key": audit_key });
        Ok(Answer { document, text, well: true })
    }

    /// Makes the audit key of the new token: whom its log and the manifests of its keys are verified by is known before
    /// there is anything to verify. It belongs to the token and to no plane, which a plane of zeros says.
    fn audit_key(&self, module: &Path) -> anyhow::Result<PinnedKey> {
        let token = Token {
            profile: self.profile.clone(),
            module: Some(module.to_owned()),
            label: self.label.clone(),
            pin_file: self.pin_file.clone(),
            token_dir: self.token_dir.clone(),
            sessions: Some(1),
            ..Token::default()
        };
        let plane = format!("{}{}", PlaneId::PREFIX, "00000000-0000-0000-0000-000000000000").parse()?;
        let challenge = Challenge { plane, nonce: random::bytes(), at: SystemClock.now() };
        let token = signer::Token::open(&token.profile(None)?)?;
        Ok(token.ensure_key(AUDIT_KEY, AUDIT_LABEL, challenge).wait()?)
    }

    /// Makes the token; gives the module that did.
    #[cfg(test)]
    pub(crate) fn make(&self) -> anyhow::Result<PathBuf> {
        self.make_of(&VendorProfile::named(&self.profile)?)
    }

    fn make_of(&self, vendor: &VendorProfile) -> anyhow::Result<PathBuf> {
        let module = self.module.clone().or_else(|| vendor.module());
        let module = module
            .with_context(|| format!("{} is not where it usually is; name the module with --module", vendor.title))?;
        let pin_file = self.pin_file.as_deref().context("name the PIN's file with --pin-file")?;
        let user = self.pin(pin_file)?;
        vendor.login.pin.check(&user)?;
        let officer = match &self.officer_pin_file {
            Some(path) => self.pin(path)?,
            None => pin::from_random(random::bytes()),
        };
        if let Some(directory) = &self.token_dir {
            fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        }
        match provision(&module, &self.label, &officer, &user, self.token_dir.as_deref()) {
            Err(TokenError::TokenExists { .. }) if self.keep => Ok(module),
            made => Ok(made.map(|()| module)?),
        }
    }

    /// The PIN of this file, drawn and written first if that was asked for: never a token whose PIN is lost, and never
    /// one with another PIN than was meant because a path was mistyped.
    fn pin(&self, path: &Path) -> anyhow::Result<SecretString> {
        if path.exists() {
            return Ok(pin::read(path)?);
        }
        if !self.draw_pins {
            bail!("there is no PIN in {}; --draw-pins draws one", path.display());
        }
        let drawn = pin::from_random(random::bytes());
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path)?;
            file.write_all(drawn.expose_secret().as_bytes())?;
            file.sync_all()
        };
        write().with_context(|| format!("cannot write {}", path.display()))?;
        Ok(drawn)
    }
}
