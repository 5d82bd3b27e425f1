//! The enterprise's side of a case: filling in, uploading, sending.

use std::convert::Infallible;

use bytes::Bytes;
use domain::{
    actor::Actor,
    case::{Answer, CaseLine, OnSiteReason},
    ids::{CaseId, LineId},
    item::EvidenceKind,
};
use futures::stream;

use super::{
    catalogue::Line,
    note, papers,
    staging::Stop,
    world::{Course, End, Task, World},
};
use crate::{
    error::{Error, Result},
    services::evidences::Slot,
    store,
};

impl World {
    /// Draws the course of a new case, or takes one that leads to a stop.
    pub(super) async fn begin(
        &mut self,
        id: CaseId,
        firm: usize,
        agency: usize,
        staged: Option<(Stop, End, usize)>,
    ) -> Result<()> {
        let case = self.case(id).await?;
        let shelf = &self.shelves[agency];
        let closable = case.items.iter().all(|item| shelf.item(item.item).is_some_and(|item| item.closable));
        let mut course = match staged {
            Some((stop, end, desk)) => Course {
                firm,
                agency,
                end,
                problem: None,
                disclosed: false,
                rounds: u8::from(stop == Stop::MoreEvidence),
                disagrees: false,
                late: false,
                sent_back: stop == Stop::SentBack,
                never: matches!(stop, Stop::Overdue),
                desk,
                stop: Some(stop),
            },
            None => self.draw_course(firm, agency),
        };
        if !closable {
            course.end = End::OnSite(OnSiteReason::LawRequires);
        }
        if !matches!(course.end, End::NoIssue | End::OnSite(_)) {
            course.problem = self.problem_line(&case.lines, agency, &mut course.end);
        }
        *self.firms[firm].busy.entry(agency).or_default() += 1;
        let chance = self.dice.below(100);
        let staged = course.stop.is_some();
        let named = firm < super::people::OWNERS.len();
        self.courses.insert(id, course);
        if staged {
            self.in_days(1, Task::Fill(id));
        } else if chance < 3 && !named {
            let days = self.dice.days(1, 4);
            self.in_days(days, Task::Withdraw(id));
        } else if chance < 5 && !named {
            self.in_days(8, Task::GiveUp(id));
        } else {
            let days = if chance < 12 { self.dice.days(6, 9) } else { self.dice.days(1, 5) };
            self.in_days(days, Task::Fill(id));
        }
        Ok(())
    }

    fn draw_course(&mut self, firm: usize, agency: usize) -> Course {
        use OnSiteReason as R;
        let reasons = [
            (30, R::InsufficientAfterRounds),
            (25, R::Doubtful),
            (15, R::MajorHazard),
            (10, R::Complaint),
            (20, R::EnterpriseAsked),
        ];
        let reason = *self.dice.weighted(&reasons);
        let ends = [
            (60, End::NoIssue),
            (21, End::Guidance),
            (11, End::First),
            (4, End::Order),
            (2, End::Filed),
            (2, End::OnSite(reason)),
        ];
        let end = *self.dice.weighted(&ends);
        let rounds = if end == End::OnSite(R::InsufficientAfterRounds) {
            2
        } else {
            *self.dice.weighted(&[(76, 0), (19, 1), (5, 2)])
        };
        let late = self.dice.chance(9);
        Course {
            firm,
            agency,
            end,
            problem: None,
            disclosed: self.dice.chance(40),
            rounds,
            disagrees: self.dice.chance(5),
            late,
            sent_back: self.dice.chance(13),
            never: self.dice.chance(4),
            desk: self.dice.place(self.crews[agency].officers.len()),
            stop: None,
        }
    }

    /// The line with the problem. Only what stands on the list can end as a first
    /// violation; anything else becomes guidance.
    fn problem_line(&mut self, lines: &[CaseLine], agency: usize, end: &mut End) -> Option<LineId> {
        let shelf = &self.shelves[agency];
        let listed = |line: &&CaseLine| {
            shelf.line(line.line).is_some_and(|(item, spec)| {
                shelf.entries.iter().any(|entry| {
                    entry.entry.item == item.id && entry.entry.violated == spec.clause && entry.entry.category.spares()
                })
            })
        };
        let mut able: Vec<LineId> = match end {
            End::First => lines.iter().filter(listed).map(|line| line.line).collect(),
            _ => Vec::new(),
        };
        if able.is_empty() {
            if *end == End::First {
                *end = End::Guidance;
            }
            able = lines.iter().map(|line| line.line).collect();
        }
        (!able.is_empty()).then(|| *self.dice.pick(&able))
    }

