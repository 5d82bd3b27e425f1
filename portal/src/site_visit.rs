//! Site visits that took place, recorded so that the ledger stays honest.

use domain::{
    ids::{AccountId, AgencyId, CaseId, DueVisitId, EnterpriseId, ItemId},
    text::Note,
    time::Timestamp,
    visit_ledger::ExtraGround,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A visit of an agency to an enterprise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteVisit {
    /// Its id.
    pub id: Uuid,
    /// Whom.
    pub enterprise: EnterpriseId,
    /// Who.
    pub agency: AgencyId,
    /// For what.
    pub items: Vec<ItemId>,
    /// When.
    pub at: Timestamp,
    /// The due visit that it settles.
    pub due_visit: Option<DueVisitId>,
    /// The converted case it comes from.
    pub case: Option<CaseId>,
    /// What allows it beyond the yearly cap, where it is.
    #[serde(default)]
    pub ground: Option<ExtraGround>,
    /// What was recorded about it.
    pub note: Note,
    /// Who recorded it.
    pub recorded_by: AccountId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}
