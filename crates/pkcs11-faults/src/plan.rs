//! The plan in force: the file as it is now.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use crate::rule::{Fault, Rule};

/// How often a hanging call looks whether it may go on.
const LOOK: Duration = Duration::from_millis(2);

static PLAN: LazyLock<Mutex<Plan>> = LazyLock::new(|| Mutex::new(Plan { text: String::new(), rules: Vec::new() }));

struct Plan {
    text: String,
    rules: Vec<Rule>,
}

/// Where the plan is; without one nothing goes wrong.
pub(crate) fn path() -> Option<PathBuf> {
    std::env::var_os("PKCS11_FAULTS_PLAN").map(PathBuf::from)
}

/// The faults that this call is due, in the file's order. Counts begin anew when the file's text changes.
pub(crate) fn due(function: &str, gives_signature: bool) -> Vec<Fault> {
    let text = text();
    let mut plan = PLAN.lock().unwrap_or_else(PoisonError::into_inner);
    if plan.text != text {
        let rules: Result<Vec<_>, _> = text.lines().map(Rule::parse).collect();
        plan.rules = rules.unwrap_or_else(|complaint| die(&complaint)).into_iter().flatten().collect();
        plan.text = text;
    }
    plan.rules.iter_mut().filter_map(|rule| rule.due(function, gives_signature)).collect()
}

/// Returns when another plan was written. One that is gone lets nobody go on: its test is over, its process may be at its
/// end, and a call into a module that has taken its own leave crashes.
pub(crate) fn wait_for_another() {
    let now = written();
    while written().is_none_or(|text| now.as_ref() == Some(&text)) {
        std::thread::sleep(LOOK);
    }
}

/// Ends the process: a test that misuses this module must not pass.
pub(crate) fn die(complaint: &str) -> ! {
    use std::io::Write as _;
    // Nobody is left to be told that standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "pkcs11-faults: {complaint}");
    std::process::abort()
}

fn text() -> String {
    written().unwrap_or_default()
}

/// The plan's text; none where no plan is.
fn written() -> Option<String> {
    let path = path()?;
    match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => die(&format!("cannot read the plan {}: {error}", path.display())),
    }
}
