//! Cases.

use domain::{
    case::{Case, CaseStage, CaseState},
    ids::{AccountId, AgencyId, CaseId, EnterpriseId, ItemId},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{Page, Paged, at, id, paged, text, word};
use crate::store::{Aggregate, Find, StoreResult, Tally};

impl Aggregate for Case {
    const TABLE: &'static str = "cases";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let ended = match &self.state {
            CaseState::Closed { at, .. } | CaseState::ConvertedOnSite { at, .. } | CaseState::Withdrawn { at, .. } => {
                Some(*at)
            }
            _ => None,
        };
        vec![
            ("number", text(self.number.as_str())),
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("enrolment", id(Some(self.enrolment.0))),
            ("stage", text(word(&self.stage()))),
            ("due", at(self.due())),
            // Never empty, so that one index gives the queue in its order.
            ("due_order", at(Some(self.due().unwrap_or(Timestamp(i64::MAX))))),
            ("officer", id(self.officer().map(|id| id.0))),
            ("created_at", at(Some(self.created_at))),
            ("submitted_at", at(self.submitted_at)),
            ("outcome", Value::String(self.decision().map(|decision| word(&decision.outcome)))),
            ("decided_at", at(self.decision().map(|decision| decision.at))),
            ("ended_at", at(ended)),
        ]
    }

    fn counts_for(&self) -> Vec<(Tally, i64)> {
        if self.submitted_at.is_none() {
            return Vec::new();
        }
        let mut figures = vec!["sent"];
        if let Some(decision) = self.decision() {
            figures.push("decided");
            if decision.outcome.needs_problem() {
                figures.push("with_findings");
            }
        }
        if matches!(self.state, CaseState::ConvertedOnSite { .. }) {
            figures.push("converted");
        }
        let tally = |figure| Tally::of(figure, self.created_at, self.agency, self.enterprise);
        figures.into_iter().flat_map(|figure| tally(figure).with_items(self.items())).collect()
    }

    fn items(&self) -> Vec<ItemId> {
        self.items.iter().map(|item| item.item).collect()
    }
}

/// What a queue is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Whose queue; `None` is every agency within reach.
    pub agencies: Option<Vec<AgencyId>>,
    /// Which enterprise.
    pub enterprise: Option<EnterpriseId>,
    /// Which stages; empty is all.
    pub stages: Vec<CaseStage>,
    /// Who has it.
    pub officer: Option<AccountId>,
    /// Only what is due before this instant.
    pub due_before: Option<Timestamp>,
    /// A part of the case number.
    pub number: Option<String>,
    /// A part of the enterprise's name or code.
    pub enterprise_text: Option<String>,
}

impl CaseFilter {
    fn search(&self) -> Find<Case> {
        let mut find = Find::new()
            .eq_if("enterprise", self.enterprise.map(|id| id.0))
            .eq_if("officer", self.officer.map(|id| id.0))
            .containing(&["number"], self.number.as_deref())
            .of_containing("enterprise", "enterprises", &["name", "credit_code"], self.enterprise_text.as_deref());
        if let Some(agencies) = &self.agencies {
            find = find.one_of("agency", agencies.iter().map(|id| id.0));
        }
        if !self.stages.is_empty() {
            find = find.one_of("stage", self.stages.iter().map(word));
        }
        if let Some(due) = self.due_before {
            find = find.before("due_order", due.0);
        }
        find
    }

    fn by_due(&self, find: Find<Case>) -> Find<Case> {
        let open = !self.stages.is_empty() && !self.stages.iter().any(|stage| stage.is_over());
        // Says no more than the stages do, but in the words of the indexes that leave
        // out what is over.
        let find = if open { find.without("ended_at") } else { find };
        find.rising("due_order")
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: CaseId) -> StoreResult<Option<Case>> {
    crate::store::aggregate::get(db, id.0).await
}

/// Those with these ids, in no order.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn several(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = CaseId>) -> StoreResult<Vec<Case>> {
    Find::new().one_of("id", ids.into_iter().map(|id| id.0)).all(db).await
}

/// Those of a filter, what is due first coming first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn queue(db: &impl ConnectionTrait, filter: &CaseFilter, page: Page) -> StoreResult<Paged<Case>> {
    paged(db, || filter.search(), |find| filter.by_due(find), page).await
}

/// The first of them, without asking how many there are.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn first(db: &impl ConnectionTrait, filter: &CaseFilter, limit: u64) -> StoreResult<Vec<Case>> {
    filter.by_due(filter.search()).page(limit, 0).all(db).await
}

/// Those of a filter, the latest first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn latest(db: &impl ConnectionTrait, filter: &CaseFilter, page: Page) -> StoreResult<Paged<Case>> {
    paged(db, || filter.search(), |find| find.latest("created_at"), page).await
}

/// How many of a filter stand in each stage; those without any are left out.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn counts(db: &impl ConnectionTrait, filter: &CaseFilter) -> StoreResult<Vec<(CaseStage, u64)>> {
    let counts = filter.search().count_by(db, "stage").await?;
    let stage = |counted: &str| CaseStage::ALL.into_iter().find(|stage| word(stage) == counted);
    Ok(counts.iter().filter_map(|(counted, count)| Some((stage(counted)?, *count))).collect())
}
