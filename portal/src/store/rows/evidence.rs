//! Files.

use domain::{
    evidence::{Evidence, Moment, Purpose},
    ids::{ByteCount, CaseId, Digest, EnterpriseId, EvidenceId, FindingId, LineId},
    item::EvidenceKind,
};
use sea_orm::{
    ConnectionTrait, ExprTrait as _, QueryResult, Value,
    sea_query::{Expr, Order, Query},
};
use uuid::Uuid;

use super::{at, id, of_word, state_word, text, word};
use crate::store::{Aggregate, Find, StoreError, StoreResult};

impl Aggregate for Evidence {
    const TABLE: &'static str = "evidence";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let (line, finding, moment) = match self.purpose {
            Purpose::SelfCheck { line, .. } => (Some(line.0), None, None),
            Purpose::Rectification { finding, moment } => (None, Some(finding.0), Some(word(&moment))),
        };
        vec![
            ("case_id", id(Some(self.case.0))),
            ("enterprise", id(Some(self.enterprise.0))),
            ("line", id(line)),
            ("finding", id(finding)),
            ("state", text(state_word(&self.state))),
            ("digest", text(self.digest.to_string())),
            ("received_at", at(Some(self.received_at))),
            ("kind", text(word(&self.media.kind()))),
            ("moment", Value::String(moment)),
            ("size", Value::BigInt(Some(self.size.0.cast_signed()))),
        ]
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: EvidenceId) -> StoreResult<Option<Evidence>> {
    crate::store::aggregate::get(db, id.0).await
}

/// A case's, in the order in which they arrived.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<Evidence>> {
    Find::new().eq("case_id", case.0).order("received_at").all(db).await
}

/// What limits ask about a file: read off its columns, for it is asked of every file of a case
/// each time one more comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Its id.
    pub id: EvidenceId,
    /// The line that it was sent for.
    pub line: Option<LineId>,
    /// Or the finding.
    pub finding: Option<(FindingId, Moment)>,
    /// What kind it is.
    pub kind: EvidenceKind,
    /// How large it is.
    pub size: ByteCount,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Whether it was not taken out again.
    pub is_there: bool,
    /// Whether it was not sent yet.
    pub is_unsent: bool,
}

/// The outlines of a case's files.
///
/// # Errors
/// [`StoreError`] when one cannot be read.
pub async fn outlines(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<Outline>> {
    let mut select = Query::select();
    select.columns(["id", "line", "finding", "moment", "kind", "size", "digest", "state"]).from(Evidence::TABLE);
    select.and_where(Expr::col("case_id").eq(Expr::val(case.0))).order_by("received_at", Order::Asc);
    db.query_all(&select).await?.iter().map(outline).collect()
}

fn outline(row: &QueryResult) -> StoreResult<Outline> {
    let id: Uuid = row.try_get("", "id")?;
    let impossible = |column: &str| StoreError::Row {
        table: Evidence::TABLE,
        id: id.to_string(),
        why: format!("column {column} says nothing that there is"),
    };
    let text = |column: &str| Ok::<String, StoreError>(row.try_get("", column)?);
    let (line, finding): (Option<Uuid>, Option<Uuid>) = (row.try_get("", "line")?, row.try_get("", "finding")?);
    let moment =
        |finding| Ok::<_, StoreError>((finding, of_word(&text("moment")?).ok_or_else(|| impossible("moment"))?));
    let size: i64 = row.try_get("", "size")?;
    let state = text("state")?;
    Ok(Outline {
        id: EvidenceId(id),
        line: line.map(LineId),
        finding: finding.map(FindingId).map(moment).transpose()?,
        kind: of_word(&text("kind")?).ok_or_else(|| impossible("kind"))?,
        size: ByteCount(size.cast_unsigned()),
        digest: text("digest")?.parse().map_err(|_| impossible("digest"))?,
        is_there: state != "removed",
        is_unsent: state == "received",
    })
}

/// A finding's, in the order in which they arrived.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_finding(db: &impl ConnectionTrait, finding: FindingId) -> StoreResult<Vec<Evidence>> {
    Find::new().eq("finding", finding.0).order("received_at").all(db).await
}

/// Those with these bytes, in the order in which they arrived.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_digest(db: &impl ConnectionTrait, digest: Digest) -> StoreResult<Vec<Evidence>> {
    Find::new().eq("digest", digest.to_string()).order("received_at").all(db).await
}

/// What the same enterprise sent for the same line before, the latest first; nothing for
/// what was not sent for a line.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn earlier(db: &impl ConnectionTrait, file: &Evidence, limit: u64) -> StoreResult<Vec<Evidence>> {
    let Purpose::SelfCheck { line, .. } = file.purpose else { return Ok(Vec::new()) };
    let find = Find::new().eq("enterprise", file.enterprise.0).eq("line", line.0).eq("state", "sealed");
    find.before("received_at", file.received_at.0).latest("received_at").page(limit, 0).all(db).await
}

/// One of an enterprise with these bytes.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn held(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    digest: Digest,
) -> StoreResult<Option<Evidence>> {
    Find::new().eq("digest", digest.to_string()).eq("enterprise", enterprise.0).first(db).await
}

/// The first of an enterprise with these bytes.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn first_of(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    digest: Digest,
) -> StoreResult<Option<Evidence>> {
    Find::new().eq("digest", digest.to_string()).eq("enterprise", enterprise.0).order("received_at").first(db).await
}
