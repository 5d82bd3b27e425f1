//! How far a line of a self-check is, as its enterprise sees it.

use domain::{
    case::{Answer, CaseLine, CaseStage, LineFault},
    ids::LineId,
};
use portal::services::cases::CaseView;

use crate::{components::Kind, context::wording};

/// How far a line is: a meaning and a word.
pub(super) fn line_state(view: &CaseView, line: &CaseLine, faults: &[(LineId, LineFault)]) -> (Kind, &'static str) {
    let w = wording();
    let faulty = faults.iter().any(|(of, _)| *of == line.line);
    let touched = line.answer.is_some() || line.note.is_some() || view.files(line.line).next().is_some();
    match view.case.stage() {
        CaseStage::Open if !touched => (Kind::Neutral, w.line_untouched()),
        CaseStage::Open if faulty => (Kind::Attention, w.line_unready()),
        CaseStage::Open if line.answer == Some(Answer::DoesNot) => (Kind::Done, w.line_reported()),
        CaseStage::Open => (Kind::Done, w.line_ready()),
        CaseStage::MoreEvidence if !line.open => (Kind::Neutral, w.line_kept()),
        CaseStage::MoreEvidence if faulty => (Kind::Attention, w.line_asked()),
        CaseStage::MoreEvidence => (Kind::Done, w.line_added()),
        CaseStage::Decided | CaseStage::Closed => match &line.review {
            Some(review) => (review.verdict.into(), w.line_verdict(review.verdict)),
            None => (Kind::Neutral, w.line_sent()),
        },
        CaseStage::Withdrawn | CaseStage::ConvertedOnSite => {
            (Kind::Neutral, if touched { w.line_sent() } else { w.line_untouched() })
        }
        _ => (Kind::Waiting, w.line_sent()),
    }
}

/// Whether the officers' words about the lines have been told: not while they
/// are still being written.
pub(super) const fn reviews_are_told(stage: CaseStage) -> bool {
    matches!(stage, CaseStage::Decided | CaseStage::Closed)
}

/// The line to go on with: the first open one that lacks something.
pub(super) fn next_line(view: &CaseView, faults: &[(LineId, LineFault)]) -> Option<LineId> {
    let lacking = |line: &&CaseLine| line.open && faults.iter().any(|(of, _)| *of == line.line);
    view.case.lines.iter().find(lacking).map(|line| line.line)
}

/// The lines that a reader has to do with now: the open ones, else all.
pub(super) fn lines_at_hand(view: &CaseView) -> Vec<LineId> {
    let open = view.case.lines.iter().filter(|line| line.open || !view.case.takes_answers());
    open.map(|line| line.line).collect()
}
