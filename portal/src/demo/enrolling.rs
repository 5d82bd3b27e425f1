//! Registrations and applications.

use std::collections::BTreeMap;

use domain::{
    actor::Role,
    actor::{Roles, Scope},
    eligibility::Qualification,
    enrolment::EnrolmentStage,
    ids::{EnrolmentId, ItemId},
};

use super::{
    Size,
    firms::Draft,
    name, note,
    people::{FIRST_PASSWORD, OPERATORS, OWNERS, PASSWORD},
    world::{Firm, Task, World},
};
use crate::{
    error::{Error, Result},
    services::{accounts::NewAccount, enterprises::EnterpriseEdit},
    store::Page,
};

/// How far an enterprise comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Takes part like any other.
    Ordinary,
    /// Its registration waits at the end.
    Pending,
    /// Its registration was not confirmed and waits to be corrected.
    Rejected,
    /// Is confirmed and has not applied.
    Confirmed,
    /// Its application waits for the agency.
    Applying,
    /// Its application was sent back.
    Returned,
    /// Its application was refused.
    Refused,
}

impl World {
    /// Says for each enterprise when it registers and how far it comes.
    pub(super) fn invite(&mut self, drafts: Vec<Draft>) {
        let count = drafts.len();
        for (place, draft) in drafts.into_iter().enumerate() {
            let from_end = count - place;
            let (fate, when) = match place {
                4 => (Fate::Pending, self.back(2)),
                5 => (Fate::Returned, self.back(30)),
                6 => (Fate::Refused, self.back(32)),
                7 => (Fate::Rejected, self.back(7)),
                8 => (Fate::Confirmed, self.back(9)),
                place if place < OWNERS.len() => (Fate::Ordinary, self.morning(2 + place as u64)),
                _ if from_end <= 4 => (Fate::Pending, self.back(1 + u16::try_from(from_end).unwrap_or(0) % 3)),
                _ if from_end <= 10 => (Fate::Applying, self.back(20)),
                _ => {
                    let day = if self.dice.chance(60) { self.dice.between(1, 90) } else { self.dice.between(90, 290) };
                    (Fate::Ordinary, self.morning(day))
                }
            };
            self.firms.push(Firm {
                draft,
                fate,
                known: None,
                operator: None,
                confirmed: false,
                enrolled: BTreeMap::new(),
                busy: BTreeMap::new(),
            });
            self.at(when, Task::Register(place));
        }
    }

    pub(super) async fn register(&mut self, firm: usize) -> Result<()> {
        let new = self.firms[firm].draft.new.clone();
        let (id, owner) = self.portal.accounts().register_sharing(new, &self.shared).await?;
        self.by_id.insert(id, firm);
        for (login, called, of) in OPERATORS {
            if of == firm {
                self.tick();
                let new = NewAccount {
                    login: name(login)?,
                    name: name(called)?,
                    roles: Roles::only(Role::EnterpriseOperator),
                    scope: Scope::Enterprise(id),
                    certificate: None,
                    password: FIRST_PASSWORD.to_owned(),
                };
                let accounts = self.portal.accounts();
                let account = accounts.create(&owner, new).await?;
                // What the owner gave out is changed first, as everybody has to.
                if let Some(operator) = accounts.actor(account).await? {
                    accounts.change_password(&operator, FIRST_PASSWORD, PASSWORD, None).await?;
                }
                self.firms[firm].operator = accounts.actor(account).await?;
            }
        }
        self.firms[firm].known = Some((id, owner));
        if self.firms[firm].fate != Fate::Pending {
            let days = self.dice.days(1, 4);
            self.in_days(days, Task::Settle(firm));
        }
        Ok(())
    }

