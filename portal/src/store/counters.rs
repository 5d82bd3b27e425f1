//! Counters for numbers on paper: each value is given out once, in the
//! transaction that uses it.

use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Expr, OnConflict, Query},
};

use super::{StoreError, StoreResult, Tx};

impl Tx {
    /// The next value of a counter, beginning with 1. The counter stays locked
    /// until the commit, so that numbers have no gaps.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn next_number(&self, name: &str) -> StoreResult<u64> {
        let mut insert = Query::insert();
        insert
            .into_table("counters")
            .columns(["name", "value"])
            .values_panic([Expr::val(name), Expr::val(1_i64)])
            .on_conflict(
                OnConflict::column("name").value("value", Expr::col(("counters", "value")).add(1_i64)).to_owned(),
            )
            .returning_col("value");
        let row = self.db().query_one(&insert).await?;
        let value: i64 = row.map_or(Ok(0), |row| row.try_get("", "value"))?;
        u64::try_from(value).map_err(|error| StoreError::Row {
            table: "counters",
            id: name.to_owned(),
            why: error.to_string(),
        })
    }
}
