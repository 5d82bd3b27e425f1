//! Running totals are what counting the rows gives, whatever happened.

use domain::{
    case::{LineVerdict, Outcome},
    ids::{AgencyId, ItemId},
    region::RegionCode,
    time::Timestamp,
};
use portal::{
    Clock,
    services::{enterprises::EnterpriseEdit, visits::NewSiteVisit},
    store::{Base, Count, Grouping},
};
use sea_orm::ConnectionTrait;
use time::macros::date;

use crate::common::*;

/// Totals of a period of whole months come from the tallies; the same period
/// begun a millisecond earlier is counted from the rows.
async fn agree(town: &Town, base: Base) {
    let from = base.from.unwrap();
    let counted = Base { from: Some(Timestamp(from.0 - 1)), ..base.clone() };
    let ledgers = town.portal.ledgers();
    let (tallied, rows) =
        (ledgers.figures(&town.head, &base).await.unwrap(), ledgers.figures(&town.head, &counted).await.unwrap());
    assert_eq!(tallied.ledger, rows.ledger, "{base:?}");
    assert_eq!(tallied.remote, rows.remote, "{base:?}");
    for by in [Grouping::Month, Grouping::Agency, Grouping::District, Grouping::Item] {
        let sorted = |mut groups: Vec<Count>| {
            groups.sort_by(|a, b| a.key.cmp(&b.key));
            groups
        };
        let tallied = ledgers.groups(&town.head, &base, by).await.unwrap();
        let rows = ledgers.groups(&town.head, &counted, by).await.unwrap();
        assert_eq!(sorted(tallied), sorted(rows), "{by:?} of {base:?}");
    }
}

async fn agree_everywhere(town: &Town) {
    let from = Some(Timestamp::start_of(date!(2026 - 01 - 01)));
    let spring = Some(Timestamp::start_of(date!(2026 - 04 - 01)));
    let base = Base { from, ..Base::default() };
    agree(town, base.clone()).await;
    agree(town, Base { until: spring, ..base.clone() }).await;
    agree(town, Base { item: Some(town.item), ..base.clone() }).await;
    let other = Base { item: Some(ItemId(uuid::Uuid::new_v4())), ..base.clone() };
    agree(town, other.clone()).await;
    let nothing = town.portal.ledgers().figures(&town.head, &other).await.unwrap();
    assert_eq!(nothing.remote, portal::store::RemoteFigures::default(), "nothing was done for another item");
    assert_eq!(town.portal.store().recount().await.unwrap(), []);
    agree(town, Base { agencies: Some(vec![AgencyId(uuid::Uuid::new_v4())]), ..base.clone() }).await;
    for region in RegionCode::all() {
        agree(town, Base { region: Some(region), ..base.clone() }).await;
    }
}

#[tokio::test]
async fn tallies_are_what_counting_the_rows_gives() {
    on_each(async |db| {
        let town = Town::on(db).await;
        agree_everywhere(&town).await;
        let outcomes = [Outcome::NoIssue, Outcome::Guidance, Outcome::NoIssue, Outcome::OrderToCorrect];
        let mut owners = Vec::new();
        for (number, outcome) in (1..).zip(outcomes) {
            let owner = town.restaurant(number).await;
            town.enrol(&owner).await;
            let case = town.covered(&owner).await;
            town.send(&owner, case).await;
            let found = outcome.needs_problem();
            town.review(case, if found { LineVerdict::ProblemFound } else { LineVerdict::Accepted }).await;
            town.decide(case, outcome).await;
            town.clock.set(town.clock.now().plus_days(20));
            owners.push(owner);
        }
        agree_everywhere(&town).await;

        let visit = NewSiteVisit {
            enterprise: owners[0].enterprise().unwrap(),
            items: vec![town.item],
            at: town.clock.now(),
            due_visit: None,
            case: None,
            note: note("接到投诉"),
            ground: None,
        };
        town.portal.ledgers().record_site_visit(&town.li_na, visit).await.unwrap();
        town.clock.set(town.clock.now().plus_days(60));
        town.portal.sweeps().run().await;
        agree_everywhere(&town).await;

        let enterprise = town.portal.enterprises().own(&owners[1]).await.unwrap();
        let moved = EnterpriseEdit {
            name: enterprise.name,
            region: "220104".parse().unwrap(),
            industry: enterprise.industry,
            site: enterprise.site,
            contact: enterprise.contact,
            phone: enterprise.phone,
        };
        town.portal.enterprises().correct(&owners[1], moved).await.unwrap();
        agree_everywhere(&town).await;
    })
    .await;
}

#[tokio::test]
async fn totals_that_are_wrong_are_found_and_set_right() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        let ledgers = town.portal.ledgers();
        assert_eq!(ledgers.recount_locally().await.unwrap(), []);
        assert_eq!(ledgers.mend_totals_locally().await.unwrap(), []);
        let wrong = "UPDATE tallies SET n = n + 2, minutes = 5 WHERE figure = 'sent'";
        town.portal.store().read().execute_unprepared(wrong).await.unwrap();
        let found = ledgers.recount_locally().await.unwrap();
        // For all items together and for the one, in all districts and in the one.
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|drift| (drift.said, drift.counted) == ((3, 5), (1, 0))), "{found:?}");
        assert_eq!(ledgers.mend_totals_locally().await.unwrap(), found);
        assert_eq!(ledgers.recount_locally().await.unwrap(), []);
        agree_everywhere(&town).await;
    })
    .await;
}

#[tokio::test]
async fn a_database_of_before_the_totals_over_all_districts_gets_them() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.decided(&owner, Outcome::NoIssue).await;
        let store = town.portal.store();
        let before = [
            "DROP INDEX ix_cases_agency_stage_due_order_id",
            "DROP INDEX ix_cases_open_agency_due_order_id",
            "DROP INDEX ix_cases_open_due_order_id_agency",
            "DROP INDEX ix_findings_with_due",
            "CREATE INDEX ix_cases_agency_stage ON cases (agency, stage)",
            "CREATE INDEX ix_findings_due ON findings (due)",
            "DELETE FROM tallies WHERE region = ''",
            "DELETE FROM seaql_migrations WHERE version = 'm0002_long_run'",
        ];
        for statement in before {
            store.read().execute_unprepared(statement).await.unwrap();
        }
        if db == Db::Postgres {
            store.read().execute_unprepared("DROP STATISTICS st_cases_open").await.unwrap();
        }
        assert_ne!(store.recount().await.unwrap(), []);
        store.migrate().await.unwrap();
        assert_eq!(store.recount().await.unwrap(), []);
    })
    .await;
}
