//! Findings and their rectification (A5).
//!
//! ```text
//! guided → resubmitted → verified
//!            ↓  ↑
//!          returned
//! ```
//! A finding is born when two officers agree on an outcome; from then on the
//! enterprise is told how to put it right. "Overdue" and "escalated" are not
//! states: a late rectification is still welcome, so lateness is read off the
//! term and escalation is a fact beside the state.

use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    case::ProblemDraft,
    ids::{AccountId, AgencyId, CaseId, DocumentId, EnterpriseId, FindingId, ItemId, LineId},
    text::Note,
    time::Timestamp,
};

/// Where a finding stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum FindingState {
    /// The enterprise has been told what to do.
    Guided {
        /// When the document was delivered; the term runs from here.
        at: Timestamp,
        /// Until when.
        due: Timestamp,
    },
    /// The enterprise has sent proof.
    Resubmitted {
        /// When.
        at: Timestamp,
        /// What it says.
        note: Note,
        /// Whether that was within the term.
        in_time: bool,
        /// When an officer must have looked.
        due: Timestamp,
    },
    /// An officer was not satisfied.
    Returned {
        /// When.
        at: Timestamp,
        /// Who.
        by: AccountId,
        /// Why, for the enterprise to read.
        reason: Note,
        /// Until when.
        due: Timestamp,
        /// Whether the proof that was sent back had come too late already: more
        /// time does not make it timely.
        #[serde(default)]
        late: bool,
    },
    /// Put right, and an officer has seen it.
    Verified {
        /// When.
        at: Timestamp,
        /// Who.
        by: AccountId,
        /// Whether the proof that convinced was sent within its term, and those
        /// before it within theirs.
        in_time: bool,
        /// When the proof that convinced was sent; rows from before this was kept do
        /// not say.
        #[serde(default)]
        proved_at: Option<Timestamp>,
    },
    /// Goes on as a case of its own (立案) because it was not put right.
    Transferred {
        /// When.
        at: Timestamp,
        /// Who.
        by: AccountId,
        /// Why.
        reason: Note,
    },
}

/// The name of a state, for lists and filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingStage {
    /// See [`FindingState::Guided`].
    Guided,
    /// See [`FindingState::Resubmitted`].
    Resubmitted,
    /// See [`FindingState::Returned`].
    Returned,
    /// See [`FindingState::Verified`].
    Verified,
    /// See [`FindingState::Transferred`].
    Transferred,
}

/// Who has been told that a term has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationLevel {
    /// The head of the agency.
    Head,
    /// The supervisor of administrative enforcement.
    Supervisor,
}

/// That a passed term was passed upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// To whom.
    pub level: EscalationLevel,
    /// When.
    pub at: Timestamp,
}

/// Why an event was not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindingError {
    /// The event does not exist in this state.
    #[error("not possible while {stage:?}")]
    NotNow {
        /// The state it is in.
        stage: FindingStage,
    },
    /// Proof needs at least one file that shows the state afterwards.
    #[error("no file shows the state afterwards")]
    NoProof,
    /// Files of the proof are still on their way, and nobody has said to leave them.
    #[error("{files} files are still on their way")]
    StillSending {
        /// How many.
        files: u32,
    },
    /// The officer has no valid certificate today.
    #[error("no valid certificate")]
    NoCertificate,
}

/// A problem found in a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// The case it was found in.
    pub case: CaseId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// The agency that found it.
    pub agency: AgencyId,
    /// The item.
    pub item: ItemId,
    /// The line of the checklist.
    pub line: LineId,
    /// What was found and how to put it right.
    pub problem: ProblemDraft,
    /// When the enterprise had reported it itself.
    pub self_disclosed_at: Option<Timestamp>,
    /// The document that told the enterprise.
    pub document: DocumentId,
    /// When it was found.
    pub found_at: Timestamp,
    /// Where it stands.
    pub state: FindingState,
    /// Who has been told that a term passed.
    pub escalation: Option<Escalation>,
}

impl Finding {
    /// The name of its state.
    pub const fn stage(&self) -> FindingStage {
        match self.state {
            FindingState::Guided { .. } => FindingStage::Guided,
            FindingState::Resubmitted { .. } => FindingStage::Resubmitted,
            FindingState::Returned { .. } => FindingStage::Returned,
            FindingState::Verified { .. } => FindingStage::Verified,
            FindingState::Transferred { .. } => FindingStage::Transferred,
        }
    }

    /// The term that runs now, whoever it runs for.
    pub const fn due(&self) -> Option<Timestamp> {
        match self.state {
            FindingState::Guided { due, .. }
            | FindingState::Resubmitted { due, .. }
            | FindingState::Returned { due, .. } => Some(due),
            FindingState::Verified { .. } | FindingState::Transferred { .. } => None,
        }
    }

