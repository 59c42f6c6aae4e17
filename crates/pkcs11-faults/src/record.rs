//! The list of calls that were made, for tests that must know what was not asked twice.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};

use cryptoki_sys::CK_RV;

use crate::plan::{self, die};

/// Appends a line with the function's name and its return value in hexadecimal digits.
pub(crate) fn append(function: &str, rv: CK_RV) {
    let Some(plan) = plan::path() else { return };
    let mut path = plan.into_os_string();
    path.push(".calls");
    let appended = OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| {
        // One write, so that lines of several threads do not mix.
        file.write_all(format!("{function} {rv:#x}\n").as_bytes())
    });
    match appended {
        Ok(()) => {}
        // The plan's directory is gone, and with it the test: a call that hung until then returns to nobody.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => die(&format!("cannot record a call: {error}")),
    }
}
