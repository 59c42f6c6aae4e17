//! From a path to a store: the lock, the connections, the tables.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqlSafeStr, SqliteConnection};
use tokio::sync::{mpsc, watch};

use super::batch::STATEMENTS_MAX;
use super::several::ASKED_MAX;
use super::sql::{self, Statements};
use super::writer::{GROUP_MAX, Writer};
use super::{Sqlite, failed};
use crate::backend::Stored;
use crate::error::StoreError;
use crate::incarnation::Incarnation;
use crate::restored;

/// How long a statement waits for another program, such as a backup, that has the file locked.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Reads are short; more would only cost memory.
const READERS_MAX: u32 = 4;
/// An idle service keeps no reader, each of which is a thread and a page cache.
const READER_IDLE: Duration = Duration::from_mins(1);
/// What the writer keeps of the file in memory, KiB, as it comes to need it. SQLite's own 2 MB are less than the tops of
/// the indexes that each commit goes through; what is not kept is read again and again.
const WRITER_CACHE_KIB: i64 = 8 * 1024;
/// More messages than a service's writes are made of; each keeps a few kilobytes of prepared statements.
const MESSAGES_CACHED: usize = 64;

impl Sqlite {
    pub(crate) async fn open(
        path: &Path,
        nouns: &[&'static str],
        fresh: Incarnation,
        changes: watch::Sender<u64>,
    ) -> Stored<(Self, Incarnation)> {
        let options = SqliteConnectOptions::new().filename(path);
        Self::open_with(options, BUSY_TIMEOUT, nouns, fresh, changes).await
    }

    /// As `open`, with settings of SQLite's that only tests need.
    pub(super) async fn open_with(
        options: SqliteConnectOptions,
        busy_timeout: Duration,
        nouns: &[&'static str],
        fresh: Incarnation,
        changes: watch::Sender<u64>,
    ) -> Stored<(Self, Incarnation)> {
        let statements = Arc::new(Statements::new(nouns)?);
        let lock = lock(options.get_filename())?;
        let options = options.busy_timeout(busy_timeout).statement_cache_capacity(MESSAGES_CACHED);
        let options = options.disable_statement_logging();
        // FULL, not NORMAL: in WAL mode NORMAL loses the last commits when the power goes, and a lost row can pay twice.
        let writing = options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // Room for the rows and the end of each statement: SQLite's thread would sleep for it in the midst of a message.
            .row_buffer_size((ASKED_MAX + 1) * STATEMENTS_MAX)
            // What it needs to take one statement back: a page for each that the statement changes, which would go to a file
            // under /tmp, more of them than the pages of the commit itself.
            .pragma("temp_store", "MEMORY")
            // Negative for KiB (sqlite.org/pragma.html#pragma_cache_size).
            .pragma("cache_size", (-WRITER_CACHE_KIB).to_string());
        let mut connection = SqliteConnection::connect_with(&writing).await.map_err(failed)?;
        restored::refuse_copy(&mut connection).await?;
        migrate(&mut connection, &statements).await?;
        let incarnation = incarnation(&mut connection, fresh).await?;

        let reading = options.create_if_missing(false).pragma("query_only", "ON");
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .min_connections(0)
            .idle_timeout(READER_IDLE)
            .test_before_acquire(false)
            .connect_lazy_with(reading);
        let (writer, queue) = mpsc::channel(4 * GROUP_MAX);
        let task = Writer { connection, statements: Arc::clone(&statements), changes, lock };
        tokio::spawn(task.run(queue));
        Ok((Self { readers, writer, statements }, incarnation))
    }
}

/// Takes the lock that keeps a second process out. The system drops it with the process, however that ends.
fn lock(path: &Path) -> Stored<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let path = PathBuf::from(name);
    let file = File::options().create(true).write(true).truncate(false).open(&path);
    let file = file.map_err(|source| StoreError::Io { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path }),
        Err(TryLockError::Error(source)) => Err(StoreError::Io { path, source }),
    }
}

async fn migrate(connection: &mut SqliteConnection, statements: &Statements) -> Stored<()> {
    let migrations = sql::MIGRATIONS.map(|(version, name, text)| {
        Migration::new(version, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(migrations.to_vec());
    migrator.run_direct(None, connection, false).await.map_err(StoreError::Migration)?;
    for statement in statements.open() {
        sqlx::raw_sql(statement).execute(&mut *connection).await.map_err(failed)?;
    }
    Ok(())
}

async fn incarnation(connection: &mut SqliteConnection, fresh: Incarnation) -> Stored<Incarnation> {
    let keep = sqlx::query(sql::KEEP_INCARNATION).bind(fresh.to_string());
    keep.execute(&mut *connection).await.map_err(failed)?;
    let text: String = sqlx::query_scalar(sql::INCARNATION).fetch_one(&mut *connection).await.map_err(failed)?;
    text.parse().map_err(|error| failed(sqlx::Error::Decode(Box::new(error))))
}
