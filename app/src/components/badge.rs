//! States: an icon and a word, never a colour alone.

use domain::{
    case::{CaseStage, LineVerdict, Outcome},
    eligibility::{Qualification, Verdict},
    enrolment::EnrolmentStage,
    finding::FindingStage,
    visit_ledger::EntryStage,
};
use leptos::prelude::*;

use super::icon::{Icon, IconName};
use crate::format::Due;

/// What a state, a notice or a panel means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Done, good.
    Done,
    /// Somebody is at it.
    Waiting,
    /// The reader should act.
    Attention,
    /// Something is wrong.
    Problem,
    /// Nothing yet, or over.
    #[default]
    Neutral,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Done, Self::Waiting, Self::Attention, Self::Problem, Self::Neutral];

    /// The class that colours it.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "is-done",
            Self::Waiting => "is-waiting",
            Self::Attention => "is-attention",
            Self::Problem => "is-problem",
            Self::Neutral => "is-neutral",
        }
    }

    /// Its icon.
    pub const fn icon(self) -> IconName {
        match self {
            Self::Done => IconName::Done,
            Self::Waiting => IconName::Waiting,
            Self::Attention => IconName::Attention,
            Self::Problem => IconName::Problem,
            Self::Neutral => IconName::Neutral,
        }
    }
}

impl From<CaseStage> for Kind {
    fn from(stage: CaseStage) -> Self {
        match stage {
            CaseStage::Open | CaseStage::MoreEvidence => Self::Attention,
            CaseStage::Submitted | CaseStage::InReview | CaseStage::Proposed | CaseStage::OnSiteProposed => {
                Self::Waiting
            }
            CaseStage::Decided | CaseStage::Closed => Self::Done,
            CaseStage::ConvertedOnSite | CaseStage::Withdrawn => Self::Neutral,
        }
    }
}

impl From<EnrolmentStage> for Kind {
    fn from(stage: EnrolmentStage) -> Self {
        match stage {
            EnrolmentStage::Draft | EnrolmentStage::Ended => Self::Neutral,
            EnrolmentStage::Submitted => Self::Waiting,
            EnrolmentStage::Returned | EnrolmentStage::Suspended => Self::Attention,
            EnrolmentStage::Refused => Self::Problem,
            EnrolmentStage::Active => Self::Done,
        }
    }
}

impl From<FindingStage> for Kind {
    fn from(stage: FindingStage) -> Self {
        match stage {
            FindingStage::Guided | FindingStage::Returned => Self::Attention,
            FindingStage::Resubmitted => Self::Waiting,
            FindingStage::Verified => Self::Done,
            FindingStage::Transferred => Self::Problem,
        }
    }
}

impl From<LineVerdict> for Kind {
    fn from(verdict: LineVerdict) -> Self {
        match verdict {
            LineVerdict::Accepted => Self::Done,
            LineVerdict::Unclear | LineVerdict::Insufficient => Self::Attention,
            LineVerdict::ProblemFound => Self::Problem,
        }
    }
}

impl From<Outcome> for Kind {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::NoIssue => Self::Done,
            Outcome::Guidance | Outcome::FirstViolation => Self::Attention,
            Outcome::OrderToCorrect | Outcome::FiledCase => Self::Problem,
        }
    }
}

impl From<EntryStage> for Kind {
    fn from(stage: EntryStage) -> Self {
        match stage {
            EntryStage::Claimed => Self::Waiting,
            EntryStage::Confirmed => Self::Done,
            EntryStage::Reversed => Self::Neutral,
        }
    }
}

impl From<Verdict> for Kind {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Met => Self::Done,
            Verdict::NotMet => Self::Problem,
            Verdict::Unknown => Self::Neutral,
        }
    }
}

impl From<Qualification> for Kind {
    fn from(qualification: Qualification) -> Self {
        match qualification {
            Qualification::Qualifies => Self::Done,
            Qualification::NeedsReview => Self::Waiting,
            Qualification::DoesNotQualify => Self::Problem,
        }
    }
}

/// A state: icon and word.
#[component]
pub fn StateBadge(
    /// A [`Kind`], or a stage or verdict of the domain that implies one.
    #[prop(into)]
    kind: Kind,
    /// The word, such as `w.case_stage(stage)`.
    #[prop(into)]
    word: String,
) -> impl IntoView {
    view! {
        <span class=format!("badge {}", kind.class())>
            <Icon name=kind.icon()/>
            {word}
        </span>
    }
}

/// A term, as [`crate::format::due`] words it.
#[component]
pub fn DueBadge(
    /// The term.
    due: Due,
) -> impl IntoView {
    // Date and days left may stand on two lines, but neither is broken.
    let (date, left) = match due.text.split_once(" · ") {
        Some((date, left)) => (format!("{date} · "), Some(left.to_owned())),
        None => (due.text.clone(), None),
    };
    view! {
        <span class=format!("due {}", due.kind.class())>
            <Icon name=due.kind.icon()/>
            <span>
                <span class="due-part">{date}</span>
                {left.map(|left| view! { <wbr/><span class="due-part">{left}</span> })}
            </span>
        </span>
    }
}