    pub(super) async fn settle(&mut self, firm: usize) -> Result<()> {
        let (id, _) = self.owner(firm)?;
        let agency = firm % self.crews.len();
        let desk = self.dice.place(3);
        let officer = self.officer(agency, desk).clone();
        let fate = self.firms[firm].fate;
        let first_try = !self.firms[firm].confirmed;
        if fate == Fate::Rejected
            || (fate == Fate::Ordinary && firm >= OWNERS.len() && first_try && self.dice.chance(5))
        {
            let reason = "登记地址与营业执照记载的住所不一致，请按营业执照更正地址后重新提交。";
            self.portal.enterprises().reject(&officer, id, note(reason)?).await?;
            if fate != Fate::Rejected {
                let days = self.dice.days(1, 5);
                self.in_days(days, Task::Correct(firm));
            }
            return Ok(());
        }
        self.portal.enterprises().confirm(&officer, id).await?;
        self.firms[firm].confirmed = true;
        self.tick();
        let conduct = self.firms[firm].draft.conduct.clone();
        self.portal.enterprises().record_conduct(&officer, id, conduct).await?;
        match fate {
            Fate::Ordinary if firm < OWNERS.len() => {
                for agency in named_agencies(firm) {
                    self.in_days(2, Task::Apply { firm, agency: *agency });
                }
            }
            Fate::Ordinary => {
                // Most apply, some to two agencies; a few never do.
                let agencies = match self.size {
                    Size::City => *self.dice.weighted(&[(8, 0), (60, 1), (27, 2), (5, 3)]),
                    // Few as they are, everybody is needed.
                    Size::Village => 3,
                };
                let first = firm % 3;
                for step in 0..agencies {
                    let days = self.dice.days(1, 18);
                    self.in_days(days, Task::Apply { firm, agency: (first + step) % 3 });
                }
            }
            Fate::Applying => {
                let when = self.back(1 + u16::try_from(firm % 6).unwrap_or(0));
                self.at(when, Task::Apply { firm, agency: firm % 3 });
            }
            Fate::Returned | Fate::Refused => {
                let when = self.back(9);
                self.at(when, Task::Apply { firm, agency: 0 });
            }
            Fate::Pending | Fate::Rejected | Fate::Confirmed => {}
        }
        Ok(())
    }

    /// The enterprise corrects what was not confirmed.
    pub(super) async fn correct(&mut self, firm: usize) -> Result<()> {
        let (_, owner) = self.owner(firm)?;
        let new = &self.firms[firm].draft.new;
        let mut site = new.site.clone();
        site.address = name(&format!("{}一层", site.address))?;
        let edit = EnterpriseEdit {
            name: new.name.clone(),
            region: new.region,
            industry: new.industry,
            site,
            contact: new.contact.clone(),
            phone: new.phone.clone(),
        };
        self.portal.enterprises().correct(&owner, edit).await?;
        let days = self.dice.days(1, 3);
        self.in_days(days, Task::Settle(firm));
        Ok(())
    }

    pub(super) async fn apply(&mut self, firm: usize, agency: usize) -> Result<()> {
        let (_, owner) = self.owner(firm)?;
        let options = self.portal.enrolments().options(&owner).await?;
        let shelf = &self.shelves[agency];
        let mut open: Vec<ItemId> = shelf
            .items
            .iter()
            .filter(|item| item.suitable)
            .filter(|item| {
                let option = options.iter().find(|option| option.version.item == item.id);
                option.is_some_and(|o| !o.enrolled && o.assessment.qualification != Qualification::DoesNotQualify)
            })
            .map(|item| item.id)
            .collect();
        // What cannot be closed at the desk is applied for alone.
        let closable = |id: &ItemId| shelf.item(*id).is_some_and(|item| item.closable);
        if open.iter().any(|id| !closable(id)) && self.dice.chance(60) {
            open.retain(|id| !closable(id));
        } else {
            open.retain(closable);
        }
        if open.is_empty() {
            return Ok(());
        }
        let wanted = usize::try_from(self.dice.between(1, 2)).unwrap_or(1);
        if firm >= OWNERS.len() {
            while open.len() > wanted {
                let place = self.dice.place(open.len());
                open.remove(place);
            }
        }
        let to = self.crews[agency].agency;
        let id = self.portal.enrolments().write(&owner, None, to, &open).await?;
        self.minutes(3, 9);
        self.portal.enrolments().submit(&owner, id, None).await?;
        if self.firms[firm].fate != Fate::Applying {
            let days = self.dice.days(2, 6);
            self.in_days(days, Task::Decide { firm, agency, id, again: false });
        }
        Ok(())
    }

