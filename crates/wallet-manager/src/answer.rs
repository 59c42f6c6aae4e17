//! What a command of the operator's answers: a document for programs, the same as text for people.

use std::io::{self, Write as _};

use serde_json::{Value, json};

/// One answer, and whether all is well.
pub(crate) struct Answer {
    pub(crate) document: Value,
    pub(crate) text: String,
    pub(crate) well: bool,
}

/// Writes the answer of a command, or what went wrong: a person reads it on standard error, a program in the document.
/// Whether it was written and all is well.
pub(crate) fn write(command: &str, answer: anyhow::Result<Answer>, json: bool) -> bool {
    let mut out = io::stdout().lock();
    let (said, well) = match answer {
        Ok(Answer { document, well, .. }) if json => (writeln!(out, "{document:#}"), well),
        Ok(Answer { text, well, .. }) => (writeln!(out, "{}", text.trim_end()), well),
        Err(error) => {
            let text = format!("{error:#}");
            let document = json!({ "ok": false, "error": text });
            let told = if json { writeln!(out, "{document:#}") } else { Ok(()) };
            (told.and_then(|()| writeln!(io::stderr().lock(), "{command}: {text}")), false)
        }
    };
    said.and_then(|()| out.flush()).is_ok() && well
}
