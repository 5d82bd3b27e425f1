//! Visits that are due, that take place, and that were avoided: what one step keeps
//! must not be undone by the next.

use std::collections::BTreeSet;

use domain::{
    actor::Actor,
    case::{LineVerdict, OnSiteReason, Outcome},
    enrolment::EnrolmentError,
    ids::{ItemId, LineId},
    item::{ItemContent, Regime, Remote},
    time::Timestamp,
    visit_ledger::{DueVisitState, EntryStage, ExtraGround, LedgerError},
};
use portal::{
    Clock, Error,
    services::ledgers::{NewDueVisit, NewSiteVisit, Planned},
    store::{Base, Page},
};

use time::macros::date;

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
            let Planned::Joined(case) = plan(vec![item]).await else { panic!("{item} is enrolled") };
            assert_eq!(town.case(case).await.items.iter().map(|item| item.item).collect::<Vec<_>>(), [item]);
        }
        // Nobody is called at for what two applications have together.
        let Planned::Covered(both) = plan(vec![town.item, other]).await else { panic!("both are enrolled") };
        let items: BTreeSet<ItemId> = town.case(both).await.items.iter().map(|item| item.item).collect();
        assert_eq!(items, BTreeSet::from([town.item, other]));
    })
    .await;
}

#[tokio::test]
async fn what_two_applications_have_is_asked_for_together() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (other, _) = town.second_item().await;
        let owner = town.restaurant(1).await;
        town.enrolled(&owner, &[town.item]).await;
        town.clock.set(town.clock.now().plus_days(3));
        town.enrolled(&owner, &[other]).await;
        let cases = async || town.portal.cases().mine(&owner, Page::ALL).await.unwrap().rows;
        assert_eq!(cases().await.len(), 2, "each began as it was accepted");
        // Half a year later both are due within days of each other.
        town.clock.set(town.clock.now().plus_days(190));
        assert_eq!(town.portal.sweeps().run().await.rounds, 1);
        let found = cases().await;
        assert_eq!((found.len(), found[0].case.items.len()), (3, 2), "one round for both");
        assert_eq!(town.portal.sweeps().run().await.rounds, 0);
        let enrolments = town.portal.enrolments().mine(&owner).await.unwrap();
        let now = town.clock.now();
        assert!(enrolments.iter().all(|enrolment| enrolment.next_round.unwrap() > now), "{enrolments:?}");
    })
    .await;
}

#[tokio::test]
async fn what_the_desk_cannot_close_is_visited() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let lines = vec![LineId(uuid::Uuid::new_v4())];
        let key = ItemContent { regime: Regime::Key, ..content(&lines) };
        assert!(key.is_remote() && !key.remotely_closable());
        let catalogue = town.portal.catalogue();
        catalogue.write_draft(&town.li_na, Some(town.item), key).await.unwrap();
        catalogue.publish(&town.head, town.item).await.unwrap();
        let id = owner.enterprise().unwrap();
        assert_eq!(town.portal.ledgers().outlook(&town.head, id).await.unwrap().enrolled, []);
        assert_eq!(town.plan(&owner).await, Planned::OnSite);
        // A round that began so stays so, whatever is published after it.
        let other = town.restaurant(2).await;
        let round = town.enrol(&other).await;
        catalogue.write_draft(&town.li_na, Some(town.item), content(&lines)).await.unwrap();
        catalogue.publish(&town.head, town.item).await.unwrap();
        assert!(matches!(town.plan(&other).await, Planned::Covered(case) if case != round));
    })
    .await;
}

#[tokio::test]
async fn the_visit_that_is_planned_comes_before_older_ones_that_wait() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let first = town.enrol(&owner).await;
        assert_eq!(town.plan(&owner).await, Planned::Joined(first));
        town.portal.cases().withdraw(&owner, first, note("歇业几天")).await.unwrap();
        assert_eq!(town.due_state().await, DueVisitState::Open);
        town.clock.pass_minutes(1);
        let Planned::Covered(case) = town.plan(&owner).await else { panic!("it is enrolled") };
        // The latest first.
        assert_eq!(town.due_state().await, DueVisitState::Covered { case }, "as the head was told");
        let open = town.portal.ledgers().due_visits(&town.head, true, Page::ALL).await.unwrap();
        assert_eq!(open.total, 1, "the older one still waits");
    })
    .await;
}

