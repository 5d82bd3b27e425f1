//! The demonstration city: that it can be filled at all says that every step of
//! it obeys the rules; the rest is looked at here.

use std::{collections::BTreeMap, fmt::Write as _, time::Instant};

use domain::{
    calendar::Calendar,
    case::{Case, CaseStage},
    credit_code::CreditCode,
    document::Document,
    enrolment::Enrolment,
    enterprise::Enterprise,
    evidence::Evidence,
    finding::Finding,
    ids::DueVisitId,
    settings::Settings,
    visit_ledger::{DueVisit, LedgerEntry},
};
use portal::{
    MovableClock, Portal, Setup,
    demo::{self, Cast, Filling, Size},
    objects::Objects,
    services::todos::Task,
    store::{Aggregate, Find, Store},
};
use time::macros::datetime;

use crate::common::{Db, store, timestamp};

const NOW: time::OffsetDateTime = datetime!(2026-11-20 15:30 +8);

async fn all<T: Aggregate>(store: &Store) -> Vec<T> {
    Find::<T>::new().all(store.read()).await.unwrap()
}

async fn filled(db: Db, folder: &std::path::Path, seed: u64, size: Size) -> (Store, Portal) {
    let store = store(db, folder).await;
    let objects = Objects::folder(&folder.join("objects")).unwrap();
    let (settings, spool) = (Settings::default(), folder.join("spool"));
    let now = timestamp(NOW);
    let cast = demo::fill_sized(store.clone(), objects.clone(), settings.clone(), spool.clone(), seed, now, size)
        .await
        .unwrap();
    assert_eq!(cast, Cast::known());
    let clock = std::sync::Arc::new(MovableClock::at(now));
    let setup = Setup {
        store: store.clone(),
        objects,
        clock,
        settings,
        calendar: Calendar::china().unwrap(),
        spool,
        hashers: 1,
        signer: crate::common::signer(),
        scanner: portal::evidence::scan::Scanner::default(),
        workshop: portal::evidence::workshop::Workshop::default(),
    };
    (store, Portal::new(setup).unwrap())
}

/// Everything that the same seed must make the same.
async fn summary(store: &Store) -> String {
    let mut text = String::new();
    let enterprises: Vec<Enterprise> = all(store).await;
    let name_of: BTreeMap<_, _> = enterprises.iter().map(|one| (one.id, one.name.to_string())).collect();
    let mut lines: Vec<String> = enterprises
        .iter()
        .map(|one| {
            let state = serde_json::to_value(&one.registration).unwrap()["state"].clone();
            format!("{} {} {} {} {state}", one.credit_code, one.name, one.industry, one.site.address)
        })
        .collect();
    for case in all::<Case>(store).await {
        let outcome = case.decision().map(|decision| decision.outcome);
        let (name, stage) = (&name_of[&case.enterprise], case.stage());
        lines.push(format!("{} {name} {stage:?} {outcome:?} {:?} {}", case.number, case.created_at, case.lines.len()));
    }
    for document in all::<Document>(store).await {
        lines.push(format!("{} {} {:?}", document.number, name_of[&document.enterprise], document.issued_at));
    }
    for one in all::<Enrolment>(store).await {
        lines.push(format!("{} {:?} {:?}", name_of[&one.enterprise], one.stage(), one.created_at));
    }
    for one in all::<Finding>(store).await {
        lines.push(format!("{} {} {:?} {:?}", name_of[&one.enterprise], one.problem.fact, one.stage(), one.found_at));
    }
    for one in all::<LedgerEntry>(store).await {
        lines.push(format!("{} {:?} {:?}", name_of[&one.enterprise], one.stage(), one.claimed_at));
    }
    lines.sort();
    for line in lines {
        writeln!(text, "{line}").unwrap();
    }
    text
}

fn counted<T: std::fmt::Debug>(things: impl IntoIterator<Item = T>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for thing in things {
        *counts.entry(format!("{thing:?}")).or_default() += 1;
    }
    counts
}

async fn tell(store: &Store) {
    let cases: Vec<Case> = all(store).await;
    println!("cases {}: {:?}", cases.len(), counted(cases.iter().map(Case::stage)));
    println!("outcomes {:?}", counted(cases.iter().map(|case| case.decision().map(|d| d.outcome))));
    println!("enrolments {:?}", counted(all::<Enrolment>(store).await.iter().map(Enrolment::stage)));
    println!("findings {:?}", counted(all::<Finding>(store).await.iter().map(Finding::stage)));
    println!("ledger {:?}", counted(all::<LedgerEntry>(store).await.iter().map(LedgerEntry::stage)));
    let evidence: Vec<Evidence> = all(store).await;
    println!("files {} of {} bytes", evidence.len(), evidence.iter().map(|file| file.size.0).sum::<u64>());
    println!("documents {:?}", counted(all::<Document>(store).await.iter().map(|document| document.kind)));
}