    /// Who fills in for the enterprise.
    pub(super) fn hand(&self, firm: usize) -> Result<Actor> {
        match &self.firms[firm].operator {
            Some(operator) => Ok(operator.clone()),
            None => Ok(self.owner(firm)?.1),
        }
    }

    pub(super) async fn fill_in(&mut self, id: CaseId) -> Result<()> {
        let case = self.case(id).await?;
        if !case.takes_answers() {
            return Ok(());
        }
        let course = self.course(id)?;
        let actor = self.hand(course.firm)?;
        // A draft is left half-way.
        let draft = course.stop == Some(Stop::Open);
        let count = if draft { case.lines.len() / 2 } else { case.lines.len() };
        for line in &case.lines[..count] {
            let (answer, said, good) = self.say(&course, line)?;
            self.minutes(2, 6);
            let (_, spec) = self.line(course.agency, line.line)?;
            if spec.live && answer == Answer::Conforms {
                // Nobody holds a camera here: the way for those who have none.
                let excuse = Some(note("店里手机的相机已送修，照片由同事用相机拍摄后传入。")?);
                let said = (Some(answer), said);
                self.portal.cases().answer_from(&actor, id, line.line, said, Some(excuse), None).await?;
            } else {
                self.portal.cases().answer(&actor, id, line.line, Some(answer), said).await?;
            }
            if answer != Answer::NotApplicable {
                self.send_files(&actor, id, course.agency, line.line, good, answer == Answer::Conforms).await?;
            }
        }
        if draft {
            return Ok(());
        }
        self.minutes(1, 4);
        self.portal.cases().submit(&actor, id, false).await?;
        if course.stop != Some(Stop::Submitted) {
            let days = self.pace(&course, 1, 3);
            self.in_days(days, Task::Take(id));
        }
        Ok(())
    }

    /// What the enterprise says about a line, and whether its files look good.
    fn say(&mut self, course: &Course, line: &CaseLine) -> Result<(Answer, Option<domain::text::Note>, bool)> {
        let dice = self.dice.below(100);
        let (_, spec) = self.line(course.agency, line.line)?;
        if course.problem == Some(line.line) {
            if course.disclosed {
                let said = format!("自查发现：{}。已安排整改，请指导。", spec.problem);
                return Ok((Answer::DoesNot, Some(note(&said)?), false));
            }
            return Ok((Answer::Conforms, None, false));
        }
        if spec.not_applicable && dice < 16 {
            return Ok((Answer::NotApplicable, Some(note("本单位没有这类设备、人员或者场所。")?), true));
        }
        let said = if dice > 80 { Some(note("已按标准逐项核对。")?) } else { None };
        Ok((Answer::Conforms, said, true))
    }

    pub(super) fn line(&self, agency: usize, line: LineId) -> Result<(&super::catalogue::Item, &Line)> {
        self.shelves[agency].line(line).ok_or_else(|| Error::Impossible(format!("no line {line}")))
    }

    /// Sends what a line asks for; one picture where a problem is reported.
    async fn send_files(
        &mut self,
        actor: &Actor,
        case: CaseId,
        agency: usize,
        line: LineId,
        good: bool,
        all: bool,
    ) -> Result<()> {
        let (_, spec) = self.line(agency, line)?;
        let (scene, requests) = (spec.scene, spec.requests.clone());
        for request in requests {
            let more = u8::from(request.at_least < request.at_most && self.dice.chance(12));
            let count = if all { request.at_least + more } else { 1 };
            for _ in 0..count {
                let (name, bytes) = match request.kind {
                    EvidenceKind::Photo => {
                        let label = case.to_string();
                        (self.photo_name(), self.gallery.shot(scene, good, &label, &mut self.dice)?)
                    }
                    EvidenceKind::Document => self.paper(good),
                    // Nobody sends a film: a valid one is not written by hand.
                    EvidenceKind::Video => continue,
                };
                self.upload(actor, Slot::Line(case, line), &name, bytes).await?;
            }
            if !all {
                break;
            }
        }
        Ok(())
    }

