//! Whoever asks a list for everything gets what is within reach, and nothing of
//! anybody else's.

use domain::{
    actor::{Actor, Role, Roles, Scope},
    agency::{Agency, Level},
    case::{CaseStage, LineVerdict, Outcome},
    enrolment::EnrolmentStage,
    ids::AgencyId,
    policy::Denied,
    region::RegionCode,
};
use portal::{
    Error,
    services::{accounts::NewAccount, ledgers::Planned, reviews::FirstViolationProposal},
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
    for (outcome, found) in
        [(Outcome::NoIssue, LineVerdict::Accepted), (Outcome::FirstViolation, LineVerdict::ProblemFound)]
    {
        let Planned::Covered(case) = town.plan(&owner).await else { panic!() };
        town.send(&owner, case).await;
        town.review(case, found).await;
        let first = (outcome == Outcome::FirstViolation)
            .then(|| FirstViolationProposal { entry: town.entry, answers: good_answers() });
        town.portal.reviews().propose(&town.li_na, case, outcome, None, first).await.unwrap();
        town.portal.reviews().confirm(&town.wang_qiang, case).await.unwrap();
    }
    owner
}

pub(crate) async fn supervisor(town: &Town, login: &str, place: RegionCode) -> Actor {
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
