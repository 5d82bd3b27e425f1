//! Findings.

use domain::{
    finding::{EscalationLevel, Finding, FindingStage, FindingState},
    ids::{AgencyId, CaseId, EnterpriseId, FindingId},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::{Page, Paged, at, id, paged, text, word};
use crate::store::{Aggregate, Find, StoreResult, Tally};

impl Aggregate for Finding {
    const TABLE: &'static str = "findings";

    fn key(&self) -> Uuid {
        self.id.0
    }

    fn columns(&self) -> Vec<(&'static str, Value)> {
        let in_time = match self.state {
            FindingState::Verified { in_time, .. } => Some(i64::from(in_time)),
            FindingState::Transferred { .. } => Some(0),
            _ => None,
        };
        vec![
            ("case_id", id(Some(self.case.0))),
            ("enterprise", id(Some(self.enterprise.0))),
            ("agency", id(Some(self.agency.0))),
            ("item", id(Some(self.item.0))),
            ("stage", text(word(&self.stage()))),
            ("due", at(self.due())),
            ("escalated", Value::String(self.escalation.map(|escalation| word(&escalation.level)))),
            ("found_at", at(Some(self.found_at))),
            ("in_time", Value::BigInt(in_time)),
        ]
    }

    fn counts_for(&self) -> Vec<(Tally, i64)> {
        let figures: &[&'static str] = match self.state {
            FindingState::Verified { in_time: true, .. } => &["rectification_settled", "rectification_in_time"],
            FindingState::Verified { .. } | FindingState::Transferred { .. } => &["rectification_settled"],
            _ => &[],
        };
        let tally = |figure: &&'static str| Tally::of(figure, self.found_at, self.agency, self.enterprise);
        figures.iter().flat_map(|figure| tally(figure).with_items([self.item])).collect()
    }
}

/// What a list of findings is narrowed down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Which agencies; `None` is every one within reach.
    pub agencies: Option<Vec<AgencyId>>,
    /// Which enterprise.
    pub enterprise: Option<EnterpriseId>,
    /// Which stages; empty is all.
    pub stages: Vec<FindingStage>,
    /// Only what is due before this instant.
    pub due_before: Option<Timestamp>,
    /// Only what was passed up to this level.
    pub escalated: Option<EscalationLevel>,
    /// A part of the enterprise's name or code.
    pub enterprise_text: Option<String>,
}

impl FindingFilter {
    fn search(&self) -> Find<Finding> {
        let mut find = Find::new()
            .eq_if("enterprise", self.enterprise.map(|id| id.0))
            .eq_if("escalated", self.escalated.map(|level| word(&level)))
            .of_containing("enterprise", "enterprises", &["name", "credit_code"], self.enterprise_text.as_deref());
        if let Some(agencies) = &self.agencies {
            find = find.one_of("agency", agencies.iter().map(|id| id.0));
        }
        if !self.stages.is_empty() {
            find = find.one_of("stage", self.stages.iter().map(word));
        }
        if let Some(due) = self.due_before {
            find = find.before("due", due.0);
        }
        find
    }
}

/// One of them.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn get(db: &impl ConnectionTrait, id: FindingId) -> StoreResult<Option<Finding>> {
    crate::store::aggregate::get(db, id.0).await
}

/// A case's.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn of_case(db: &impl ConnectionTrait, case: CaseId) -> StoreResult<Vec<Finding>> {
    Find::new().eq("case_id", case.0).order("found_at").all(db).await
}

/// Those of a filter, what is due first coming first.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn queue(db: &impl ConnectionTrait, filter: &FindingFilter, page: Page) -> StoreResult<Paged<Finding>> {
    paged(db, || filter.search(), |find| find.order("due").latest("found_at"), page).await
}

/// How many a filter finds.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn count(db: &impl ConnectionTrait, filter: &FindingFilter) -> StoreResult<u64> {
    filter.search().count(db).await
}

/// Unsettled ones whose term has passed.
///
/// # Errors
/// [`crate::store::StoreError`].
pub async fn overdue(
    db: &impl ConnectionTrait,
    now: Timestamp,
    after: Option<Uuid>,
    limit: u64,
) -> StoreResult<Vec<Uuid>> {
    Find::<Finding>::new().before("due", now.0).after(after, limit).keys(db).await
}
