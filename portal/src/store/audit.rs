//! The audit trail: append-only, every event chained to the one before by
//! SHA-256, so that a changed or missing event shows.

use domain::{actor::Actor, ids::AccountId, time::Timestamp};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, ExprTrait, Order,
    sea_query::{Expr, Func, LikeExpr, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::{Page, StoreError, StoreResult};

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The kind of thing, such as `case`.
    pub kind: String,
    /// Which one.
    pub id: String,
}

impl Subject {
    /// A subject of a kind.
    #[expect(clippy::needless_pass_by_value, reason = "ids of any kind, owned or not")]
    pub fn new(kind: &str, id: impl ToString) -> Self {
        Self { kind: kind.to_owned(), id: id.to_string() }
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// When, by the server's clock.
    pub at: Timestamp,
    /// Who; `None` for the system itself and for strangers.
    pub account: Option<AccountId>,
    /// The name of who, as it stood.
    pub name: Option<String>,
    /// What was done, such as `case.submit`.
    pub action: String,
    /// To what.
    pub subject: Subject,
    /// Whether it succeeded.
    pub success: bool,
    /// What changed, and why.
    pub detail: Json,
}

impl AuditEvent {
    /// An event of a person.
    pub fn by(actor: &Actor, action: &str, subject: Subject, at: Timestamp) -> Self {
        Self {
            at,
            account: Some(actor.account),
            name: Some(actor.name.to_string()),
            action: action.to_owned(),
            subject,
            success: true,
            detail: Json::Null,
        }
    }

    /// An event of the portal itself.
    pub fn by_system(action: &str, subject: Subject, at: Timestamp) -> Self {
        Self { at, account: None, name: None, action: action.to_owned(), subject, success: true, detail: Json::Null }
    }

    /// With what changed.
    #[must_use]
    pub fn with(mut self, detail: Json) -> Self {
        self.detail = detail;
        self
    }

    /// As an attempt that did not succeed.
    #[must_use]
    pub fn failed(mut self) -> Self {
        self.success = false;
        self
    }
}

/// An event in the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its place in the chain, from 1.
    pub seq: i64,
    /// What happened.
    pub event: AuditEvent,
    /// SHA-256 over the place, the hash before, and the event.
    pub hash: String,
}

/// Where the chain is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainFault {
    /// The first place that does not fit.
    pub seq: i64,
}

/// The hash before the first event.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn link(seq: i64, prev: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(seq.to_be_bytes());
    hash.update(prev);
    hash.update(body);
    hex::encode(hash.finalize())
}

async fn head(db: &impl ConnectionTrait) -> StoreResult<(i64, String)> {
    let mut last = Query::select();
    last.expr(Expr::col("seq").max()).from("audit");
    let mut select = Query::select();
    select.columns(["seq", "hash"]).from("audit").and_where(Expr::col("seq").in_subquery(last));
    match db.query_one(&select).await? {
        Some(row) => Ok((row.try_get("", "seq")?, row.try_get("", "hash")?)),
        None => Ok((0, GENESIS.to_owned())),
    }
}

/// Appends events to the chain. The caller keeps others from doing the same.
pub(super) async fn append(db: &DatabaseTransaction, events: &[AuditEvent]) -> StoreResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let (mut seq, mut prev) = head(db).await?;
    for event in events {
        seq += 1;
        let body = serde_json::to_string(event).map_err(|error| impossible(seq, &error))?;
        let hash = link(seq, &prev, &body);
        let mut insert = Query::insert();
        insert
            .into_table("audit")
            .columns(["seq", "at", "account", "action", "subject_kind", "subject", "success", "body", "prev", "hash"])
            .values_panic([
                Expr::val(seq),
                Expr::val(event.at.0),
                Expr::val(event.account.map(|id| id.0)),
                Expr::val(event.action.as_str()),
                Expr::val(event.subject.kind.as_str()),
                Expr::val(event.subject.id.as_str()),
                Expr::val(i64::from(event.success)),
                Expr::val(body),
                Expr::val(prev),
                Expr::val(hash.as_str()),
            ]);
        db.execute(&insert).await?;
        prev = hash;
    }
    Ok(())
}