    pub(super) fn photo_name(&mut self) -> String {
        let at = self.portal.now().in_beijing();
        let (month, day) = (u8::from(at.month()), at.day());
        let stamp = format!("{}{month:02}{day:02}", at.year());
        let clock = format!("{:02}{:02}{:02}", at.hour(), at.minute(), at.second());
        match self.dice.below(3) {
            0 => format!("IMG_{stamp}_{clock}.jpg"),
            1 => format!("微信图片_{stamp}{clock}.jpg"),
            _ => format!("现场照片{clock}.jpg"),
        }
    }

    fn paper(&mut self, good: bool) -> (String, Bytes) {
        let at = self.portal.now();
        let mut lines = vec![
            format!("Record sheet   {}   No. {:06}", at.date(), self.dice.below(1_000_000)),
            format!("Period: three months up to {}", at.date()),
        ];
        let rows = if good { 12 } else { 3 };
        for row in 1..=rows {
            let lot = self.dice.between(1_000, 9_999);
            let amount = self.dice.between(1, 80);
            lines.push(format!("{row:>2}.   lot {lot}   amount {amount:>3}   checked   signed"));
        }
        let name = self.dice.pick(&["台账.pdf", "检查记录.pdf", "培训记录.pdf", "检验报告.pdf"]);
        (format!("{}{name}", at.date().year()), papers::pdf(&lines).into())
    }

    pub(super) async fn upload(&mut self, actor: &Actor, slot: Slot, name: &str, bytes: Bytes) -> Result<()> {
        self.tick();
        let evidences = self.portal.evidences();
        let admission = evidences.admit(actor, slot, None).await?;
        let chunks = stream::iter([Ok::<_, Infallible>(bytes)]);
        evidences.receive(actor, &admission, name, chunks).await?;
        Ok(())
    }

    /// The lines that were asked for again.
    pub(super) async fn supplement(&mut self, id: CaseId) -> Result<()> {
        let case = self.case(id).await?;
        if !case.takes_answers() {
            return Ok(());
        }
        let course = self.course(id)?;
        let actor = self.hand(course.firm)?;
        for line in case.lines.iter().filter(|line| line.open) {
            self.minutes(2, 5);
            let said = Some(note("已按补正通知重新拍摄上传。")?);
            self.portal.cases().answer(&actor, id, line.line, Some(Answer::Conforms), said).await?;
            let (_, spec) = self.line(course.agency, line.line)?;
            let (scene, kind) = (spec.scene, spec.requests.first().map(|request| request.kind));
            let (name, bytes) = if kind == Some(EvidenceKind::Document) {
                self.paper(true)
            } else {
                (self.photo_name(), self.gallery.shot(scene, true, &id.to_string(), &mut self.dice)?)
            };
            self.upload(&actor, Slot::Line(id, line.line), &name, bytes).await?;
        }
        self.minutes(1, 3);
        self.portal.cases().submit(&actor, id, false).await?;
        let days = self.pace(&course, 1, 3);
        self.in_days(days, Task::Review(id));
        Ok(())
    }

    pub(super) async fn withdraw(&mut self, id: CaseId) -> Result<()> {
        let course = self.course(id)?;
        let (_, owner) = self.owner(course.firm)?;
        let reason = note("店铺正在装修停业，恢复营业后再自查。")?;
        self.portal.cases().withdraw(&owner, id, reason).await?;
        self.at_rest(&course);
        Ok(())
    }

    /// Working days until the next step: one where a stop is waited for.
    pub(super) fn pace(&mut self, course: &Course, low: u16, high: u16) -> u16 {
        if course.stop.is_some() { 1 } else { self.dice.days(low, high) }
    }

    /// Notes that a case is at its end for the enterprise.
    pub(super) fn at_rest(&mut self, course: &Course) {
        if let Some(count) = self.firms[course.firm].busy.get_mut(&course.agency) {
            *count = count.saturating_sub(1);
        }
    }

    /// The files of a line.
    pub(super) async fn files_of(&self, case: CaseId, line: LineId) -> Result<Vec<domain::ids::EvidenceId>> {
        use domain::evidence::Purpose;
        let files = store::evidence::of_case(self.portal.store().read(), case).await?;
        let of_line = |file: &domain::evidence::Evidence| matches!(file.purpose, Purpose::SelfCheck { line: of, .. } if of == line);
        Ok(files.into_iter().filter(of_line).map(|file| file.id).collect())
    }
}
