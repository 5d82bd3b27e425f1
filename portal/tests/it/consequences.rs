//! What follows from what: a rule that one step keeps must not be undone by the
//! next.

use domain::{
    actor::{Actor, Certificate},
    case::{LineVerdict, Outcome, ProblemDraft},
    enrolment::EnrolmentError,
    evidence::Moment,
    finding::FindingState,
    first_violation::{Category, FirstViolationStage, Obstacle},
    ids::{CaseId, ItemId, LineId},
    time::Timestamp,
    visit_ledger::{DueReason, DueVisitState, EntryStage, ExtraGround, LedgerError},
};
use portal::{
    Clock, Error,
    services::{
        evidences::Slot,
        ledgers::{NewDueVisit, NewSiteVisit, Planned},
        reviews::FirstViolationProposal,
        todos::Task,
    },
    store::{Base, LedgerFilter, Page},
};
use time::macros::date;
use uuid::Uuid;

use crate::common::*;

fn due(owner: &Actor, items: Vec<ItemId>) -> NewDueVisit {
    NewDueVisit {
        enterprise: owner.enterprise().unwrap(),
        items,
        reason: DueReason::RandomDraw,
        reference: note("2026年第一批抽查"),
        until: date!(2026 - 12 - 31),
        ground: None,
    }
}

impl Town {
    /// A second item of the agency, published.
    async fn second_item(&self) -> (ItemId, Vec<LineId>) {
        let lines = vec![LineId(Uuid::new_v4())];
        let item = self.portal.catalogue().write_draft(&self.li_na, None, content(&lines)).await.unwrap();
        self.portal.catalogue().publish(&self.head, item).await.unwrap();
        (item, lines)
    }

    async fn enrolled(&self, owner: &Actor, items: &[ItemId]) {
        let enrolments = self.portal.enrolments();
        let id = enrolments.write(owner, None, self.agency, items).await.unwrap();
        enrolments.submit(owner, id, None).await.unwrap();
        enrolments.accept(&self.wang_qiang, id).await.unwrap();
    }

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

    /// A covered visit whose case comes to this.
    async fn decided(&self, owner: &Actor, outcome: Outcome) -> CaseId {
        let Planned::Covered(case) = self.plan(owner).await else { panic!("nothing covers the visit") };
        self.send(owner, case).await;
        let found = if outcome.needs_problem() { LineVerdict::ProblemFound } else { LineVerdict::Accepted };
        self.review(case, found).await;
        let first = (outcome == Outcome::FirstViolation)
            .then(|| FirstViolationProposal { entry: self.entry, answers: good_answers() });
        self.portal.reviews().propose(&self.li_na, case, outcome, None, first).await.unwrap();
        self.portal.reviews().confirm(&self.wang_qiang, case).await.unwrap();
        case
    }

    async fn put_right(&self, owner: &Actor, finding: domain::ids::FindingId) {
        self.upload(owner, Slot::Finding(finding, Moment::After), jpeg()).await.unwrap();
        self.portal.findings().resubmit(owner, finding, note("已清洁")).await.unwrap();
    }

    async fn stages(&self) -> Vec<EntryStage> {
        let found = self.portal.ledgers().entries(&self.head, &LedgerFilter::default(), Page::ALL).await.unwrap();
        found.rows.into_iter().map(|row| row.entry.stage()).collect()
    }

    async fn due_state(&self) -> DueVisitState {
        let found = self.portal.ledgers().due_visits(&self.head, false, Page::ALL).await.unwrap();
        found.rows[0].visit.state.clone()
    }
}

fn problem() -> ProblemDraft {
    ProblemDraft {
        fact: note("地面有积水"),
        clause: name("食品安全法第三十三条"),
        why: note("容易滋生细菌"),
        how_to_fix: vec![note("清洁并保持干燥")],
        shown_by: vec![],
        days: 15,
    }
}

