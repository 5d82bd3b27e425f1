//! Issued documents.

use domain::{
    document::Document,
    ids::{AgencyId, CaseId, DocumentId, EnterpriseId},
};
use sea_orm::{
    ConnectionTrait, ExprTrait, Value,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{Page, Paged, at, id, paged, text, word};
use crate::store::{Aggregate, Find, StoreResult};

impl Aggregate for Document {
    const TABLE: &'static str = "documents";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("kind", text(word(&self.kind))),
            ("number", text(self.number.as_str())),
            ("code", text(self.code.compact())),
            ("agency", id(Some(self.agency.0))),
            ("enterprise", id(Some(self.enterprise.0))),
            ("case_id", id(self.case.map(|case| case.0))),
            ("issued_at", at(Some(self.issued_at))),
        ]
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: DocumentId) -> StoreResult<Option<Document>> {
    crate::store::aggregate::get(db, id.0).await
}

/// The one with this verification code.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn by_code(db: &impl ConnectionTrait, code: &domain::document::VerifyCode) -> StoreResult<Option<Document>> {
    Find::new().eq("code", code.compact()).first(db).await
}

/// A case's, in the order of issue.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<Document>> {
    Find::new().eq("case_id", case.0).order("issued_at").all(db).await
}

/// A case's, as they lie in the database: what was issued, whatever a document has learned to say since.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn bodies_of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<(DocumentId, String)>> {
    let mut select = Query::select();
    select.columns(["id", "body"]).from(Document::TABLE).and_where(Expr::col("case_id").eq(case.0));
    let rows = db.query_all(&select).await?;
    rows.iter().map(|row| Ok((DocumentId(row.try_get("", "id")?), row.try_get("", "body")?))).collect()
}

/// An enterprise's, the latest first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_enterprise(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    page: Page,
) -> StoreResult<Paged<Document>> {
    let search = || Find::new().eq("enterprise", enterprise.0);
    paged(db, search, |find| find.latest("issued_at"), page).await
}

/// An agency's, the latest first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_agency(
    db: &impl ConnectionTrait,
    agencies: Option<Vec<AgencyId>>,
    page: Page,
) -> StoreResult<Paged<Document>> {
    let search = || match &agencies {
        Some(agencies) => Find::new().one_of("agency", agencies.iter().map(|id| id.0)),
        None => Find::new(),
    };
    paged(db, search, |find| find.latest("issued_at"), page).await
}
