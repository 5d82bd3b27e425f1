//! Whoever asks a list for everything gets what is within reach, and nothing of
//! anybody else's.

use domain::{
    actor::{Actor, Role, Roles, Scope},
    agency::{Agency, Level},
    case::{CaseStage, Outcome},
    enrolment::EnrolmentStage,
    ids::AgencyId,
    policy::Denied,
    region::RegionCode,
};
use portal::{
    Clock, Error,
    services::{accounts::NewAccount, todos::Task},
    store::{Base, CaseFilter, FindingFilter, FirstViolationFilter, Grouping, LedgerFilter, Measure, Page},
};
use uuid::Uuid;

use crate::common::*;

const ENROLMENTS: [EnrolmentStage; 7] = [
    EnrolmentStage::Draft,
    EnrolmentStage::Submitted,
    EnrolmentStage::Returned,
    EnrolmentStage::Refused,
    EnrolmentStage::Active,
    EnrolmentStage::Suspended,
    EnrolmentStage::Ended,
];

/// How much a list shows; who may not ask for it sees nothing.
fn shown(counted: portal::Result<u64>) -> u64 {
    match counted {
        Ok(count) => count,
        Err(Error::Denied(_) | Error::NotFound) => 0,
        Err(other) => panic!("{other:?}"),
    }
}

/// Every list there is, with how much of it the actor sees.
async fn lists(town: &Town, actor: &Actor) -> Vec<(&'static str, u64)> {
    let portal = &town.portal;
    let (all, ledgers, base) = (Page::ALL, portal.ledgers(), Base::default());
    let figures = ledgers
        .figures(actor, &base)
        .await
        .map(|figures| figures.ledger.claimed + figures.ledger.confirmed + figures.remote.remote + figures.remote.site);
    let counts = portal.reviews().counts(actor, &CaseFilter::default(), &CaseStage::ALL).await;
    let groups = ledgers.groups(actor, &base, Grouping::Agency).await;
    let sent = ledgers.records(actor, Measure::Sent, &base, all).await;
    vec![
        ("cases.mine", shown(portal.cases().mine(actor, all).await.map(|found| found.total))),
        ("reviews.queue", shown(portal.reviews().queue(actor, &CaseFilter::default(), all).await.map(|f| f.total))),
        ("reviews.counts", shown(counts.map(|counts| counts.iter().map(|(_, count)| count).sum()))),
        ("enrolments.mine", shown(portal.enrolments().mine(actor).await.map(|found| found.len() as u64))),
        ("enrolments.queue", shown(portal.enrolments().queue(actor, &ENROLMENTS, all).await.map(|f| f.total))),
        ("findings.list", shown(portal.findings().list(actor, &FindingFilter::default(), all).await.map(|f| f.total))),
        ("documents.list", shown(portal.documents().list(actor, all).await.map(|found| found.total))),
        (
            "first_violations.register",
            shown(
                portal.first_violations().register(actor, &FirstViolationFilter::default(), all).await.map(|f| f.total),
            ),
        ),
        ("ledgers.entries", shown(ledgers.entries(actor, &LedgerFilter::default(), all).await.map(|f| f.total))),
        (
            "ledgers.entries_after",
            shown(ledgers.entries_after(actor, &LedgerFilter::default(), None, 9).await.map(|rows| rows.len() as u64)),
        ),
        ("ledgers.due_visits", shown(ledgers.due_visits(actor, false, all).await.map(|found| found.total))),
        ("ledgers.figures", shown(figures)),
        ("ledgers.groups", shown(groups.map(|groups| groups.iter().map(|g| g.confirmed + g.claimed).sum()))),
        ("ledgers.records", shown(sent.map(|found| found.total))),
        ("enterprises.search", shown(portal.enterprises().search(actor, None, all).await.map(|found| found.total))),
    ]
}

/// Restaurant 1 has something in every list; only a visit of restaurant 1 counts.
async fn filled(town: &Town) -> Actor {
    let owner = town.restaurant(1).await;
    town.enrol(&owner).await;
    for outcome in [Outcome::NoIssue, Outcome::FirstViolation] {
        town.decided(&owner, outcome).await;
    }
    owner
}

