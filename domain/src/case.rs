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

use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    ids::{AccountId, AgencyId, CaseId, DueVisitId, EnrolmentId, EnterpriseId, EvidenceId, ItemId, LineId},
    item::{ChecklistLine, EvidenceKind, ItemVersion},
    text::{Name, Note},
    time::Timestamp,
};

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

/// What an enterprise says about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Conforms.
    Conforms,
    /// Does not conform: a problem reported by the enterprise itself.
    DoesNot,
    /// The line does not apply.
    NotApplicable,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 3] = [Self::Conforms, Self::DoesNot, Self::NotApplicable];
}

/// What an officer says about a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineVerdict {
    /// The evidence shows that the standard is met.
    Accepted,
    /// One cannot tell from the evidence.
    Unclear,
    /// Something that was asked for is missing.
    Insufficient,
    /// The standard is not met.
    ProblemFound,
}

impl LineVerdict {
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Unclear, Self::Insufficient, Self::ProblemFound];

    /// Whether the line can be reopened for more evidence.
    pub const fn wants_more(self) -> bool {
        matches!(self, Self::Unclear | Self::Insufficient)
    }
}

/// What an officer writes about a problem; it becomes a finding when the
/// outcome is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemDraft {
    /// What was seen.
    pub fact: Note,
    /// The clause it breaks.
    pub clause: Name,
    /// Why it matters.
    pub why: Note,
    /// How to put it right, step by step.
    pub how_to_fix: Vec<Note>,
    /// The files that show it.
    pub shown_by: Vec<EvidenceId>,
    /// Working days for putting it right.
    pub days: u16,
}

/// An officer's review of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReview {
    /// The verdict.
    pub verdict: LineVerdict,
    /// Why, for the enterprise to read; required when more is wanted. A problem
    /// carries its own reason.
    pub reason: Option<Note>,
    /// The problem, when one was found.
    pub problem: Option<ProblemDraft>,
    /// Who reviewed.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// One line of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLine {
    /// The item it belongs to.
    pub item: ItemId,
    /// The line of the checklist.
    pub line: LineId,
    /// What the enterprise says.
    pub answer: Option<Answer>,
    /// What it adds.
    pub note: Option<Note>,
    /// When the enterprise itself first reported a problem here, by the
    /// server's clock; feeds 行政处罚法 art. 32 and 33 and never counts against it.
    pub self_disclosed_at: Option<Timestamp>,
    /// Whether the enterprise may change it in this round.
    pub open: bool,
    /// What an officer says.
    pub review: Option<LineReview>,
    /// What the enterprise had said when the line was opened again.
    pub before: Option<Said>,
}

/// An answer with its note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The answer.
    pub answer: Option<Answer>,
    /// The note.
    pub note: Option<Note>,
}

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
    /// The same state with its term moved on by some days.
    fn waited(&self, days: i64) -> Self {
        let mut state = self.clone();
        if let Self::Open { due }
        | Self::Submitted { due, .. }
        | Self::InReview { due, .. }
        | Self::MoreEvidence { due, .. } = &mut state
        {
            *due = due.plus_days(days);
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
}

/// What is wrong with a line when a round is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum LineFault {
    /// Not answered.
    Unanswered,
    /// "Not applicable" is no answer here.
    NotApplicableNotAllowed,
    /// "Does not conform" and "not applicable" need a note.
    NoteMissing,
    /// Fewer files than asked for.
    TooFewFiles {
        /// Which kind.
        kind: EvidenceKind,
        /// How many there are.
        have: u16,
        /// How many are asked for.
        need: u16,
    },
    /// More new files than the line takes in one round.
    TooManyFiles {
        /// Which kind.
        kind: EvidenceKind,
        /// How many new ones there are.
        have: u16,
        /// How many there may be.
        limit: u16,
    },
    /// The line was sent back and nothing about it has changed.
    Unchanged,
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
    /// Lines are not ready; all of them at once.
    #[error("{} lines are not ready", .0.len())]
    Incomplete(Vec<(LineId, LineFault)>),
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
    /// The reason for a site visit does not hold.
    #[error("the reason does not hold")]
    ReasonDoesNotHold,
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

/// The burden meter (C1): minutes really spent, as far as a server can see them.
///
/// Every act of filling in counts the time since the act before, but a gap of
/// more than [`Burden::LONGEST_PAUSE`] minutes is a pause and counts as one
/// minute of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burden {
    /// Milliseconds counted so far.
    pub spent_ms: u64,
    /// The last act.
    pub last: Option<Timestamp>,
}

