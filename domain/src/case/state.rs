//! Where a case can stand, what can come of it, and what keeps it from moving on.

use serde::{Deserialize, Serialize};

use super::LineFault;
use crate::{
    calendar::Calendar,
    ids::{AccountId, LineId},
    text::Note,
    time::Timestamp,
};

/// What a case can come to without a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 未发现问题.
    NoIssue,
    /// 整改指导: advice without force.
    Guidance,
    /// 首违不罚.
    FirstViolation,
    /// 责令改正 (行政处罚法 art. 28: not a penalty).
    OrderToCorrect,
    /// 立案移交.
    FiledCase,
}

impl Outcome {
    /// Whether whoever could spare a violation and comes to this deviates from the list of
    /// what is spared, and so says why (A7).
    pub const fn is_heavier_than_sparing(self) -> bool {
        matches!(self, Self::OrderToCorrect | Self::FiledCase)
    }

    /// Every outcome.
    pub const ALL: [Self; 5] =
        [Self::NoIssue, Self::Guidance, Self::FirstViolation, Self::OrderToCorrect, Self::FiledCase];

    /// Whether the outcome rests on problems found.
    pub const fn needs_problem(self) -> bool {
        !matches!(self, Self::NoIssue)
    }

    /// Whether a rectification follows that somebody verifies.
    pub const fn expects_rectification(self) -> bool {
        matches!(self, Self::Guidance | Self::FirstViolation | Self::OrderToCorrect)
    }
}

/// Why a case goes over to a site visit (A5); the only reasons there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnSiteReason {
    /// Evidence insufficient after the allowed rounds.
    InsufficientAfterRounds,
    /// The evidence is doubtful.
    Doubtful,
    /// A clue to a major hazard or a danger to safety.
    MajorHazard,
    /// A complaint or an incident.
    Complaint,
    /// Refused, or later than allowed.
    RefusedOrLate,
    /// The law requires the site.
    LawRequires,
    /// The enterprise asked for help on site.
    EnterpriseAsked,
}

impl OnSiteReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::InsufficientAfterRounds,
        Self::Doubtful,
        Self::MajorHazard,
        Self::Complaint,
        Self::RefusedOrLate,
        Self::LawRequires,
        Self::EnterpriseAsked,
    ];
}

/// Where a case stands, with the facts of that state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum CaseState {
    /// The enterprise fills in the first round.
    Open {
        /// Until when.
        due: Timestamp,
    },
    /// Sent; nobody has taken it.
    Submitted {
        /// When it was sent.
        at: Timestamp,
        /// When it must be reviewed.
        due: Timestamp,
    },
    /// An officer has it on the desk.
    InReview {
        /// Who.
        officer: AccountId,
        /// Since when.
        since: Timestamp,
        /// When it must be reviewed.
        due: Timestamp,
    },
    /// Some lines are open again.
    MoreEvidence {
        /// Who asked.
        officer: AccountId,
        /// When.
        at: Timestamp,
        /// Until when the enterprise may send.
        due: Timestamp,
    },
    /// An officer has proposed an outcome; another must confirm it.
    Proposed {
        /// What.
        outcome: Outcome,
        /// By whom.
        by: AccountId,
        /// When.
        at: Timestamp,
        /// When it must be reviewed.
        due: Timestamp,
        /// What the proposer tells the confirmer.
        note: Option<Note>,
    },
    /// Two officers agree; rectification may still run.
    Decided {
        /// What was decided.
        decision: Decision,
    },
    /// The desk work is over.
    Closed {
        /// What was decided.
        decision: Decision,
        /// When it was closed.
        at: Timestamp,
    },
    /// An officer has proposed a site visit; an approver must agree.
    OnSiteProposed {
        /// Why.
        reason: OnSiteReason,
        /// In words, for the enterprise to read.
        note: Note,
        /// By whom.
        by: AccountId,
        /// When.
        at: Timestamp,
        /// What it goes back to when declined.
        before: Box<CaseState>,
    },
    /// It goes on as a site visit.
    ConvertedOnSite {
        /// Why.
        reason: OnSiteReason,
        /// In words.
        note: Note,
        /// Who proposed.
        proposer: AccountId,
        /// Who approved.
        approver: AccountId,
        /// When.
        at: Timestamp,
    },
    /// The enterprise took it back.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Why.
        reason: Note,
    },
}

