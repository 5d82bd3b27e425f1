//! Cases: one round of self-checks of one enterprise for one agency, and its
//! review from the desk (A5).
//!
//! ```text
//! open → submitted → in_review → proposed → decided → closed
//!                      ↑   ↓ more_evidence (at most two rounds)
//! open, submitted, in_review, more_evidence → on_site_proposed → converted_on_site
//! open, submitted, more_evidence → withdrawn
//! ```
//! Several items of one agency share a case (综合). "Closed" says that the desk
//! work is over; whether a problem was put right is the finding's state.

mod burden;
mod desk;
mod filling;
mod line;
mod on_site;
mod state;

use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    ids::{AccountId, AgencyId, CaseId, DueVisitId, EnrolmentId, EnterpriseId, ItemId, LineId},
    item::ItemVersion,
    text::Name,
    time::Timestamp,
};

pub use burden::Burden;
pub use line::{
    Answer, Captured, CaseLine, KindCounts, LineFault, LineFiles, LineReview, LineVerdict, ProblemDraft, Said, Sheet,
};
pub use state::{CaseError, CaseStage, CaseState, Decision, OnSiteReason, Outcome};

/// One item of a case, in the version the case began with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseItem {
    /// Which item.
    pub item: ItemId,
    /// Which version.
    pub version: u32,
    /// The concrete visit that this case may make unnecessary, if one was due.
    pub due_visit: Option<DueVisitId>,
}

/// What is settled about a case before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCase {
    /// Its id.
    pub id: CaseId,
    /// The number people use.
    pub number: Name,
    /// Whose self-check.
    pub enterprise: EnterpriseId,
    /// The enrolment it comes from.
    pub enrolment: EnrolmentId,
    /// For which agency.
    pub agency: AgencyId,
    /// Until when the first round is to be sent.
    pub due: Timestamp,
}

/// One round of self-checks and its review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// The number people use.
    pub number: Name,
    /// Whose self-check.
    pub enterprise: EnterpriseId,
    /// For which agency.
    pub agency: AgencyId,
    /// The enrolment it comes from.
    pub enrolment: EnrolmentId,
    /// Its items.
    pub items: Vec<CaseItem>,
    /// Its lines, in the order of the checklists.
    pub lines: Vec<CaseLine>,
    /// How often more evidence was asked for.
    pub rounds: u8,
    /// When it began.
    pub created_at: Timestamp,
    /// What the enterprise spent on it so far.
    pub burden: Burden,
    /// When the last round was sent.
    pub submitted_at: Option<Timestamp>,
    /// Where it stands.
    pub state: CaseState,
}

impl Case {
    /// Begins a case with the current versions of its items, each with the
    /// visit that was due for it, if any.
    pub fn begin(new: NewCase, items: &[(&ItemVersion, Option<DueVisitId>)], now: Timestamp) -> Self {
        let NewCase { id, number, enterprise, enrolment, agency, due } = new;
        let lines = items.iter().flat_map(|(version, _)| {
            version.content.lines.iter().map(|line| CaseLine {
                item: version.item,
                line: line.id,
                answer: None,
                note: None,
                capture_excuse: None,
                self_disclosed_at: None,
                open: true,
                review: None,
                before: None,
                writes: 0,
                written_in: None,
            })
        });
        Self {
            id,
            number,
            enterprise,
            agency,
            enrolment,
            lines: lines.collect(),
            items: items
                .iter()
                .map(|(version, due_visit)| CaseItem {
                    item: version.item,
                    version: version.number,
                    due_visit: *due_visit,
                })
                .collect(),
            rounds: 0,
            created_at: now,
            burden: Burden::default(),
            submitted_at: None,
            state: CaseState::Open { due },
        }
    }

    /// Has a round that was never sent stand in for a visit, too: an enterprise is not asked for
    /// the same twice. It has until `term` then, or longer where it had. Whether it does: it looks
    /// at everything that the visit would have, and stands in for no other visit there.
    pub fn stand_in_for(&mut self, visit: DueVisitId, items: &[ItemId], term: Timestamp) -> bool {
        let free = |wanted: &ItemId| self.items.iter().any(|own| own.item == *wanted && own.due_visit.is_none());
        let CaseState::Open { due } = self.state else { return false };
        if items.is_empty() || !items.iter().all(free) {
            return false;
        }
        self.state = CaseState::Open { due: due.max(term) };
        for own in self.items.iter_mut().filter(|own| items.contains(&own.item)) {
            own.due_visit = Some(visit);
        }
        true
    }

    /// The name of its state.
    pub const fn stage(&self) -> CaseStage {
        match self.state {
            CaseState::Open { .. } => CaseStage::Open,
            CaseState::Submitted { .. } => CaseStage::Submitted,
            CaseState::InReview { .. } => CaseStage::InReview,
            CaseState::MoreEvidence { .. } => CaseStage::MoreEvidence,
            CaseState::Proposed { .. } => CaseStage::Proposed,
            CaseState::Decided { .. } => CaseStage::Decided,
            CaseState::Closed { .. } => CaseStage::Closed,
            CaseState::OnSiteProposed { .. } => CaseStage::OnSiteProposed,
            CaseState::ConvertedOnSite { .. } => CaseStage::ConvertedOnSite,
            CaseState::Withdrawn { .. } => CaseStage::Withdrawn,
        }
    }

    /// The term that runs now, whoever it runs for.
    pub const fn due(&self) -> Option<Timestamp> {
        match self.state {
            CaseState::Open { due }
            | CaseState::Submitted { due, .. }
            | CaseState::InReview { due, .. }
            | CaseState::MoreEvidence { due, .. }
            | CaseState::Proposed { due, .. } => Some(due),
            _ => None,
        }
    }

    /// The officer who has it on the desk.
    pub const fn officer(&self) -> Option<AccountId> {
        match self.state {
            CaseState::InReview { officer, .. } | CaseState::MoreEvidence { officer, .. } => Some(officer),
            CaseState::Proposed { by, .. } | CaseState::OnSiteProposed { by, .. } => Some(by),
            _ => None,
        }
    }

    /// The decision, once there is one.
    pub const fn decision(&self) -> Option<&Decision> {
        match &self.state {
            CaseState::Decided { decision } | CaseState::Closed { decision, .. } => Some(decision),
            _ => None,
        }
    }

    /// The line with this id.
    pub fn line(&self, line: LineId) -> Option<&CaseLine> {
        self.lines.iter().find(|l| l.line == line)
    }

    const fn not_now(&self) -> CaseError {
        CaseError::NotNow { stage: self.stage() }
    }

    #[expect(clippy::unused_self, reason = "reads as a rule of the case")]
    fn certified(&self, officer: &Actor, now: Timestamp) -> Result<(), CaseError> {
        if officer.certified_on(now.date()) { Ok(()) } else { Err(CaseError::NoCertificate) }
    }
}
