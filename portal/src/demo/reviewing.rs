//! The officers' side of a case.

use domain::{
    actor::Actor,
    case::{Case, CaseStage, CaseState, LineVerdict, OnSiteReason, Outcome, ProblemDraft},
    finding::Finding,
    first_violation::{Answers, ConditionAnswer},
    ids::{CaseId, EvidenceId},
    text::Note,
};

use super::{
    name, note,
    staging::{SHORT_TERM, Stop},
    world::{Course, End, PlannedVisit, Task, World},
};
use crate::{
    error::{Error, Result},
    services::reviews::FirstViolationProposal,
    store,
};

impl World {
    pub(super) async fn take(&mut self, id: CaseId) -> Result<()> {
        let course = self.course(id)?;
        if self.case(id).await?.stage() != CaseStage::Submitted {
            return Ok(());
        }
        let officer = self.officer(course.agency, course.desk).clone();
        self.portal.reviews().take(&officer, id).await?;
        if course.stop == Some(Stop::InReview) {
            let case = self.case(id).await?;
            let half = case.lines.len() / 2;
            return self.look(&officer, id, &case, &course, half, None).await;
        }
        let days = if course.stop.is_some() { 0 } else { self.dice.days(0, 2) };
        self.in_days(days, Task::Review(id));
        Ok(())
    }

    pub(super) async fn review(&mut self, id: CaseId) -> Result<()> {
        let course = self.course(id)?;
        let case = self.case(id).await?;
        let CaseState::InReview { officer, .. } = case.state else { return Ok(()) };
        // Whoever has it; a certificate that ran out meanwhile hands it over.
        let officer = match self.crews[course.agency].officers.iter().find(|o| o.account == officer) {
            Some(own) if own.certified_on(self.portal.now().date()) => own.clone(),
            _ => {
                let next = self.officer(course.agency, course.desk).clone();
                let reason = note("原承办人执法证到期，移交办理。")?;
                self.portal.reviews().take_over(&next, id, reason).await?;
                next
            }
        };
        let insufficient = course.end == End::OnSite(OnSiteReason::InsufficientAfterRounds) && course.rounds == 2;
        let unclear = if case.rounds < course.rounds || insufficient {
            case.lines
                .iter()
                .filter(|line| Some(line.line) != course.problem && line.answer == Some(domain::case::Answer::Conforms))
                .find(|line| line.review.is_none())
                .map(|line| line.line)
        } else {
            None
        };
        self.look(&officer, id, &case, &course, case.lines.len(), unclear).await?;
        if unclear.is_some() && case.rounds < course.rounds {
            self.minutes(2, 6);
            self.portal.reviews().ask_more(&officer, id).await?;
            if course.stop != Some(Stop::MoreEvidence) {
                let days = self.dice.days(1, 3);
                self.in_days(days, Task::Supplement(id));
            }
            return Ok(());
        }
        self.minutes(2, 8);
        if let End::OnSite(reason) = course.end {
            // Without a line that still wants more, that reason does not hold.
            let reason = if reason == OnSiteReason::InsufficientAfterRounds && unclear.is_none() {
                OnSiteReason::Doubtful
            } else {
                reason
            };
            self.portal.reviews().propose_on_site(&officer, id, reason, note(on_site_note(reason))?).await?;
            if course.stop != Some(Stop::OnSiteProposed) {
                let days = self.dice.days(1, 2);
                self.in_days(days, Task::DecideSite(id));
            }
            return Ok(());
        }
        self.propose(&officer, id, &course).await
    }

    /// Reviews the lines that nobody has reviewed, up to a number of lines.
    async fn look(
        &mut self,
        officer: &Actor,
        id: CaseId,
        case: &Case,
        course: &Course,
        upto: usize,
        unclear: Option<domain::ids::LineId>,
    ) -> Result<()> {
        for line in case.lines[..upto].iter().filter(|line| line.review.is_none()) {
            self.minutes(1, 4);
            let (verdict, reason, problem) = if unclear == Some(line.line) {
                let (_, spec) = self.line(course.agency, line.line)?;
                let reason = note(&format!("现有材料看不清：{}。请对照示例重新拍摄。", spec.bad))?;
                let verdict = if line.line.0.as_bytes()[0].is_multiple_of(2) {
                    LineVerdict::Unclear
                } else {
                    LineVerdict::Insufficient
                };
                (verdict, Some(reason), None)
            } else if course.problem == Some(line.line) {
                let files = self.files_of(id, line.line).await?;
                (LineVerdict::ProblemFound, None, Some(self.problem(course, line.line, files)?))
            } else {
                (LineVerdict::Accepted, None, None)
            };
            self.portal.reviews().review_line(officer, id, line.line, verdict, reason, problem).await?;
        }
        Ok(())
    }