    /// The officer who acted last, where one did.
    pub const fn by(&self) -> Option<AccountId> {
        match self.state {
            FindingState::Returned { by, .. }
            | FindingState::Verified { by, .. }
            | FindingState::Transferred { by, .. } => Some(by),
            FindingState::Guided { .. } | FindingState::Resubmitted { .. } => None,
        }
    }

    /// Whether the enterprise is the one to act.
    pub const fn waits_for_enterprise(&self) -> bool {
        matches!(self.state, FindingState::Guided { .. } | FindingState::Returned { .. })
    }

    /// Whether the term has passed without the one to act having acted.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due().is_some_and(|due| due < now)
    }

    /// Whether it was proved in time and by `term`: the term of a first violation
    /// stays what it was, however often a proof is sent back.
    pub fn proved_by(&self, term: Timestamp) -> bool {
        match self.state {
            FindingState::Verified { in_time, proved_at, .. } => in_time && proved_at.is_none_or(|at| at <= term),
            _ => false,
        }
    }

    /// Whether nothing more will happen to it here.
    pub const fn is_settled(&self) -> bool {
        matches!(self.state, FindingState::Verified { .. } | FindingState::Transferred { .. })
    }

    /// The enterprise sends proof. `files_after` counts files that show the state
    /// afterwards; `due` is when an officer must have looked.
    ///
    /// # Errors
    /// [`FindingError::NotNow`], [`FindingError::NoProof`].
    pub fn resubmit(
        &mut self,
        note: Note,
        files_after: usize,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(), FindingError> {
        let (term, late) = match self.state {
            FindingState::Guided { due, .. } => (due, false),
            FindingState::Returned { due, late, .. } => (due, late),
            _ => return Err(self.not_now()),
        };
        if files_after == 0 {
            return Err(FindingError::NoProof);
        }
        self.state = FindingState::Resubmitted { at: now, note, in_time: !late && now <= term, due };
        // A new term runs, and nobody has been told yet that it passed.
        self.escalation = None;
        Ok(())
    }

    /// An officer is satisfied.
    ///
    /// # Errors
    /// [`FindingError::NotNow`], [`FindingError::NoCertificate`].
    pub fn verify(&mut self, officer: &Actor, now: Timestamp) -> Result<(), FindingError> {
        let FindingState::Resubmitted { at, in_time, .. } = self.state else { return Err(self.not_now()) };
        let by = certified(officer, now)?;
        self.state = FindingState::Verified { at: now, by, in_time, proved_at: Some(at) };
        Ok(())
    }

    /// An officer is not satisfied; the enterprise gets time again.
    ///
    /// # Errors
    /// [`FindingError::NotNow`], [`FindingError::NoCertificate`].
    pub fn send_back(
        &mut self,
        officer: &Actor,
        reason: Note,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(), FindingError> {
        let FindingState::Resubmitted { in_time, .. } = self.state else { return Err(self.not_now()) };
        let by = certified(officer, now)?;
        self.state = FindingState::Returned { at: now, by, reason, due, late: !in_time };
        Ok(())
    }

    /// It is handed on as a case of its own.
    ///
    /// # Errors
    /// [`FindingError::NotNow`] once it is settled, [`FindingError::NoCertificate`].
    pub fn transfer(&mut self, officer: &Actor, reason: Note, now: Timestamp) -> Result<(), FindingError> {
        if self.is_settled() {
            return Err(self.not_now());
        }
        let by = certified(officer, now)?;
        self.state = FindingState::Transferred { at: now, by, reason };
        Ok(())
    }

    /// The next level that must be told now that the term has passed: the head
    /// at once, the supervisor when `patience` has passed since. `None` when
    /// nobody new needs telling.
    pub fn escalation_due(&self, patience: impl Fn(Timestamp) -> Timestamp, now: Timestamp) -> Option<EscalationLevel> {
        if !self.is_overdue(now) {
            return None;
        }
        match self.escalation {
            None => Some(EscalationLevel::Head),
            Some(Escalation { level: EscalationLevel::Head, at }) if patience(at) < now => {
                Some(EscalationLevel::Supervisor)
            }
            Some(_) => None,
        }
    }

    const fn not_now(&self) -> FindingError {
        FindingError::NotNow { stage: self.stage() }
    }
}

/// Who has no certificate today judges no rectification either (art. 3 of the
/// Twelve Measures).
fn certified(officer: &Actor, now: Timestamp) -> Result<AccountId, FindingError> {
    if officer.certified_on(now.date()) { Ok(officer.account) } else { Err(FindingError::NoCertificate) }
}
