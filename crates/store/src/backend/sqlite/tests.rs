//! What only a file can do: outlive its process, be full, be shared by mistake.

mod crash;
mod file;
mod full;
mod restored;
mod speed;

use primitives::UnixMs;

use super::Sqlite;
use crate::backend::Backend;
use crate::commit::{Answer, Write};
use crate::conformance::Job;
use crate::{Commit, Hold, LogEntry, NewEvent};

/// One write by itself.
async fn alone(sqlite: &Sqlite, write: Write) -> Answer {
    sqlite.write(vec![write]).await?.pop().expect("an answer for each write")
}

/// A commit as services make them: a record with a name, a share of a sum, an event, a line in the log.
fn payout(id: &str) -> Commit {
    let hold = Hold { scope: "day".to_owned(), holder: id.to_owned(), amount: 3, ceiling: i64::MAX };
    let event = NewEvent { kind: "job.made", subject: id.to_owned(), version: 1, data: serde_json::json!({"n": 1}) };
    Commit::new(UnixMs(1_000)).insert(&Job::new(id).key(id).due(2_000)).hold(hold).event(event).log(told(id))
}

/// The line that tells of it.
fn told(id: &str) -> LogEntry {
    LogEntry { kind: "made", body: serde_json::json!({ "id": id }).to_string() }
}