fn impossible(seq: i64, why: &impl ToString) -> StoreError {
    StoreError::Row { table: "audit", id: seq.to_string(), why: why.to_string() }
}

/// What the trail is narrowed down to.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only what this account did.
    pub account: Option<AccountId>,
    /// Only what was done to this subject.
    pub subject: Option<String>,
    /// Only actions that begin so.
    pub action: Option<String>,
    /// Only what happened then or later.
    pub from: Option<Timestamp>,
    /// Only what happened before.
    pub until: Option<Timestamp>,
}

impl AuditFilter {
    fn rows(&self) -> SelectStatement {
        let mut select = Query::select();
        select.from("audit");
        if let Some(account) = self.account {
            select.and_where(Expr::col("account").eq(account.0));
        }
        if let Some(subject) = &self.subject {
            select.and_where(Expr::col("subject").eq(subject.as_str()));
        }
        if let Some(from) = self.from {
            select.and_where(Expr::col("at").gte(from.0));
        }
        if let Some(until) = self.until {
            select.and_where(Expr::col("at").lt(until.0));
        }
        if let Some(action) = &self.action {
            let escaped = action.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            select.and_where(Expr::col("action").like(LikeExpr::new(format!("{escaped}%")).escape('\\')));
        }
        select
    }
}

/// How many events a filter finds.
pub(crate) async fn total(db: &impl ConnectionTrait, filter: &AuditFilter) -> StoreResult<u64> {
    let mut select = filter.rows();
    select.expr_as(Func::count(Expr::col("seq")), "n");
    let row = db.query_one(&select).await?;
    let n: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
    Ok(u64::try_from(n).unwrap_or(0))
}

/// Events of a filter, the latest first.
pub(crate) async fn list(db: &impl ConnectionTrait, filter: &AuditFilter, page: Page) -> StoreResult<Vec<AuditEntry>> {
    let mut select = filter.rows();
    select.columns(["seq", "body", "hash"]).order_by("seq", Order::Desc);
    select.limit(page.limit).offset(page.offset);
    db.query_all(&select)
        .await?
        .iter()
        .map(|row| {
            let seq: i64 = row.try_get("", "seq")?;
            let body: String = row.try_get("", "body")?;
            let event = serde_json::from_str(&body).map_err(|error| impossible(seq, &error))?;
            Ok(AuditEntry { seq, event, hash: row.try_get("", "hash")? })
        })
        .collect()
}

/// Walks the whole chain: how many links hold from the first, and the first that
/// does not.
pub(crate) async fn verify(db: &impl ConnectionTrait) -> StoreResult<(u64, Option<ChainFault>)> {
    const STEP: u64 = 1000;
    let (mut expected, mut prev) = (1_i64, GENESIS.to_owned());
    loop {
        let mut select = Query::select();
        select.columns(["seq", "body", "prev", "hash"]).from("audit").order_by("seq", Order::Asc).limit(STEP);
        select.and_where(Expr::col("seq").gte(expected));
        let rows = db.query_all(&select).await?;
        if rows.is_empty() {
            return Ok((u64::try_from(expected - 1).unwrap_or(0), None));
        }
        for row in rows {
            let (seq, body): (i64, String) = (row.try_get("", "seq")?, row.try_get("", "body")?);
            let (stored_prev, hash): (String, String) = (row.try_get("", "prev")?, row.try_get("", "hash")?);
            if seq != expected || stored_prev != prev || hash != link(seq, &prev, &body) {
                let sound = u64::try_from(expected - 1).unwrap_or(0);
                return Ok((sound, Some(ChainFault { seq: expected })));
            }
            expected += 1;
            prev = hash;
        }
    }
}
