//! How far the originals have been read again.

use domain::ids::Digest;
use sea_orm::{
    ConnectionTrait, ExprTrait, Order,
    sea_query::{Expr, OnConflict, Query},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{StoreError, StoreResult};

const ONLY: i64 = 1;

#[expect(clippy::needless_pass_by_value, reason = "errors of any kind")]
fn impossible(why: impl ToString) -> StoreError {
    StoreError::Row { table: "scrub", id: ONLY.to_string(), why: why.to_string() }
}

/// The last or running pass.
pub(crate) async fn load<T: DeserializeOwned>(db: &impl ConnectionTrait) -> StoreResult<Option<T>> {
    let mut select = Query::select();
    select.column("body").from("scrub").and_where(Expr::col("id").eq(ONLY));
    let Some(row) = db.query_one(&select).await? else { return Ok(None) };
    let body: String = row.try_get("", "body")?;
    serde_json::from_str(&body).map(Some).map_err(impossible)
}

/// Notes how far it is.
pub(crate) async fn save<T: Serialize>(db: &impl ConnectionTrait, pass: &T) -> StoreResult<()> {
    let body = serde_json::to_string(pass).map_err(impossible)?;
    let mut insert = Query::insert();
    insert.into_table("scrub").columns(["id", "body"]).values_panic([Expr::val(ONLY), Expr::val(body)]);
    insert.on_conflict(OnConflict::column("id").update_column("body").to_owned());
    db.execute(&insert).await?;
    Ok(())
}

/// The digests of originals behind this one, in their order.
pub(crate) async fn digests_after(
    db: &impl ConnectionTrait,
    after: Option<Digest>,
    limit: u64,
) -> StoreResult<Vec<Digest>> {
    let mut select = Query::select();
    select.distinct().column("digest").from("evidence").order_by("digest", Order::Asc).limit(limit);
    if let Some(after) = after {
        select.and_where(Expr::col("digest").gt(after.to_string()));
    }
    let digest = |row: &sea_orm::QueryResult| {
        let text: String = row.try_get("", "digest")?;
        text.parse().map_err(impossible)
    };
    db.query_all(&select).await?.iter().map(digest).collect()
}
