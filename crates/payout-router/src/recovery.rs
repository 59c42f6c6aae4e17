//! What a restored plane does before it pays again.
//!
//! The database says of itself that it was restored. From then on everything is stopped, as by a discrepancy; attempts that
//! the register does not have are barred, for they may have been made and lost; and tron-client reads the chain on from
//! where the backup was. Payments that nobody has a record of are found as unknown transactions (`reconcile`), and two
//! operators say what each was. It is over when they say so too, and not before the chain was read past the last
//! expiration that anything signed by the lost plane can have.

use std::sync::Arc;

use api::payout_router::recovery::RecoveryView;
use api::tron_client::{self, BlockConfirmation, ChainView};
use primitives::statement::{RecoveryEnded, SignKey, Signed};
use primitives::{FreezeId, PlaneId, UnixMs};
use serde::{Deserialize, Serialize};
use service::{PeerClient, Problem};
use store::{Commit, CommitError, Record, Restored, Store, StoreError, Versioned};

use crate::discrepancy::Discrepancy;
use crate::halt;
use crate::payout::PayoutRow;
use crate::sighting::Sighting;

/// The share of the stop of everything that a restore holds.
const HOLDER: &str = "restore";

/// A restore, and when the plane had made up for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recovery {
    restored: Restored,
    /// When the lost plane can have signed its last: when this one started. The clock of the machine may have been slow.
    since: UnixMs,
    /// Whether the chain has told its own time since; then `since` is no earlier than that.
    grounded: bool,
    ended_at: Option<UnixMs>,
}

impl Record for Recovery {
    const NOUN: &'static str = "recovery";

    fn id(&self) -> String {
        self.restored.id.to_string()
    }

    fn stage(&self) -> &'static str {
        if self.ended_at.is_some() { "ended" } else { "going_on" }
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}

/// The restore of this plane, if there ever was one. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Recoveries {
    pub(crate) store: Store,
    pub(crate) plane: PlaneId,
    /// How long after the restore anything that was signed before can still be included, milliseconds.
    pub(crate) past_ms: u64,
    pub(crate) restored: Option<Restored>,
    /// Whose register says what was signed.
    pub(crate) wallet_manager: PeerClient,
    /// By which wallet-manager knows our word.
    pub(crate) authority: Arc<SignKey>,
}

impl Recoveries {
    /// Stops everything for a restore that nobody has heard of yet.
    pub(crate) async fn begin(&self, now: UnixMs) -> Result<(), StoreError> {
        let Some(restored) = self.restored else { return Ok(()) };
        if self.row().await?.is_some() {
            return Ok(());
        }
        let recovery = Recovery { restored, since: restored.restored_at.max(now), grounded: false, ended_at: None };
        let commit = halt::hold(Commit::new(now).insert(&recovery), HOLDER);
        match self.store.commit(commit).await {
            // Another process was faster.
            Ok(()) | Err(CommitError::Conflict { .. }) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
            Err(other) => unreachable!("a restore has no keys, and its hold no ceiling: {other}"),
        }
    }

    /// Whether the plane has not made up for its restore yet.
    pub(crate) async fn stands(&self) -> Result<bool, StoreError> {
        Ok(self.row().await?.is_some_and(|row| row.record.ended_at.is_none()))
    }

    /// Lets everything go on, as far as nothing else stops it.
    pub(crate) async fn end(&self, row: &Versioned<Recovery>, now: UnixMs) -> Result<(), CommitError> {
        let next = Recovery { ended_at: Some(now), ..row.record.clone() };
        self.store.commit(halt::lifted(Commit::new(now).update(row, &next), HOLDER)).await
    }

    pub(crate) async fn row(&self) -> Result<Option<Versioned<Recovery>>, StoreError> {
        let Some(restored) = self.restored else { return Ok(None) };
        self.store.get(&restored.id.to_string()).await
    }

    /// The stop of all signing that stands for the restore at wallet-manager, by its name there.
    pub(crate) fn freeze_id(&self) -> Option<FreezeId> {
        let restored = self.restored?;
        Some(FreezeId::derive(self.plane.uuid(), &["restore", &restored.id.to_string()]))
    }

    /// How far it is, and the row that says so.
    pub(crate) async fn survey(
        &self,
        tron_client: &PeerClient,
    ) -> Result<(Versioned<Recovery>, RecoveryView), Problem> {
        let missing = || Problem::not_found("not_restored", "This plane was never restored from a backup.");
        let row = self.row().await?.ok_or_else(missing)?;
        let chain = tron_client.ask(&tron_client::chain()).await.ok();
        let row = self.ground(row, chain.as_ref()).await?.ok_or_else(missing)?;
        let Recovery { restored, since, grounded, ended_at } = row.record.clone();
        // What was told is counted after it was told: a sighting becomes a finding in one commit.
        let read_to = match chain.as_ref().filter(|_| grounded) {
            Some(chain) => self.read_to(tron_client, chain).await,
            None => None,
        };
        let read_until = since.plus_ms(self.past_ms);
        let far_enough = ended_at.is_none() && read_to.is_some_and(|read| read >= read_until);
        let confirmation = if far_enough { confirmed(tron_client, read_until).await } else { None };
        let stages = self.store.count_by_stage::<Sighting>().await?;
        let freeze_id = self.freeze_id().ok_or_else(missing)?;
        let (under_way, unreadable) = self.under_way().await?;
        let view = RecoveryView {
            freeze_id,
            backup_at: restored.backup_at,
            restored_at: restored.restored_at,
            read_until,
            read_from: chain.and_then(|chain| chain.first).map(|first| first.time),
            read_to,
            confirmation,
            unseen: stages.iter().filter(|(stage, _)| stage == "seen").map(|(_, count)| count).sum(),
            undecided: self.findings("open").await?,
            kept: self.findings("kept").await?,
            under_way,
            unreadable,
            ended_at,
            word: ended_at.map(|at| self.word(freeze_id, at)),
        };
        Ok((row, view))
    }

