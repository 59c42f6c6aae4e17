//! Progress on standard error: a line that moves on a terminal, lines that stay anywhere else.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::note;

/// The steps of something long, one at a time.
#[derive(Debug)]
pub(crate) struct Steps(ProgressBar);

impl Steps {
    /// Nothing is under way yet.
    pub(crate) fn new() -> Self {
        let style = ProgressStyle::with_template("{elapsed:>4} {spinner} {msg}").expect("a constant template");
        let bar = ProgressBar::new_spinner().with_style(style);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// A step begins.
    pub(crate) fn begin(&self, what: &str) {
        self.update(what);
        if self.0.is_hidden() {
            note(format!("... {what}"));
        }
    }

    /// How far the step has come; seen on a terminal only.
    pub(crate) fn update(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }

    /// A step is done.
    pub(crate) fn done(&self, what: &str) {
        self.0.suspend(|| note(format!("ok  {what}")));
    }

    /// Something else happened.
    pub(crate) fn notice(&self, what: &str) {
        self.0.suspend(|| note(format!("!   {what}")));
    }

    /// No more steps.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}
