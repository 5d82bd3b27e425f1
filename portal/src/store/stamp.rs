//! Checkpoints that an authority has stamped, and the one that waits for it.
//!
//! One waits at most: a stamp of a later checkpoint says everything that one of an
//! earlier would say today, so a later one takes its place.

use domain::time::Timestamp;
use proof::stamp::Stamp;
use sea_orm::{
    ConnectionTrait, ExprTrait, Order, QueryResult,
    sea_query::{Expr, OnConflict, Query, SelectStatement},
};

use super::{StoreResult, whole};

/// A checkpoint that waits to be stamped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Its leaves.
    pub(crate) size: u64,
    /// The note, which is what is stamped.
    pub(crate) note: String,
    /// How often it was asked for in vain.
    pub(crate) attempts: u32,
    /// When it is asked for next.
    pub(crate) due: Timestamp,
}

/// A checkpoint that an authority has stamped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldStamp {
    /// Its leaves.
    pub size: u64,
    /// The note, which is what was stamped.
    pub note: String,
    /// The authority's answer, DER (RFC 3161, 2.4.2).
    pub answer: Vec<u8>,
    /// Where it came from.
    pub authority: String,
    /// What it says.
    pub stamp: Stamp,
}

fn number(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The last checkpoint that a stamp was asked of, and when.
pub(crate) async fn last(db: &impl ConnectionTrait) -> StoreResult<Option<(u64, Timestamp)>> {
    let mut select = Query::select();
    select.columns(["size", "asked_at"]).from("log_stamps").order_by("size", Order::Desc).limit(1);
    let Some(row) = db.query_one(&select).await? else { return Ok(None) };
    Ok(Some((whole(&row, "size", "log_stamps")?, Timestamp(row.try_get("", "asked_at")?))))
}

/// Lets a checkpoint wait in the place of the one before, and not a moment less long.
pub(crate) async fn queue(db: &impl ConnectionTrait, size: u64, now: Timestamp) -> StoreResult<()> {
    let before = waiting(db).await?;
    let mut delete = Query::delete();
    delete.from_table("log_stamps").and_where(Expr::col("due").is_not_null());
    delete.and_where(Expr::col("size").lt(number(size)));
    db.execute(&delete).await?;
    let (attempts, due) = before.map_or((0, now), |before| (before.attempts, before.due));
    let mut insert = Query::insert();
    insert.into_table("log_stamps").columns(["size", "asked_at", "due", "attempts"]).values_panic([
        Expr::val(number(size)),
        Expr::val(now.0),
        Expr::val(due.0),
        Expr::val(i32::try_from(attempts).unwrap_or(i32::MAX)),
    ]);
    insert.on_conflict(OnConflict::column("size").do_nothing().to_owned());
    db.execute(&insert).await?;
    Ok(())
}

/// What waits.
pub(crate) async fn waiting(db: &impl ConnectionTrait) -> StoreResult<Option<Waiting>> {
    let mut select = with_note(&["attempts", "due"]);
    select.and_where(Expr::col(("log_stamps", "due")).is_not_null());
    select.order_by(("log_stamps", "size"), Order::Desc).limit(1);
    let Some(row) = db.query_one(&select).await? else { return Ok(None) };
    let attempts: i32 = row.try_get("", "attempts")?;
    Ok(Some(Waiting {
        size: whole(&row, "size", "log_stamps")?,
        note: row.try_get("", "note")?,
        attempts: u32::try_from(attempts).unwrap_or_default(),
        due: Timestamp(row.try_get("", "due")?),
    }))
}

fn with_note(columns: &[&'static str]) -> SelectStatement {
    let mut select = Query::select();
    select.column(("log_stamps", "size")).column(("log_checkpoints", "note"));
    for column in columns {
        select.column(("log_stamps", *column));
    }
    let same = Expr::col(("log_stamps", "size")).equals(("log_checkpoints", "size"));
    select.from("log_stamps").inner_join("log_checkpoints", same);
    select
}

/// Moves when it is asked for next; `false` where somebody else did so first.
pub(crate) async fn postpone(
    db: &impl ConnectionTrait,
    waiting: &Waiting,
    due: Timestamp,
    failed: Option<&str>,
) -> StoreResult<bool> {
    let mut update = Query::update();
    update.table("log_stamps").value("due", Expr::val(due.0));
    if let Some(why) = failed {
        update.value("attempts", Expr::col("attempts").add(1)).value("why", Expr::val(why));
    }
    update.and_where(Expr::col("size").eq(number(waiting.size))).and_where(Expr::col("due").eq(waiting.due.0));
    Ok(db.execute(&update).await?.rows_affected() == 1)
}

/// Keeps what the authority answered, also where another checkpoint has taken the place of
/// this one.
pub(crate) async fn hold(db: &impl ConnectionTrait, held: &HeldStamp, now: Timestamp) -> StoreResult<()> {
    let mut insert = Query::insert();
    insert
        .into_table("log_stamps")
        .columns(["size", "asked_at", "attempts", "authority", "answer", "stamped", "policy", "serial"])
        .values_panic([
            Expr::val(number(held.size)),
            Expr::val(now.0),
            Expr::val(0_i32),
            Expr::val(held.authority.as_str()),
            Expr::val(held.answer.clone()),
            Expr::val(held.stamp.at),
            Expr::val(held.stamp.policy.as_str()),
            Expr::val(held.stamp.serial.as_str()),
        ]);
    let columns = ["due", "why", "authority", "answer", "stamped", "policy", "serial"];
    insert.on_conflict(OnConflict::column("size").update_columns(columns).to_owned());
    db.execute(&insert).await?;
    Ok(())
}

fn held(row: &QueryResult) -> StoreResult<HeldStamp> {
    Ok(HeldStamp {
        size: whole(row, "size", "log_stamps")?,
        note: row.try_get("", "note")?,
        answer: row.try_get("", "answer")?,
        authority: row.try_get("", "authority")?,
        stamp: Stamp {
            at: row.try_get("", "stamped")?,
            policy: row.try_get("", "policy")?,
            serial: row.try_get("", "serial")?,
        },
    })
}

const HELD: [&str; 5] = ["answer", "authority", "stamped", "policy", "serial"];

/// The first stamped checkpoint that has the leaf at this place.
pub(crate) async fn covering(db: &impl ConnectionTrait, index: u64) -> StoreResult<Option<HeldStamp>> {
    let mut select = with_note(&HELD);
    select.and_where(Expr::col(("log_stamps", "size")).gt(number(index)));
    select.and_where(Expr::col(("log_stamps", "answer")).is_not_null());
    select.order_by(("log_stamps", "size"), Order::Asc).limit(1);
    db.query_one(&select).await?.as_ref().map(held).transpose()
}

/// The last stamped checkpoints, the latest first.
pub(crate) async fn latest(db: &impl ConnectionTrait, count: u64) -> StoreResult<Vec<HeldStamp>> {
    let mut select = with_note(&HELD);
    select.and_where(Expr::col(("log_stamps", "answer")).is_not_null());
    select.order_by(("log_stamps", "size"), Order::Desc).limit(count);
    db.query_all(&select).await?.iter().map(held).collect()
}