impl Burden {
    /// Minutes after which a gap between two acts is a pause.
    pub const LONGEST_PAUSE: i64 = 10;

    /// Counts an act at `now`.
    pub fn meter(&mut self, now: Timestamp) {
        let minute = Timestamp(0).plus_minutes(1).0;
        let gap = self.last.map_or(minute, |last| (now.0 - last.0).max(0));
        let counted = if gap > Self::LONGEST_PAUSE * minute { minute } else { gap };
        self.spent_ms += u64::try_from(counted).unwrap_or(0);
        // A clock that was set back must not count the same minutes twice.
        self.last = self.last.max(Some(now));
    }

    /// Whole minutes, rounded up.
    pub fn minutes(self) -> u32 {
        u32::try_from(self.spent_ms.div_ceil(60_000)).unwrap_or(u32::MAX)
    }
}

/// How many files there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindCounts {
    /// Photos.
    pub photos: u16,
    /// Videos.
    pub videos: u16,
    /// Documents.
    pub documents: u16,
}

impl KindCounts {
    /// How many of a kind.
    pub const fn of(self, kind: EvidenceKind) -> u16 {
        match kind {
            EvidenceKind::Photo => self.photos,
            EvidenceKind::Video => self.videos,
            EvidenceKind::Document => self.documents,
        }
    }

    /// Counts one more of a kind.
    pub const fn add(&mut self, kind: EvidenceKind) {
        match kind {
            EvidenceKind::Photo => self.photos += 1,
            EvidenceKind::Video => self.videos += 1,
            EvidenceKind::Document => self.documents += 1,
        }
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.photos == 0 && self.videos == 0 && self.documents == 0
    }
}

