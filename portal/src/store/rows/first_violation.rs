//! The register of first violations, and the published list it rests on.

use domain::{
    first_violation::{FirstViolation, FirstViolationStage},
    ids::{AgencyId, CaseId, FirstViolationId, ItemId},
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{Page, Paged, at, id, paged, state_word, text, word};
use crate::{
    first_violation_list::{FirstViolationDraft, FirstViolationEntry},
    store::{Aggregate, Find, StoreResult},
};

impl Aggregate for FirstViolation {
    const TABLE: &'static str = "first_violations";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("case_id", id(Some(self.case.0))),
            ("stage", text(state_word(&self.state))),
            ("slot", text(self.entry.slot_key())),
            ("noticed_at", at(Some(self.noticed_at))),
        ]
    }
}

impl Aggregate for FirstViolationEntry {
    const TABLE: &'static str = "first_violation_list";

    fn key(&self) -> Uuid {
        self.id
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("item", id(Some(self.entry.item.0))), ("code", text(self.entry.code.as_str()))]
    }
}

impl Aggregate for FirstViolationDraft {
    const TABLE: &'static str = "first_violation_drafts";

    fn key(&self) -> Uuid {
        self.case.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![("entry", id(Some(self.entry.id)))]
    }
}

/// What the register of first violations is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FirstViolationFilter {
    /// Which agencies; `None` is every one within reach.
    pub agencies: Option<Vec<AgencyId>>,
    /// Which stages; empty is all.
    pub stages: Vec<FirstViolationStage>,
    /// A part of the enterprise's name or code.
    pub enterprise_text: Option<String>,
}

impl FirstViolationFilter {
    fn search(&self) -> Find<FirstViolation> {
        let mut find = Find::new().of_containing(
            "enterprise",
            "enterprises",
            &["name", "credit_code"],
            self.enterprise_text.as_deref(),
        );
        if let Some(agencies) = &self.agencies {
            find = find.one_of("agency", agencies.iter().map(|id| id.0));
        }
        if !self.stages.is_empty() {
            find = find.one_of("stage", self.stages.iter().map(word));
        }
        find
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: FirstViolationId) -> StoreResult<Option<FirstViolation>> {
    crate::store::aggregate::get(db, id.0).await
}

/// The one that a case led to.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Option<FirstViolation>> {
    Find::new().eq("case_id", case.0).first(db).await
}

/// Those that several cases led to, in no order.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_cases(
    db: &impl ConnectionTrait,
    cases: impl IntoIterator<Item = CaseId>,
) -> StoreResult<Vec<FirstViolation>> {
    Find::new().one_of("case_id", cases.into_iter().map(|id| id.0)).all(db).await
}

/// Those of a filter, the latest first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn register(
    db: &impl ConnectionTrait,
    filter: &FirstViolationFilter,
    page: Page,
) -> StoreResult<Paged<FirstViolation>> {
    paged(db, || filter.search(), |find| find.latest("noticed_at"), page).await
}

/// What was proposed for a case under the list, and is not confirmed yet.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn draft(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Option<FirstViolationDraft>> {
    crate::store::aggregate::get(db, case.0).await
}

/// The latest of some agencies (`None` is all) under a slot's key, for comparison.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn comparable(
    db: &impl ConnectionTrait,
    slot: &str,
    agencies: Option<Vec<AgencyId>>,
    limit: u64,
) -> StoreResult<Vec<FirstViolation>> {
    let filter = FirstViolationFilter { agencies, ..FirstViolationFilter::default() };
    filter.search().eq("slot", slot).latest("noticed_at").page(limit, 0).all(db).await
}

/// The list entries for an item.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn list_of_item(db: &impl ConnectionTrait, item: ItemId) -> StoreResult<Vec<FirstViolationEntry>> {
    Find::new().eq("item", item.0).order("code").all(db).await
}

/// One list entry.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn list_entry(db: &impl ConnectionTrait, id: Uuid) -> StoreResult<Option<FirstViolationEntry>> {
    crate::store::aggregate::get(db, id).await
}
