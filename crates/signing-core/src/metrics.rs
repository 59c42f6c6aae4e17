//! The names that this service exports beside those of all services.

use std::time::Duration;

use api::wallet_manager::SignatureView;
use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};
use signer::TokenError;
use tron_tx::RecoverableSignature;

use crate::signing::SignError;

/// What is counted. Labels have few values: rules and codes, never addresses or callers.
#[derive(Debug, Clone)]
pub struct Metrics {
    requests: IntCounterVec,
    refused: IntCounterVec,
    voided: IntCounter,
    token_seconds: Histogram,
    token_errors: IntCounterVec,
    token_up: IntGauge,
    proven: IntGauge,
    policy_version: IntGauge,
    policy_current: IntGauge,
    frozen: IntGauge,
}

impl Metrics {
    /// Registers the names.
    pub fn new(shared: &service::metrics::Metrics) -> Self {
        Self {
            requests: shared.counters(
                "lucid_sign_requests_total",
                "Requests for a signature, by how they ended.",
                &["result"],
            ),
            refused: shared.counters("lucid_sign_refused_total", "Signatures refused, by rule.", &["rule"]),
            voided: shared.counter("lucid_attempts_voided_total", "Attempts barred for ever."),
            token_seconds: shared.seconds("lucid_token_sign_seconds", "How long the token took, failures included."),
            token_errors: shared.counters("lucid_token_errors_total", "Failures of the token, by code.", &["code"]),
            token_up: shared.gauge("lucid_token_up", "1 while the token signs."),
            proven: shared.gauge("lucid_token_proven_at_ms", "When the token last proved that it signs."),
            policy_version: shared.gauge("lucid_policy_version", "The version of the policy in force."),
            policy_current: shared
                .gauge("lucid_policy_current", "0 while the policy file is wrong and an older policy stays in force."),
            frozen: shared.gauge("lucid_signing_frozen", "1 while all signing is stopped."),
        }
    }

    /// A request for a signature was answered.
    pub fn signed(&self, outcome: &Result<SignatureView, SignError>) {
        let result = match outcome {
            Ok(_) => "ok",
            Err(SignError::Refused(refusal) | SignError::Withheld(refusal)) => {
                self.refused.with_label_values(&[refusal.code()]).inc();
                "denied"
            }
            Err(
                SignError::OtherTxid { .. }
                | SignError::Void
                | SignError::AttemptTaken { .. }
                | SignError::TxidTaken
                | SignError::InFlight { .. },
            ) => "conflict",
            Err(SignError::Unavailable(_) | SignError::Token(_) | SignError::Audit(_) | SignError::Store(_)) => {
                "failed"
            }
        };
        self.requests.with_label_values(&[result]).inc();
    }

    /// The token answered, one way or the other.
    pub fn asked_token(&self, took: Duration, answer: &Result<RecoverableSignature, TokenError>) {
        self.token_seconds.observe(took.as_secs_f64());
        if let Err(error) = answer {
            self.token_errors.with_label_values(&[error.code()]).inc();
        }
    }

    /// A policy is in force, and whether it is what its file says now.
    pub fn policy(&self, version: u32, current: bool) {
        self.policy_version.set(version.into());
        self.policy_current.set(current.into());
    }

    /// All signing is stopped, or is not.
    pub fn frozen(&self, frozen: bool) {
        self.frozen.set(frozen.into());
    }

    /// An attempt was barred.
    pub fn voided(&self) {
        self.voided.inc();
    }

    /// The canary's answer, and when it came.
    pub fn token(&self, proven_at: Option<primitives::UnixMs>) {
        self.token_up.set(proven_at.is_some().into());
        if let Some(at) = proven_at {
            self.proven.set(at.to_i64());
        }
    }
}
