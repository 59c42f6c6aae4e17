//! The register and the log, reconciled both ways: each attempt has its records, each record its attempt.

use std::collections::{BTreeMap, HashMap};

use api::wallet_manager::audit::KeptHead;
use primitives::{AttemptNo, HexBytes, IntentId, LogHead, LogPosition, TxId};
use serde::{Deserialize, Serialize};

use crate::audit::entry::{Entry, Registered, Signed, Voided};

/// An attempt as the register has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The intent.
    pub intent: IntentId,
    /// Which attempt.
    pub attempt: AttemptNo,
    /// The transaction; none if the attempt was barred.
    pub txid: Option<TxId>,
    /// SHA-256 of the stored signature; none where there is none yet or the source does not tell.
    pub signature: Option<HexBytes>,
    /// The record that the register names.
    pub audit: LogPosition,
}

type Name = (IntentId, AttemptNo);

/// What went wrong: the record, a code, a text.
pub(super) type Wrong = (u64, &'static str, String);

/// What the log says of one attempt.
#[derive(Debug, Default)]
struct Told {
    registered: Option<(u64, TxId)>,
    signed: Option<(u64, TxId, HexBytes)>,
    voided: Option<u64>,
}

/// Both sides so far.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    told: BTreeMap<Name, Told>,
    known: BTreeMap<Name, Known>,
    counted: Option<u64>,
    whole: bool,
    at_rest: bool,
}

impl Attempts {
    /// Takes a record; what is wrong with it by what came before.
    pub(super) fn record(&mut self, seq: u64, entry: &Entry) -> Option<(&'static str, String)> {
        match entry {
            Entry::Registered(Registered { intent, attempt, txid, .. }) => {
                let told = self.told.entry((intent.clone(), *attempt)).or_default();
                if told.registered.is_some() || told.voided.is_some() {
                    return Some(("registered_twice", format!("record {seq} registers {intent}/{attempt} again")));
                }
                told.registered = Some((seq, *txid));
            }
            Entry::Signed(Signed { intent, attempt, txid, signature, .. }) => {
                let told = self.told.entry((intent.clone(), *attempt)).or_default();
                let registered = told.registered;
                told.signed = Some((seq, *txid, signature.clone()));
                if registered.is_none_or(|(_, registered)| registered != *txid) {
                    return Some((
                        "not_registered",
                        format!("record {seq} signs {txid}, which was not registered for {intent}/{attempt}"),
                    ));
                }
            }
            Entry::Voided(Voided { intent, attempt, .. }) => {
                let told = self.told.entry((intent.clone(), *attempt)).or_default();
                let signed = told.registered.is_some();
                told.voided = Some(seq);
                if signed {
                    return Some((
                        "signed_and_void",
                        format!("record {seq} bars {intent}/{attempt}, which was registered"),
                    ));
                }
            }
            _ => {}
        }
        None
    }

    pub(super) fn known(&mut self, known: Known) {
        self.counted = Some(self.counted.unwrap_or(0) + 1);
        self.known.insert((known.intent.clone(), known.attempt), known);
    }

    pub(super) fn is_whole(&mut self) {
        self.counted.get_or_insert(0);
        self.whole = true;
    }

    pub(super) const fn are_at_rest(&mut self) {
        self.at_rest = true;
    }

    pub(super) const fn count(&self) -> Option<u64> {
        self.counted
    }

    /// Whether the record of a kept head is of the attempt that it was kept for.
    pub(super) fn hold_kept(&self, kept: &KeptHead) -> Option<(&'static str, String)> {
        let KeptHead { intent, attempt, txid, audit } = kept;
        let told = self.told.get(&(intent.clone(), *attempt));
        let of = |seq: u64| seq == audit.seq;
        let fits = told.is_some_and(|told| match txid {
            Some(txid) => {
                told.registered.is_some_and(|(seq, known)| of(seq) && known == *txid)
                    || told.signed.as_ref().is_some_and(|(seq, known, _)| of(*seq) && known == txid)
            }
            None => told.voided.is_some_and(of),
        });
        (!fits).then(|| {
            (
                "other_record",
                format!(
                    "payout-router kept record {} for {intent}/{attempt}, which is about something else",
                    audit.seq
                ),
            )
        })
    }

    /// What each side lacks, as of the log's record `newest`.
    pub(super) fn reconcile(self, newest: u64, heads: &HashMap<u64, LogHead>) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        for ((intent, attempt), known) in &self.known {
            if known.audit.seq > newest && !self.at_rest {
                continue;
            }
            let told = self.told.get(&(intent.clone(), *attempt));
            if let Some(lack) = lack(known, told) {
                wrong.push((known.audit.seq, "register", format!("the register's {intent}/{attempt} {lack}")));
            }
            if heads.get(&known.audit.seq).is_none_or(|head| *head != known.audit.head) {
                let detail =
                    format!("the register's {intent}/{attempt} names record {} with another head", known.audit.seq);
                wrong.push((known.audit.seq, "register", detail));
            }
        }
        if self.whole {
            for (name, told) in &self.told {
                if !self.known.contains_key(name) {
                    let seqs =
                        [told.registered.map(|(seq, _)| seq), told.signed.as_ref().map(|(seq, ..)| *seq), told.voided];
                    let seq = seqs.into_iter().flatten().next().unwrap_or_default();
                    let (intent, attempt) = name;
                    wrong.push((
                        seq,
                        "register",
                        format!("record {seq} is of {intent}/{attempt}, which the register lacks"),
                    ));
                }
            }
        }
        wrong
    }
}

/// What the log does not have of an attempt that the register has.
fn lack(known: &Known, told: Option<&Told>) -> Option<&'static str> {
    let Some(told) = told else { return Some("has no record") };
    let Some(txid) = known.txid else {
        return told.voided.is_none().then_some("is barred, and no record bars it");
    };
    match told.registered {
        None => return Some("has no record of its registration"),
        Some((_, registered)) if registered != txid => return Some("is another transaction than its record has"),
        Some(_) => {}
    }
    let signature = known.signature.as_ref()?;
    match &told.signed {
        None => Some("is signed, and no record says so"),
        Some((_, _, signed)) if signed != signature => Some("has another signature than its record has"),
        Some(_) => None,
    }
}
