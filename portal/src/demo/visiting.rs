//! Plans, draws and visits that take place after all.

use domain::{
    case::Case,
    ids::ItemId,
    visit_ledger::{DueReason, ExtraGround, LedgerError},
};
use time::Duration;

use super::{
    note,
    world::{Course, PlannedVisit, Task, World},
};
use crate::{
    error::{Error, Result},
    services::ledgers::{NewDueVisit, NewSiteVisit, Planned},
};

impl World {
    /// A month's visits of an agency: mostly to enterprises that an enrolment
    /// covers, where a round of self-checks takes their place.
    pub(super) async fn plan(&mut self, agency: usize, month: u64) -> Result<()> {
        for serial in 1..=self.size.visits() {
            let covered = self.dice.chance(72);
            let Some(firm) = self.someone(agency, covered) else { continue };
            let items = match self.firms[firm].enrolled.get(&agency) {
                Some(items) => items.clone(),
                None => self.items_for(agency, firm),
            };
            if items.is_empty() {
                continue;
            }
            let reason = self.reason(month);
            self.due_visit(agency, firm, items, reason, month * 100 + serial, None).await?;
        }
        Ok(())
    }

    /// An enterprise that an enrolment covers and that has no open case, or one
    /// without an enrolment.
    pub(super) fn someone(&mut self, agency: usize, covered: bool) -> Option<usize> {
        let named = super::people::OWNERS.len();
        let shelf = &self.shelves[agency];
        let able: Vec<usize> = (0..self.firms.len())
            .filter(|place| *place >= named || *place == named - 1)
            .filter(|place| {
                let firm = &self.firms[*place];
                let idle = firm.busy.get(&agency).is_none_or(|count| *count == 0);
                let closable =
                    |items: &Vec<ItemId>| items.iter().all(|id| shelf.item(*id).is_some_and(|item| item.closable));
                match firm.enrolled.get(&agency) {
                    Some(items) => covered && idle && closable(items),
                    None => !covered && firm.confirmed && firm.fate == super::enrolling::Fate::Ordinary,
                }
            })
            .collect();
        (!able.is_empty()).then(|| *self.dice.pick(&able))
    }

    fn items_for(&self, agency: usize, firm: usize) -> Vec<ItemId> {
        let industry = self.firms[firm].draft.new.industry;
        let items = self.shelves[agency].items.iter().filter(|item| item.content.applies_to(&industry));
        items.map(|item| item.id).take(1).collect()
    }

    /// Puts a visit on the plan. What nothing covers is visited later.
    pub(super) async fn due_visit(
        &mut self,
        agency: usize,
        firm: usize,
        items: Vec<ItemId>,
        reason: DueReason,
        serial: u64,
        staged: Option<(super::staging::Stop, super::world::End, usize)>,
    ) -> Result<()> {
        let (id, _) = self.owner(firm)?;
        let today = self.portal.now().date();
        let year = today.year();
        let reference = match reason {
            DueReason::Plan => format!("{year}年度行政检查计划第{serial}项"),
            DueReason::RandomDraw => format!("{year}年双随机抽查第{serial}号"),
            DueReason::Campaign => format!("{year}年专项检查方案第{serial}项"),
            DueReason::Recheck => format!("整改复查任务{year}-{serial}"),
            DueReason::Complaint => format!("投诉核查任务{year}-{serial}"),
        };
        let head = self.crews[agency].head.clone();
        let new = NewDueVisit {
            enterprise: id,
            items: items.clone(),
            reason,
            reference: note(&reference)?,
            until: today + Duration::days(60),
            ground: match reason {
                DueReason::Complaint => Some(ExtraGround::Clue),
                // What is to be seen on the last day is seen also where the year's visits are used up.
                DueReason::Campaign if staged.is_some() => Some(ExtraGround::SuperiorCampaign),
                _ => None,
            },
        };
        self.tick();
        let (due, planned) = match self.portal.ledgers().plan(&head, new).await {
            // Who has been visited often enough is left alone.
            Err(Error::Ledger(LedgerError::OverCap { .. })) => return Ok(()),
            planned => planned?,
        };
        match planned {
            Planned::Covered(case) => self.begin(case, firm, agency, staged).await,
            // Its course runs already.
            Planned::Joined(_) => Ok(()),
            Planned::OnSite => {
                let visit = PlannedVisit {
                    firm,
                    agency,
                    items,
                    due: Some(due),
                    case: None,
                    note: "按计划到场检查，检查情况已记入现场检查笔录。",
                };
                let days = self.dice.days(4, 30);
                self.in_days(days, Task::Visit { visit: Box::new(visit) });
                Ok(())
            }
        }
    }

    pub(super) async fn visit(&mut self, visit: PlannedVisit) -> Result<()> {
        let (id, _) = self.owner(visit.firm)?;
        if let Some(due) = visit.due {
            // A round that began meanwhile may stand in for it.
            let due = crate::store::visit::get(self.portal.store().read(), due).await?;
            let open = due.is_some_and(|due| due.state == domain::visit_ledger::DueVisitState::Open);
            if !open {
                return Ok(());
            }
        }
        let desk = self.dice.place(3);
        let officer = self.officer(visit.agency, desk).clone();
        let new = NewSiteVisit {
            enterprise: id,
            items: visit.items,
            at: self.portal.now().plus_minutes(-60),
            due_visit: visit.due,
            case: visit.case,
            note: note(visit.note)?,
            // What was not planned was a complaint.
            ground: visit.due.is_none().then_some(ExtraGround::Clue),
        };
        match self.portal.ledgers().record_site_visit(&officer, new).await {
            Err(Error::Ledger(LedgerError::OverCap { .. })) => Ok(()),
            recorded => recorded.map(drop),
        }
    }

    /// Now and then the site is visited within the quiet period after all, and the
    /// ledger takes its entry back.
    pub(super) fn maybe_contradict(&mut self, case: &Case, course: &Course) {
        let due = case.items.iter().any(|item| item.due_visit.is_some());
        if !due || course.stop.is_some() || !self.dice.chance(5) {
            return;
        }
        let visit = PlannedVisit {
            firm: course.firm,
            agency: course.agency,
            items: case.items.iter().map(|item| item.item).collect(),
            due: None,
            case: None,
            note: "接到群众投诉到场核实，核实情况已记录。",
        };
        let days = self.dice.days(8, 40);
        self.in_days(days, Task::Visit { visit: Box::new(visit) });
    }
}
