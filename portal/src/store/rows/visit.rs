//! Visits that were due, and those that took place.

use domain::{
    ids::{AgencyId, DueVisitId, EnterpriseId, ItemId},
    time::Timestamp,
    visit_ledger::DueVisit,
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{Page, Paged, at, id, paged, state_word, text};
use crate::{
    site_visit::SiteVisit,
    store::{Aggregate, Find, StoreResult, Tally},
};

impl Aggregate for DueVisit {
    const TABLE: &'static str = "due_visits";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("stage", text(state_word(&self.state))),
            ("until", at(Some(Timestamp::end_of(self.until)))),
            ("recorded_at", at(Some(self.recorded_at))),
        ]
    }
}

impl Aggregate for SiteVisit {
    const TABLE: &'static str = "site_visits";

    fn key(&self) -> Uuid {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("visited_at", at(Some(self.at))),
        ]
    }

    fn counts_for(&self) -> Vec<(Tally, i64)> {
        Tally::of("site_visits", self.at, self.agency, self.enterprise).with_items(self.items.iter().copied())
    }

    fn items(&self) -> Vec<ItemId> {
        self.items.clone()
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: DueVisitId) -> StoreResult<Option<DueVisit>> {
    crate::store::aggregate::get(db, id.0).await
}

/// An agency's due visits, the latest first; or only the open ones, what is due
/// first coming first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_agency(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    open: bool,
    page: Page,
) -> StoreResult<Paged<DueVisit>> {
    let all = || Find::new().eq("agency", agency.0);
    if open {
        return paged(db, || all().eq("stage", "open"), |find| find.order("until"), page).await;
    }
    paged(db, all, |find| find.latest("recorded_at"), page).await
}

/// Those still open for an enterprise and an agency.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn open(db: &impl ConnectionTrait, enterprise: EnterpriseId, agency: AgencyId) -> StoreResult<Vec<DueVisit>> {
    Find::new().eq("enterprise", enterprise.0).eq("agency", agency.0).eq("stage", "open").order("until").all(db).await
}

/// All that were ever due for an enterprise and an agency.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_pair(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    agency: AgencyId,
) -> StoreResult<Vec<DueVisit>> {
    Find::new().eq("enterprise", enterprise.0).eq("agency", agency.0).order("until").all(db).await
}

/// Site visits of an agency to an enterprise, the latest first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn site_visits(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
    agency: AgencyId,
) -> StoreResult<Vec<SiteVisit>> {
    Find::new().eq("enterprise", enterprise.0).eq("agency", agency.0).latest("visited_at").all(db).await
}
