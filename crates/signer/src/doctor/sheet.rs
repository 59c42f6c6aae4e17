//! The report while it is written, and the signs of life of who writes it.

use std::cell::Cell;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::report::{Check, Finding, Report, Verdict};
use crate::error::TokenError;
use crate::profile::Limits;

/// What is done from now on, and how long each call of it may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beat {
    pub(super) check: Check,
    pub(super) limit: Duration,
}

impl Beat {
    /// Until the first one is heard.
    pub(super) const FIRST: Self = Self { check: Check::Library, limit: Duration::from_mins(1) };
}

/// A finding says why what follows cannot be tried.
#[derive(Debug)]
pub(super) struct Ended;

/// Where findings are written.
#[derive(Debug)]
pub(super) struct Sheet {
    report: Arc<Mutex<Report>>,
    beats: Sender<Beat>,
    limits: Limits,
    check: Cell<Check>,
}

impl Sheet {
    pub(super) fn new(beats: Sender<Beat>, limits: Limits) -> Self {
        Self { report: Arc::default(), beats, limits, check: Cell::new(Check::Library) }
    }

    pub(super) fn report(&self) -> Arc<Mutex<Report>> {
        Arc::clone(&self.report)
    }

    /// Begins a check whose calls may take as long as a search.
    pub(super) fn begin(&self, check: Check) {
        self.check.set(check);
        self.beat(self.limits.search_ms);
    }

    /// Says that the next call is a signature.
    pub(super) fn signs(&self) {
        self.beat(self.limits.sign_ms);
    }

    fn beat(&self, limit_ms: u64) {
        // Nobody listens any more to an examination that was given up.
        let _ = self.beats.send(Beat { check: self.check.get(), limit: Duration::from_millis(limit_ms) });
    }

    /// Notes a fact.
    pub(super) fn fact(&self, note: impl FnOnce(&mut Report)) {
        note(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn good(&self, detail: impl Into<String>) {
        self.find(Verdict::Good, detail.into(), None);
    }

    pub(super) fn note(&self, detail: impl Into<String>, todo: impl Into<String>) {
        self.find(Verdict::Note, detail.into(), Some(todo.into()));
    }

    pub(super) fn bad(&self, detail: impl Into<String>, todo: impl Into<String>) {
        self.find(Verdict::Bad, detail.into(), Some(todo.into()));
    }

    /// What could not be tried, and how it could.
    pub(super) fn untried(&self, detail: impl Into<String>, todo: impl Into<String>) {
        self.find(Verdict::Untried, detail.into(), Some(todo.into()));
    }

    /// The value, or a bad finding, after which nothing that needs it is tried.
    pub(super) fn need<T>(&self, result: Result<T, impl Into<TokenError>>, todo: &str) -> Result<T, Ended> {
        result.map_err(|error| {
            self.bad(error.into().to_string(), todo);
            Ended
        })
    }

    fn find(&self, verdict: Verdict, detail: String, todo: Option<String>) {
        let check = self.check.get();
        self.fact(|report| report.findings.push(Finding { check, verdict, detail, todo }));
    }
}
