//! Visits that are due, that take place, and that were avoided: what one step keeps
//! must not be undone by the next.

use domain::{
    actor::Actor,
    case::{LineVerdict, Outcome},
    time::Timestamp,
    visit_ledger::{DueVisitState, EntryStage, ExtraGround, LedgerError},
};
use portal::{
    Clock, Error,
    services::ledgers::{NewDueVisit, NewSiteVisit, Planned},
    store::{Base, Page},
};

use crate::common::*;

impl Town {
    fn site_visit(&self, owner: &Actor, at: Timestamp) -> NewSiteVisit {
        NewSiteVisit {
            enterprise: owner.enterprise().unwrap(),
            items: vec![self.item],
            at,
            due_visit: None,
            case: None,
            note: note("接到投诉"),
            ground: None,
        }
    }

    async fn due_state(&self) -> DueVisitState {
        let found = self.portal.ledgers().due_visits(&self.head, false, Page::ALL).await.unwrap();
        found.rows[0].visit.state.clone()
    }
}

#[tokio::test]
async fn the_enrolment_that_has_the_items_covers_the_visit() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (other, _) = town.second_item().await;
        let owner = town.restaurant(1).await;
        town.enrolled(&owner, &[town.item]).await;
        town.clock.pass_minutes(1);
        town.enrolled(&owner, &[other]).await;
        let plan = async |items| town.portal.ledgers().plan(&town.head, due(&owner, items)).await.unwrap().1;
        for item in [town.item, other] {
            let Planned::Covered(case) = plan(vec![item]).await else { panic!("{item} is enrolled") };
            assert_eq!(town.case(case).await.items.iter().map(|item| item.item).collect::<Vec<_>>(), [item]);
        }
        assert_eq!(plan(vec![town.item, other]).await, Planned::OnSite, "no enrolment has both");
    })
    .await;
}

#[tokio::test]
async fn who_was_visited_meanwhile_was_not_spared_a_visit() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.covered(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::Accepted).await;
        town.clock.pass_minutes(60);
        let visit = NewSiteVisit {
            enterprise: owner.enterprise().unwrap(),
            items: vec![town.item],
            at: town.clock.now(),
            due_visit: None,
            case: None,
            note: note("接到投诉"),
            ground: None,
        };
        town.portal.ledgers().record_site_visit(&town.li_na, visit.clone()).await.unwrap();
        town.decide(case, Outcome::NoIssue).await;
        let figures = town.portal.ledgers().figures(&town.head, &Base::default()).await.unwrap();
        assert_eq!(figures.ledger.claimed, 0);
        // A visit belongs to a case of the same enterprise and agency.
        let other = town.restaurant(2).await;
        let foreign =
            NewSiteVisit { enterprise: other.enterprise().unwrap(), at: town.clock.now(), case: Some(case), ..visit };
        let refused = town.portal.ledgers().record_site_visit(&town.li_na, foreign).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_visit_recorded_late_takes_the_entry_back_all_the_same() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.clock.pass_minutes(10);
        let before = town.clock.now();
        town.clock.pass_minutes(10);
        let case = town.covered(&owner).await;
        town.send(&owner, case).await;
        town.clock.pass_minutes(10);
        let meanwhile = town.clock.now();
        town.clock.pass_minutes(10);
        town.review(case, LineVerdict::Accepted).await;
        town.decide(case, Outcome::NoIssue).await;
        let record = async |at| town.portal.ledgers().record_site_visit(&town.li_na, town.site_visit(&owner, at)).await;
        assert_eq!(record(before).await.unwrap(), 0, "that was before the visit became due");
        assert_eq!(record(meanwhile).await.unwrap(), 1);
        assert_eq!(town.stages().await, [EntryStage::Reversed]);
        assert_eq!(town.due_state().await, DueVisitState::Visited { at: meanwhile });
    })
    .await;
}