#[tokio::test]
async fn an_outcome_that_spares_no_visit_leaves_it_due() {
    on_each(async |db| {
        let town = Town::on(db).await;
        for (number, outcome) in (1..).zip(Outcome::ALL) {
            let owner = town.restaurant(number).await;
            town.enrol(&owner).await;
            let case = town.decided(&owner, outcome).await;
            let expected = match outcome {
                Outcome::NoIssue | Outcome::Guidance => DueVisitState::Avoided { case },
                // Whether it is put right is still to be seen.
                Outcome::FirstViolation => DueVisitState::Covered { case },
                Outcome::OrderToCorrect | Outcome::FiledCase => DueVisitState::Open,
            };
            assert_eq!(town.due_state().await, expected, "{outcome:?}");
            town.clock.pass_minutes(1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_round_that_is_not_sent_yet_stands_in_for_a_planned_visit() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let first = town.enrol(&owner).await;
        let count = async || town.portal.cases().mine(&owner, Page::ALL).await.unwrap().total;
        assert_eq!(town.plan(&owner).await, Planned::Joined(first));
        assert_eq!((count().await, town.due_state().await), (1, DueVisitState::Covered { case: first }));
        assert!(town.case(first).await.items.iter().all(|item| item.due_visit.is_some()));
        // It stands in for one visit; a second one has a case of its own.
        town.clock.pass_minutes(1);
        let Planned::Covered(second) = town.plan(&owner).await else { panic!("a round for the second visit") };
        assert_eq!(count().await, 2);
        // What is sent is as it was sent.
        for case in [first, second] {
            town.send(&owner, case).await;
        }
        town.clock.pass_minutes(1);
        assert!(matches!(town.plan(&owner).await, Planned::Covered(third) if third != first && third != second));
        // The round that was joined avoids the visit as any other would.
        town.review(first, LineVerdict::Accepted).await;
        town.decide(first, Outcome::NoIssue).await;
        assert_eq!(town.stages().await, [EntryStage::Claimed]);
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
        // A visit that may not be made cannot be avoided either.
        let other = town.restaurant(2).await;
        town.enrol(&other).await;
        let until = date!(2027 - 12 - 31);
        let plan = |ground| NewDueVisit { ground, until, ..due(&other, vec![town.item]) };
        assert!(matches!(ledgers.plan(&town.head, plan(None)).await.unwrap().1, Planned::Joined(_)));
        assert!(matches!(ledgers.plan(&town.head, plan(None)).await.unwrap().1, Planned::Covered(_)));
        over(ledgers.plan(&town.head, plan(None)).await.unwrap_err());
        // And what was looked at remotely, as it was planned, counts to the cap of visits.
        let visit = |ground| NewSiteVisit { ground, ..town.site_visit(&other, town.clock.now()) };
        over(ledgers.record_site_visit(&town.li_na, visit(None)).await.unwrap_err());
        let extra = ledgers.plan(&town.head, plan(Some(ExtraGround::Clue))).await.unwrap().1;
        assert!(matches!(extra, Planned::Covered(_)));
        // The next year is another one, also for what is planned in this one.
        let next = NewDueVisit { until: date!(2028 - 01 - 31), ..plan(None) };
        assert!(matches!(ledgers.plan(&town.head, next).await.unwrap().1, Planned::Covered(_)));
    })
    .await;
}

#[tokio::test]
async fn a_case_that_goes_over_to_a_visit_takes_back_what_is_not_confirmed_for_its_items() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.decided(&owner, Outcome::NoIssue).await;
        assert_eq!(town.stages().await, [EntryStage::Claimed]);
        // A later case for the same item is not settled at the desk.
        town.clock.pass_minutes(60);
        let case = town.covered(&owner).await;
        let reviews = town.portal.reviews();
        reviews.propose_on_site(&town.li_na, case, OnSiteReason::Complaint, note("接到群众投诉")).await.unwrap();
        assert_eq!(town.stages().await, [EntryStage::Claimed], "nobody has approved it");
        reviews.approve_on_site(&town.head, case).await.unwrap();
        assert_eq!(town.stages().await, [EntryStage::Reversed]);
        let figures = town.portal.ledgers().figures(&town.head, &Base::default()).await.unwrap();
        assert_eq!((figures.ledger.claimed, figures.ledger.reversed), (0, 1));
        // Both visits are made with the one that follows, long after; the round that begins
        // meanwhile stands in for neither.
        town.clock.set(town.clock.now().plus_days(200));
        assert_eq!(town.portal.sweeps().run().await.rounds, 1);
        let open = town.portal.ledgers().due_visits(&town.head, true, Page::ALL).await.unwrap().rows;
        assert_eq!(open.len(), 2, "the one of the converted case and the one that had been claimed are due again");
        let at = town.clock.now();
        // The form asks for neither the case nor the second visit.
        let visit = NewSiteVisit {
            due_visit: Some(open[0].visit.id),
            ground: Some(ExtraGround::Clue),
            ..town.site_visit(&owner, at)
        };
        town.portal.ledgers().record_site_visit(&town.li_na, visit).await.unwrap();
        let all = town.portal.ledgers().due_visits(&town.head, false, Page::ALL).await.unwrap().rows;
        assert!(all.iter().all(|row| row.visit.state == DueVisitState::Visited { at }), "{all:?}");
        let visits =
            portal::store::visit::site_visits(town.portal.store().read(), owner.enterprise().unwrap(), town.agency);
        assert_eq!(visits.await.unwrap()[0].case, Some(case), "the case that it comes from");
        // What comes after it comes from something else.
        town.clock.set(town.clock.now().plus_days(10));
        let later = NewSiteVisit { ground: Some(ExtraGround::Clue), ..town.site_visit(&owner, town.clock.now()) };
        town.portal.ledgers().record_site_visit(&town.li_na, later).await.unwrap();
        let visits =
            portal::store::visit::site_visits(town.portal.store().read(), owner.enterprise().unwrap(), town.agency);
        assert_eq!(visits.await.unwrap()[0].case, None);
    })
    .await;
}

