//! What a policy file must be to come into force: readable, a policy, newer than the last one, and, where that is
//! required, signed by two operators for this plane and chain.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use api::wallet_manager::PolicyVersion;
use primitives::statement::{Action, Ceremony, Cosigned, CosignedError, Dated};
use primitives::{HexBytes, UnixMs};
use sha2::{Digest, Sha256};
use signer::{Policy, Rules};

use super::InForce;
use super::highest::HighestPolicy;
use crate::stamp::Stamp;

/// How many operators must sign a policy.
const OPERATORS: usize = 2;

/// The largest file that is read, bytes: a policy of a thousand wallets fits.
const FILE_MAX: u64 = 1 << 20;

/// A policy file, and who must have signed it.
#[derive(Debug)]
pub(super) struct Admission {
    path: PathBuf,
    /// The plane, the chain and the operators; none where no signature is required.
    council: Option<Arc<Rules>>,
}

/// What the file and its signatures look like from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    policy: Stamp,
    signatures: Option<Stamp>,
}

/// A file that does not come into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFile {
    /// SHA-256 of the file as it was read; none if it cannot be.
    pub file: Option<HexBytes>,
    /// SHA-256 of the file with its signatures, as they were read.
    pub(super) with_signatures: HexBytes,
    /// The policy in it, if there is one.
    pub policy: Option<PolicyVersion>,
    /// Why.
    pub fault: String,
}

impl Look {
    /// Whether nobody seems to be writing either of them.
    pub(super) fn is_settled(&self, now: UnixMs) -> bool {
        self.policy.is_settled(now) && self.signatures.is_none_or(|stamp| stamp.is_settled(now))
    }
}

impl Admission {
    pub(super) const fn new(path: PathBuf, council: Option<Arc<Rules>>) -> Self {
        Self { path, council }
    }

    /// The policy file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether two operators must have signed it.
    pub(super) const fn is_signed(&self) -> bool {
        self.council.is_some()
    }

    pub(super) fn look(&self) -> Look {
        let signatures = self.council.as_ref().map(|_| Stamp::of(&self.signatures()));
        Look { policy: Stamp::of(&self.path), signatures }
    }

    /// The policy in the file, if it may come into force after `known`.
    pub(super) fn admit(&self, known: Option<&HighestPolicy>, now: UnixMs) -> Result<InForce, RefusedFile> {
        let place = self.path.display();
        let bytes = read(&self.path);
        let signatures = self.council.as_ref().map(|_| read(&self.signatures()));
        let mut refused = refused(bytes.as_ref().ok(), signatures.as_ref().and_then(|read| read.as_ref().ok()));
        let admitted = bytes.and_then(|bytes| {
            let text = String::from_utf8(bytes).map_err(|_| format!("{place} is not text"))?;
            let policy = Policy::parse(&text).map_err(|fault| format!("{place}, {fault}"))?;
            let next = InForce::from(policy);
            refused.policy = Some(next.version.clone());
            known.map_or(Ok(()), |known| known.allows(&next.version))?;
            let operators = match (&self.council, signatures) {
                (Some(rules), Some(signatures)) => agreed(&signatures?, &next.version, rules, known, now)
                    .map_err(|fault| format!("{}: {fault}", self.signatures().display()))?,
                _ => Vec::new(),
            };
            Ok(InForce { operators, ..next })
        });
        admitted.map_err(|fault| RefusedFile { fault, ..refused })
    }

    /// The file's own name with `.signed` after it.
    fn signatures(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".signed");
        name.into()
    }
}

/// Who signed that this policy is to be in force here.
fn agreed(
    signatures: &[u8],
    policy: &PolicyVersion,
    rules: &Rules,
    known: Option<&HighestPolicy>,
    now: UnixMs,
) -> Result<Vec<String>, String> {
    let cosigned: Cosigned<Ceremony> =
        serde_json::from_slice(signatures).map_err(|error| format!("is no decision of operators: {error}"))?;
    // A decision is good for a day. The policy that it has brought into force is read again at every start, for years:
    // then the signatures count, and not the day.
    let again = known.is_some_and(|known| known.0 == *policy);
    let at = if again { cosigned.unverified().issued_at() } else { rules.chain_time.at_least(now) };
    let agreed = cosigned.verify(&rules.operators, OPERATORS, at).map_err(|error| match error {
        CosignedError::Expired(_) => format!("{error}: propose and sign it again"),
        _ => error.to_string(),
    })?;
    let Ceremony { plane, chain_id, action, .. } = agreed.statement;
    if *plane != rules.plane {
        return Err(format!("is for the plane {plane}"));
    }
    if *chain_id != rules.chain_id {
        return Err(format!("is for the chain {chain_id}"));
    }
    match action {
        Action::SetPolicy { version, sha256 } if *version == policy.version && policy.sha256.as_ref() == sha256 => {
            Ok(agreed.operators)
        }
        Action::SetPolicy { version, sha256 } => {
            Err(format!("is for another policy: version {version}, SHA-256 {}", HexBytes(sha256.to_vec())))
        }
        _ => Err("is a decision on something else than a policy".to_owned()),
    }
}

fn refused(bytes: Option<&Vec<u8>>, signatures: Option<&Vec<u8>>) -> RefusedFile {
    let digest = |bytes: &[u8]| HexBytes(Sha256::digest(bytes).to_vec());
    let both = [bytes, signatures].map(|bytes| bytes.map(|bytes| digest(bytes).to_string()));
    let with_signatures = digest(format!("{both:?}").as_bytes());
    RefusedFile { file: bytes.map(|bytes| digest(bytes)), with_signatures, policy: None, fault: String::new() }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let place = path.display();
    let unreadable = |error: std::io::Error| format!("{place} cannot be read: {error}");
    // A pipe in its place would be waited for without end, by everybody who wants to sign.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(format!("{place} cannot be read: it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(format!("{place} is longer than {FILE_MAX} bytes"));
    }
    Ok(bytes)
}
