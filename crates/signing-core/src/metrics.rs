//! The names that this service exports beside those of all services.

mod measured;

use std::time::Duration;

use api::wallet_manager::SignatureView;
use primitives::UnixMs;
use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge, IntGaugeVec};
use signer::policy::{Class, Measure};
use signer::{Condition, Refusal, Token, TokenError, Unverified};
use tron_tx::ContractType;

use crate::policy::InForce;
use crate::signing::SignError;
use measured::Measured;

/// What is counted. Labels have few values: rules and codes, never addresses or callers.
#[derive(Debug, Clone)]
pub struct Metrics {
    requests: IntCounterVec,
    signatures: IntCounterVec,
    refused: IntCounterVec,
    voided: IntCounter,
    token_seconds: Histogram,
    token_errors: IntCounterVec,
    token_up: IntGauge,
    proven: IntGauge,
    token_sessions: IntGaugeVec,
    token_rv: IntCounterVec,
    token_condition: IntGaugeVec,
    measured: Measured,
    policy_version: IntGauge,
    policy_current: IntGauge,
    policy_info: IntGaugeVec,
    policy_refused: IntCounter,
    frozen: IntGauge,
}

/// How requests end, as labels.
const RESULTS: [&str; 4] = ["ok", "denied", "conflict", "failed"];

/// How the sessions are, as labels.
const SESSIONS: [&str; 3] = ["serving", "resting", "hung"];

/// The conditions as labels.
const CONDITIONS: &[&str] = &["pin_rejected", "restart_needed", "hung", "suspended", "operator_needed", "serving"];

const fn condition(condition: &Condition) -> &'static str {
    match condition {
        Condition::PinRejected => "pin_rejected",
        Condition::RestartNeeded { .. } => "restart_needed",
        Condition::Hung { .. } => "hung",
        Condition::Suspended { .. } => "suspended",
        Condition::OperatorNeeded { .. } => "operator_needed",
        Condition::Serving => "serving",
    }
}

impl Metrics {
    /// Registers the names.
    pub fn new(shared: &service::metrics::Metrics) -> Self {
        let metrics = Self::registered(shared);
        metrics.begin();
        metrics
    }

    /// Shows from the start what is counted by labels that are known: an alarm on a first failure needs the 0 before it.
    fn begin(&self) {
        for result in RESULTS {
            self.requests.with_label_values(&[result]);
        }
        for refusal in Refusal::ALL {
            self.refused.with_label_values(&[refusal.code()]);
        }
        for class in Class::ALL {
            let contracts = Measure::ALL.map(Measure::contract);
            for contract in contracts.into_iter().chain([ContractType::AccountPermissionUpdate]) {
                self.signatures.with_label_values(&[class.name(), contract.name()]);
            }
        }
        for code in TokenError::CODES {
            self.token_errors.with_label_values(&[code]);
        }
        for state in SESSIONS {
            self.token_sessions.with_label_values(&[state]).set(0);
        }
        for condition in CONDITIONS {
            self.token_condition.with_label_values(&[condition]).set(0);
        }
    }

