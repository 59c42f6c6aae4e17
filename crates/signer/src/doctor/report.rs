//! What an examination finds.

use std::fmt;

use serde::Serialize;

/// One thing that is looked at, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The module is loaded and says what it is.
    Library,
    /// One token has the label, and its flags allow what is needed.
    Token,
    /// CKM_EC_KEY_PAIR_GEN and CKM_ECDSA.
    Mechanisms,
    /// How many tries the PIN has, read before it is presented.
    PinTries,
    /// The PIN is right.
    Login,
    /// The token's random numbers.
    Random,
    /// A key pair of secp256k1, by the template that wallets' keys have.
    KeyGeneration,
    /// The key's attributes as the token tells them.
    Attributes,
    /// CKA_EC_POINT.
    PublicKey,
    /// One signature, verified, its recovery number found.
    Signature,
    /// How long signatures take.
    Timing,
    /// The key is found by its id, and signs in several sessions at once.
    Sessions,
    /// A data object, as the audit log's head needs one.
    DataObject,
    /// Nothing of the examination is left.
    LeftBehind,
    /// The examination itself.
    Nothing,
}

impl Check {
    /// Those that every examination makes.
    const ALL: [Self; 14] = [
        Self::Library,
        Self::Token,
        Self::Mechanisms,
        Self::PinTries,
        Self::Login,
        Self::Random,
        Self::KeyGeneration,
        Self::Attributes,
        Self::PublicKey,
        Self::Signature,
        Self::Timing,
        Self::Sessions,
        Self::DataObject,
        Self::LeftBehind,
    ];
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Library => "library",
            Self::Token => "token",
            Self::Mechanisms => "mechanisms",
            Self::PinTries => "pin tries",
            Self::Login => "login",
            Self::Random => "random",
            Self::KeyGeneration => "key generation",
            Self::Attributes => "attributes",
            Self::PublicKey => "public key",
            Self::Signature => "signature",
            Self::Timing => "timing",
            Self::Sessions => "sessions",
            Self::DataObject => "data object",
            Self::LeftBehind => "left behind",
            Self::Nothing => "examination",
        })
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it must be.
    Good,
    /// Worth knowing, and no reason not to serve.
    Note,
    /// With this the token cannot serve.
    Bad,
    /// Not reached, because of what was found before.
    Untried,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// How it ended.
    pub verdict: Verdict,
    /// What was seen.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

impl Finding {
    pub(super) fn bad(check: Check, detail: String, todo: &str) -> Self {
        Self { check, verdict: Verdict::Bad, detail, todo: Some(todo.to_owned()) }
    }
}

/// What the module says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Library {
    /// Its description.
    pub description: String,
    /// Its maker.
    pub manufacturer: String,
    /// Its version.
    pub version: String,
    /// The version of PKCS#11 that it speaks.
    pub cryptoki: String,
}

/// What the token says of itself, before anybody has logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenFacts {
    /// The slot that it is in.
    pub slot: u64,
    /// Its label.
    pub label: String,
    /// Its maker.
    pub manufacturer: String,
    /// Its model.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// Its hardware's version.
    pub hardware: String,
    /// Its firmware's version.
    pub firmware: String,
    /// The names of its flags that are set.
    pub flags: Vec<&'static str>,
}

/// A mechanism, as C_GetMechanismInfo tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mechanism {
    /// Its name.
    pub name: &'static str,
    /// The smallest key, bits.
    pub smallest: usize,
    /// The largest key, bits.
    pub largest: usize,
    /// Whether the device itself does it.
    pub hardware: bool,
}

/// An attribute of the key that was thrown away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flag {
    /// Its name.
    pub name: &'static str,
    /// Its value; `None` where the token does not know it.
    pub value: Option<bool>,
}

/// How long C_Sign took, in one session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timing {
    /// How many signatures.
    pub signatures: usize,
    /// The fastest, microseconds.
    pub min_us: u128,
    /// The median, microseconds.
    pub p50_us: u128,
    /// 99 in 100 were no slower, microseconds.
    pub p99_us: u128,
    /// How many had an s above half of the order: it is turned over here.
    pub high_s: usize,
}

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether the token can serve: nothing was bad, and everything was tried.
    pub serves: bool,
    /// Whether the examination ended in a call that did not return.
    pub hung: bool,
    /// The module.
    pub library: Option<Library>,
    /// The token.
    pub token: Option<TokenFacts>,
    /// The mechanisms that are needed.
    pub mechanisms: Vec<Mechanism>,
    /// The attributes of the key.
    pub attributes: Vec<Flag>,
    /// The timing.
    pub timing: Option<Timing>,
    /// The lines, one or more a check.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Adds what was not reached, and judges.
    pub(super) fn complete(&mut self) {
        for check in Check::ALL {
            if !self.findings.iter().any(|finding| finding.check == check) {
                let detail = "not reached".to_owned();
                self.findings.push(Finding { check, verdict: Verdict::Untried, detail, todo: None });
            }
        }
        self.findings.sort_by_key(|finding| finding.check);
        let well = |finding: &Finding| matches!(finding.verdict, Verdict::Good | Verdict::Note);
        self.serves = self.findings.iter().all(well);
    }
}
