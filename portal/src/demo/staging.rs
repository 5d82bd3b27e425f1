//! What is left lying for people to go on with: at the end of the year somebody
//! finds work of every kind, and the named enterprises stand where they should.

use domain::{case::OnSiteReason, visit_ledger::DueReason};

use super::{
    Size,
    world::{End, Task, World},
};
use crate::error::Result;

/// Where a case is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Half filled in.
    Open,
    /// In the queue.
    Submitted,
    /// On a desk, half reviewed.
    InReview,
    /// More was asked for.
    MoreEvidence,
    /// An outcome waits for a colleague.
    Proposed,
    /// A site visit waits for the head.
    OnSiteProposed,
    /// A finding waits for the enterprise.
    Guided,
    /// A first violation waits for the promise.
    Noticed,
    /// Proof waits for the officer.
    Resubmitted,
    /// Proof was sent back.
    SentBack,
    /// A finding is overdue and was passed upwards.
    Overdue,
}

impl Stop {
    const fn end(self) -> End {
        match self {
            Self::Open | Self::Submitted | Self::InReview | Self::MoreEvidence => End::NoIssue,
            Self::OnSiteProposed => End::OnSite(OnSiteReason::Doubtful),
            Self::Noticed => End::First,
            Self::Proposed | Self::Guided | Self::Resubmitted | Self::SentBack | Self::Overdue => End::Guidance,
        }
    }
}

/// Working days for a finding that is left overdue: whether it was passed to the
/// head or on to the supervisor depends on how long ago it was begun.
pub(super) const SHORT_TERM: u16 = 10;

impl World {
    pub(super) fn stage(&mut self) {
        let named = [
            (0, 0, Stop::Open, 3),
            (1, 0, Stop::MoreEvidence, 4),
            (2, 2, Stop::Guided, 9),
            (3, 0, Stop::Noticed, 5),
            (9, 1, Stop::Overdue, 26),
            (10, 1, Stop::SentBack, 9),
        ];
        for (firm, agency, stop, days) in named {
            let when = self.back(days);
            self.at(when, Task::Stage { agency, firm: Some(firm), stop, desk: 0 });
        }
        // Stop, working days before the end, desk, whether a small city has it too.
        // Five days are the term of a round and of a review, so that some are due
        // today and some are late.
        let others = [
            (Stop::Overdue, 17, 1, true),
            (Stop::Resubmitted, 8, 0, true),
            (Stop::Resubmitted, 7, 1, false),
            (Stop::Open, 8, 1, false),
            (Stop::Submitted, 8, 1, false),
            (Stop::Proposed, 6, 1, true),
            (Stop::OnSiteProposed, 6, 1, true),
            (Stop::Guided, 7, 2, false),
            (Stop::Open, 5, 0, false),
            (Stop::MoreEvidence, 5, 1, false),
            (Stop::Proposed, 5, 0, true),
            (Stop::InReview, 5, 0, true),
            (Stop::InReview, 4, 1, true),
            (Stop::Submitted, 4, 0, true),
            (Stop::Submitted, 3, 0, false),
        ];
        let small = self.size == Size::Village;
        for agency in 0..self.crews.len() {
            for (stop, days, desk, _) in others.into_iter().filter(|(.., kept)| *kept || !small) {
                let when = self.back(days);
                self.at(when, Task::Stage { agency, firm: None, stop, desk });
            }
        }
    }

    pub(super) async fn begin_staged(
        &mut self,
        agency: usize,
        firm: Option<usize>,
        stop: Stop,
        desk: usize,
    ) -> Result<()> {
        let Some(firm) = firm.or_else(|| self.someone(agency, true)) else { return Ok(()) };
        let Some(items) = self.firms[firm].enrolled.get(&agency).cloned() else { return Ok(()) };
        let serial = 9_000 + firm as u64;
        let staged = Some((stop, stop.end(), desk));
        self.due_visit(agency, firm, items, DueReason::Campaign, serial, staged).await
    }
}