impl CaseState {
    /// The same state after its clock stood still from `stopped` until now: as many
    /// working days are left of its term as there were.
    pub(super) fn going_on(&self, stopped: Timestamp, calendar: &Calendar, now: Timestamp) -> Self {
        let mut state = self.clone();
        if let Self::Open { due }
        | Self::Submitted { due, .. }
        | Self::InReview { due, .. }
        | Self::MoreEvidence { due, .. } = &mut state
            && *due >= stopped
            && calendar.workdays_between(stopped.date(), now.date()) > 0
            && let Ok(left) = u16::try_from(calendar.workdays_between(stopped.date(), due.date()))
        {
            *due = calendar.deadline(now, left).max(*due);
        }
        state
    }
}

/// An outcome on which two certified officers agree (行政处罚法 art. 42).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What.
    pub outcome: Outcome,
    /// Who proposed it.
    pub proposer: AccountId,
    /// Who confirmed it.
    pub confirmer: AccountId,
    /// When it was confirmed.
    pub at: Timestamp,
}

/// The name of a state, for lists and filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStage {
    /// See [`CaseState::Open`].
    Open,
    /// See [`CaseState::Submitted`].
    Submitted,
    /// See [`CaseState::InReview`].
    InReview,
    /// See [`CaseState::MoreEvidence`].
    MoreEvidence,
    /// See [`CaseState::Proposed`].
    Proposed,
    /// See [`CaseState::Decided`].
    Decided,
    /// See [`CaseState::Closed`].
    Closed,
    /// See [`CaseState::OnSiteProposed`].
    OnSiteProposed,
    /// See [`CaseState::ConvertedOnSite`].
    ConvertedOnSite,
    /// See [`CaseState::Withdrawn`].
    Withdrawn,
}

impl CaseStage {
    /// Every stage.
    pub const ALL: [Self; 10] = [
        Self::Open,
        Self::Submitted,
        Self::InReview,
        Self::MoreEvidence,
        Self::Proposed,
        Self::Decided,
        Self::Closed,
        Self::OnSiteProposed,
        Self::ConvertedOnSite,
        Self::Withdrawn,
    ];

    /// Whether nothing can follow any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::ConvertedOnSite | Self::Withdrawn)
    }
}

/// Why an event was not possible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// The event does not exist in this state.
    #[error("not possible while {stage:?}")]
    NotNow {
        /// The state it is in.
        stage: CaseStage,
    },
    /// No such line in this case.
    #[error("no such line")]
    NoLine,
    /// The line is not open in this round.
    #[error("the line is closed")]
    LineClosed,
    /// Somebody else, or another page, has written the line since this one was opened.
    #[error("the line was written elsewhere")]
    WrittenElsewhere,
    /// Lines are not ready; all of them at once.
    #[error("{} lines are not ready", .0.len())]
    Incomplete(Vec<(LineId, LineFault)>),
    /// Files of its lines are still on their way, and nobody has said to leave them.
    #[error("{files} files are still on their way")]
    StillSending {
        /// How many.
        files: u32,
    },
    /// Another officer has the case.
    #[error("another officer has the case")]
    TakenBy {
        /// Who.
        officer: AccountId,
    },
    /// The officer has no valid certificate today.
    #[error("no valid certificate")]
    NoCertificate,
    /// The person who proposed cannot confirm or approve.
    #[error("the same person twice")]
    SamePerson,
    /// A reason is required.
    #[error("a reason is required")]
    ReasonMissing,
    /// A problem needs its facts.
    #[error("a problem needs its facts")]
    ProblemMissing,
    /// Lines without a review.
    #[error("{} lines are not reviewed", .0.len())]
    NotReviewed(Vec<LineId>),
    /// Lines for which more evidence is still wanted.
    #[error("{} lines are undecided", .0.len())]
    Undecided(Vec<LineId>),
    /// No line wants more evidence.
    #[error("no line wants more evidence")]
    NothingToAsk,
    /// More evidence was asked for as often as allowed.
    #[error("no round left of {limit}")]
    NoRoundLeft {
        /// How many there are.
        limit: u8,
    },
    /// The outcome does not fit what was found.
    #[error("the outcome does not fit the review")]
    OutcomeDoesNotFit,
    /// An item of key supervision cannot be closed from the desk.
    #[error("an item is not closable without a visit")]
    NotClosable,
    /// What was found could be spared by the list, and a heavier outcome has no reason (A7).
    #[error("leaving the list aside needs a reason")]
    DeviationUnexplained,
    /// The reason for a site visit does not hold.
    #[error("the reason does not hold")]
    ReasonDoesNotHold,
}
