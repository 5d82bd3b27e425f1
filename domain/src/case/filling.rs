//! The enterprise's part: filling in, sending, taking back.

use super::{Answer, Captured, Case, CaseError, CaseLine, CaseState, LineFault, LineFiles, Said, Sheet};
use crate::{ids::LineId, item::ChecklistLine, text::Note, time::Timestamp};

impl Case {
    /// Whether the enterprise may fill in and upload now.
    pub const fn takes_answers(&self) -> bool {
        matches!(self.state, CaseState::Open { .. } | CaseState::MoreEvidence { .. })
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

    /// Notes that a line is written from a page: the first time only as that has shown it, so
    /// that two people, or two devices, do not undo each other's words unseen. Without a page it
    /// is written as it comes.
    ///
    /// # Errors
    /// As [`Case::open_line`], and [`CaseError::WrittenElsewhere`].
    pub fn write_from(&mut self, line: LineId, sheet: Option<Sheet>) -> Result<(), CaseError> {
        let open = self.open_line(line)?;
        let knows = |sheet: Sheet| open.writes == sheet.seen || open.written_in == Some(sheet.page);
        if !sheet.is_none_or(knows) {
            return Err(CaseError::WrittenElsewhere);
        }
        if let Some(l) = self.lines.iter_mut().find(|l| l.line == line) {
            l.writes = l.writes.saturating_add(1);
            l.written_in = sheet.map(|sheet| sheet.page);
        }
        Ok(())
    }

    /// The enterprise says why the photos of a line could not be taken as it asks, or
    /// takes that back.
    ///
    /// # Errors
    /// As [`Case::open_line`].
    pub fn excuse(&mut self, line: LineId, excuse: Option<Note>) -> Result<(), CaseError> {
        self.open_line(line)?;
        if let Some(l) = self.lines.iter_mut().find(|l| l.line == line) {
            l.capture_excuse = excuse;
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
            if let (Answer::Conforms, None, Some(spec)) = (answer, &line.capture_excuse, spec) {
                faults.extend(uncaptured(spec, have.captured).map(|fault| (id, fault)));
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
            let same = |before: &Said| {
                before.answer == line.answer && before.note == line.note && before.capture_excuse == line.capture_excuse
            };
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
}

/// What a line lacks of photos that came about as it asks. As many must as it asks for;
/// those beyond may have come in any way.
fn uncaptured(spec: &ChecklistLine, captured: Captured) -> impl Iterator<Item = LineFault> + use<> {
    let need = spec.photos();
    let grade = spec.least_grade.map(|grade| LineFault::NotCaptured { grade, have: captured.of(grade), need });
    let place = spec.needs_place.then_some(LineFault::NoPlace { have: captured.placed, need });
    let lacking = |fault: &LineFault| matches!(fault, LineFault::NotCaptured { have, need, .. } | LineFault::NoPlace { have, need } if have < need);
    grade.into_iter().chain(place).filter(lacking)
}
