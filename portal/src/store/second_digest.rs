//! Digests of files by SM3, and which are still to be computed.

use domain::{
    evidence::Evidence,
    ids::{Digest, EvidenceId},
    time::Timestamp,
};
use sea_orm::{
    ConnectionTrait, ExprTrait, Order,
    sea_query::{Expr, Query},
};

use super::{StoreError, StoreResult};

/// Bytes whose digest is to be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// Which.
    pub(crate) digest: Digest,
    /// How often they could not be read.
    pub(crate) attempts: u32,
}

/// Notes that a file's digest is to be computed.
pub(crate) async fn begin(db: &impl ConnectionTrait, file: &Evidence) -> StoreResult<()> {
    let mut insert = Query::insert();
    insert.into_table("sm3s").columns(["evidence", "digest", "due", "attempts"]).values_panic([
        Expr::val(file.id.0),
        Expr::val(file.digest.to_string()),
        Expr::val(file.received_at.0),
        Expr::val(0_i32),
    ]);
    db.execute(&insert).await?;
    Ok(())
}

/// What is to be computed next.
pub(crate) async fn due(db: &impl ConnectionTrait, now: Timestamp) -> StoreResult<Option<Due>> {
    let mut select = Query::select();
    select.columns(["digest", "attempts"]).from("sm3s").and_where(Expr::col("due").lte(now.0));
    select.order_by("due", Order::Asc).order_by("evidence", Order::Asc).limit(1);
    let Some(row) = db.query_one(&select).await? else { return Ok(None) };
    let text: String = row.try_get("", "digest")?;
    let wrong = || StoreError::Row { table: "sm3s", id: text.clone(), why: "it is no digest".to_owned() };
    let attempts: i32 = row.try_get("", "attempts")?;
    Ok(Some(Due { digest: text.parse().map_err(|_| wrong())?, attempts: u32::try_from(attempts).unwrap_or_default() }))
}

/// Takes bytes on until then; `false` where somebody else has.
pub(crate) async fn take(
    db: &impl ConnectionTrait,
    digest: Digest,
    now: Timestamp,
    until: Timestamp,
) -> StoreResult<bool> {
    let mut update = Query::update();
    update.table("sm3s").value("due", Expr::val(until.0)).and_where(Expr::col("digest").eq(digest.to_string()));
    update.and_where(Expr::col("due").lte(now.0));
    Ok(db.execute(&update).await?.rows_affected() > 0)
}

/// Notes that bytes could not be read, and when it is tried again.
pub(crate) async fn put_back(db: &impl ConnectionTrait, digest: Digest, due: Timestamp) -> StoreResult<()> {
    let mut update = Query::update();
    update.table("sm3s").value("due", Expr::val(due.0)).value("attempts", Expr::col("attempts").add(1));
    update.and_where(Expr::col("digest").eq(digest.to_string())).and_where(Expr::col("sm3").is_null());
    db.execute(&update).await?;
    Ok(())
}

/// The digest of bytes of which it was computed before.
pub(crate) async fn known(db: &impl ConnectionTrait, digest: Digest) -> StoreResult<Option<String>> {
    let mut select = Query::select();
    select.column("sm3").from("sm3s").and_where(Expr::col("digest").eq(digest.to_string()));
    select.and_where(Expr::col("sm3").is_not_null()).limit(1);
    Ok(db.query_one(&select).await?.map(|row| row.try_get("", "sm3")).transpose()?)
}

/// Keeps a digest; the files that did not have it yet.
pub(crate) async fn finish(db: &impl ConnectionTrait, digest: Digest, sm3: &str) -> StoreResult<Vec<EvidenceId>> {
    let mut select = Query::select();
    select.column("evidence").from("sm3s").and_where(Expr::col("digest").eq(digest.to_string()));
    select.and_where(Expr::col("sm3").is_null()).order_by("evidence", Order::Asc);
    let mut fresh = Vec::new();
    for row in db.query_all(&select).await? {
        let id = EvidenceId(row.try_get("", "evidence")?);
        let mut update = Query::update();
        update.table("sm3s").value("sm3", Expr::val(sm3)).value("due", Expr::val(None::<i64>));
        update.and_where(Expr::col("evidence").eq(id.0)).and_where(Expr::col("sm3").is_null());
        // Another server may have been quicker.
        if db.execute(&update).await?.rows_affected() == 1 {
            fresh.push(id);
        }
    }
    Ok(fresh)
}

/// The digest of a file, where it is computed already.
pub(crate) async fn of(db: &impl ConnectionTrait, file: EvidenceId) -> StoreResult<Option<String>> {
    let mut select = Query::select();
    select.column("sm3").from("sm3s").and_where(Expr::col("evidence").eq(file.0));
    let row = db.query_one(&select).await?;
    Ok(row.map(|row| row.try_get::<Option<String>>("", "sm3")).transpose()?.flatten())
}