async fn supervisor(town: &Town, login: &str, place: RegionCode) -> Actor {
    let new = NewAccount {
        login: name(login),
        name: name("监督员"),
        roles: Roles::only(Role::Supervisor),
        scope: Scope::Jurisdiction(place),
        certificate: None,
        password: PASSWORD.into(),
    };
    let id = town.portal.accounts().create_locally(new).await.unwrap();
    town.portal.accounts().actor(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn no_list_shows_what_is_somebody_elses() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = filled(&town).await;
        let elsewhere: RegionCode = "220104".parse().unwrap();
        let other = Agency {
            id: AgencyId(Uuid::new_v4()),
            name: name("朝阳区市场监督管理局"),
            document_mark: name("朝市监"),
            level: Level::District,
            region: elsewhere,
            phone: name("0431-12315001"),
        };
        town.portal.catalogue().add_agency_locally(&other).await.unwrap();
        let strangers = [
            Town::hire(&town.portal, other.id, "otherhead", "赵敏", Role::AgencyHead).await,
            Town::hire(&town.portal, other.id, "otherofficer", "孙波", Role::Officer).await,
            supervisor(&town, "district", elsewhere).await,
            town.restaurant(2).await,
        ];
        for stranger in &strangers {
            for (list, count) in lists(&town, stranger).await {
                assert_eq!(count, 0, "{:?} sees something in {list}", stranger.scope);
            }
        }
        // They were not empty: each list shows something to somebody.
        let city = supervisor(&town, "city", RegionCode::CHANGCHUN).await;
        let mut seen = std::collections::BTreeSet::new();
        for insider in [&owner, &town.head, &city] {
            let own = lists(&town, insider).await;
            seen.extend(own.into_iter().filter(|(_, count)| *count > 0).map(|(list, _)| list));
        }
        for (list, _) in lists(&town, &owner).await {
            assert!(seen.contains(list), "{list} shows nobody anything");
        }
    })
    .await;
}

/// The lists of one's own ask the policy, too.
#[tokio::test]
async fn who_must_change_the_password_first_sees_no_list() {
    let town = Town::on(Db::Sqlite).await;
    let owner = filled(&town).await;
    let newcomer = Actor { temporary_password: true, ..owner };
    for (list, count) in lists(&town, &newcomer).await {
        assert_eq!(count, 0, "{list}");
    }
    let mine = town.portal.cases().mine(&newcomer, Page::ALL).await;
    assert!(matches!(mine, Err(Error::Denied(Denied::TemporaryPassword))));
}

#[tokio::test]
async fn a_supervisor_of_a_district_sees_no_application_to_the_city() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let id = town.portal.enrolments().write(&owner, None, town.agency, &[town.item]).await.unwrap();
        town.portal.enrolments().submit(&owner, id, None).await.unwrap();
        let seen_from = async |region: RegionCode, login: &str| {
            let actor = supervisor(&town, login, region).await;
            let stages = [EnrolmentStage::Submitted];
            town.portal.enrolments().queue(&actor, &stages, Page::ALL).await.unwrap().total
        };
        assert_eq!(seen_from(RegionCode::CHANGCHUN, "city").await, 1);
        assert_eq!(seen_from("220102".parse().unwrap(), "district").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_stays_overdue_rises_to_the_head_and_then_to_the_supervisor() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let boss = supervisor(&town, "city", RegionCode::CHANGCHUN).await;
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
        assert_eq!(told(&boss).await, (vec![], vec![]));
        town.clock.set(town.clock.now().plus_days(10));
        assert_eq!(told(&town.head).await, (both.clone(), vec![application]));
        assert_eq!(told(&boss).await, (vec![], vec![]), "the head has time to see to it");
        town.clock.set(town.clock.now().plus_days(30));
        assert_eq!(told(&boss).await, (both.clone(), vec![application]));
        assert_eq!(told(&town.li_na).await.0, [], "an officer's work is to take them");
        // Within reach, as everything.
        let district = supervisor(&town, "district", "220104".parse().unwrap()).await;
        assert_eq!(told(&district).await, (vec![], vec![]));
    })
    .await;
}
