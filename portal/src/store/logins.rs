//! Failed logins, counted per account and per account and client.

use domain::{password::Failures, time::Timestamp};
use sea_orm::{
    Condition, ConnectionTrait, ExprTrait,
    sea_query::{Expr, OnConflict, Query},
};

use super::{StoreResult, Tx};

/// The two counts that [`domain::password::throttle`] looks at.
#[derive(Clone, Copy, Debug)]
pub struct LoginFailures {
    /// Of this client against this account.
    pub client: Failures,
    /// Of everybody against this account.
    pub account: Failures,
}

impl Tx {
    /// The failures recorded under a key.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn login_failures(&self, key: &str) -> StoreResult<Failures> {
        let mut select = Query::select();
        select.columns(["count", "last"]).from("login_failures").and_where(Expr::col("key").eq(key));
        let Some(row) = self.db().query_one(&select).await? else { return Ok(Failures::NONE) };
        let count: i64 = row.try_get("", "count")?;
        let last: i64 = row.try_get("", "last")?;
        Ok(Failures { count: u32::try_from(count).unwrap_or(u32::MAX), last: Timestamp(last) })
    }

    /// Counts one more failure under a key.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn count_login_failure(&self, key: &str, now: Timestamp) -> StoreResult<()> {
        let mut insert = Query::insert();
        insert
            .into_table("login_failures")
            .columns(["key", "count", "last"])
            .values_panic([Expr::val(key), Expr::val(1_i64), Expr::val(now.0)])
            .on_conflict(
                OnConflict::column("key")
                    .value("count", Expr::col(("login_failures", "count")).add(1_i64))
                    .value("last", Expr::val(now.0))
                    .to_owned(),
            );
        self.db().execute(&insert).await?;
        Ok(())
    }

    /// Forgets the failures under a key.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn forget_login_failures(&self, key: &str) -> StoreResult<()> {
        let mut delete = Query::delete();
        delete.from_table("login_failures").and_where(Expr::col("key").eq(key));
        self.db().execute(&delete).await?;
        Ok(())
    }
}

/// Every failure of a login name: all in all, and of each client.
///
/// # Errors
/// [`super::StoreError::Database`].
pub(crate) async fn failures_of(db: &impl ConnectionTrait, login: &str) -> StoreResult<(Failures, Vec<Failures>)> {
    let whole = format!("a/{login}");
    let mut select = Query::select();
    select.columns(["key", "count", "last"]).from("login_failures").cond_where(keys_of(login));
    let (mut account, mut clients) = (Failures::NONE, Vec::new());
    for row in db.query_all(&select).await? {
        let key: String = row.try_get("", "key")?;
        let (count, last): (i64, i64) = (row.try_get("", "count")?, row.try_get("", "last")?);
        let failures = Failures { count: u32::try_from(count).unwrap_or(u32::MAX), last: Timestamp(last) };
        if key == whole {
            account = failures;
        } else {
            clients.push(failures);
        }
    }
    Ok((account, clients))
}

/// The keys of a login name: its own, and one for each client.
fn keys_of(login: &str) -> Condition {
    Condition::any()
        .add(Expr::col("key").eq(format!("a/{login}")))
        // `starts with` without wildcards in the name: a range of keys.
        .add(Expr::col("key").gte(format!("c/{login}/")).and(Expr::col("key").lt(format!("c/{login}0"))))
}

impl Tx {
    /// Forgets every failure of a login name, from any client.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn forget_all_login_failures(&self, login: &str) -> StoreResult<()> {
        let mut delete = Query::delete();
        delete.from_table("login_failures").cond_where(keys_of(login));
        self.db().execute(&delete).await?;
        Ok(())
    }
}
