//! The log held against itself and against every table by the signing core, in the background, a page at a time.
//!
//! Attempts and their records grow for ever, so each is asked for by name and nothing is kept of it; the rest is held in
//! memory while it lasts.

use primitives::{LogChanges, RowState, UnixMs};
use store::{LIST_LIMIT_MAX, LogRecord, Record, StoreError};

use super::tables::{contradictions, lying};
use super::verify::{Known, Rows, Trust, Verifier};
use super::{Audit, AuditFault, Entry, STAMP};
use crate::register::Attempt;
use crate::serve::audit_view;

impl Audit {
    /// How many records, rows and shares do not agree with one another, told as a metric. Each is logged, and the first
    /// stops signing.
    pub async fn reconcile(&self) -> Result<usize, StoreError> {
        let mut wrong = 0;
        // One moment for all of it, or a share could be over for one half and count for the other.
        let now = self.now();
        // The verifier forgets what it need not keep, for the register is asked record by record.
        let mut chain =
            Verifier::new(Trust { plane: Some(self.plane), key: self.state().key.map(|key| key.public_key) });
        let mut rows = Rows::default();
        let read = self.read_log((0, now), &mut wrong, &mut rows, Some(&mut chain)).await?;
        for finding in chain.finish().findings {
            self.altered(finding.seq.unwrap_or_default(), finding.code, &finding.detail);
            wrong += 1;
        }
        let mut after = None;
        loop {
            let page = lying(&self.store, after, LIST_LIMIT_MAX).await?;
            for row in page.rows {
                if row.noun == Attempt::NOUN {
                    wrong += usize::from(!self.has_record(&row).await?);
                } else {
                    rows.row(row);
                }
            }
            rows.take_shares(page.shares, now);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        rows.are_whole();
        for contradiction in contradictions(&self.store).await? {
            self.altered(0, "contradiction", &contradiction);
            wrong += 1;
        }
        // What was committed meanwhile.
        self.read_log((read, now), &mut wrong, &mut rows, None).await?;
        for (seq, code, detail) in rows.reconcile(now) {
            self.altered(seq, code, &detail);
            wrong += 1;
        }
        self.metrics.mismatches(wrong);
        Ok(wrong)
    }

    /// Reads the log from a record on, shares as of this moment; answers which was the last.
    async fn read_log(
        &self,
        (mut seq, now): (u64, UnixMs),
        wrong: &mut usize,
        rows: &mut Rows,
        mut chain: Option<&mut Verifier>,
    ) -> Result<u64, StoreError> {
        loop {
            let page = self.store.log(seq, LIST_LIMIT_MAX).await?;
            let Some(last) = page.last() else { return Ok(seq) };
            seq = last.position.seq;
            for record in page {
                *wrong += usize::from(!self.has_attempt(&record).await?);
                *wrong += self.tell_rows(&record, rows, now).await?;
                if let Some(chain) = chain.as_deref_mut() {
                    chain.link(&audit_view(record));
                }
            }
        }
    }

    /// Tells what a record says of rows; how many attempts are older than it left them.
    async fn tell_rows(&self, record: &LogRecord, rows: &mut Rows, now: UnixMs) -> Result<usize, StoreError> {
        let Some(mut changes) = self.told_by(record) else { return Ok(1) };
        let (seq, mut wrong) = (record.position.seq, 0);
        for told in changes.rows.extract_if(.., |row| row.noun == Attempt::NOUN) {
            let lies = self.store.row_state(Attempt::NOUN, STAMP, &told.id).await?;
            if !lies.is_some_and(|lies| lies.version > told.version || lies == told) {
                self.altered(seq, "row", &format!("the attempt {} is not as record {seq} left it", told.id));
                wrong += 1;
            }
        }
        rows.take(record, changes, now);
        Ok(wrong)
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
            self.altered(seq, "register", &format!("the register does not have record {seq}, of {intent}/{attempt}"));
        }
        Ok(fits)
    }

    /// Refuses an attempt whose row is not as the log says, and stops signing then.
    pub async fn hold_attempt(&self, attempt: &Attempt) -> Result<(), AuditFault> {
        let id = attempt.id();
        let lies = self.store.row_state(Attempt::NOUN, STAMP, &id).await?;
        match lies {
            Some(lies) if self.has_record(&lies).await? => Ok(()),
            _ => Err(AuditFault::Altered(format!("the attempt {id}"))),
        }
    }

    /// Whether the record that an attempt names left it as it lies.
    async fn has_record(&self, lies: &RowState) -> Result<bool, StoreError> {
        let Some(stored) = self.store.get::<Attempt>(&lies.id).await? else { return Ok(true) };
        if stored.version != lies.version {
            // Written between the two readings: the record that tells it is read afterwards.
            return Ok(true);
        }
        let attempt = stored.record;
        let named = self.store.log(attempt.audit.seq.saturating_sub(1), 1).await?;
        let told = named
            .first()
            .filter(|record| record.position == attempt.audit)
            .is_some_and(|record| LogChanges::parse(&record.changes).is_ok_and(|changes| changes.rows.contains(lies)));
        if !told {
            let detail = format!("the attempt {} is not as record {} left it", lies.id, attempt.audit.seq);
            self.altered(attempt.audit.seq, "row", &detail);
        }
        Ok(told)
    }
}
