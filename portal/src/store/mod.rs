//! The database: the only place that names a table.
//!
//! One code for SQLite and PostgreSQL. An aggregate is a row of typed columns to
//! find it by and a body that holds the whole value; reading a row is parsing,
//! and columns that disagree with the body are an error that names the row
//! ([`aggregate`]). Writing goes through [`Tx`]: it begins IMMEDIATE on SQLite,
//! collects the audit events of the use case and appends them to the chain in
//! the same commit.

mod aggregate;
mod audit;
mod counters;
mod find;
mod journal;
mod likeness;
mod log;
mod logins;
mod rows;
mod schema;
mod scrub;
pub(crate) mod second_digest;
mod sessions;
mod slots;
pub(crate) mod stamp;
mod statistics;
mod tallies;

use std::{
    future::ready,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sea_orm::sqlx::{Connection as _, SqliteConnection, error::DatabaseError};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult,
    RuntimeErr, SqliteTransactionMode, StatementBuilder, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;

pub use aggregate::{Aggregate, Stored};
pub use audit::{AuditEntry, AuditEvent, AuditFilter, ChainFault, Subject};
pub(crate) use audit::{list as audit_list, total as audit_count, verify as audit_verify};
pub use find::Find;
use journal::Journal;
pub(crate) use likeness::{alike, find as find_alike, note as note_alike};
pub use log::{Leaf, LogEntry, Signed};
pub(crate) use log::{
    covering as log_covering, decided_since as log_decided_since, keys as log_keys, latest as log_latest,
    latest_several as log_latest_several, of_case as log_of_case, of_uploads as log_of_uploads, prove as log_prove,
    received as log_received, size as log_size,
};
pub(crate) use logins::EVERYBODY;
pub(crate) use logins::failures_of as login_failures_of;
pub use rows::{
    Page, Paged, account, agency, capture, case, case::CaseFilter, document, dossier, enrolment, enterprise, evidence,
    finding, finding::FindingFilter, first_violation, first_violation::FirstViolationFilter, item, ledger,
    ledger::LedgerFilter, measured, month, token, upload, visit,
};
pub(crate) use scrub::{digests_after as scrub_digests_after, load as scrub_load, save as scrub_save};
pub use sessions::SessionRow;
pub(crate) use slots::first_violation_slot;
pub use stamp::HeldStamp;
pub use statistics::{Base, Count, Grouping, LedgerFigures, Measure, RemoteFigures};
pub(crate) use statistics::{enterprises_in_force, grouped, ledger as ledger_figures, remote as remote_figures};
use tallies::Moves;
pub use tallies::{Drift, Tally};

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("database: {0}")]
    Database(DbErr),
    /// A unique rule of the schema was broken; the name says which.
    #[error("already there: {0}")]
    Duplicate(String),
    /// Somebody else changed the row since it was read.
    #[error("row of {table} was changed by somebody else")]
    Changed {
        /// Which table.
        table: &'static str,
    },
    /// A row that cannot be.
    #[error("row {id} of {table} is impossible: {why}")]
    Row {
        /// Which table.
        table: &'static str,
        /// Which row.
        id: String,
        /// What is wrong with it.
        why: String,
    },
    /// The database's disk has no room left. Nothing was changed.
    #[error("the disk of the database is full")]
    Full,
    /// The database is newer than this program.
    #[error("the database has migration {0}, which this program does not know")]
    Newer(String),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(sea_orm::SqlErr::UniqueConstraintViolation(message)) => Self::Duplicate(message),
            _ if is_full(&error) => Self::Full,
            _ => Self::Database(error),
        }
    }
}

/// Whether a database says that its disk is full: `SQLITE_FULL`, or PostgreSQL's class 53 `disk_full`.
fn is_full(error: &DbErr) -> bool {
    let (DbErr::Exec(error) | DbErr::Query(error) | DbErr::Conn(error)) = error else { return false };
    let RuntimeErr::SqlxError(error) = error else { return false };
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| ["13", "53100"].contains(&code.as_ref()))
}

/// A result of the store.
pub type StoreResult<T> = Result<T, StoreError>;

/// How many connections a server holds to a PostgreSQL. `SQLite` has one writer,
/// and readers that cost next to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pools {
    /// For reading.
    pub readers: u32,
    /// For use cases that write.
    pub writers: u32,
}

impl Default for Pools {
    fn default() -> Self {
        Self { readers: 16, writers: 16 }
    }
}

