//! Login sessions. Rows are found under a digest of the session's secret, so
//! that whoever reads the database cannot take a session over.

use domain::{ids::AccountId, time::Timestamp};
use sea_orm::{
    ConnectionTrait, ExprTrait, Order, QueryResult,
    sea_query::{DeleteStatement, Expr, Query},
};

use super::{Store, StoreResult, Tx};

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Digest of the secret.
    pub key: String,
    /// Whose, once logged in.
    pub account: Option<AccountId>,
    /// What the session remembers, as JSON.
    pub data: String,
    /// The client in words, as `Chrome · Android`.
    pub client: String,
    /// When it began.
    pub created_at: Timestamp,
    /// The last request.
    pub seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

const COLUMNS: [&str; 7] = ["key", "account", "data", "client", "created_at", "seen_at", "expires_at"];

fn parse(row: &QueryResult) -> StoreResult<SessionRow> {
    let account: Option<uuid::Uuid> = row.try_get("", "account")?;
    Ok(SessionRow {
        key: row.try_get("", "key")?,
        account: account.map(AccountId),
        data: row.try_get("", "data")?,
        client: row.try_get("", "client")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        seen_at: Timestamp(row.try_get("", "seen_at")?),
        expires_at: Timestamp(row.try_get("", "expires_at")?),
    })
}

impl Store {
    /// Writes a new session.
    ///
    /// # Errors
    /// [`super::StoreError::Duplicate`] when there is one under this key.
    pub async fn session_create(&self, session: &SessionRow) -> StoreResult<()> {
        let mut insert = Query::insert();
        insert.into_table("sessions").columns(COLUMNS).values_panic([
            Expr::val(session.key.as_str()),
            Expr::val(session.account.map(|id| id.0)),
            Expr::val(session.data.as_str()),
            Expr::val(session.client.as_str()),
            Expr::val(session.created_at.0),
            Expr::val(session.seen_at.0),
            Expr::val(session.expires_at.0),
        ]);
        self.write_alone(&insert).await?;
        Ok(())
    }

    /// Writes a session that is there; one that was ended in the meantime stays
    /// ended. What began keeps its beginning.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn session_save(&self, session: &SessionRow) -> StoreResult<()> {
        let mut update = Query::update();
        update
            .table("sessions")
            .value("account", session.account.map(|id| id.0))
            .value("data", session.data.as_str())
            .value("client", session.client.as_str())
            .value("seen_at", session.seen_at.0)
            .value("expires_at", session.expires_at.0)
            .and_where(Expr::col("key").eq(session.key.as_str()));
        self.write_alone(&update).await?;
        Ok(())
    }

    /// The session under a key, unless it has ended.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn session_load(&self, key: &str, now: Timestamp) -> StoreResult<Option<SessionRow>> {
        let mut select = Query::select();
        select
            .columns(COLUMNS)
            .from("sessions")
            .and_where(Expr::col("key").eq(key))
            .and_where(Expr::col("expires_at").gt(now.0));
        self.reader.query_one(&select).await?.as_ref().map(parse).transpose()
    }

    /// Notes a request, and nothing else: what the session remembers may be
    /// changing in another request right now.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn session_touch(&self, key: &str, seen_at: Timestamp, expires_at: Timestamp) -> StoreResult<()> {
        let mut update = Query::update();
        update
            .table("sessions")
            .value("seen_at", seen_at.0)
            .value("expires_at", expires_at.0)
            .and_where(Expr::col("key").eq(key));
        self.write_alone(&update).await?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn session_delete(&self, key: &str) -> StoreResult<()> {
        let mut delete = Query::delete();
        delete.from_table("sessions").and_where(Expr::col("key").eq(key));
        self.write_alone(&delete).await?;
        Ok(())
    }

    /// An account's sessions, the latest first.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn sessions_of(&self, account: AccountId, now: Timestamp) -> StoreResult<Vec<SessionRow>> {
        let mut select = Query::select();
        select
            .columns(COLUMNS)
            .from("sessions")
            .and_where(Expr::col("account").eq(account.0))
            .and_where(Expr::col("expires_at").gt(now.0))
            .order_by("seen_at", Order::Desc);
        self.reader.query_all(&select).await?.iter().map(parse).collect()
    }

    /// Ends every session of an account, except one.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn sessions_end(&self, account: AccountId, except: Option<&str>) -> StoreResult<u64> {
        self.write_alone(&end_of(account, except)).await
    }

    /// Removes what has ended.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn sessions_sweep(&self, now: Timestamp) -> StoreResult<u64> {
        let mut delete = Query::delete();
        delete.from_table("sessions").and_where(Expr::col("expires_at").lte(now.0));
        self.write_alone(&delete).await
    }
}

impl Tx {
    /// Ends every session of an account, except one, with whatever else the use
    /// case does.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn end_sessions(&self, account: AccountId, except: Option<&str>) -> StoreResult<u64> {
        Ok(self.db().execute(&end_of(account, except)).await?.rows_affected())
    }
}

fn end_of(account: AccountId, except: Option<&str>) -> DeleteStatement {
    let mut delete = Query::delete();
    delete.from_table("sessions").and_where(Expr::col("account").eq(account.0));
    if let Some(key) = except {
        delete.and_where(Expr::col("key").ne(key));
    }
    delete
}
