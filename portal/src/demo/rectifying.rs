//! What follows a finding: promise, proof, re-check.

use domain::{
    evidence::Moment,
    finding::{Finding, FindingStage},
    ids::{CaseId, FindingId},
};

use super::{
    note,
    staging::Stop,
    world::{Course, Task, World},
};
use crate::{
    error::{Error, Result},
    services::evidences::Slot,
    store,
};

impl World {
    /// Says when the enterprise will put a finding right, if at all.
    pub(super) fn plan_rectification(&mut self, finding: &Finding, course: &Course) {
        let (id, case) = (finding.id, finding.case);
        let now = self.portal.now().date();
        let due = finding.due().map_or(now, domain::time::Timestamp::date);
        let term = u16::try_from(self.portal.calendar().workdays_between(now, due)).unwrap_or(5);
        match course.stop {
            Some(Stop::Guided | Stop::Noticed | Stop::Overdue) => {}
            Some(_) => self.in_days(2, Task::Rectify(id, case)),
            None if course.never => {
                let days = term + self.dice.days(9, 14);
                self.in_days(days, Task::Transfer(id, case));
            }
            None if course.late => {
                let days = term + self.dice.days(1, 5);
                self.in_days(days, Task::Rectify(id, case));
            }
            None => {
                let days = self.dice.days(1, term.saturating_sub(1).max(1));
                self.in_days(days, Task::Rectify(id, case));
            }
        }
    }

    /// The enterprise promises to put a first violation right.
    pub(super) async fn promise(&mut self, case: CaseId) -> Result<()> {
        let course = self.course(case)?;
        let (_, owner) = self.owner(course.firm)?;
        let first = store::first_violation::of_case(self.portal.store().read(), case).await?;
        match first {
            Some(first) if first.correct_by().is_some() => {
                self.portal.first_violations().promise(&owner, first.id).await
            }
            _ => Ok(()),
        }
    }

    async fn finding(&self, id: FindingId) -> Result<Finding> {
        store::finding::get(self.portal.store().read(), id).await?.ok_or(Error::NotFound)
    }

    pub(super) async fn rectify(&mut self, id: FindingId, case: CaseId) -> Result<()> {
        let course = self.course(case)?;
        let finding = self.finding(id).await?;
        if !finding.waits_for_enterprise() {
            return Ok(());
        }
        let actor = self.hand(course.firm)?;
        let (_, spec) = self.line(course.agency, finding.line)?;
        let scene = spec.scene;
        let again = finding.stage() == FindingStage::Returned;
        let moments: &[(Moment, bool)] =
            if again { &[(Moment::After, true)] } else { &[(Moment::Before, false), (Moment::After, true)] };
        for (moment, good) in moments {
            self.minutes(1, 4);
            let name = self.photo_name();
            let bytes = self.gallery.shot(scene, *good, &id.to_string(), &mut self.dice)?;
            self.upload(&actor, Slot::Finding(id, *moment), &name, bytes).await?;
        }
        self.minutes(2, 6);
        let said = if again {
            "已按意见再次改正并重新拍照。"
        } else {
            "已按指导意见逐步改正，附整改前后照片。"
        };
        self.portal.findings().resubmit(&actor, id, note(said)?, false).await?;
        if course.stop != Some(Stop::Resubmitted) {
            let days = self.pace(&course, 1, 4);
            self.in_days(days, Task::Verify(id, case));
        }
        Ok(())
    }

    pub(super) async fn verify(&mut self, id: FindingId, case: CaseId) -> Result<()> {
        let mut course = self.course(case)?;
        if self.finding(id).await?.stage() != FindingStage::Resubmitted {
            return Ok(());
        }
        let officer = self.officer(course.agency, course.desk).clone();
        if course.sent_back {
            course.sent_back = false;
            let stopped = course.stop == Some(Stop::SentBack);
            self.courses.insert(case, course);
            let reason = note("照片只拍到局部，看不出整个位置是否都已改正，请补拍全景。")?;
            self.portal.findings().send_back(&officer, id, reason).await?;
            if !stopped {
                let days = self.dice.days(1, 3);
                self.in_days(days, Task::Rectify(id, case));
            }
            return Ok(());
        }
        self.portal.findings().verify(&officer, id).await?;
        self.settled(case, &course).await
    }

    /// What was never put right goes another way.
    pub(super) async fn transfer(&mut self, id: FindingId, case: CaseId) -> Result<()> {
        let course = self.course(case)?;
        if self.finding(id).await?.is_settled() {
            return Ok(());
        }
        let officer = self.officer(course.agency, course.desk).clone();
        let reason = note("逾期未整改，经催告仍未改正，移交立案调查。")?;
        self.portal.findings().transfer(&officer, id, reason).await?;
        self.settled(case, &course).await
    }

    async fn settled(&mut self, case: CaseId, course: &Course) -> Result<()> {
        self.at_rest(course);
        let case = self.case(case).await?;
        self.maybe_contradict(&case, course);
        Ok(())
    }
}