    fn registered(shared: &service::metrics::Metrics) -> Self {
        Self {
            requests: shared.counters(
                "lucid_sign_requests_total",
                "Requests for a signature, by how they ended.",
                &["result"],
            ),
            signatures: shared.counters(
                "lucid_signatures_total",
                "Transactions that the token signed, by the wallet's class and the contract type.",
                &["class", "contract"],
            ),
            refused: shared.counters("lucid_sign_refused_total", "Signatures refused, by rule.", &["rule"]),
            voided: shared.counter("lucid_attempts_voided_total", "Attempts barred for ever."),
            token_seconds: shared.seconds("lucid_token_sign_seconds", "How long the token took, failures included."),
            token_errors: shared.counters("lucid_token_errors_total", "Failures of the token, by code.", &["code"]),
            token_up: shared.gauge("lucid_token_up", "1 while the token signs."),
            proven: shared.gauge(
                "lucid_token_canary_last_success_timestamp_seconds",
                "When the token last proved that it signs, seconds since 1970.",
            ),
            token_sessions: shared.gauges(
                "lucid_token_sessions",
                "The token's sessions that sign: serving, resting, hung.",
                &["state"],
            ),
            token_rv: shared.counters(
                "lucid_token_rv_total",
                "Failed calls to the module, the repaired ones included, by function and return value.",
                &["function", "rv"],
            ),
            token_condition: shared.gauges(
                "lucid_token_condition",
                "1 for how the token is, 0 for how else it may be.",
                &["condition"],
            ),
            measured: Measured::new(shared),
            policy_version: shared
                .gauge("lucid_policy_version", "The version of the policy in force; 0 if there is none."),
            policy_current: shared.gauge(
                "lucid_policy_current",
                "0 while the policy file is wrong and an older policy, or none, is in force.",
            ),
            policy_info: shared.gauges(
                "lucid_policy_info",
                "1, labelled with the policy in force and whether two operators signed it.",
                &["version", "sha256", "signed"],
            ),
            policy_refused: shared
                .counter("lucid_policy_files_refused_total", "Different policy files that did not come into force."),
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
    pub fn asked_token(&self, took: Duration, failure: Option<&TokenError>) {
        self.token_seconds.observe(took.as_secs_f64());
        if let Some(error) = failure {
            self.token_errors.with_label_values(&[error.code()]).inc();
            if matches!(error, TokenError::Signature(_)) {
                self.measured.verify_failed.inc();
            }
        }
    }

    /// The token signed a transaction of this contract type for a wallet of this class.
    pub fn made(&self, class: Class, contract: ContractType) {
        self.signatures.with_label_values(&[class.name(), contract.name()]).inc();
    }

    /// A session made what may be a signature.
    pub fn replied(&self, reply: &Unverified) {
        self.measured.replied(reply);
    }

    /// A new transaction passed on an anchor of this time.
    pub fn anchored(&self, solid_time: UnixMs, now: UnixMs) {
        self.measured.anchored(solid_time, now);
    }

    /// A policy is in force or none is, and whether it is what its file says now.
    pub fn policy(&self, in_force: Option<&InForce>, current: bool) {
        self.policy_version.set(in_force.map_or(0, |policy| policy.version.version.into()));
        self.policy_current.set(current.into());
        self.policy_info.reset();
        if let Some(InForce { version, operators, .. }) = in_force {
            let signed = if operators.is_empty() { "no" } else { "yes" };
            let (number, sha256) = (version.version.to_string(), version.sha256.to_string());
            self.policy_info.with_label_values(&[number.as_str(), sha256.as_str(), signed]).set(1);
        }
    }

    /// A policy file that was not seen before did not come into force.
    pub fn policy_refused(&self) {
        self.policy_refused.inc();
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
    pub fn token(&self, proven_at: Option<UnixMs>) {
        self.token_up.set(proven_at.is_some().into());
        if let Some(at) = proven_at {
            self.proven.set(at.to_i64() / 1_000);
        }
    }

    /// How an open token is; its failures are counted from when it was opened.
    pub fn inside(&self, token: &Token) {
        let sessions = token.sessions();
        for (state, count) in SESSIONS.into_iter().zip([sessions.serving, sessions.resting, sessions.hung]) {
            self.token_sessions.with_label_values(&[state]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let now = condition(&token.condition());
        for known in CONDITIONS {
            self.token_condition.with_label_values(&[known]).set((*known == now).into());
        }
        counted(&self.measured.logins, token.logins());
        for failed in token.failures() {
            counted(&self.token_rv.with_label_values(&[failed.function.as_str(), failed.rv.as_str()]), failed.count);
        }
    }
}

/// Brings a counter to what a token has counted. One that was opened anew counts from 0 again, as a counter may.
fn counted(counter: &IntCounter, count: u64) {
    if count < counter.get() {
        counter.reset();
    }
    counter.inc_by(count.saturating_sub(counter.get()));
}
