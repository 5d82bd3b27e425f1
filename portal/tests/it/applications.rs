//! Applications and registrations: who answers them, by what, and how often.

use domain::{
    actor::{Actor, Certificate},
    enrolment::EnrolmentError,
};
use portal::{Error, RegistrationError, services::enterprises::EnterpriseEdit};
use time::macros::date;

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
        assert!(
            matches!(refused, Err(Error::Enrolment(EnrolmentError::NoLongerQualifies { position: 1 }))),
            "{refused:?}"
        );
        enrolments.return_(&town.wang_qiang, id, vec![note("行业已变更")]).await.unwrap();
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
