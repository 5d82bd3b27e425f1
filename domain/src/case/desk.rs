//! The officers' part: from the queue to a decision on which two of them agree.

use super::{
    Answer, Case, CaseError, CaseLine, CaseState, Decision, LineReview, LineVerdict, Outcome, ProblemDraft, Said,
};
use crate::{actor::Actor, ids::LineId, text::Note, time::Timestamp};

impl Case {
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

    /// The next line without a review after `line`, beginning again at the top.
    pub fn next_unreviewed(&self, line: Option<LineId>) -> Option<LineId> {
        let start = self.lines.iter().position(|l| Some(l.line) == line).map_or(0, |index| index + 1);
        let (before, after) = self.lines.split_at(start);
        after.iter().chain(before).find(|l| l.review.is_none()).map(|l| l.line)
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

    /// The problems found, with their lines.
    pub fn problems(&self) -> impl Iterator<Item = (&CaseLine, &ProblemDraft)> {
        self.lines.iter().filter_map(|line| Some((line, line.review.as_ref()?.problem.as_ref()?)))
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
            line.before = Some(Said {
                answer: line.answer,
                note: line.note.clone(),
                capture_excuse: line.capture_excuse.clone(),
            });
        }
        self.rounds += 1;
        self.state = CaseState::MoreEvidence { officer: officer.account, at: now, due };
        Ok(())
    }

    /// The term for more evidence has passed and nothing was sent: the case goes back to the
    /// desk that it came from, with what there is. The lines stand as they were sent before;
    /// what was being filled in is dropped.
    ///
    /// # Errors
    /// [`CaseError::NotNow`], also while the term runs, or [`CaseError::NoCertificate`].
    pub fn go_on_without(&mut self, officer: &Actor, due: Timestamp, now: Timestamp) -> Result<(), CaseError> {
        let CaseState::MoreEvidence { officer: has, due: until, .. } = self.state else { return Err(self.not_now()) };
        if until >= now {
            return Err(self.not_now());
        }
        self.certified(officer, now)?;
        let sent = self.submitted_at;
        for line in self.lines.iter_mut().filter(|line| line.open) {
            line.open = false;
            line.stands_as_sent(sent);
        }
        self.state = CaseState::InReview { officer: has, since: now, due };
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

    fn all_reviewed(&self) -> Result<(), CaseError> {
        let missing: Vec<_> = self.lines.iter().filter(|l| l.review.is_none()).map(|l| l.line).collect();
        if missing.is_empty() { Ok(()) } else { Err(CaseError::NotReviewed(missing)) }
    }

    fn on_desk(&self, officer: &Actor) -> Result<Timestamp, CaseError> {
        match self.state {
            CaseState::InReview { officer: has, due, .. } if has == officer.account => Ok(due),
            CaseState::InReview { officer: has, .. } => Err(CaseError::TakenBy { officer: has }),
            _ => Err(self.not_now()),
        }
    }
}
