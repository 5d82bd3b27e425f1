//! What the law forbids, or a careless portal would let through.

use domain::{
    actor::{Actor, Role, Roles, Scope},
    case::{LineVerdict, Outcome},
    enrolment::{EnrolmentError, EnrolmentStage},
    first_violation::{FirstViolationStage, Obstacle},
    ids::CaseId,
    region::RegionCode,
};
use portal::{
    Clock, Error, RegistrationError,
    services::{
        accounts::NewAccount,
        ledgers::{NewSiteVisit, Planned},
        reviews::FirstViolationProposal,
    },
    store::{Base, Page},
};

use crate::common::*;

impl Town {
    async fn problem(&self, owner: &Actor) -> CaseId {
        let Planned::Covered(case) = self.plan(owner).await else { panic!("nothing covers the visit") };
        self.send(owner, case).await;
        self.review(case, LineVerdict::ProblemFound).await;
        case
    }

    async fn propose_first(&self, case: CaseId) -> portal::Result<()> {
        let first = FirstViolationProposal { entry: self.entry, answers: good_answers() };
        self.portal.reviews().propose(&self.li_na, case, Outcome::FirstViolation, None, Some(first)).await
    }
}

fn is_not_first(result: &portal::Result<()>) -> bool {
    matches!(result, Err(Error::Obstacles(found)) if matches!(found[..], [Obstacle::NotFirst { .. }]))
}

#[tokio::test]
async fn an_order_to_correct_was_the_first_too() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.problem(&owner).await;
        town.portal.reviews().propose(&town.li_na, case, Outcome::OrderToCorrect, None, None).await.unwrap();
        town.portal.reviews().confirm(&town.wang_qiang, case).await.unwrap();
        let case = town.problem(&owner).await;
        let refused = town.propose_first(case).await;
        assert!(is_not_first(&refused), "{refused:?}");
        // Another enterprise is not held to it.
        let other = town.restaurant(2).await;
        town.enrol(&other).await;
        let case = town.problem(&other).await;
        town.propose_first(case).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_finding_handed_on_was_the_first_too() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.problem(&owner).await;
        town.portal.reviews().propose(&town.li_na, case, Outcome::Guidance, None, None).await.unwrap();
        town.portal.reviews().confirm(&town.wang_qiang, case).await.unwrap();
        let view = town.portal.cases().get(&town.li_na, case).await.unwrap();
        let later = town.problem(&owner).await;
        town.propose_first(later).await.unwrap();
        town.portal.reviews().unpropose(&town.li_na, later).await.unwrap();
        town.portal.findings().transfer(&town.li_na, view.findings[0].id, note("拒不整改")).await.unwrap();
        assert!(is_not_first(&town.propose_first(later).await));
    })
    .await;
}

#[tokio::test]
async fn a_first_violation_that_nobody_answers_lapses_with_its_term() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.problem(&owner).await;
        town.propose_first(case).await.unwrap();
        town.portal.reviews().confirm(&town.wang_qiang, case).await.unwrap();
        let stage = async || town.portal.cases().get(&owner, case).await.unwrap().first_violation.unwrap().stage();
        town.portal.sweeps().run().await;
        assert_eq!(stage().await, FirstViolationStage::Noticed);
        town.clock.set(town.clock.now().plus_days(30));
        let swept = town.portal.sweeps().run().await;
        assert!(swept.failures.is_empty(), "{:?}", swept.failures);
        assert_eq!(stage().await, FirstViolationStage::Lapsed);
    })
    .await;
}

#[tokio::test]
async fn who_was_visited_meanwhile_was_not_spared_a_visit() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let Planned::Covered(case) = town.plan(&owner).await else { panic!() };
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
        town.portal.reviews().propose(&town.li_na, case, Outcome::NoIssue, None, None).await.unwrap();
        town.portal.reviews().confirm(&town.wang_qiang, case).await.unwrap();
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
async fn nothing_is_enrolled_twice() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let enrolments = town.portal.enrolments();
        let first = enrolments.write(&owner, None, town.agency, &[town.item]).await.unwrap();
        let second = enrolments.write(&owner, None, town.agency, &[town.item]).await.unwrap();
        enrolments.submit(&owner, first, None).await.unwrap();
        let refused = enrolments.submit(&owner, second, None).await;
        assert!(matches!(refused, Err(Error::Enrolment(EnrolmentError::Twice { position: 1 }))), "{refused:?}");
        enrolments.withdraw(&owner, first).await.unwrap();
        enrolments.submit(&owner, second, None).await.unwrap();
        enrolments.accept(&town.wang_qiang, second).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_supervisor_of_a_district_sees_no_application_to_the_city() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let id = town.portal.enrolments().write(&owner, None, town.agency, &[town.item]).await.unwrap();
        town.portal.enrolments().submit(&owner, id, None).await.unwrap();
        let seen_from = async |region: RegionCode, login: &str| {
            let new = NewAccount {
                login: name(login),
                name: name("监督员"),
                roles: Roles::only(Role::Supervisor),
                scope: Scope::Jurisdiction(region),
                certificate: None,
                password: PASSWORD.into(),
            };
            let id = town.portal.accounts().create_locally(new).await.unwrap();
            let actor = town.portal.accounts().actor(id).await.unwrap().unwrap();
            let stages = [EnrolmentStage::Submitted];
            town.portal.enrolments().queue(&actor, &stages, Page::ALL).await.unwrap().total
        };
        assert_eq!(seen_from(RegionCode::CHANGCHUN, "city").await, 1);
        assert_eq!(seen_from("220102".parse().unwrap(), "district").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_code_that_a_stranger_had_registered_is_free_again_once_refused() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let accounts = town.portal.accounts();
        let (id, stranger) = accounts.register(newcomer(1)).await.unwrap();
        let mut own = newcomer(1);
        own.login = name("rightful");
        own.region = "220104".parse().unwrap();
        let taken = accounts.register(own.clone()).await;
        assert!(matches!(taken, Err(Error::Registration(RegistrationError::CreditCodeTaken))));
        town.portal.enterprises().reject(&town.li_na, id, note("并非本企业人员")).await.unwrap();
        let (again, owner) = accounts.register(own.clone()).await.unwrap();
        assert_eq!(again, id);
        assert!(accounts.actor(stranger.account).await.unwrap().is_none(), "the stranger is out");
        town.portal.enterprises().confirm(&town.li_na, id).await.unwrap();
        town.enrol(&owner).await;
        // What was confirmed once is nobody else's, whatever an agency says later.
        own.login = name("another");
        let taken = accounts.register(own).await;
        assert!(matches!(taken, Err(Error::Registration(RegistrationError::CreditCodeTaken))));
    })
    .await;
}
