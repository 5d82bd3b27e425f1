//! Two people at the same time: the database decides, once.

use domain::{
    case::{CaseStage, LineVerdict, Outcome},
    evidence::EvidenceFault,
    first_violation::Obstacle,
};
use portal::{Error, services::evidences::Slot, services::reviews::FirstViolationProposal};

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
                let first = FirstViolationProposal { entry: town.entry, answers: good_answers() };
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
        let limit = u64::from(town.portal.settings().evidence.files_per_line);
        assert_eq!(results.iter().filter(|result| result.is_ok()).count() as u64, limit);
        for refused in results.into_iter().filter_map(Result::err) {
            assert!(matches!(refused, Error::Evidence(EvidenceFault::LineFull { .. })), "{refused:?}");
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
