//! Enrolments.

use domain::{
    enrolment::{Enrolment, EnrolmentStage, EnrolmentState},
    ids::{AgencyId, EnrolmentId, EnterpriseId},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{Page, Paged, at, id, paged, text, word};
use crate::store::{Aggregate, Find, StoreResult};

impl Aggregate for Enrolment {
    const TABLE: &'static str = "enrolments";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let valid_to = match &self.state {
            EnrolmentState::Active { valid_to, .. } | EnrolmentState::Suspended { valid_to, .. } => {
                Some(Timestamp::end_of(*valid_to))
            }
            _ => None,
        };
        vec![
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("stage", text(word(&self.stage()))),
            ("due", at(self.due())),
            ("valid_to", at(valid_to)),
            ("next_round", at(self.next_round)),
            ("created_at", at(Some(self.created_at))),
        ]
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: EnrolmentId) -> StoreResult<Option<Enrolment>> {
    crate::store::aggregate::get(db, id.0).await
}

/// An enterprise's, the latest first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_enterprise(db: &impl ConnectionTrait, enterprise: EnterpriseId) -> StoreResult<Vec<Enrolment>> {
    Find::new().eq("enterprise", enterprise.0).latest("created_at").all(db).await
}

/// Those of some agencies (`None` is all) in some stages, what is due first coming first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_agencies(
    db: &impl ConnectionTrait,
    agencies: Option<Vec<AgencyId>>,
    stages: &[EnrolmentStage],
    page: Page,
) -> StoreResult<Paged<Enrolment>> {
    let search = || {
        let find = Find::new().one_of("stage", stages.iter().map(word));
        match &agencies {
            Some(agencies) => find.one_of("agency", agencies.iter().map(|id| id.0)),
            None => find,
        }
    };
    paged(db, search, |find| find.order("due").latest("created_at"), page).await
}

/// Active ones whose next round is due to begin.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn rounds_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    after: Option<Uuid>,
    limit: u64,
) -> StoreResult<Vec<Uuid>> {
    Find::<Enrolment>::new()
        .eq("stage", word(&EnrolmentStage::Active))
        .before("next_round", now.0 + 1)
        .after(after, limit)
        .keys(db)
        .await
}

/// Active or suspended ones whose time has run out.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn expired(
    db: &impl ConnectionTrait,
    now: Timestamp,
    after: Option<Uuid>,
    limit: u64,
) -> StoreResult<Vec<Uuid>> {
    Find::<Enrolment>::new()
        .one_of("stage", [word(&EnrolmentStage::Active), word(&EnrolmentStage::Suspended)])
        .before("valid_to", now.0)
        .after(after, limit)
        .keys(db)
        .await
}
