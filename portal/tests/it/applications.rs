//! Applications and registrations: who answers them, by what, and how often.

use domain::{
    actor::{Actor, Certificate, Role},
    agency::{Agency, Level},
    enrolment::EnrolmentError,
    enterprise::Conduct,
    ids::{AgencyId, LineId},
    policy::Denied,
};
use portal::{
    Error, RegistrationError,
    services::{enterprises::EnterpriseEdit, visits::NewSiteVisit},
};
use time::macros::{date, datetime};

use crate::common::*;

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
async fn an_agency_takes_applications_from_its_own_region() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let portal = &town.portal;
        let district = Agency {
            id: AgencyId(uuid::Uuid::new_v4()),
            name: name("长春市朝阳区市场监督管理局"),
            document_mark: name("朝市监"),
            level: Level::District,
            region: "220104".parse().unwrap(),
            phone: name("0431-85000000"),
        };
        portal.catalogue().add_agency_locally(&district).await.unwrap();
        let head = Town::hire(portal, district.id, "chaoyang", "周敏", Role::AgencyHead).await;
        let officer = Town::hire(portal, district.id, "chaoyang1", "吴强", Role::Officer).await;
        let item =
            portal.catalogue().write_draft(&officer, None, content(&[LineId(uuid::Uuid::new_v4())])).await.unwrap();
        portal.catalogue().publish(&head, item).await.unwrap();
        let owner = town.restaurant(1).await;
        let enrolments = portal.enrolments();
        let offered = async || {
            let options = enrolments.options(&owner).await.unwrap();
            options.into_iter().any(|option| option.version.item == item)
        };
        let move_to = async |region: &str| {
            let enterprise = portal.enterprises().own(&owner).await.unwrap();
            let edit = EnterpriseEdit {
                name: enterprise.name,
                region: region.parse().unwrap(),
                industry: enterprise.industry,
                site: enterprise.site,
                contact: enterprise.contact,
                phone: enterprise.phone,
            };
            portal.enterprises().correct(&owner, edit).await.unwrap();
            portal.enterprises().confirm(&town.li_na, enterprise.id).await.unwrap();
        };
        let other_region = |refused: &Result<_, Error>| {
            assert!(matches!(refused, Err(Error::Enrolment(EnrolmentError::OtherRegion))), "{refused:?}");
        };
        assert!(!offered().await, "it lies in another district");
        other_region(&enrolments.write(&owner, None, district.id, &[item]).await.map(drop));
        move_to("220104").await;
        assert!(offered().await);
        let id = enrolments.write(&owner, None, district.id, &[item]).await.unwrap();
        move_to("220102").await;
        other_region(&enrolments.submit(&owner, id, None).await);
        move_to("220104").await;
        enrolments.submit(&owner, id, None).await.unwrap();
        move_to("220102").await;
        other_region(&enrolments.accept(&officer, id).await);
        move_to("220104").await;
        enrolments.accept(&officer, id).await.unwrap();
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
                assert!(matches!(result, Err(Error::Denied(Denied::NoCertificate))), "{result:?}");
            }
        }
        // It moves into a trade that the item does not apply to.
        let mut enterprise = town.portal.enterprises().own(&owner).await.unwrap();
        enterprise.industry = "F5211".parse().unwrap();
        let edit = EnterpriseEdit {
            name: enterprise.name,
            region: enterprise.region,
            industry: enterprise.industry,
            site: enterprise.site,
            contact: enterprise.contact,
            phone: enterprise.phone,
        };
        town.portal.enterprises().correct(&owner, edit).await.unwrap();
        let refused = enrolments.accept(&town.wang_qiang, id).await;
        assert!(matches!(refused, Err(Error::Enrolment(EnrolmentError::Unconfirmed))), "{refused:?}");
        town.portal.enterprises().confirm(&town.li_na, owner.enterprise().unwrap()).await.unwrap();
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
async fn a_code_that_a_stranger_had_registered_is_free_again_some_time_after_it_was_refused() {
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
        // Ten working days after Monday, 2 March.
        town.clock.set(timestamp(datetime!(2026-03-16 23:59 +8)));
        let early = accounts.register(own.clone()).await;
        assert!(matches!(early, Err(Error::Registration(RegistrationError::CreditCodeTaken))));
        town.clock.set(timestamp(datetime!(2026-03-17 0:00 +8)));
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

#[tokio::test]
async fn nobody_ousts_whoever_has_a_registration_to_correct() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let accounts = town.portal.accounts();
        let enterprises = town.portal.enterprises();
        let (id, owner) = accounts.register(newcomer(1)).await.unwrap();
        let stranger = || portal::services::accounts::NewEnterprise { login: name("stranger"), ..newcomer(1) };
        enterprises.reject(&town.li_na, id, note("地址与营业执照不一致")).await.unwrap();
        let taken = accounts.register(stranger()).await;
        assert!(matches!(taken, Err(Error::Registration(RegistrationError::CreditCodeTaken))), "{taken:?}");
        let back = accounts.login("owner1", PASSWORD, "home").await.unwrap().actor;
        assert_eq!(back.account, owner.account);
        let own = enterprises.own(&back).await.unwrap();
        let edit = EnterpriseEdit {
            name: own.name,
            region: own.region,
            industry: own.industry,
            site: own.site,
            contact: own.contact,
            phone: own.phone,
        };
        enterprises.correct(&back, edit).await.unwrap();
        // Corrected in time, it waits for an answer as long as that takes.
        town.clock.set(timestamp(datetime!(2026-06-01 9:00 +8)));
        let taken = accounts.register(stranger()).await;
        assert!(matches!(taken, Err(Error::Registration(RegistrationError::CreditCodeTaken))), "{taken:?}");
        enterprises.confirm(&town.li_na, id).await.unwrap();
        assert!(accounts.actor(owner.account).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn whose_certificate_ended_yesterday_settles_and_records_nothing() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let enterprises = town.portal.enterprises();
        let (id, _) = town.portal.accounts().register(newcomer(1)).await.unwrap();
        let until = |valid_to| Actor {
            certificate: Some(Certificate { number: name("吉A-旧"), valid_to }),
            ..town.li_na.clone()
        };
        let (late, last_day) = (until(date!(2026 - 03 - 01)), until(date!(2026 - 03 - 02)));
        let uncertified = Actor { certificate: None, ..town.li_na.clone() };
        let visit = || NewSiteVisit {
            enterprise: id,
            items: vec![town.item],
            at: town.portal.now(),
            due_visit: None,
            case: None,
            note: note("接到投诉"),
            ground: None,
        };
        for officer in [&late, &uncertified] {
            for result in [
                enterprises.confirm(officer, id).await,
                enterprises.reject(officer, id, note("地址不符")).await,
                enterprises.record_conduct(officer, id, Conduct::default()).await,
                town.portal.ledgers().record_site_visit(officer, visit()).await.map(|_| ()),
            ] {
                assert!(matches!(result, Err(Error::Denied(Denied::NoCertificate))), "{result:?}");
            }
        }
        enterprises.confirm(&last_day, id).await.unwrap();
        town.portal.ledgers().record_site_visit(&last_day, visit()).await.unwrap();
        // Who heads the agency needs none.
        let head = Actor { certificate: None, ..town.head.clone() };
        enterprises.record_conduct(&head, id, Conduct::default()).await.unwrap();
    })
    .await;
}
