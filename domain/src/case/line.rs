//! The lines of a case: what the enterprise says, what an officer says, and what
//! keeps a line from being sent.

use serde::{Deserialize, Serialize};

use crate::{
    capture::CaptureGrade,
    ids::{AccountId, EvidenceId, ItemId, LineId, PageId},
    item::EvidenceKind,
    text::{Name, Note},
    time::Timestamp,
};

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
    /// Why its photos could not be taken as the line asks: no working camera, a place
    /// where none is allowed, a position that nobody wants to tell. The officer reads it
    /// and decides; until then it stands for what is missing.
    #[serde(default)]
    pub capture_excuse: Option<Note>,
    /// When the enterprise itself first reported a problem here, by the
    /// server's clock; feeds 行政处罚法 art. 32 and 33 and never counts against it.
    pub self_disclosed_at: Option<Timestamp>,
    /// Whether the enterprise may change it in this round.
    pub open: bool,
    /// What an officer says.
    pub review: Option<LineReview>,
    /// What the enterprise had said when the line was opened again.
    pub before: Option<Said>,
    /// How often it was written.
    #[serde(default)]
    pub writes: u32,
    /// From which page it was written last, where that said so.
    #[serde(default)]
    pub written_in: Option<PageId>,
}

/// A page on which somebody fills in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Which.
    pub page: PageId,
    /// How often the line had been written when the page was opened.
    pub seen: u32,
}

impl CaseLine {
    /// Whether its review asks for more evidence.
    pub fn wants_more(&self) -> bool {
        self.review.as_ref().is_some_and(|review| review.verdict.wants_more())
    }

    /// What was typed since it was opened is dropped; what the enterprise had sent before,
    /// if anything, stands. `sent` is when that was.
    pub fn stands_as_sent(&mut self, sent: Option<Timestamp>) {
        let said = self.before.take();
        self.answer = said.as_ref().and_then(|said| said.answer);
        self.note = said.as_ref().and_then(|said| said.note.clone());
        self.capture_excuse = said.and_then(|said| said.capture_excuse);
        self.self_disclosed_at = self.self_disclosed_at.filter(|at| sent.is_some_and(|sent| *at <= sent));
    }
}

/// An answer with its note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The answer.
    pub answer: Option<Answer>,
    /// The note.
    pub note: Option<Note>,
    /// Why its photos could not be taken as the line asks.
    #[serde(default)]
    pub capture_excuse: Option<Note>,
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
    /// Fewer photos than asked for came about as the line asks.
    NotCaptured {
        /// How they must have come about.
        grade: CaptureGrade,
        /// How many did.
        have: u16,
        /// How many must.
        need: u16,
    },
    /// Fewer photos than asked for have the place where they were taken.
    NoPlace {
        /// How many have.
        have: u16,
        /// How many must.
        need: u16,
    },
    /// The line was sent back and nothing about it has changed.
    Unchanged,
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

/// How the photos of a line came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// Photos of each grade: D, C, B, A.
    grades: [u16; 4],
    /// Those with the place where they were taken.
    pub placed: u16,
}

impl Captured {
    /// No photo.
    pub const NONE: Self = Self { grades: [0; 4], placed: 0 };

    /// Counts one more photo.
    pub const fn add(&mut self, grade: CaptureGrade, has_place: bool) {
        self.grades[grade as usize] += 1;
        if has_place {
            self.placed += 1;
        }
    }

    /// How many are of this grade or a stronger one.
    pub fn of(self, least: CaptureGrade) -> u16 {
        self.grades[least as usize..].iter().sum()
    }
}

/// The files of a line in the round being sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineFiles {
    /// Those of this round and of the rounds before.
    pub all: KindCounts,
    /// Those that arrived in this round.
    pub new: KindCounts,
    /// How all of its photos came about.
    pub captured: Captured,
}
