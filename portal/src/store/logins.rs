//! Failed logins, counted per account and per account and client.

use domain::{password::Failures, time::Timestamp};
use sea_orm::{
    ConnectionTrait, ExprTrait,
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

impl Tx {
    /// Forgets every failure of a login name, from any client.
    ///
    /// # Errors
    /// [`super::StoreError::Database`].
    pub async fn forget_all_login_failures(&self, login: &str) -> StoreResult<()> {
        let mut delete = Query::delete();
        delete.from_table("login_failures").cond_where(
            sea_orm::Condition::any()
                .add(Expr::col("key").eq(format!("a/{login}")))
                // `starts with` without wildcards in the name: a range of keys.
                .add(Expr::col("key").gte(format!("c/{login}/")).and(Expr::col("key").lt(format!("c/{login}0")))),
        );
        self.db().execute(&delete).await?;
        Ok(())
    }
}
