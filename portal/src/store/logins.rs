//! Failed logins, counted for each login name and, under it, for each client.

use domain::{password::Failures, time::Timestamp};
use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Expr, OnConflict, Query},
};

use super::{StoreResult, Tx};

/// The client under which everybody's failures for a name are counted.
pub(crate) const EVERYBODY: &str = "";

impl Tx {
    /// The failures of one client for a login name. Until this transaction ends nobody else reads them: guesses made at
    /// the same moment see each other.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn login_failures(&self, login: &str, client: &str) -> StoreResult<Failures> {
        // A row that is written is a row that is locked, also when it was not there before.
        self.add_login_failures(login, client, 0, None).await?;
        let mut select = Query::select();
        select
            .columns(["count", "last"])
            .from("login_failures")
            .and_where(Expr::col("login").eq(login))
            .and_where(Expr::col("client").eq(client));
        let Some(row) = self.db().query_one(&select).await? else { return Ok(Failures::NONE) };
        let count: i64 = row.try_get("", "count")?;
        let last: i64 = row.try_get("", "last")?;
        Ok(Failures { count: u32::try_from(count).unwrap_or(u32::MAX), last: Timestamp(last) })
    }

    /// Counts one more failure of a client for a login name.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn count_login_failure(&self, login: &str, client: &str, now: Timestamp) -> StoreResult<()> {
        self.add_login_failures(login, client, 1, Some(now)).await
    }

    async fn add_login_failures(&self, login: &str, client: &str, more: i64, at: Option<Timestamp>) -> StoreResult<()> {
        let mut insert = Query::insert();
        let mut on_conflict = OnConflict::columns(["login", "client"]);
        on_conflict.value("count", Expr::col(("login_failures", "count")).add(more));
        if let Some(at) = at {
            on_conflict.value("last", Expr::val(at.0));
        }
        insert
            .into_table("login_failures")
            .columns(["login", "client", "count", "last"])
            .values_panic([Expr::val(login), Expr::val(client), Expr::val(more), Expr::val(at.map_or(0, |at| at.0))])
            .on_conflict(on_conflict);
        self.db().execute(&insert).await?;
        Ok(())
    }

    /// Forgets the failures of one client for a login name.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn forget_login_failures(&self, login: &str, client: &str) -> StoreResult<()> {
        let mut delete = Query::delete();
        delete
            .from_table("login_failures")
            .and_where(Expr::col("login").eq(login))
            .and_where(Expr::col("client").eq(client));
        self.db().execute(&delete).await?;
        Ok(())
    }

    /// Forgets every failure for a login name, from any client.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn forget_all_login_failures(&self, login: &str) -> StoreResult<()> {
        let mut delete = Query::delete();
        delete.from_table("login_failures").and_where(Expr::col("login").eq(login));
        self.db().execute(&delete).await?;
        Ok(())
    }

    /// Forgets what was counted for the last time before an instant; how many rows that were.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn forget_old_login_failures(&self, before: Timestamp) -> StoreResult<u64> {
        let mut delete = Query::delete();
        delete.from_table("login_failures").and_where(Expr::col("last").lt(before.0));
        Ok(self.db().execute(&delete).await?.rows_affected())
    }
}

/// Every failure for a login name: all in all, and of each client.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn failures_of(db: &impl ConnectionTrait, login: &str) -> StoreResult<(Failures, Vec<Failures>)> {
    let mut select = Query::select();
    select.columns(["client", "count", "last"]).from("login_failures").and_where(Expr::col("login").eq(login));
    let (mut everybody, mut clients) = (Failures::NONE, Vec::new());
    for row in db.query_all(&select).await? {
        let client: String = row.try_get("", "client")?;
        let (count, last): (i64, i64) = (row.try_get("", "count")?, row.try_get("", "last")?);
        let failures = Failures { count: u32::try_from(count).unwrap_or(u32::MAX), last: Timestamp(last) };
        if client == EVERYBODY {
            everybody = failures;
        } else {
            clients.push(failures);
        }
    }
    Ok((everybody, clients))
}
