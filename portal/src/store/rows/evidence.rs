//! Files.

use domain::{
    evidence::{Evidence, Purpose},
    ids::{CaseId, Digest, EnterpriseId, EvidenceId, FindingId},
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{at, id, state_word, text};
use crate::store::{Aggregate, Find, StoreResult};

impl Aggregate for Evidence {
    const TABLE: &'static str = "evidence";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let (line, finding) = match self.purpose {
            Purpose::SelfCheck { line, .. } => (Some(line.0), None),
            Purpose::Rectification { finding, .. } => (None, Some(finding.0)),
        };
        vec![
            ("case_id", id(Some(self.case.0))),
            ("enterprise", id(Some(self.enterprise.0))),
            ("line", id(line)),
            ("finding", id(finding)),
            ("state", text(state_word(&self.state))),
            ("digest", text(self.digest.to_string())),
            ("received_at", at(Some(self.received_at))),
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