    fn problem(&self, course: &Course, line: domain::ids::LineId, shown_by: Vec<EvidenceId>) -> Result<ProblemDraft> {
        let (item, spec) = self.line(course.agency, line)?;
        let seen = if course.disclosed { "企业自查报告" } else { "审查图片资料发现" };
        let why = ["关系到消费者的健康和权益", "一旦发生意外可能造成人员伤亡", "可能造成环境污染、影响周围居民"];
        Ok(ProblemDraft {
            fact: note(&format!("{seen}：{}。", spec.problem))?,
            clause: name(&format!("《{}》{}", spec.clause.act, spec.clause.article))?,
            why: note(&format!("要求是：{}达不到这一要求，{}。", spec.standard, why[course.agency % 3]))?,
            how_to_fix: spec.fix.clone(),
            shown_by,
            days: if course.stop == Some(Stop::Overdue) { SHORT_TERM } else { item.days },
        })
    }

    async fn propose(&mut self, officer: &Actor, id: CaseId, course: &Course) -> Result<()> {
        let mut outcome = match course.end {
            End::NoIssue | End::OnSite(_) => Outcome::NoIssue,
            End::Guidance => Outcome::Guidance,
            End::First => Outcome::FirstViolation,
            End::Order => Outcome::OrderToCorrect,
            End::Filed => Outcome::FiledCase,
        };
        let mut first = None;
        if outcome == Outcome::FirstViolation {
            first = self.first_violation(officer, id, course).await?;
            if first.is_none() {
                outcome = Outcome::Guidance;
            }
        }
        let remark = match outcome {
            Outcome::NoIssue => None,
            Outcome::Guidance => Some("情节轻微，指导改正即可。"),
            Outcome::FirstViolation => Some("符合清单条件，建议首违不罚。"),
            Outcome::OrderToCorrect => Some("应当限期改正，改正情况需核验。"),
            Outcome::FiledCase => Some("涉嫌违法，建议移交立案。"),
        };
        let remark: Option<Note> = remark.map(note).transpose()?;
        self.portal.reviews().propose(officer, id, outcome, remark, first).await?;
        if course.stop != Some(Stop::Proposed) {
            let days = self.pace(course, 0, 2);
            self.in_days(days, Task::Confirm(id));
        }
        Ok(())
    }

    /// Answers the conditions of an entry of the list that fits, if "first" holds.
    async fn first_violation(
        &self,
        officer: &Actor,
        id: CaseId,
        course: &Course,
    ) -> Result<Option<FirstViolationProposal>> {
        let clause = match course.problem {
            Some(line) => self.line(course.agency, line)?.1.clause.clone(),
            None => return Ok(None),
        };
        let options = self.portal.reviews().first_violation_options(officer, id).await?;
        let fitting = options
            .into_iter()
            .find(|(entry, slot)| slot.is_none() && entry.entry.violated == clause && entry.entry.category.spares());
        let Some((entry, _)) = fitting else { return Ok(None) };
        let answer = |holds: bool, text: &str| -> Result<ConditionAnswer> {
            Ok(ConditionAnswer { holds, evidence: Vec::new(), reference: Some(note(text)?) })
        };
        let answers = Answers {
            common: [
                answer(true, "图片资料显示影响范围小，没有造成损害。")?,
                answer(true, "企业已着手改正，并承诺在期限内完成。")?,
                answer(true, "企业按期提交自查材料，积极配合。")?,
            ],
            conditions: entry
                .entry
                .conditions
                .iter()
                .map(|condition| answer(true, &format!("经核对自查材料和台账：{condition}。")))
                .collect::<Result<_>>()?,
            exclusions: entry
                .entry
                .exclusions
                .iter()
                .map(|_| answer(false, "经查询办案记录和投诉记录，没有这种情形。"))
                .collect::<Result<_>>()?,
            reason: Some(note("首次发现，危害后果轻微，能够及时改正，给予告知教育即可达到监管目的。")?),
        };
        Ok(Some(FirstViolationProposal { entry: entry.id, answers }))
    }

