//! What the feed tells of attempts, held against the log before anybody is told.
//!
//! payout-router remembers the transactions that the feed names as those that the register knows. With somebody else's row
//! in the feed, a transaction on the chain that nothing here has signed would look like one of ours.

use std::collections::{BTreeMap, BTreeSet};

use api::wallet_manager::{RegisteredAttempt, events};
use store::{Event, LIST_LIMIT_MAX, LogRecord, StoreError};

use super::{Audit, AuditFault, Entry};

/// Between two registrations there are the signatures of those before.
const RECORDS_AN_EVENT: usize = 2;

impl Audit {
    /// Stops signing, and has nothing told, where an event is not what its record says.
    pub async fn hold_told(&self, told: &[Event]) -> Result<(), AuditFault> {
        let of_attempts = |event: &&Event| [events::REGISTERED, events::VOIDED].contains(&event.kind.as_str());
        let mut attempts = Vec::new();
        for event in told.iter().filter(of_attempts) {
            match serde_json::from_value::<RegisteredAttempt>(event.data.clone()) {
                Ok(attempt) => attempts.push((event, attempt)),
                Err(_) => return Err(self.told_wrongly(0, event)),
            }
        }
        let records = self.records(attempts.iter().map(|(_, attempt)| attempt.audit.seq).collect()).await?;
        for (event, attempt) in attempts {
            let seq = attempt.audit.seq;
            if !records.get(&seq).is_some_and(|record| says(record, event, &attempt)) {
                return Err(self.told_wrongly(seq, event));
            }
        }
        Ok(())
    }

    fn told_wrongly(&self, seq: u64, event: &Event) -> AuditFault {
        let detail = format!("what the feed tells of {} is not what record {seq} says", event.subject);
        self.altered(seq, "event", &detail);
        AuditFault::Altered(detail)
    }

    /// The records of these numbers: most are neighbours, and read together.
    async fn records(&self, mut wanted: BTreeSet<u64>) -> Result<BTreeMap<u64, LogRecord>, StoreError> {
        let mut found = BTreeMap::new();
        while let Some(first) = wanted.first() {
            let limit = wanted.len().saturating_mul(RECORDS_AN_EVENT).min(LIST_LIMIT_MAX);
            let page = self.store.log(first.saturating_sub(1), limit).await?;
            let Some(last) = page.last().map(|record| record.position.seq) else { break };
            let later = wanted.split_off(&(last + 1));
            found.extend(
                page.into_iter()
                    .filter(|record| wanted.contains(&record.position.seq))
                    .map(|record| (record.position.seq, record)),
            );
            wanted = later;
        }
        Ok(found)
    }
}

/// Whether an event tells what its record says.
fn says(record: &LogRecord, event: &Event, told: &RegisteredAttempt) -> bool {
    let names = |intent, attempt| record.position == told.audit && (intent, attempt) == (&told.intent, told.attempt);
    let raw_data_is = |txid| told.raw_data.as_ref().is_some_and(|raw| tron_tx::hash::txid(raw.as_ref()) == txid);
    match (event.kind.as_str(), Entry::parse(&record.kind, &record.body)) {
        (events::REGISTERED, Ok(Some(Entry::Registered(said)))) => {
            names(&said.intent, said.attempt)
                && (told.txid, told.void) == (Some(said.txid), false)
                && raw_data_is(said.txid)
                && told.policy == said.policy
        }
        (events::VOIDED, Ok(Some(Entry::Voided(said)))) => {
            names(&said.intent, said.attempt) && (told.txid, told.void) == (None, true) && told.raw_data.is_none()
        }
        _ => false,
    }
}