#[tokio::test]
async fn what_needs_the_site_is_neither_applied_for_nor_checked_without_a_visit() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let catalogue = town.portal.catalogue();
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        // The agency finds out that it cannot be seen in pictures.
        let on_site = |lines: &[LineId]| ItemContent {
            remote: Remote::Unsuitable { reason: note("须现场开箱检测") },
            ..content(lines)
        };
        let lines = vec![LineId(uuid::Uuid::new_v4())];
        catalogue.write_draft(&town.li_na, Some(town.item), on_site(&lines)).await.unwrap();
        catalogue.publish(&town.head, town.item).await.unwrap();
        assert_eq!(town.plan(&owner).await, Planned::OnSite, "a case could not be closed");
        let enrolments = town.portal.enrolments();
        let other = town.restaurant(2).await;
        let refused = enrolments.write(&other, None, town.agency, &[town.item]).await;
        assert!(matches!(refused, Err(Error::Enrolment(EnrolmentError::NotRemote { position: 1 }))), "{refused:?}");
        // The next round asks for nothing, and is looked for again.
        let before = town.portal.cases().mine(&owner, Page::ALL).await.unwrap().total;
        town.clock.set(town.clock.now().plus_days(200));
        let swept = town.portal.sweeps().run().await;
        assert_eq!((swept.rounds, swept.failures.len()), (0, 0), "{swept:?}");
        assert_eq!(town.portal.cases().mine(&owner, Page::ALL).await.unwrap().total, before);
        let next = enrolments.mine(&owner).await.unwrap()[0].next_round.unwrap();
        assert!(next > town.clock.now());
        // An application that was sent before is not accepted.
        let (second, _) = town.second_item().await;
        let id = enrolments.write(&other, None, town.agency, &[second]).await.unwrap();
        enrolments.submit(&other, id, None).await.unwrap();
        catalogue.write_draft(&town.li_na, Some(second), on_site(&lines)).await.unwrap();
        catalogue.publish(&town.head, second).await.unwrap();
        let refused = enrolments.accept(&town.wang_qiang, id).await;
        assert!(matches!(refused, Err(Error::Enrolment(EnrolmentError::NotRemote { position: 1 }))), "{refused:?}");
    })
    .await;
}
