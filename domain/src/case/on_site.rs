//! From the desk to a site visit: for a reason that the facts bear, and never by
//! one person alone.

use super::{Case, CaseError, CaseLine, CaseState, OnSiteReason};
use crate::{actor::Actor, calendar::Calendar, text::Note, time::Timestamp};

impl Case {
    /// An officer proposes that the case goes over to a site visit.
    ///
    /// # Errors
    /// [`CaseError::ReasonDoesNotHold`] when the facts do not bear the reason:
    /// "insufficient after the rounds" needs all rounds used and answered and a
    /// line that still wants more, "late" a term that has passed, "doubtful" material
    /// that was sent.
    pub fn propose_on_site(
        &mut self,
        officer: &Actor,
        reason: OnSiteReason,
        note: Note,
        rounds_allowed: u8,
        now: Timestamp,
    ) -> Result<(), CaseError> {
        match self.state {
            CaseState::InReview { officer: has, .. } if has != officer.account => {
                return Err(CaseError::TakenBy { officer: has });
            }
            CaseState::Open { .. }
            | CaseState::Submitted { .. }
            | CaseState::InReview { .. }
            | CaseState::MoreEvidence { .. } => {}
            _ => return Err(self.not_now()),
        }
        self.certified(officer, now)?;
        if !self.bears(reason, rounds_allowed, now) {
            return Err(CaseError::ReasonDoesNotHold);
        }
        let before = Box::new(self.state.clone());
        self.state = CaseState::OnSiteProposed { reason, note, by: officer.account, at: now, before };
        Ok(())
    }

    /// Whether the facts bear a reason for a site visit now.
    pub fn bears(&self, reason: OnSiteReason, rounds_allowed: u8, now: Timestamp) -> bool {
        match reason {
            OnSiteReason::InsufficientAfterRounds => {
                !self.takes_answers() && self.rounds >= rounds_allowed && self.lines.iter().any(CaseLine::wants_more)
            }
            OnSiteReason::RefusedOrLate => self.takes_answers() && self.due().is_some_and(|due| due < now),
            OnSiteReason::Doubtful => self.submitted_at.is_some(),
            // These come from elsewhere, whatever was sent.
            OnSiteReason::MajorHazard
            | OnSiteReason::Complaint
            | OnSiteReason::LawRequires
            | OnSiteReason::EnterpriseAsked => true,
        }
    }

    /// The approver decides on the proposed site visit. When it is declined the
    /// case goes back to where it was, with as many working days left of its term as
    /// there were, because the clock stands still meanwhile (A5). What was late stays late.
    ///
    /// # Errors
    /// [`CaseError::SamePerson`] or [`CaseError::NotNow`].
    pub fn decide_on_site(
        &mut self,
        approver: &Actor,
        approve: bool,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Result<(), CaseError> {
        let CaseState::OnSiteProposed { reason, note, by, at, before } = &self.state else {
            return Err(self.not_now());
        };
        if *by == approver.account {
            return Err(CaseError::SamePerson);
        }
        self.state = if approve {
            CaseState::ConvertedOnSite {
                reason: *reason,
                note: note.clone(),
                proposer: *by,
                approver: approver.account,
                at: now,
            }
        } else {
            before.going_on(*at, calendar, now)
        };
        Ok(())
    }
}