#[tokio::test]
async fn a_notice_for_one_item_spares_no_problem_of_another() {
    on_each(async |db| {
        let mut town = Town::on(db).await;
        let (other, lines) = town.second_item().await;
        let owner = town.restaurant(1).await;
        let all = [town.item, other];
        town.enrolled(&owner, &all).await;
        town.lines.extend(lines);
        let case = town.portal.cases().mine(&owner, Page::ALL).await.unwrap().rows[0].case.id;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        let first = || FirstViolationProposal { entry: town.entry, answers: good_answers() };
        let reviews = town.portal.reviews();
        let refused = reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, Some(first())).await;
        assert!(
            matches!(&refused, Err(Error::Obstacles(found)) if found[..] == [Obstacle::OtherProblems]),
            "{refused:?}"
        );
        // Without the other item's problem nothing is in the way.
        let line = *town.lines.last().unwrap();
        reviews.review_line(&town.li_na, case, line, LineVerdict::Accepted, None, None).await.unwrap();
        reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, Some(first())).await.unwrap();
        reviews.confirm(&town.wang_qiang, case).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_minor_is_spared_again() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.decided(&owner, Outcome::OrderToCorrect).await;
        let Planned::Covered(case) = town.plan(&owner).await else { panic!() };
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        let options = async || town.portal.reviews().first_violation_options(&town.li_na, case).await.unwrap();
        let (mut minor, _) = options().await.remove(0);
        minor.id = Uuid::new_v4();
        minor.entry.category = Category::MinorIsSpared;
        town.portal.catalogue().add_first_violation_entry_locally(&minor).await.unwrap();
        let options = options().await;
        assert!(options.iter().all(|(entry, slot)| slot.is_some() == (entry.id == town.entry)), "{options:?}");
        let first = |entry| Some(FirstViolationProposal { entry, answers: good_answers() });
        let reviews = town.portal.reviews();
        let refused = reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, first(town.entry)).await;
        assert!(matches!(refused, Err(Error::Obstacles(_))), "{refused:?}");
        reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, first(minor.id)).await.unwrap();
        reviews.confirm(&town.wang_qiang, case).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_proof_sent_back_gives_a_first_violation_no_later_term() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.decided(&owner, Outcome::FirstViolation).await;
        let view = async || town.portal.cases().get(&owner, case).await.unwrap();
        let now = view().await;
        let term = now.first_violation.unwrap().correct_by().unwrap();
        let [one, two] = [now.findings[0].id, now.findings[1].id];
        for id in [one, two] {
            town.put_right(&owner, id).await;
        }
        town.portal.findings().verify(&town.li_na, two).await.unwrap();
        // While the term runs, a send-back tells no later one.
        town.clock.set(Timestamp(term.0 - 1000));
        town.portal.findings().send_back(&town.li_na, one, note("照片模糊")).await.unwrap();
        let returned = view().await.findings.into_iter().find(|finding| finding.id == one).unwrap();
        assert_eq!(returned.due(), Some(term));
        town.put_right(&owner, one).await;
        // Once it has passed there is time to put it right, and no sparing.
        town.clock.set(term.plus_minutes(1));
        town.portal.findings().send_back(&town.li_na, one, note("仍然模糊")).await.unwrap();
        town.put_right(&owner, one).await;
        town.portal.findings().verify(&town.li_na, one).await.unwrap();
        let end = view().await;
        assert_eq!(end.first_violation.unwrap().stage(), FirstViolationStage::Lapsed);
        let verified = end.findings.into_iter().find(|finding| finding.id == one).unwrap();
        assert!(matches!(verified.state, FindingState::Verified { .. }));
        assert_eq!(town.stages().await, [], "what is not spared avoids no visit");
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
async fn a_visit_recorded_late_takes_the_entry_back_all_the_same() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.clock.pass_minutes(10);
        let before = town.clock.now();
        town.clock.pass_minutes(10);
        let Planned::Covered(case) = town.plan(&owner).await else { panic!() };
        town.send(&owner, case).await;
        town.clock.pass_minutes(10);
        let meanwhile = town.clock.now();
        town.clock.pass_minutes(10);
        town.review(case, LineVerdict::Accepted).await;
        town.portal.reviews().propose(&town.li_na, case, Outcome::NoIssue, None, None).await.unwrap();
        town.portal.reviews().confirm(&town.wang_qiang, case).await.unwrap();
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
async fn an_application_is_answered_by_who_may_sign_and_by_how_it_stands_today() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let enrolments = town.portal.enrolments();
        let id = enrolments.write(&owner, None, town.agency, &[town.item]).await.unwrap();
        enrolments.submit(&owner, id, None).await.unwrap();
        let expired = Certificate { number: name("吉A-旧"), valid_to: date!(2026 - 01 - 31) };
        for certificate in [Some(expired), None] {
            let helper = Actor { certificate, ..town.li_na.clone() };
            for result in [
                enrolments.accept(&helper, id).await,
                enrolments.return_(&helper, id, vec![note("平面图")]).await,
                enrolments.refuse(&helper, id, note("不符合")).await,
            ] {
                assert!(matches!(result, Err(Error::Enrolment(EnrolmentError::NoCertificate))), "{result:?}");
            }
        }
        // It moves into a trade that the item does not apply to.
        let mut enterprise = town.portal.enterprises().own(&owner).await.unwrap();
        enterprise.industry = "F5211".parse().unwrap();
        let edit = portal::services::enterprises::EnterpriseEdit {
            name: enterprise.name,
            region: enterprise.region,
            industry: enterprise.industry,
            site: enterprise.site,
            contact: enterprise.contact,
            phone: enterprise.phone,
        };
        town.portal.enterprises().correct(&owner, edit).await.unwrap();
        let refused = enrolments.accept(&town.wang_qiang, id).await;
        assert!(
            matches!(refused, Err(Error::Enrolment(EnrolmentError::NoLongerQualifies { position: 1 }))),
            "{refused:?}"
        );
        enrolments.return_(&town.wang_qiang, id, vec![note("行业已变更")]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_shows_a_problem_was_sent_with_its_case() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let mut files = Vec::new();
        let mut cases = Vec::new();
        for number in 1..=2 {
            let owner = town.restaurant(number).await;
            let case = town.enrol(&owner).await;
            town.send(&owner, case).await;
            files.push(town.portal.cases().get(&owner, case).await.unwrap().evidence[0].id);
            cases.push(case);
        }
        let reviews = town.portal.reviews();
        reviews.take(&town.li_na, cases[0]).await.unwrap();
        let shown_by = async |file| {
            let problem = Some(ProblemDraft { shown_by: vec![file], ..problem() });
            reviews.review_line(&town.li_na, cases[0], town.lines[0], LineVerdict::ProblemFound, None, problem).await
        };
        let foreign = shown_by(files[1]).await;
        assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
        shown_by(files[0]).await.unwrap();
        // Nor does a condition of a notice rest on another case's file.
        town.review(cases[0], LineVerdict::ProblemFound).await;
        let mut answers = good_answers();
        answers.common[0].evidence = vec![files[1]];
        let first = Some(FirstViolationProposal { entry: town.entry, answers });
        let refused = reviews.propose(&town.li_na, cases[0], Outcome::FirstViolation, None, first).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn what_stays_overdue_rises_to_the_head_and_then_to_the_supervisor() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let supervisor = crate::reach::supervisor(&town, "city", domain::region::RegionCode::CHANGCHUN).await;
        let owner = town.restaurant(1).await;
        let waiting = town.enrol(&owner).await;
        let second = town.restaurant(2).await;
        let sent = town.enrol(&second).await;
        town.send(&second, sent).await;
        let third = town.restaurant(3).await;
        let application = town.portal.enrolments().write(&third, None, town.agency, &[town.item]).await.unwrap();
        town.portal.enrolments().submit(&third, application, None).await.unwrap();
        // The cases and applications that somebody is told of, in order.
        let told = async |actor: &Actor| {
            let todos = town.portal.todos().of(actor).await.unwrap();
            let mut cases = Vec::new();
            let mut applications = Vec::new();
            for todo in todos {
                match todo.task {
                    Task::OverdueCase(id, _) => cases.push(id),
                    Task::OverdueEnrolment(id, _) | Task::DecideEnrolment(id, _) => applications.push(id),
                    _ => {}
                }
            }
            cases.sort();
            (cases, applications)
        };
        let mut both = vec![waiting, sent];
        both.sort();
        assert_eq!(told(&town.head).await, (vec![], vec![application]), "it can be decided from the first day");
        assert_eq!(told(&supervisor).await, (vec![], vec![]));
        town.clock.set(town.clock.now().plus_days(10));
        assert_eq!(told(&town.head).await, (both.clone(), vec![application]));
        assert_eq!(told(&supervisor).await, (vec![], vec![]), "the head has time to see to it");
        town.clock.set(town.clock.now().plus_days(30));
        assert_eq!(told(&supervisor).await, (both.clone(), vec![application]));
        assert_eq!(told(&town.li_na).await.0, [], "an officer's work is to take them");
        // Within reach, as everything.
        let district = crate::reach::supervisor(&town, "district", "220104".parse().unwrap()).await;
        assert_eq!(told(&district).await, (vec![], vec![]));
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
