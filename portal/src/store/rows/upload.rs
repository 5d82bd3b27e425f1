//! Uploads on their way in.

use domain::{
    ids::{AccountId, ByteCount, Digest, EnterpriseId, UploadId},
    time::Timestamp,
    upload::{Upload, UploadStage},
};
use sea_orm::{
    ConnectionTrait, ExprTrait, QueryResult, Value,
    sea_query::{Expr, Func, Query},
};
use uuid::Uuid;

use super::{at, id, text, word};
use crate::store::{Aggregate, Find, Store, StoreResult};

impl Aggregate for Upload {
    const TABLE: &'static str = "uploads";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let reserved = i64::try_from(self.reserved().0).unwrap_or(i64::MAX);
        vec![
            ("owner", id(Some(self.owner.0))),
            ("stage", text(word(&self.stage()))),
            ("expires_at", at(Some(self.expires_at))),
            ("reserved", Value::BigInt(Some(reserved))),
            ("digest", Value::String(self.digest().map(|digest| digest.to_string()))),
        ]
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: UploadId) -> StoreResult<Option<Upload>> {
    crate::store::aggregate::get(db, id.0).await
}

/// What somebody has on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnTheWay {
    /// How many files.
    pub files: u64,
    /// How much room is set aside for them.
    pub bytes: ByteCount,
}

/// What somebody has on the way.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn on_the_way(db: &impl ConnectionTrait, owner: AccountId) -> StoreResult<OnTheWay> {
    let mut select = Query::select();
    select
        .expr_as(Expr::expr(Func::sum(Expr::col("reserved"))).cast_as("BIGINT"), "bytes")
        .from("uploads")
        .expr_as(Func::count(Expr::cust("*")), "files")
        .and_where(Expr::col("owner").eq(owner.0))
        .and_where(Expr::col("stage").is_in([word(&UploadStage::Receiving), word(&UploadStage::Whole)]));
    let Some(row) = db.query_one(&select).await? else { return Ok(OnTheWay::default()) };
    let files: i64 = row.try_get("", "files")?;
    let bytes: Option<i64> = row.try_get("", "bytes")?;
    let bytes = ByteCount(bytes.and_then(|sum| u64::try_from(sum).ok()).unwrap_or(0));
    Ok(OnTheWay { files: u64::try_from(files).unwrap_or(0), bytes })
}

/// What is set aside for each upload that receives, and that has time at least until then.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn set_aside(db: &impl ConnectionTrait, until: Timestamp) -> StoreResult<Vec<(UploadId, ByteCount)>> {
    let mut select = Query::select();
    select.columns(["id", "reserved"]).from("uploads").and_where(Expr::col("expires_at").gte(until.0));
    select.and_where(Expr::col("stage").eq(word(&UploadStage::Receiving)));
    let rows = db.query_all(&select).await?;
    let each = |row: &QueryResult| {
        let reserved: i64 = row.try_get("", "reserved")?;
        Ok((UploadId(row.try_get("", "id")?), ByteCount(u64::try_from(reserved).unwrap_or(0))))
    };
    rows.iter().map(each).collect()
}

/// Those that somebody announced with this length and that receive.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn receiving(db: &impl ConnectionTrait, owner: AccountId, length: ByteCount) -> StoreResult<Vec<Upload>> {
    // What receives has set its length aside.
    let reserved = i64::try_from(length.0).unwrap_or(i64::MAX);
    let find = Find::<Upload>::new().eq("owner", owner.0).eq("stage", word(&UploadStage::Receiving));
    // In one order everywhere: two servers that end the same ones do not wait for each other.
    let mut found = find.eq("reserved", reserved).rising("expires_at").all(db).await?;
    // One that has not said its length may have set as much aside.
    found.retain(|upload| upload.length == Some(length));
    Ok(found)
}

/// Those of an enterprise's people that are not at their place yet, also where their time has run out.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn under_way(db: &impl ConnectionTrait, enterprise: EnterpriseId) -> StoreResult<Vec<Upload>> {
    let stages = [UploadStage::Receiving, UploadStage::Whole];
    let find = Find::new().within("owner", "accounts", "id", "enterprise", enterprise.0);
    // In one order everywhere: two servers that end the same ones do not wait for each other.
    find.one_of("stage", stages.iter().map(word)).rising("expires_at").all(db).await
}

/// Whether there is any whose bytes the spool should have, or may have already.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn any_under_way(db: &impl ConnectionTrait) -> StoreResult<bool> {
    let stages = [UploadStage::Receiving, UploadStage::Whole, UploadStage::Attached];
    let find = Find::<Upload>::new().one_of("stage", stages.iter().map(word)).after(None, 1);
    Ok(!find.keys(db).await?.is_empty())
}

/// One that became evidence with these bytes, and whose bytes still lie in the spool.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn unkept(db: &impl ConnectionTrait, digest: Digest) -> StoreResult<Option<Upload>> {
    Find::new().eq("digest", digest.to_string()).eq("stage", word(&UploadStage::Attached)).first(db).await
}

/// Unfinished ones whose time has run out.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn expired(
    db: &impl ConnectionTrait,
    now: Timestamp,
    after: Option<Uuid>,
    limit: u64,
) -> StoreResult<Vec<Uuid>> {
    let stages = [UploadStage::Receiving, UploadStage::Whole, UploadStage::Rejected];
    let find = Find::<Upload>::new().one_of("stage", stages.iter().map(word)).before("expires_at", now.0);
    find.after(after, limit).keys(db).await
}

/// Those in a stage.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn in_stage(
    db: &impl ConnectionTrait,
    stage: UploadStage,
    after: Option<Uuid>,
    limit: u64,
) -> StoreResult<Vec<Uuid>> {
    Find::<Upload>::new().eq("stage", word(&stage)).after(after, limit).keys(db).await
}

/// Removes those that ended, or whose file the object store has, and that would have run
/// out before this instant; how many there were.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn forget(store: &Store, before: Timestamp) -> StoreResult<u64> {
    let mut delete = Query::delete();
    delete
        .from_table("uploads")
        .and_where(Expr::col("stage").is_in([word(&UploadStage::Ended), word(&UploadStage::Kept)]))
        .and_where(Expr::col("expires_at").lt(before.0));
    store.write_alone(&delete).await
}