/// The database with its two ways in: a pool for reading and one for writing.
///
/// A use case that writes may read beside its transaction, so the two are apart
/// on every database: writers that all wait for a connection to read by would
/// wait for each other for ever. Whoever reads waits for nobody who writes.
#[derive(Clone)]
pub struct Store {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    backend: DbBackend,
    /// On `SQLite`, what says when a commit is on the disk.
    journal: Option<Arc<Journal>>,
    shown: Arc<str>,
}

impl Store {
    /// Opens `sqlite:PATH`, `sqlite::memory:` is not offered because readers
    /// could not see it, or `postgres://…`.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it cannot be opened.
    pub async fn open(url: &str) -> StoreResult<Self> {
        Self::open_with(url, Pools::default()).await
    }

    /// The same with pools of one's own size.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it cannot be opened.
    pub async fn open_with(url: &str, pools: Pools) -> StoreResult<Self> {
        if url.starts_with("postgres") {
            let pool = |connections: u32| {
                let mut options = ConnectOptions::new(url);
                options.max_connections(connections.max(1)).acquire_timeout(Duration::from_secs(10));
                options.sqlx_logging(false);
                Database::connect(options)
            };
            let (reader, writer) = (pool(pools.readers).await?, pool(pools.writers).await?);
            // The password is not shown.
            let shown = url.rsplit_once('@').map_or(url, |(_, rest)| rest).into();
            return Ok(Self { reader, writer, backend: DbBackend::Postgres, journal: None, shown });
        }
        let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
        let path = path.split('?').next().unwrap_or(path);
        if let Some(folder) = Path::new(path).parent() {
            std::fs::create_dir_all(folder).map_err(|error| StoreError::Database(DbErr::Custom(error.to_string())))?;
        }
        let options = |connections| {
            let mut options = ConnectOptions::new(format!("sqlite://{path}?mode=rwc"));
            options
                .max_connections(connections)
                .min_connections(1)
                .acquire_timeout(Duration::from_secs(30))
                .sqlx_logging(false)
                .map_sqlx_sqlite_before_acquire(|connection, _| Box::pin(ready(Ok(is_sound(connection)))))
                .map_sqlx_sqlite_opts(|sqlite| {
                    sqlite
                        .pragma("journal_mode", "WAL")
                        // What we acknowledge is on the disk: see `Journal`.
                        .pragma("synchronous", "NORMAL")
                        .pragma("foreign_keys", "ON")
                        .pragma("busy_timeout", "10000")
                        .pragma("cache_size", "-32000")
                });
            options
        };
        // The writer opens first, so that the file is in WAL mode before readers come.
        let writer = Database::connect(options(1)).await?;
        let reader = Database::connect(options(4)).await?;
        let journal = Some(Arc::new(Journal::of(Path::new(path))));
        Ok(Self { reader, writer, backend: DbBackend::Sqlite, journal, shown: path.into() })
    }

    /// The connection pool for reading.
    pub fn read(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Writes with one statement, which is a use case of its own; how many rows it
    /// changed. They are on the disk then.
    async fn write_alone(&self, statement: &impl StatementBuilder) -> StoreResult<u64> {
        let rows = self.writer.execute(statement).await?.rows_affected();
        self.settle().await?;
        Ok(rows)
    }

    /// Waits until everything that was committed is on the disk. `PostgreSQL` sees to that
    /// at the commit.
    async fn settle(&self) -> StoreResult<()> {
        match &self.journal {
            Some(journal) => journal.settle().await,
            None => Ok(()),
        }
    }

    /// Where the database is, without secrets.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Which database it is.
    pub fn is_postgres(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// Brings the schema up to date. On PostgreSQL an advisory lock lets one
    /// server do it at a time.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when the database was migrated by a later program.
    pub async fn migrate(&self) -> StoreResult<()> {
        /// Any number will do, as long as only we use it.
        const LOCK: &str = "7310582026";
        if self.is_postgres() {
            let tx = self.writer.begin().await?;
            tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
            self.refuse_newer(&tx).await?;
            schema::Migrator::up(&tx, None).await?;
            tx.commit().await?;
        } else {
            self.refuse_newer(&self.writer).await?;
            schema::Migrator::up(&self.writer, None).await?;
        }
        self.settle().await
    }

    /// Whether every migration of this program has been applied.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the database cannot be asked.
    pub async fn is_migrated(&self) -> StoreResult<bool> {
        let pending = schema::Migrator::get_pending_migrations(&self.reader).await?;
        Ok(pending.is_empty())
    }

    async fn refuse_newer<'c, C>(&self, db: &'c C) -> StoreResult<()>
    where
        C: ConnectionTrait,
        &'c C: sea_orm_migration::IntoSchemaManagerConnection<'c>,
    {
        let known: Vec<String> = schema::Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
        // Without the table nothing was ever applied.
        if !sea_orm_migration::SchemaManager::new(db).has_table("seaql_migrations").await? {
            return Ok(());
        }
        let applied = sea_orm::Statement::from_string(self.backend, "SELECT version FROM seaql_migrations");
        let rows = db.query_all_raw(applied).await?;
        for row in rows {
            let version: String = row.try_get("", "version")?;
            if !known.contains(&version) {
                return Err(StoreError::Newer(version));
            }
        }
        Ok(())
    }

    /// Lets the database look at its tables anew, so that it plans queries by
    /// what is in them, and PostgreSQL tidy them. Worth doing after many rows came at
    /// once.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn analyze(&self) -> StoreResult<()> {
        let how = if self.is_postgres() { "VACUUM ANALYZE" } else { "ANALYZE" };
        self.writer.execute_unprepared(how).await?;
        Ok(())
    }