    pub(super) async fn decide(&mut self, firm: usize, agency: usize, id: EnrolmentId, again: bool) -> Result<()> {
        let desk = self.dice.place(3);
        let officer = self.officer(agency, desk).clone();
        let service = self.portal.enrolments();
        let fate = self.firms[firm].fate;
        let chance = self.dice.below(100);
        let ordinary = fate == Fate::Ordinary && firm >= OWNERS.len();
        if fate == Fate::Returned || (ordinary && !again && chance < 9) {
            let missing = [
                "没有填写经营场所的具体楼层和门牌，请在企业信息中补全。",
                "选择的事项与营业执照经营范围不一致，请核对后重新选择。",
            ];
            let count = if fate == Fate::Returned { 2 } else { 1 };
            let missing: Vec<_> = missing[..count].iter().map(|text| note(text)).collect::<Result<_>>()?;
            service.return_(&officer, id, missing).await?;
        } else if fate == Fate::Refused || (ordinary && !again && chance < 14) {
            let reason =
                "近期收到同一问题的投诉正在核实，核实结束前暂不适用无感监管。您可以在核实结束后说明情况再次提交。";
            service.refuse(&officer, id, note(reason)?).await?;
        } else {
            return self.accept(firm, agency, id, desk).await;
        }
        if fate == Fate::Ordinary && chance.is_multiple_of(2) {
            let days = self.dice.days(2, 8);
            self.in_days(days, Task::Answer { firm, agency, id });
        }
        Ok(())
    }

    async fn accept(&mut self, firm: usize, agency: usize, id: EnrolmentId, desk: usize) -> Result<()> {
        let officer = self.officer(agency, desk).clone();
        let (_, owner) = self.owner(firm)?;
        self.portal.enrolments().accept(&officer, id).await?;
        let all = self.portal.enrolments().mine(&owner).await?;
        let items = all.iter().find(|enrolment| enrolment.id == id).map(|e| e.items.iter().map(|i| i.item).collect());
        self.firms[firm].enrolled.insert(agency, items.unwrap_or_default());
        let page = Page { limit: 3, offset: 0 };
        let latest = self.portal.cases().mine(&owner, page).await?.rows;
        let fresh = latest.into_iter().map(|row| row.case.id).find(|case| !self.courses.contains_key(case));
        let fresh = fresh.ok_or_else(|| Error::Impossible("accepted without a round".into()))?;
        self.begin(fresh, firm, agency, None).await
    }

    /// The enterprise answers a return or refusal and sends it again.
    pub(super) async fn answer(&mut self, firm: usize, agency: usize, id: EnrolmentId) -> Result<()> {
        let (_, owner) = self.owner(firm)?;
        let all = self.portal.enrolments().mine(&owner).await?;
        let Some(enrolment) = all.into_iter().find(|enrolment| enrolment.id == id) else { return Ok(()) };
        let answer = match enrolment.stage() {
            EnrolmentStage::Returned => "已按要求补全，请核对。",
            EnrolmentStage::Refused => {
                "投诉已于上周核实办结，不存在所反映的问题，核实结果通知书编号已告知经办人，申请继续办理。"
            }
            _ => return Ok(()),
        };
        self.portal.enrolments().submit(&owner, id, Some(note(answer)?)).await?;
        let days = self.dice.days(2, 6);
        self.in_days(days, Task::Decide { firm, agency, id, again: true });
        Ok(())
    }
}

/// To whom the named enterprises apply.
const fn named_agencies(firm: usize) -> &'static [usize] {
    match firm {
        0 => &[0, 2],
        1 | 3 => &[0],
        2 => &[2],
        9..=11 => &[1],
        _ => &[],
    }
}
