//! What is shown from the start, at zero: an alarm on a first failure needs the 0 before it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use utoipa::openapi::OpenApi;

use super::Metrics;

/// How a call may end.
const OUTCOMES: [&str; 3] = ["done", "refused", "unknown"];

/// The statuses of failures of our own.
const FAILURES: [&str; 2] = ["500", "503"];

/// A refusal for who made the request that no authenticator has announced.
const OTHER: &str = "other";

/// The codes of refusals for who made the request, as labels.
#[derive(Clone, Debug, Default)]
pub(super) struct Reasons(Arc<Mutex<BTreeSet<&'static str>>>);

impl Reasons {
    /// The label of a refusal; none if it says nothing of who made the request.
    pub(super) fn of(&self, status: u16, code: &str) -> Option<&'static str> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(code).copied();
        known.or_else(|| (status == 401).then_some(OTHER))
    }
}

impl Metrics {
    /// These codes are refusals for who made the request.
    pub(crate) fn rejects(&self, codes: &[&'static str]) {
        let mut known = self.reasons.0.lock().unwrap_or_else(PoisonError::into_inner);
        for code in codes.iter().copied() {
            self.rejected.with_label_values(&[code]);
            known.insert(code);
        }
        self.rejected.with_label_values(&[OTHER]);
    }

    /// This peer will be called.
    pub(crate) fn calls(&self, peer: &str) {
        for outcome in OUTCOMES {
            self.calls.with_label_values(&[peer, outcome]);
        }
    }

    /// Rows of this noun will be driven; a turn ends in one of these ways.
    pub(crate) fn drives(&self, noun: &str, results: &[&str]) {
        for result in results {
            self.turns.with_label_values(&[noun, result]);
        }
        self.parked(noun, 0);
    }

    /// These routes will be served.
    pub(crate) fn serves(&self, document: &OpenApi) {
        for (route, item) in &document.paths.paths {
            let methods = [("GET", &item.get), ("PUT", &item.put), ("POST", &item.post), ("DELETE", &item.delete)];
            for (method, _) in methods.into_iter().filter(|(_, operation)| operation.is_some()) {
                for status in FAILURES {
                    self.requests.with_label_values(&[route, method, status]);
                }
            }
        }
    }
}