    /// Says whether a commit waits until it is on the disk, which it does unless
    /// told otherwise. Only for filling an empty database with what can be made
    /// again; PostgreSQL keeps waiting.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn wait_for_disk(&self, wait: bool) -> StoreResult<()> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let how = if wait { "NORMAL" } else { "OFF" };
        self.writer.execute_unprepared(&format!("PRAGMA synchronous = {how}")).await?;
        if wait {
            // Everything so far goes to the disk with the checkpoint.
            self.writer.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        journal.wait(wait);
        Ok(())
    }

    /// Begins a use case that writes.
    ///
    /// # Errors
    /// [`StoreError::Database`] when no connection is free in time.
    pub async fn begin(&self) -> StoreResult<Tx> {
        let options = TransactionOptions {
            sqlite_transaction_mode: (self.backend == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let db = self.writer.begin_with_options(options).await?;
        Ok(Tx { db, store: self.clone(), events: Vec::new(), facts: Vec::new(), moves: Mutex::default() })
    }
}

/// Whether a connection to `SQLite` can begin a transaction. A commit that fails for want of room has ended the
/// transaction by itself, and the pool's own bookkeeping believes for ever that it is still in one; nobody could
/// write any more. It is asked before each use, when whatever was rolled back has been (the pool's ping comes
/// behind it).
fn is_sound(connection: &SqliteConnection) -> bool {
    !connection.is_in_transaction()
}

/// A use case that writes: everything in it is committed together, or nothing.
/// Dropping it without [`Tx::commit`] takes everything back.
pub struct Tx {
    db: DatabaseTransaction,
    store: Store,
    events: Vec<AuditEvent>,
    /// What becomes leaves of the log.
    facts: Vec<LogEntry>,
    /// By how much the commit will move the dashboard's tallies.
    moves: Mutex<Moves>,
}

impl Tx {
    /// The connection inside the transaction.
    pub fn db(&self) -> &DatabaseTransaction {
        &self.db
    }

    fn moves(&self) -> MutexGuard<'_, Moves> {
        // A panic while adding numbers leaves numbers: they are still good.
        self.moves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what happened; it is chained and stored at the commit.
    pub fn audit(&mut self, event: AuditEvent) {
        self.events.push(event);
    }

    /// Makes everything permanent. The answer goes out only after this.
    ///
    /// # Errors
    /// [`StoreError::Database`]; then nothing was changed.
    pub async fn commit(self) -> StoreResult<()> {
        let moves = self.moves().clone();
        if !self.events.is_empty() || !self.facts.is_empty() || !moves.is_empty() {
            // Last, so that others wait as briefly as possible for the head of the
            // chain, of the log, and for the tallies.
            self.queue().await?;
            audit::append(&self.db, &self.events).await?;
            log::append(&self.db, &self.facts).await?;
            moves.apply(&self.db).await?;
        }
        self.end().await
    }

    /// Commits what was written; it is on the disk then.
    async fn end(self) -> StoreResult<()> {
        self.db.commit().await?;
        self.store.settle().await
    }

    /// Waits until no other transaction is at the chain, the log or the tallies, and
    /// keeps the others waiting. Nothing but these may be locked from here on, or two
    /// transactions could wait for each other. On `SQLite` the transaction already
    /// is alone.
    async fn queue(&self) -> StoreResult<()> {
        if self.db.get_database_backend() == DbBackend::Postgres {
            self.db.execute_unprepared("SELECT pg_advisory_xact_lock(7310582027)").await?;
        }
        Ok(())
    }
}

/// A number that is never below zero.
fn whole(row: &QueryResult, column: &str, table: &'static str) -> StoreResult<u64> {
    let number: i64 = row.try_get("", column)?;
    u64::try_from(number).map_err(|_| StoreError::Row {
        table,
        id: column.to_owned(),
        why: format!("{number} is below zero"),
    })
}
