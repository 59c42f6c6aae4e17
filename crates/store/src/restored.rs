//! Copies of databases that go on being written to, and what a database that was put back from one says of itself.
//!
//! A restored database knows less than the chain does: payments may have been made that it has no record of. So it begins
//! a new life under another [`Incarnation`], and says that it was restored for ever after: whoever may let money move by
//! what it says asks [`Store::restored`](crate::Store::restored) first. A copy that was taken out of a backup by other means
//! says none of this, so every copy is marked, and no store opens one that [`begin_restored`] has not been at.

use std::path::Path;
use std::time::Duration;

use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use uuid::Uuid;

use crate::backend::failed;
use crate::error::StoreError;
use crate::incarnation::Incarnation;

/// How long a copy waits for a process that has the file locked.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// That a database was put back from a copy, and from which. Of all databases of a plane that were put back together it
/// is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The name of this restore, drawn at random.
    pub id: Uuid,
    /// When the copy was begun: what happened later may be missing.
    pub backup_at: UnixMs,
    /// When it was put back: until then the lost one may have signed.
    pub restored_at: UnixMs,
}

/// Copies a database, of which other processes may go on writing, as of one moment, into a file that is not there yet.
/// No store opens the copy before [`begin_restored`].
pub async fn snapshot(path: &Path, into: &Path) -> Result<(), StoreError> {
    let mut connection = connect(path).await?;
    // SQLite's own way to copy under a read transaction: writers go on, and what they commit meanwhile is not in it.
    let copied = sqlx::query("VACUUM INTO $1").bind(into.to_string_lossy().into_owned()).execute(&mut connection).await;
    let closed = connection.close().await;
    copied.map_err(failed)?;
    closed.map_err(failed)?;
    let mut copy = connect(into).await?;
    let marked = sqlx::query("INSERT INTO meta (name, value) VALUES ('copy', 'unused') ON CONFLICT (name) DO NOTHING");
    let marked = marked.execute(&mut copy).await;
    let closed = copy.close().await;
    marked.map_err(failed)?;
    closed.map_err(failed)
}

/// [`StoreError::Copy`] if the database is a copy that was not put back. Nothing is written to one that is.
pub(crate) async fn refuse_copy(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let tables =
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'");
    if tables.fetch_one(&mut *connection).await.map_err(failed)? == 0 {
        return Ok(());
    }
    let marks = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM meta WHERE name = 'copy'");
    if marks.fetch_one(connection).await.map_err(failed)? == 0 { Ok(()) } else { Err(StoreError::Copy) }
}

/// Has a copy that was put back begin a new life, and say for ever that it was restored. [`StoreError::Damaged`] if it is
/// not whole, or no database of ours.
pub async fn begin_restored(path: &Path, fresh: Incarnation, restored: &Restored) -> Result<(), StoreError> {
    let mut connection = connect(path).await?;
    let whole = sqlx::query_scalar::<_, String>("PRAGMA integrity_check").fetch_one(&mut connection).await;
    let whole = whole.map_err(failed)?;
    if whole != "ok" {
        return Err(StoreError::Damaged(whole));
    }
    let text = serde_json::to_string(restored).map_err(|source| StoreError::Encode { noun: "restore", source })?;
    let mut transaction = connection.begin().await.map_err(failed)?;
    let changed = sqlx::query("UPDATE meta SET value = $1 WHERE name = 'incarnation'")
        .bind(fresh.to_string())
        .execute(&mut *transaction)
        .await
        .map_err(|_| StoreError::Damaged("it has no incarnation".to_owned()))?;
    if changed.rows_affected() != 1 {
        return Err(StoreError::Damaged("it has no incarnation".to_owned()));
    }
    sqlx::query(
        "INSERT INTO meta (name, value) VALUES ('restored', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(text)
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    let unmarked = sqlx::query("DELETE FROM meta WHERE name = 'copy'").execute(&mut *transaction).await;
    unmarked.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    connection.close().await.map_err(failed)
}

/// What a database says of its restore.
pub(crate) async fn read(path: &Path) -> Result<Option<Restored>, StoreError> {
    let mut connection = connect(path).await?;
    let asked = sqlx::query_scalar::<_, String>("SELECT value FROM meta WHERE name = 'restored'");
    let text = asked.fetch_optional(&mut connection).await.map_err(failed)?;
    connection.close().await.map_err(failed)?;
    let parse = |text: String| {
        serde_json::from_str(&text).map_err(|source| StoreError::Corrupt {
            noun: "restore",
            id: "restored".to_owned(),
            source,
        })
    };
    text.map(parse).transpose()
}

async fn connect(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(BUSY_TIMEOUT);
    options.disable_statement_logging().connect().await.map_err(failed)
}