    /// Our word that it was over.
    pub(crate) fn word(&self, freeze: FreezeId, at: UnixMs) -> Signed<RecoveryEnded> {
        Signed::sign(RecoveryEnded { plane: self.plane, freeze, at }, &self.authority)
    }

    /// Has the chain's own time go before a machine's that was slow when it started.
    async fn ground(
        &self,
        row: Versioned<Recovery>,
        chain: Option<&ChainView>,
    ) -> Result<Option<Versioned<Recovery>>, Problem> {
        let Some(head) = chain.and_then(|chain| chain.head).filter(|_| !row.record.grounded) else {
            return Ok(Some(row));
        };
        let next = Recovery { since: row.record.since.max(head.time), grounded: true, ..row.record.clone() };
        match self.store.commit(Commit::new(next.since).update(&row, &next)).await {
            // Another question was faster.
            Ok(()) | Err(CommitError::Conflict { .. }) => Ok(self.row().await?),
            Err(error) => Err(Problem::internal(error)),
        }
    }

    /// Up to when the chain was read and everything that was seen there is known here; nothing if that cannot be said.
    async fn read_to(&self, tron_client: &PeerClient, chain: &ChainView) -> Option<UnixMs> {
        // First how far, then whether all of that was told: what is told later is of later blocks.
        let scanned = chain.scanned?;
        let cursor = self.store.cursor(tron_client.peer()).await.ok()??;
        let page = tron_client.ask(&api::event::events(Some(&cursor), 0, 1)).await.ok()?;
        page.events.is_empty().then_some(scanned.time)
    }

    async fn findings(&self, of: &str) -> Result<u64, StoreError> {
        let stages = self.store.count_by_stage::<Discrepancy>().await?;
        Ok(stages.iter().filter(|(stage, _)| stage == of).map(|(_, count)| count).sum())
    }

    /// How many payouts have an attempt that may have been lost, and those of which nothing can be read: each may have one.
    async fn under_way(&self) -> Result<(u64, Vec<String>), StoreError> {
        let (mut found, mut unreadable) = (0, Vec::new());
        for stage in ["attempting", "waiting_funds"] {
            let rows = self.store.all_of::<PayoutRow>(stage).await?;
            let open = rows.records.iter().filter(|row| row.record.0.current().is_some_and(|one| !one.is_certain()));
            found += open.count() as u64;
            unreadable.extend(rows.unreadable.into_iter().map(|row| row.id));
        }
        Ok((found + unreadable.len() as u64, unreadable))
    }
}

/// What a second node says of the newest block that it should have, and with it of all before; nothing before that is
/// late enough.
async fn confirmed(tron_client: &PeerClient, read_until: UnixMs) -> Option<BlockConfirmation> {
    let said = tron_client.ask(&tron_client::confirmation()).await.ok()?;
    (said.block.time >= read_until).then_some(said.confirmation)
}

/// What is still to be done, for people; nothing when all is.
pub(crate) fn lacking(view: &RecoveryView) -> Option<String> {
    let read = view.read_to.is_some_and(|read| read >= view.read_until);
    let mut lacking = Vec::new();
    if view.read_from.is_some_and(|from| from > view.backup_at) {
        lacking.push("tron-client began to read after the backup: its database must be the backup's, too".to_owned());
    }
    if !read {
        lacking.push("the chain is not read far enough".to_owned());
    }
    match view.confirmation {
        Some(BlockConfirmation::OneNode | BlockConfirmation::Confirmed) => {}
        // There is nothing to confirm yet.
        _ if !read => {}
        Some(BlockConfirmation::Disagrees) => lacking.push("two nodes have two blocks of one number".to_owned()),
        Some(BlockConfirmation::Unavailable) | None => {
            lacking.push("no second node has confirmed the chain that far".to_owned());
        }
    }
    for (count, what) in [
        (view.unseen, "transactions are not looked at yet"),
        (view.undecided, "findings are not decided"),
        (view.under_way, "attempts are not barred yet"),
    ] {
        if count > 0 {
            lacking.push(format!("{count} {what}"));
        }
    }
    if !view.unreadable.is_empty() {
        lacking.push(format!("nothing can be read of {}", view.unreadable.join(", ")));
    }
    (!lacking.is_empty()).then(|| lacking.join(", "))
}