#[tokio::test]
async fn an_avoided_visit_that_takes_place_at_last_was_not_avoided() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.decided(&owner, Outcome::NoIssue).await;
        town.clock.set(town.clock.now().plus_days(120));
        town.portal.sweeps().run().await;
        assert_eq!(town.stages().await, [EntryStage::Confirmed]);
        let due = town.portal.ledgers().due_visits(&town.head, false, Page::ALL).await.unwrap().rows[0].visit.id;
        let at = town.clock.now();
        let visit = NewSiteVisit { due_visit: Some(due), ..town.site_visit(&owner, at) };
        town.portal.ledgers().record_site_visit(&town.li_na, visit.clone()).await.unwrap();
        assert_eq!(town.stages().await, [EntryStage::Reversed]);
        assert_eq!(town.due_state().await, DueVisitState::Visited { at });
        // It is settled once.
        town.clock.pass_minutes(5);
        let again = NewSiteVisit { at: town.clock.now(), ..visit };
        let refused = town.portal.ledgers().record_site_visit(&town.li_na, again).await;
        assert!(matches!(refused, Err(Error::Changed)), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_problem_that_goes_on_as_a_case_of_its_own_avoided_no_visit() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.decided(&owner, Outcome::Guidance).await;
        assert_eq!(town.stages().await, [EntryStage::Claimed]);
        let findings = town.portal.cases().get(&owner, case).await.unwrap().findings;
        town.portal.findings().transfer(&town.li_na, findings[0].id, note("拒不整改")).await.unwrap();
        assert_eq!(town.stages().await, [EntryStage::Reversed]);
        assert_eq!(town.due_state().await, DueVisitState::Open);
        // Closing the case does not claim it again.
        town.put_right(&owner, findings[1].id).await;
        town.portal.findings().verify(&town.li_na, findings[1].id).await.unwrap();
        assert_eq!(town.stages().await, [EntryStage::Reversed]);
        let figures = town.portal.ledgers().figures(&town.head, &Base::default()).await.unwrap();
        assert_eq!((figures.ledger.claimed, figures.ledger.confirmed), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn beyond_the_yearly_cap_a_visit_is_planned_and_recorded_on_a_ground_only() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let ledgers = town.portal.ledgers();
        let over = |error: Error| assert!(matches!(error, Error::Ledger(LedgerError::OverCap { done: 2, cap: 2 })));
        // Nothing covers the visits: one took place and one is on the plan.
        ledgers.record_site_visit(&town.li_na, town.site_visit(&owner, town.clock.now())).await.unwrap();
        let plan = |ground| NewDueVisit { ground, ..due(&owner, vec![town.item]) };
        let planned = ledgers.plan(&town.head, plan(None)).await.unwrap();
        assert_eq!(planned.1, Planned::OnSite);
        over(ledgers.plan(&town.head, plan(None)).await.unwrap_err());
        let (extra, _) = ledgers.plan(&town.head, plan(Some(ExtraGround::HigherLaw))).await.unwrap();
        let total = ledgers.due_visits(&town.head, true, Page::ALL).await.unwrap().total;
        assert_eq!(total, 2, "what was refused is not on the plan");
        // What was planned takes place; a third only on the ground it was planned on, or one of its own.
        town.clock.pass_minutes(5);
        let visit = |due_visit, ground| NewSiteVisit { due_visit, ground, ..town.site_visit(&owner, town.clock.now()) };
        ledgers.record_site_visit(&town.li_na, visit(Some(planned.0), None)).await.unwrap();
        town.clock.pass_minutes(5);
        over(ledgers.record_site_visit(&town.li_na, visit(None, None)).await.unwrap_err());
        ledgers.record_site_visit(&town.li_na, visit(Some(extra), None)).await.unwrap();
        town.clock.pass_minutes(5);
        ledgers.record_site_visit(&town.li_na, visit(None, Some(ExtraGround::Clue))).await.unwrap();
        // A new year begins anew.
        town.clock.set(town.clock.now().plus_days(320));
        ledgers.record_site_visit(&town.li_na, visit(None, None)).await.unwrap();
        // What an enrolment covers is no visit, however many there were.
        let other = town.restaurant(2).await;
        town.enrol(&other).await;
        for _ in 0..3 {
            assert!(matches!(town.plan(&other).await, Planned::Covered(_)));
        }
    })
    .await;
}