/// The files of a line in the round being sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineFiles {
    /// Those of this round and of the rounds before.
    pub all: KindCounts,
    /// Those that arrived in this round.
    pub new: KindCounts,
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
                self_disclosed_at: None,
                open: true,
                review: None,
                before: None,
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

    /// Whether the enterprise may fill in and upload now.
    pub const fn takes_answers(&self) -> bool {
        matches!(self.state, CaseState::Open { .. } | CaseState::MoreEvidence { .. })
    }

    /// The line with this id.
    pub fn line(&self, line: LineId) -> Option<&CaseLine> {
        self.lines.iter().find(|l| l.line == line)
    }

    /// The next line without a review after `line`, beginning again at the top.
    pub fn next_unreviewed(&self, line: Option<LineId>) -> Option<LineId> {
        let start = self.lines.iter().position(|l| Some(l.line) == line).map_or(0, |index| index + 1);
        let (before, after) = self.lines.split_at(start);
        after.iter().chain(before).find(|l| l.review.is_none()).map(|l| l.line)
    }

    /// The line, if the enterprise may change it now.
    ///
    /// # Errors
    /// [`CaseError::NotNow`], [`CaseError::NoLine`] or [`CaseError::LineClosed`].
    pub fn open_line(&self, line: LineId) -> Result<&CaseLine, CaseError> {
        if !self.takes_answers() {
            return Err(self.not_now());
        }
        let line = self.line(line).ok_or(CaseError::NoLine)?;
        if line.open { Ok(line) } else { Err(CaseError::LineClosed) }
    }

    /// The enterprise answers a line; drafts may be incomplete.
    ///
    /// # Errors
    /// As [`Case::open_line`].
    pub fn answer(
        &mut self,
        line: LineId,
        answer: Option<Answer>,
        note: Option<Note>,
        now: Timestamp,
    ) -> Result<(), CaseError> {
        self.open_line(line)?;
        self.burden.meter(now);
        let sent = self.submitted_at;
        if let Some(l) = self.lines.iter_mut().find(|l| l.line == line) {
            l.answer = answer;
            l.note = note;
            if answer == Some(Answer::DoesNot) {
                l.self_disclosed_at.get_or_insert(now);
            } else {
                // What was taken back before it was sent was never reported.
                l.self_disclosed_at = l.self_disclosed_at.filter(|at| sent.is_some_and(|sent| *at <= sent));
            }
        }
        Ok(())
    }

    /// Everything that keeps the round from being sent, in the order of the
    /// lines. `checklist` finds a line of the version the case began with,
    /// `files` counts its files.
    pub fn faults<'a>(
        &self,
        checklist: impl Fn(LineId) -> Option<&'a ChecklistLine>,
        files: impl Fn(LineId) -> LineFiles,
    ) -> Vec<(LineId, LineFault)> {
        let mut faults = Vec::new();
        for line in self.lines.iter().filter(|line| line.open) {
            let id = line.line;
            let Some(answer) = line.answer else {
                faults.push((id, LineFault::Unanswered));
                continue;
            };
            let spec = checklist(id);
            if answer == Answer::NotApplicable && !spec.is_some_and(|spec| spec.allows_not_applicable) {
                faults.push((id, LineFault::NotApplicableNotAllowed));
            }
            if answer != Answer::Conforms && line.note.is_none() {
                faults.push((id, LineFault::NoteMissing));
            }
            let have = files(id);
            let requests = spec.map(|spec| spec.requests.as_slice()).unwrap_or_default();
            // Files are asked for where the enterprise says that it conforms; who
            // reports a problem or a line that does not apply explains it instead.
            if answer == Answer::Conforms {
                for request in requests {
                    let (have, need) = (have.all.of(request.kind), u16::from(request.at_least));
                    if have < need {
                        faults.push((id, LineFault::TooFewFiles { kind: request.kind, have, need }));
                    }
                }
            }
            // A round at a time: what was sent before cannot be taken out again, and
            // more was asked for.
            for request in requests {
                let (kind, have) = (request.kind, have.new.of(request.kind));
                let limit = crate::evidence::most(requests, kind);
                if have > limit {
                    faults.push((id, LineFault::TooManyFiles { kind, have, limit }));
                }
            }
            // More was asked for: sending the same again answers nothing.
            let same = |before: &Said| before.answer == line.answer && before.note == line.note;
            if have.new.is_empty() && line.before.as_ref().is_some_and(same) {
                faults.push((id, LineFault::Unchanged));
            }
        }
        faults
    }

    /// The enterprise sends the round. `faults` is the result of
    /// [`Case::faults`]; `due` is when it must be reviewed.
    ///
    /// # Errors
    /// [`CaseError::NotNow`], or [`CaseError::Incomplete`] with every fault.
    pub fn submit(
        &mut self,
        faults: Vec<(LineId, LineFault)>,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(), CaseError> {
        let next = match self.state {
            CaseState::Open { .. } => CaseState::Submitted { at: now, due },
            // It goes back to the desk it came from.
            CaseState::MoreEvidence { officer, .. } => CaseState::InReview { officer, since: now, due },
            _ => return Err(self.not_now()),
        };
        if !faults.is_empty() {
            return Err(CaseError::Incomplete(faults));
        }
        for line in self.lines.iter_mut().filter(|line| line.open) {
            line.open = false;
            line.review = None;
            line.before = None;
        }
        self.submitted_at = Some(now);
        self.state = next;
        Ok(())
    }

    /// An officer takes the case to the desk. Taking what one already has changes
    /// nothing.
    ///
    /// # Errors
    /// [`CaseError::NoCertificate`], [`CaseError::TakenBy`] or [`CaseError::NotNow`].
    pub fn take(&mut self, officer: &Actor, now: Timestamp) -> Result<(), CaseError> {
        self.certified(officer, now)?;
        match self.state {
            CaseState::Submitted { due, .. } => {
                self.state = CaseState::InReview { officer: officer.account, since: now, due };
                Ok(())
            }
            CaseState::InReview { officer: has, .. } if has == officer.account => Ok(()),
            CaseState::InReview { officer: has, .. } => Err(CaseError::TakenBy { officer: has }),
            _ => Err(self.not_now()),
        }
    }

    /// An officer takes over what a colleague has, knowingly and with a reason
    /// that the caller records.
    ///
    /// # Errors
    /// [`CaseError::NoCertificate`] or [`CaseError::NotNow`].
    pub fn take_over(&mut self, officer: &Actor, now: Timestamp) -> Result<(), CaseError> {
        self.certified(officer, now)?;
        let CaseState::InReview { due, .. } = self.state else { return Err(self.not_now()) };
        self.state = CaseState::InReview { officer: officer.account, since: now, due };
        Ok(())
    }

    /// The officer puts the case back into the queue.
    ///
    /// # Errors
    /// [`CaseError::TakenBy`] or [`CaseError::NotNow`].
    pub fn release(&mut self, officer: &Actor, now: Timestamp) -> Result<(), CaseError> {
        let due = self.on_desk(officer)?;
        self.state = CaseState::Submitted { at: self.submitted_at.unwrap_or(now), due };
        Ok(())
    }

    /// The officer reviews a line.
    ///
    /// # Errors
    /// [`CaseError::TakenBy`], [`CaseError::NoCertificate`], [`CaseError::NoLine`],
    /// [`CaseError::ReasonMissing`] when more is wanted, or a self-reported
    /// problem accepted, without a reason,
    /// [`CaseError::ProblemMissing`] for a problem without facts.
    pub fn review_line(
        &mut self,
        officer: &Actor,
        line: LineId,
        verdict: LineVerdict,
        reason: Option<Note>,
        problem: Option<ProblemDraft>,
        now: Timestamp,
    ) -> Result<(), CaseError> {
        self.on_desk(officer)?;
        self.certified(officer, now)?;
        let found = self.lines.iter_mut().find(|l| l.line == line).ok_or(CaseError::NoLine)?;
        let problem =
            if verdict == LineVerdict::ProblemFound { Some(problem.ok_or(CaseError::ProblemMissing)?) } else { None };
        // Whoever accepts what the enterprise itself reported as a problem says why.
        let against_report = verdict == LineVerdict::Accepted && found.answer == Some(Answer::DoesNot);
        if (verdict.wants_more() || against_report) && reason.is_none() {
            return Err(CaseError::ReasonMissing);
        }
        found.review = Some(LineReview { verdict, reason, problem, by: officer.account, at: now });
        Ok(())
    }

    /// The officer asks for more evidence: exactly the lines that want it open
    /// again. Every line is reviewed first, so that everything missing is told at
    /// once (一次性告知).
    ///
    /// # Errors
    /// [`CaseError::NotReviewed`], [`CaseError::NothingToAsk`], [`CaseError::NoRoundLeft`], or as for a review.
    pub fn ask_more(
        &mut self,
        officer: &Actor,
        rounds_allowed: u8,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(), CaseError> {
        self.on_desk(officer)?;
        self.certified(officer, now)?;
        self.all_reviewed()?;
        if !self.lines.iter().any(CaseLine::wants_more) {
            return Err(CaseError::NothingToAsk);
        }
        if self.rounds >= rounds_allowed {
            return Err(CaseError::NoRoundLeft { limit: rounds_allowed });
        }
        for line in self.lines.iter_mut().filter(|line| line.wants_more()) {
            line.open = true;
            line.before = Some(Said { answer: line.answer, note: line.note.clone() });
        }
        self.rounds += 1;
        self.state = CaseState::MoreEvidence { officer: officer.account, at: now, due };
        Ok(())
    }

    /// The officer proposes an outcome. `closable` says whether every item may
    /// be closed from the desk ([`crate::item::ItemContent::remotely_closable`]).
    ///
    /// # Errors
    /// [`CaseError::NotReviewed`], [`CaseError::Undecided`],
    /// [`CaseError::OutcomeDoesNotFit`], [`CaseError::NotClosable`], or as for a review.
    pub fn propose(
        &mut self,
        officer: &Actor,
        outcome: Outcome,
        note: Option<Note>,
        closable: bool,
        now: Timestamp,
    ) -> Result<(), CaseError> {
        let due = self.on_desk(officer)?;
        self.certified(officer, now)?;
        self.outcome_fits(outcome, closable)?;
        self.state = CaseState::Proposed { outcome, by: officer.account, at: now, due, note };
        Ok(())
    }

    /// Whether the review bears an outcome; what keeps it from being proposed.
    ///
    /// # Errors
    /// [`CaseError::NotReviewed`], [`CaseError::Undecided`],
    /// [`CaseError::OutcomeDoesNotFit`], [`CaseError::NotClosable`].
    pub fn outcome_fits(&self, outcome: Outcome, closable: bool) -> Result<(), CaseError> {
        self.all_reviewed()?;
        let undecided: Vec<_> = self.lines.iter().filter(|l| l.wants_more()).map(|l| l.line).collect();
        if !undecided.is_empty() {
            return Err(CaseError::Undecided(undecided));
        }
        if self.problems().next().is_some() != outcome.needs_problem() {
            return Err(CaseError::OutcomeDoesNotFit);
        }
        if !closable && outcome != Outcome::FiledCase {
            return Err(CaseError::NotClosable);
        }
        Ok(())
    }

    /// A second certified officer confirms (行政处罚法 art. 42). An outcome
    /// without rectification closes the case at once.
    ///
    /// # Errors
    /// [`CaseError::SamePerson`], [`CaseError::NoCertificate`] or [`CaseError::NotNow`].
    pub fn confirm(&mut self, officer: &Actor, now: Timestamp) -> Result<Decision, CaseError> {
        let CaseState::Proposed { outcome, by, .. } = self.state else { return Err(self.not_now()) };
        if by == officer.account {
            return Err(CaseError::SamePerson);
        }
        self.certified(officer, now)?;
        let decision = Decision { outcome, proposer: by, confirmer: officer.account, at: now };
        self.state = if outcome.expects_rectification() {
            CaseState::Decided { decision }
        } else {
            CaseState::Closed { decision, at: now }
        };
        Ok(decision)
    }

    /// The second officer disagrees; the case goes back to the proposer's desk.
    /// The caller records the reason.
    ///
    /// # Errors
    /// As [`Case::confirm`].
    pub fn disagree(&mut self, officer: &Actor, now: Timestamp) -> Result<(), CaseError> {
        let CaseState::Proposed { by, due, .. } = self.state else { return Err(self.not_now()) };
        if by == officer.account {
            return Err(CaseError::SamePerson);
        }
        self.certified(officer, now)?;
        self.state = CaseState::InReview { officer: by, since: now, due };
        Ok(())
    }

    /// The proposer takes the proposal back before anybody confirmed it.
    ///
    /// # Errors
    /// [`CaseError::TakenBy`] or [`CaseError::NotNow`].
    pub fn unpropose(&mut self, officer: &Actor, now: Timestamp) -> Result<(), CaseError> {
        let CaseState::Proposed { by, due, .. } = self.state else { return Err(self.not_now()) };
        if by != officer.account {
            return Err(CaseError::TakenBy { officer: by });
        }
        self.state = CaseState::InReview { officer: by, since: now, due };
        Ok(())
    }

    /// Closes a decided case once every finding is settled.
    ///
    /// # Errors
    /// [`CaseError::NotNow`] when it is not decided.
    pub fn close(&mut self, now: Timestamp) -> Result<(), CaseError> {
        let CaseState::Decided { decision } = self.state else { return Err(self.not_now()) };
        self.state = CaseState::Closed { decision, at: now };
        Ok(())
    }

    /// An officer proposes that the case goes over to a site visit.
    ///
    /// # Errors
    /// [`CaseError::ReasonDoesNotHold`] when the facts do not bear the reason:
    /// "insufficient after the rounds" needs all rounds used and answered and a
    /// line that still wants more, "late" a term that has passed.
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
            _ => true,
        }
    }

    /// The approver decides on the proposed site visit. When it is declined the
    /// case goes back to where it was; the days it waited are added to the term
    /// that was running, because the clock stands still meanwhile (A5).
    ///
    /// # Errors
    /// [`CaseError::SamePerson`] or [`CaseError::NotNow`].
    pub fn decide_on_site(&mut self, approver: &Actor, approve: bool, now: Timestamp) -> Result<(), CaseError> {
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
            before.waited(now.whole_days_since(*at))
        };
        Ok(())
    }

    /// The enterprise takes the case back; a visit that was due stays due.
    ///
    /// # Errors
    /// [`CaseError::NotNow`] once an officer has it.
    pub fn withdraw(&mut self, reason: Note, now: Timestamp) -> Result<(), CaseError> {
        match self.state {
            CaseState::Open { .. } | CaseState::Submitted { .. } | CaseState::MoreEvidence { .. } => {
                self.state = CaseState::Withdrawn { at: now, reason };
                Ok(())
            }
            _ => Err(self.not_now()),
        }
    }

    /// The problems found, with their lines.
    pub fn problems(&self) -> impl Iterator<Item = (&CaseLine, &ProblemDraft)> {
        self.lines.iter().filter_map(|line| Some((line, line.review.as_ref()?.problem.as_ref()?)))
    }

    fn all_reviewed(&self) -> Result<(), CaseError> {
        let missing: Vec<_> = self.lines.iter().filter(|l| l.review.is_none()).map(|l| l.line).collect();
        if missing.is_empty() { Ok(()) } else { Err(CaseError::NotReviewed(missing)) }
    }

    const fn not_now(&self) -> CaseError {
        CaseError::NotNow { stage: self.stage() }
    }

    #[expect(clippy::unused_self, reason = "reads as a rule of the case")]
    fn certified(&self, officer: &Actor, now: Timestamp) -> Result<(), CaseError> {
        if officer.certified_on(now.date()) { Ok(()) } else { Err(CaseError::NoCertificate) }
    }

    fn on_desk(&self, officer: &Actor) -> Result<Timestamp, CaseError> {
        match self.state {
            CaseState::InReview { officer: has, due, .. } if has == officer.account => Ok(due),
            CaseState::InReview { officer: has, .. } => Err(CaseError::TakenBy { officer: has }),
            _ => Err(self.not_now()),
        }
    }
}

impl CaseLine {
    /// Whether its review asks for more evidence.
    pub fn wants_more(&self) -> bool {
        self.review.as_ref().is_some_and(|review| review.verdict.wants_more())
    }
}
