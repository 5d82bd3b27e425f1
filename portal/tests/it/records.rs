//! A number is a query over records that the reader can open with the same filter.

use domain::{actor::Actor, case::Outcome, ids::ItemId, visit_ledger::DueVisitState};
use portal::{
    Error,
    services::{catalogue, ledgers::NewSiteVisit, records::RecordState},
    store::{Base, Measure, Page},
};

use crate::common::*;

impl Town {
    fn visit(&self, owner: &Actor, items: Vec<ItemId>) -> NewSiteVisit {
        NewSiteVisit {
            enterprise: owner.enterprise().unwrap(),
            items,
            at: self.portal.now(),
            due_visit: None,
            case: None,
            note: note("接到举报，现场核查"),
            ground: None,
        }
    }
}

#[tokio::test]
async fn every_number_opens_as_many_records_as_it_says() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.decided(&owner, Outcome::NoIssue).await;
        town.portal.ledgers().record_site_visit(&town.li_na, town.visit(&owner, vec![town.item])).await.unwrap();
        let ledgers = town.portal.ledgers();
        let base = Base::default();
        let figures = ledgers.figures(&town.head, &base).await.unwrap().remote;
        for measure in Measure::ALL {
            let records = ledgers.records(&town.head, measure, &base, Page::ALL).await.unwrap();
            let expected = match measure {
                Measure::Sent => figures.remote,
                Measure::Decided => figures.decided,
                Measure::Converted => figures.converted,
                Measure::WithFindings => figures.with_findings,
                Measure::SiteVisits => figures.site,
                Measure::RectificationDue => figures.rectification_due,
                Measure::RectificationInTime => figures.rectification_in_time,
            };
            assert_eq!((records.total, records.rows.len() as u64), (expected, expected), "{measure:?}");
        }
        assert_eq!((figures.remote, figures.decided, figures.site), (1, 1, 1));
        let sent = ledgers.records(&town.head, Measure::Sent, &base, Page::ALL).await.unwrap();
        assert!(matches!(sent.rows[0].state, RecordState::Case(..)));
        assert!(ledgers.records(&owner, Measure::Sent, &base, Page::ALL).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn a_visit_says_first_what_it_takes_back_and_is_recorded_once() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.decided(&owner, Outcome::NoIssue).await;
        let ledgers = town.portal.ledgers();
        let enterprise = owner.enterprise().unwrap();
        let before = ledgers.contradicted(&town.li_na, enterprise, &[town.item], town.portal.now()).await.unwrap();
        assert_eq!(before.len(), 1);
        let outlook = ledgers.outlook(&town.li_na, enterprise).await.unwrap();
        let this_year = outlook.this_year.get(&town.item);
        assert_eq!((outlook.enrolled.as_slice(), this_year), (&[town.item][..], Some(&1)), "the one made remotely");
        let visit = town.visit(&owner, vec![town.item]);
        assert_eq!(ledgers.record_site_visit(&town.li_na, visit.clone()).await.unwrap(), 1);
        assert!(matches!(ledgers.record_site_visit(&town.li_na, visit).await, Err(Error::Changed)));
        let nothing = ledgers.record_site_visit(&town.li_na, town.visit(&owner, vec![])).await;
        assert!(matches!(nothing, Err(Error::NotFound)));
        let due = ledgers.due_visits(&town.head, false, Page::ALL).await.unwrap().rows;
        assert!(matches!(due[0].visit.state, DueVisitState::Visited { .. }), "it is no longer said to be avoided");
        let outlook = ledgers.outlook(&town.li_na, enterprise).await.unwrap();
        assert_eq!(outlook.this_year.get(&town.item), Some(&1), "the visit in its stead");
    })
    .await;
}

#[tokio::test]
async fn two_people_never_overwrite_each_others_draft_unseen() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let catalogue = town.portal.catalogue();
        let item = catalogue.get(&town.li_na, town.item).await.unwrap();
        let seen = catalogue::mark(&item);
        let mut mine = item.current().unwrap().content.clone();
        mine.yearly_cap = 3;
        let mut yours = mine.clone();
        yours.yearly_cap = 4;
        catalogue.rewrite_draft(&town.li_na, town.item, mine, &seen).await.unwrap();
        let second = catalogue.rewrite_draft(&town.wang_qiang, town.item, yours, &seen).await;
        assert!(matches!(second, Err(Error::Changed)));
        let item = catalogue.get(&town.li_na, town.item).await.unwrap();
        assert_eq!(item.open_draft().unwrap().content.yearly_cap, 3);
        assert_eq!(item.current().unwrap().content.yearly_cap, 2, "what is published never changes");
    })
    .await;
}