    pub(super) async fn confirm(&mut self, id: CaseId) -> Result<()> {
        let mut course = self.course(id)?;
        let case = self.case(id).await?;
        let CaseState::Proposed { by, .. } = case.state else { return Ok(()) };
        let today = self.portal.now().date();
        let able = |officer: &&Actor| officer.account != by && officer.certified_on(today);
        let colleagues: Vec<Actor> = self.crews[course.agency].officers.iter().filter(able).cloned().collect();
        if colleagues.is_empty() {
            return Err(Error::Impossible("no colleague to confirm".into()));
        }
        let colleague = self.dice.pick(&colleagues).clone();
        if course.disagrees {
            let reason = note("请核对照片与文字说明是否一致后再提出。")?;
            self.portal.reviews().disagree(&colleague, id, reason).await?;
            course.disagrees = false;
            self.courses.insert(id, course.clone());
            self.in_days(1, Task::Review(id));
            return Ok(());
        }
        self.portal.reviews().confirm(&colleague, id).await?;
        let case = self.case(id).await?;
        let findings: Vec<Finding> = store::finding::of_case(self.portal.store().read(), id).await?;
        if findings.is_empty() {
            self.at_rest(&course);
            self.maybe_contradict(&case, &course);
            return Ok(());
        }
        let first = case.decision().is_some_and(|decision| decision.outcome == Outcome::FirstViolation);
        if first && course.stop != Some(Stop::Noticed) {
            self.in_days(1, Task::Promise(id));
        }
        for finding in findings {
            self.plan_rectification(&finding, &course);
        }
        Ok(())
    }

    /// The head decides on a site visit.
    pub(super) async fn decide_site(&mut self, id: CaseId) -> Result<()> {
        let mut course = self.course(id)?;
        let case = self.case(id).await?;
        let CaseState::OnSiteProposed { reason, .. } = case.state else { return Ok(()) };
        let head = self.crews[course.agency].head.clone();
        let may_decline = matches!(reason, OnSiteReason::Doubtful | OnSiteReason::EnterpriseAsked);
        let approve = !(may_decline && self.dice.chance(20));
        if approve {
            self.portal.reviews().approve_on_site(&head, id).await?;
        } else {
            let reason = note("现有材料可以在线核实，请先要求企业补充。")?;
            self.portal.reviews().decline_on_site(&head, id, reason).await?;
            course.end = End::NoIssue;
            self.courses.insert(id, course);
            self.in_days(1, Task::Review(id));
            return Ok(());
        }
        self.at_rest(&course);
        let visit = PlannedVisit {
            firm: course.firm,
            agency: course.agency,
            items: case.items.iter().map(|item| item.item).collect(),
            due: case.items.iter().find_map(|item| item.due_visit),
            case: Some(id),
            note: "按转现场审批到场核查，核查情况已记入现场检查笔录。",
        };
        let days = self.dice.days(2, 8);
        self.in_days(days, Task::Visit { visit: Box::new(visit) });
        Ok(())
    }

    /// Nobody answered in time: a site visit is proposed.
    pub(super) async fn give_up(&mut self, id: CaseId) -> Result<()> {
        let course = self.course(id)?;
        if !self.case(id).await?.takes_answers() {
            return Ok(());
        }
        let officer = self.officer(course.agency, course.desk).clone();
        let reason = note("逾期未提交自查材料，电话提醒两次没有回应。")?;
        self.portal.reviews().propose_on_site(&officer, id, OnSiteReason::RefusedOrLate, reason).await?;
        self.in_days(1, Task::DecideSite(id));
        Ok(())
    }
}

const fn on_site_note(reason: OnSiteReason) -> &'static str {
    match reason {
        OnSiteReason::InsufficientAfterRounds => "两次补正后材料仍然看不清，需要到场核实。",
        OnSiteReason::Doubtful => "照片与以前提交的场所布局不一致，需要到场核实。",
        OnSiteReason::MajorHazard => "照片背景中疑似存放易燃物品，存在较大危险，需要立即到场。",
        OnSiteReason::Complaint => "审查期间收到关于同一事项的投诉举报，需要到场核实。",
        OnSiteReason::RefusedOrLate => "逾期未提交自查材料。",
        OnSiteReason::LawRequires => "事项列入重点监管，依规定应当到场检查。",
        OnSiteReason::EnterpriseAsked => "企业来电希望执法人员到场指导布局改造。",
    }
}
