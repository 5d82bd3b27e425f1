//! Two people at the same time: the database decides, once.

use domain::{
    case::{CaseStage, LineVerdict, Outcome},
    evidence::{EvidenceFault, EvidenceState},
    first_violation::Obstacle,
    ids::CaseId,
    visit_ledger::ExtraGround,
};
use portal::{
    Error,
    services::{cases::CaseRow, enterprises::EnterpriseEdit, evidences::Slot, ledgers::NewSiteVisit},
    store::{CaseFilter, FindingFilter, LedgerFilter, Page, Pools},
};

use crate::common::*;

/// How often a race is run: each time from a fresh case.
const ROUNDS: u32 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_case_is_taken_by_one_officer() {
    on_each(async |db| {
        let town = Town::on(db).await;
        for number in 0..ROUNDS {
            let owner = town.restaurant(number).await;
            let case = town.enrol(&owner).await;
            town.send(&owner, case).await;
            let take = |officer: domain::actor::Actor| {
                let portal = town.portal.clone();
                tokio::spawn(async move { portal.reviews().take(&officer, case).await })
            };
            let (one, two) = (take(town.li_na.clone()), take(town.wang_qiang.clone()));
            let won = [one.await.unwrap().is_ok(), two.await.unwrap().is_ok()];
            assert_eq!(won.iter().filter(|won| **won).count(), 1, "{db:?}: {won:?}");
            let officer = if won[0] { town.li_na.account } else { town.wang_qiang.account };
            assert_eq!(town.case(case).await.officer(), Some(officer));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_outcome_is_confirmed_once_and_told_in_one_document() {
    on_each(async |db| {
        let town = Town::on(db).await;
        for number in 0..ROUNDS {
            let owner = town.restaurant(number).await;
            let case = town.enrol(&owner).await;
            town.send(&owner, case).await;
            town.review(case, LineVerdict::Accepted).await;
            town.portal.reviews().propose(&town.li_na, case, Outcome::NoIssue, None, None).await.unwrap();
            let confirm = |officer: domain::actor::Actor| {
                let portal = town.portal.clone();
                tokio::spawn(async move { portal.reviews().confirm(&officer, case).await })
            };
            let (one, two) = (confirm(town.wang_qiang.clone()), confirm(town.head.clone()));
            let won = [one.await.unwrap().is_ok(), two.await.unwrap().is_ok()];
            assert_eq!(won.iter().filter(|won| **won).count(), 1, "{db:?}: {won:?}");
            let view = town.portal.cases().get(&owner, case).await.unwrap();
            assert_eq!(view.case.stage(), CaseStage::Closed);
            assert_eq!(view.documents.len(), 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_notices_never_both_count_as_first() {
    on_each(async |db| {
        let town = Town::on(db).await;
        for number in 0..ROUNDS {
            let owner = town.restaurant(number).await;
            // Two cases of one enterprise for the same item, both proposed as first.
            town.enrol(&owner).await;
            for _ in 0..2 {
                town.plan(&owner).await;
            }
            let cases = town.portal.cases().mine(&owner, portal::store::Page::ALL).await.unwrap().rows;
            let cases: Vec<_> = cases.iter().map(|row| row.case.id).take(2).collect();
            for case in &cases {
                town.send(&owner, *case).await;
                town.review(*case, LineVerdict::ProblemFound).await;
                let first = town.first();
                let reviews = town.portal.reviews();
                reviews.propose(&town.li_na, *case, Outcome::FirstViolation, None, Some(first)).await.unwrap();
            }
            let confirm = |case| {
                let (portal, officer) = (town.portal.clone(), town.wang_qiang.clone());
                tokio::spawn(async move { portal.reviews().confirm(&officer, case).await })
            };
            let (one, two) = (confirm(cases[0]), confirm(cases[1]));
            let results = [one.await.unwrap(), two.await.unwrap()];
            assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{db:?}: {results:?}");
            let lost = results.into_iter().find_map(Result::err).unwrap();
            assert!(
                matches!(&lost, Error::Obstacles(found) if matches!(found[0], Obstacle::NotFirst { .. })),
                "{lost:?}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_uploads_never_pass_the_limit_of_a_line() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let slot = Slot::Line(case, town.lines[0]);
        let uploads = (0..14).map(|_| town.upload(&owner, slot, jpeg()));
        let results = futures::future::join_all(uploads).await;
        // As many photos as the line asks for at most.
        let limit = 5;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count() as u64, limit);
        for refused in results.into_iter().filter_map(Result::err) {
            assert!(matches!(refused, Error::Evidence(EvidenceFault::KindFull { limit: 5, .. })), "{refused:?}");
        }
        assert_eq!(town.portal.cases().get(&owner, case).await.unwrap().evidence.len() as u64, limit);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn document_numbers_have_no_gaps_and_no_doubles() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let mut owners = Vec::new();
        for number in 0..8 {
            let owner = town.restaurant(number).await;
            let enrolments = town.portal.enrolments();
            let id = enrolments.write(&owner, None, town.agency, &[town.item]).await.unwrap();
            enrolments.submit(&owner, id, None).await.unwrap();
            owners.push(id);
        }
        let accept = owners.into_iter().map(|id| {
            let (portal, officer) = (town.portal.clone(), town.li_na.clone());
            tokio::spawn(async move { portal.enrolments().accept(&officer, id).await.unwrap() })
        });
        for done in accept.collect::<Vec<_>>() {
            done.await.unwrap();
        }
        let documents = town.portal.documents().list(&town.head, portal::store::Page::ALL).await.unwrap().rows;
        let mut numbers: Vec<_> = documents.iter().map(|document| document.number.to_string()).collect();
        numbers.sort();
        let mut expected: Vec<_> = (1..=8).map(|n| format!("长市监无感申〔2026〕{n}号")).collect();
        expected.sort();
        assert_eq!(numbers, expected);
    })
    .await;
}

impl Town {
    /// Several cases of one enterprise.
    async fn several_cases(&self, owner: &domain::actor::Actor, count: usize) -> Vec<CaseRow> {
        // The first plan joins the round that the enrolment began.
        self.enrol(owner).await;
        for _ in 0..count {
            self.plan(owner).await;
        }
        self.portal.cases().mine(owner, Page::ALL).await.unwrap().rows
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn more_confirm_at_once_than_there_are_connections() {
    on_each(async |db| {
        const AT_ONCE: usize = 24;
        let town = Town::with(db, Pools { readers: 2, writers: 3 }, domain::settings::Settings::default()).await;
        let owner = town.restaurant(1).await;
        let cases: Vec<_> = town.several_cases(&owner, AT_ONCE).await.into_iter().map(|row| row.case.id).collect();
        for case in &cases {
            town.send(&owner, *case).await;
            town.review(*case, LineVerdict::Accepted).await;
            town.portal.reviews().propose(&town.li_na, *case, Outcome::NoIssue, None, None).await.unwrap();
        }
        let confirm = |case| {
            let (portal, officer) = (town.portal.clone(), town.wang_qiang.clone());
            tokio::spawn(async move { portal.reviews().confirm(&officer, case).await })
        };
        let began = std::time::Instant::now();
        let all: Vec<_> = cases.iter().map(|case| confirm(*case)).collect();
        for done in all {
            done.await.unwrap().unwrap();
        }
        assert!(began.elapsed().as_secs() < 8, "they waited for each other: {:?}", began.elapsed());
        assert_eq!(town.portal.store().recount().await.unwrap(), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn totals_stay_right_while_an_enterprise_moves_to_another_district() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let cases = town.several_cases(&owner, 6).await;
        for row in &cases {
            town.send(&owner, row.case.id).await;
        }
        let enterprise = town.portal.enterprises().own(&owner).await.unwrap();
        let mut tasks = Vec::new();
        for number in 0..12_i64 {
            let (portal, owner) = (town.portal.clone(), owner.clone());
            let region = if number % 2 == 0 { "220104" } else { "220102" };
            let edit = EnterpriseEdit {
                name: enterprise.name.clone(),
                region: region.parse().unwrap(),
                industry: enterprise.industry,
                site: enterprise.site.clone(),
                contact: enterprise.contact.clone(),
                phone: enterprise.phone.clone(),
            };
            tasks.push(tokio::spawn(async move { portal.enterprises().correct(&owner, edit).await.map(|()| 0) }));
            let (portal, officer) = (town.portal.clone(), town.li_na.clone());
            let visit = NewSiteVisit {
                enterprise: enterprise.id,
                items: vec![town.item],
                at: town.portal.now().plus_minutes(-number),
                due_visit: None,
                case: None,
                note: note("接到投诉"),
                // More than the yearly cap allows.
                ground: Some(ExtraGround::Clue),
            };
            let visit = async move { portal.ledgers().record_site_visit(&officer, visit).await };
            tasks.push(tokio::spawn(visit));
        }
        for done in tasks {
            done.await.unwrap().unwrap();
        }
        assert_eq!(town.portal.store().recount().await.unwrap(), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_is_taken_out_or_sent_and_never_both() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        for row in town.several_cases(&owner, 8).await {
            let case = row.case.id;
            for line in &town.lines {
                let answer = Some(domain::case::Answer::Conforms);
                town.portal.cases().answer(&owner, case, *line, answer, None).await.unwrap();
                town.upload(&owner, Slot::Line(case, *line), jpeg()).await.unwrap();
            }
            let extra = town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap().evidence.id;
            let (portal, person) = (town.portal.clone(), owner.clone());
            let send = tokio::spawn(async move { portal.cases().submit(&person, case, false).await });
            let (portal, person) = (town.portal.clone(), owner.clone());
            let remove = tokio::spawn(async move { portal.evidences().remove(&person, extra).await });
            let (sent, removed) = (send.await.unwrap(), remove.await.unwrap());
            sent.unwrap();
            assert!(matches!(removed, Ok(_) | Err(Error::Evidence(EvidenceFault::Closed))), "{db:?}: {removed:?}");
            let kept = town.portal.cases().get(&owner, case).await.unwrap().evidence;
            assert_eq!(kept.len(), if removed.is_ok() { 2 } else { 3 });
            assert!(kept.iter().all(|file| matches!(file.state, EvidenceState::Sealed { .. })));
        }
    })
    .await;
}

#[tokio::test]
async fn pages_show_every_row_once_where_rows_are_alike() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        // The clock stands still: every case has the same term and the same beginning.
        let mut ids: Vec<_> = town.several_cases(&owner, 23).await.into_iter().map(|row| row.case.id.0).collect();
        ids.sort();
        let (mut queue, mut mine) = (Vec::new(), Vec::new());
        for offset in (0..25).step_by(5) {
            let page = Page { limit: 5, offset };
            let found = town.portal.reviews().queue(&town.li_na, &CaseFilter::default(), page).await.unwrap();
            assert_eq!(found.total, 23);
            queue.extend(found.rows.into_iter().map(|row| row.case.id.0));
            let found = town.portal.cases().mine(&owner, page).await.unwrap();
            mine.extend(found.rows.into_iter().map(|row| row.case.id.0));
        }
        assert_eq!(queue, ids, "rising");
        ids.reverse();
        assert_eq!(mine, ids, "the latest first");

        // No index brings findings into their order.
        for case in ids.iter().take(4).map(|id| CaseId(*id)) {
            town.send(&owner, case).await;
            town.review(case, LineVerdict::ProblemFound).await;
            town.decide(case, Outcome::Guidance).await;
        }
        let mut findings = Vec::new();
        for offset in 0..8 {
            let page = Page { limit: 1, offset };
            let found = town.portal.findings().list(&owner, &FindingFilter::default(), page).await.unwrap();
            findings.extend(found.rows.into_iter().map(|row| row.finding.id.0));
        }
        assert_eq!(findings.len(), 8);
        assert!(findings.is_sorted_by(|one, next| one > next), "{findings:?}");
    })
    .await;
}

#[tokio::test]
async fn a_table_is_walked_through_without_missing_or_repeating_an_entry() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        for (number, row) in (0_i64..).zip(town.several_cases(&owner, 7).await) {
            town.send(&owner, row.case.id).await;
            town.review(row.case.id, LineVerdict::Accepted).await;
            let reviews = town.portal.reviews();
            reviews.propose(&town.li_na, row.case.id, Outcome::NoIssue, None, None).await.unwrap();
            // Some at the same instant, some not.
            town.clock.set(town.portal.now().plus_minutes(number % 3));
            reviews.confirm(&town.wang_qiang, row.case.id).await.unwrap();
        }
        let ledgers = town.portal.ledgers();
        let filter = LedgerFilter { item: Some(town.item), ..LedgerFilter::default() };
        let listed = ledgers.entries(&town.head, &filter, Page::ALL).await.unwrap().rows;
        let mut walked = Vec::new();
        loop {
            let last = walked.last();
            let rows = ledgers.entries_after(&town.head, &filter, last, 2).await.unwrap();
            if rows.is_empty() {
                break;
            }
            walked.extend(rows.into_iter().map(|row| row.entry));
        }
        assert_eq!(walked.len(), 7);
        assert_eq!(walked, listed.into_iter().map(|row| row.entry).collect::<Vec<_>>());
    })
    .await;
}
