//! The log held against itself and the register by the signing core, in the background, a page at a time.

use store::{Filter, LIST_LIMIT_MAX, LogRecord, StoreError};
use tracing::error;

use super::verify::{Known, Trust, Verifier};
use super::{Audit, Entry};
use crate::register::Attempt;
use crate::serve::audit_view;

impl Audit {
    /// How many records and attempts do not agree with one another, told as a metric; each is logged.
    pub async fn reconcile(&self) -> Result<usize, StoreError> {
        let mut wrong = 0;
        // The chain first: the verifier forgets what it need not keep, for the register is asked record by record.
        let mut chain =
            Verifier::new(Trust { plane: Some(self.plane), key: self.state().key.map(|key| key.public_key) });
        let mut seq = 0;
        loop {
            let page = self.store.log(seq, LIST_LIMIT_MAX).await?;
            let Some(last) = page.last() else { break };
            seq = last.position.seq;
            for record in page {
                wrong += usize::from(!self.has_attempt(&record).await?);
                chain.link(&audit_view(record));
            }
        }
        for finding in chain.finish().findings {
            error!(code = finding.code, seq = finding.seq, detail = finding.detail, "the audit log is not whole");
            wrong += 1;
        }
        let mut after = None;
        loop {
            let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = self.store.list::<Attempt>(filter).await?;
            for attempt in &page.items {
                wrong += usize::from(!self.has_record(&attempt.record).await?);
            }
            after = page.next;
            if after.is_none() {
                self.metrics.mismatches(wrong);
                return Ok(wrong);
            }
        }
    }

    /// Whether the register has what a record says of an attempt.
    async fn has_attempt(&self, record: &LogRecord) -> Result<bool, StoreError> {
        let Ok(Some(entry)) = Entry::parse(&record.kind, &record.body) else { return Ok(true) };
        let (intent, attempt) = match &entry {
            Entry::Registered(registered) => (&registered.intent, registered.attempt),
            Entry::Signed(signed) => (&signed.intent, signed.attempt),
            Entry::Voided(voided) => (&voided.intent, voided.attempt),
            _ => return Ok(true),
        };
        let stored = self.store.get::<Attempt>(&Attempt::id_of(intent, attempt)).await?;
        let known = stored.map(|stored| Known::from(&stored.record));
        let fits = known.is_some_and(|known| match &entry {
            Entry::Registered(registered) => known.txid == Some(registered.txid),
            Entry::Signed(signed) => {
                known.txid == Some(signed.txid) && known.signature.as_ref() == Some(&signed.signature)
            }
            _ => known.txid.is_none(),
        });
        if !fits {
            let seq = record.position.seq;
            error!(seq, %intent, %attempt, "the register does not have what the audit log says of this attempt");
        }
        Ok(fits)
    }

    /// Whether the record that the register names is of this attempt.
    async fn has_record(&self, attempt: &Attempt) -> Result<bool, StoreError> {
        let Attempt { intent, attempt: number, audit, .. } = attempt;
        let named = self.store.log(audit.seq.saturating_sub(1), 1).await?;
        let fits = !audit.is_empty()
            && named.first().is_some_and(|record| {
                record.position == *audit
                    && match Entry::parse(&record.kind, &record.body) {
                        Ok(Some(Entry::Registered(registered))) => {
                            (&registered.intent, registered.attempt) == (intent, *number)
                        }
                        Ok(Some(Entry::Signed(signed))) => (&signed.intent, signed.attempt) == (intent, *number),
                        Ok(Some(Entry::Voided(voided))) => (&voided.intent, voided.attempt) == (intent, *number),
                        _ => false,
                    }
            });
        if !fits {
            error!(seq = audit.seq, %intent, attempt = %number, "the audit log does not have the record that the register names");
        }
        Ok(fits)
    }
}