#[tokio::test]
async fn a_small_city_obeys_every_rule_and_is_made_the_same_again() {
    // Both databases where there are two, else the same one twice.
    let again = if std::env::var("WUGAN_TEST_POSTGRES").is_ok() { Db::Postgres } else { Db::Sqlite };
    let mut first: Option<String> = None;
    for db in [Db::Sqlite, again] {
        let folder = tempfile::tempdir().unwrap();
        let begun = Instant::now();
        let (store, portal) = filled(db, folder.path(), 7, Size::Village).await;
        println!("{db:?}: filled in {:?}", begun.elapsed());
        tell(&store).await;
        every_rule_holds(&store).await;
        let summary = summary(&store).await;
        match &first {
            None => {
                everybody_has_something(&portal).await;
                first = Some(summary);
            }
            Some(first) => {
                let differs = first.lines().zip(summary.lines()).find(|(one, two)| one != two);
                assert_eq!(differs, None);
                assert_eq!(first.len(), summary.len());
            }
        }
        let auditor = portal.accounts().login("auditor", demo::PASSWORD, "test").await.unwrap().actor;
        assert_eq!(portal.audits().verify(&auditor).await.unwrap().fault, None);
    }
}

async fn every_rule_holds(store: &Store) {
    let cases: BTreeMap<_, Case> = all::<Case>(store).await.into_iter().map(|case| (case.id, case)).collect();
    let dues: BTreeMap<DueVisitId, DueVisit> =
        all::<DueVisit>(store).await.into_iter().map(|due| (due.id, due)).collect();
    let entries: Vec<LedgerEntry> = all(store).await;
    assert!(!entries.is_empty());
    for entry in &entries {
        assert_eq!(dues[&entry.due_visit].enterprise, entry.enterprise);
        assert_eq!(cases[&entry.case].enterprise, entry.enterprise);
    }
    for decision in cases.values().filter_map(Case::decision) {
        assert_ne!(decision.proposer, decision.confirmer);
    }
    for one in all::<Enterprise>(store).await {
        assert_eq!(CreditCode::parse(one.credit_code.as_str()), Ok(one.credit_code.clone()));
        assert!(one.credit_code.organisation_check_holds() && one.credit_code.region_part().starts_with("2201"));
    }
    let stages = counted(cases.values().map(Case::stage));
    for stage in CaseStage::ALL.into_iter().filter(|stage| *stage != CaseStage::Withdrawn) {
        assert!(stages.contains_key(&format!("{stage:?}")), "no case is {stage:?}");
    }
}

async fn everybody_has_something(portal: &Portal) {
    let mut waits: BTreeMap<String, Vec<Task>> = BTreeMap::new();
    for person in Cast::known().people {
        let actor = portal.accounts().login(&person.login, &person.password, "test").await.unwrap().actor;
        assert!(actor.roles.has(person.role), "{}", person.login);
        let todos = portal.todos().of(&actor).await.unwrap();
        waits.insert(person.login, todos.into_iter().map(|todo| todo.task).collect());
    }
    let has = |login: &str, what: fn(&Task) -> bool| {
        assert!(waits[login].iter().any(what), "{login} has only {:?}", waits[login]);
    };
    has("owner1", |task| matches!(task, Task::FillCase(..)));
    has("operator1", |task| matches!(task, Task::FillCase(..)));
    has("owner2", |task| matches!(task, Task::SupplementCase(..)));
    has("owner3", |task| matches!(task, Task::Rectify(..)));
    has("owner4", |task| matches!(task, Task::Rectify(..)));
    has("owner5", |task| matches!(task, Task::AwaitRegistration));
    has("owner6", |task| matches!(task, Task::FinishEnrolment(..)));
    has("owner7", |task| matches!(task, Task::FinishEnrolment(..)));
    has("owner8", |task| matches!(task, Task::CorrectRegistration));
    has("owner9", |task| matches!(task, Task::Apply));
    has("owner10", |task| matches!(task, Task::Rectify(..)));
    has("owner11", |task| matches!(task, Task::Rectify(..)));
    has("supervisor", |task| matches!(task, Task::Escalated(..)));
    for login in ["officer1", "officer2", "yjgl-liu", "yjgl-chen", "sthj-wu", "sthj-zheng"] {
        has(login, |task| matches!(task, Task::TakeCase(..)));
        has(login, |task| matches!(task, Task::ReviewCase(..)));
        has(login, |task| matches!(task, Task::ConfirmOutcome(..)));
        has(login, |task| matches!(task, Task::VerifyFinding(..)));
        has(login, |task| matches!(task, Task::ConfirmEnterprise(..)));
    }
    for login in ["head1", "head2", "head3"] {
        has(login, |task| matches!(task, Task::ApproveOnSite(..)));
        has(login, |task| matches!(task, Task::Escalated(..)));
    }
    has("officer1", |task| matches!(task, Task::DecideEnrolment(..)));
}

#[tokio::test]
async fn a_database_in_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(Db::Sqlite, folder.path()).await;
    assert_eq!(demo::filling(&store).await.unwrap(), Filling::Empty);
    let refused = {
        let town = crate::common::Town::on(Db::Sqlite).await;
        let store = town.portal.store().clone();
        let now = timestamp(NOW);
        assert_eq!(demo::filling(&store).await.unwrap(), Filling::Foreign);
        demo::fill(store, Objects::memory(), Settings::default(), folder.path().join("spool"), 1, now).await
    };
    assert!(refused.is_err());
}
