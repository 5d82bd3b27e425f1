//! First violations: what counts as the first, what a notice spares, and when it
//! lapses.

use domain::{
    actor::Actor,
    case::{LineVerdict, Outcome, ProblemDraft},
    document::{AskedCondition, DocumentBody, DocumentKind},
    finding::FindingState,
    first_violation::{Category, FirstViolationStage, Obstacle},
    ids::CaseId,
    time::Timestamp,
};
use portal::{Clock, Error, services::reviews::FirstViolationProposal, store::Page};
use uuid::Uuid;

use crate::common::*;

impl Town {
    async fn problem(&self, owner: &Actor) -> CaseId {
        let case = self.covered(owner).await;
        self.send(owner, case).await;
        self.review(case, LineVerdict::ProblemFound).await;
        case
    }

    async fn propose_first(&self, case: CaseId) -> portal::Result<()> {
        let first = Some(self.first());
        self.portal.reviews().propose(&self.li_na, case, Outcome::FirstViolation, None, first).await
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
        town.decide(case, Outcome::OrderToCorrect).await;
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
        town.decide(case, Outcome::Guidance).await;
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
async fn a_notice_for_one_item_spares_no_problem_of_another() {
    on_each(async |db| {
        let mut town = Town::on(db).await;
        let (other, lines) = town.second_item().await;
        let owner = town.restaurant(1).await;
        let all = [town.item, other];
        town.enrolled(&owner, &all).await;
        town.lines.extend(lines);
        let case = town.portal.cases().mine(&owner, Page::ALL).await.unwrap().rows[0].case.id;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        let reviews = town.portal.reviews();
        let refused = reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, Some(town.first())).await;
        assert!(
            matches!(&refused, Err(Error::Obstacles(found)) if found[..] == [Obstacle::OtherProblems]),
            "{refused:?}"
        );
        // Without the other item's problem nothing is in the way.
        let line = *town.lines.last().unwrap();
        reviews.review_line(&town.li_na, case, line, LineVerdict::Accepted, None, None).await.unwrap();
        reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, Some(town.first())).await.unwrap();
        reviews.confirm(&town.wang_qiang, case).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_minor_is_spared_again() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        town.decided(&owner, Outcome::OrderToCorrect).await;
        let case = town.covered(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        let options = async || town.portal.reviews().first_violation_options(&town.li_na, case).await.unwrap();
        let (mut minor, _) = options().await.remove(0);
        minor.id = Uuid::new_v4();
        minor.entry.category = Category::MinorIsSpared;
        town.portal.catalogue().add_first_violation_entry_locally(&minor).await.unwrap();
        let options = options().await;
        assert!(options.iter().all(|(entry, slot)| slot.is_some() == (entry.id == town.entry)), "{options:?}");
        let first = |entry| Some(FirstViolationProposal { entry, answers: good_answers() });
        let reviews = town.portal.reviews();
        let refused = reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, first(town.entry)).await;
        assert!(matches!(refused, Err(Error::Obstacles(_))), "{refused:?}");
        reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, first(minor.id)).await.unwrap();
        reviews.confirm(&town.wang_qiang, case).await.unwrap();
        // What it is told by does not call it the first.
        let documents = town.portal.documents();
        let notice = documents.of_case(&owner, case).await.unwrap().pop().unwrap();
        assert_eq!(notice.kind, DocumentKind::MinorReminder);
        assert!(!notice.number.as_str().contains("首违"), "{}", notice.number);
        assert_eq!(documents.verify(&notice.code).await.unwrap().unwrap().kind, DocumentKind::MinorReminder);
    })
    .await;
}

#[tokio::test]
async fn a_notice_tells_its_conditions_and_brings_the_files_of_its_findings() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        let files = town.portal.cases().get(&owner, case).await.unwrap().evidence;
        town.review(case, LineVerdict::ProblemFound).await;
        let reviews = town.portal.reviews();
        let shown = Some(ProblemDraft { shown_by: vec![files[0].id], ..problem() });
        let line = town.lines[0];
        reviews.review_line(&town.li_na, case, line, LineVerdict::ProblemFound, None, shown).await.unwrap();
        let mut answers = good_answers();
        answers.common[0].evidence = vec![files[1].id];
        let first = Some(FirstViolationProposal { entry: town.entry, answers });
        reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, first).await.unwrap();
        reviews.confirm(&town.wang_qiang, case).await.unwrap();

        let documents = town.portal.documents();
        let id = documents.of_case(&owner, case).await.unwrap().pop().unwrap().id;
        for reader in [&owner, &town.li_na] {
            let view = documents.get(reader, id).await.unwrap();
            let shown: Vec<_> = view.evidence.iter().map(|file| file.id).collect();
            assert_eq!(shown, [files[0].id]);
            assert!(view.known.contains_key(&files[0].digest));
            let DocumentBody::FirstViolation { conditions, .. } = view.document.body else { panic!("another body") };
            assert_eq!(conditions.len(), 5);
            assert_eq!(conditions[0].shown_by, [files[1].digest]);
            let excluded = |asked: &AskedCondition| matches!(asked, AskedCondition::Exclusion { .. });
            assert!(conditions.iter().all(|told| told.holds != excluded(&told.asked)), "{conditions:?}");
        }
        let other = town.restaurant(2).await;
        assert!(documents.get(&other, id).await.is_err());
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
        let due = town.portal.ledgers().due_visits(&town.head, true, Page::ALL).await.unwrap();
        assert_eq!(due.total, 1, "the visit is due again");
    })
    .await;
}

#[tokio::test]
async fn a_proof_sent_back_gives_a_first_violation_no_later_term() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.decided(&owner, Outcome::FirstViolation).await;
        let view = async || town.portal.cases().get(&owner, case).await.unwrap();
        let now = view().await;
        let term = now.first_violation.unwrap().correct_by().unwrap();
        let [one, two] = [now.findings[0].id, now.findings[1].id];
        for id in [one, two] {
            town.put_right(&owner, id).await;
        }
        town.portal.findings().verify(&town.li_na, two).await.unwrap();
        // While the term runs, a send-back tells no later one.
        town.clock.set(Timestamp(term.0 - 1000));
        town.portal.findings().send_back(&town.li_na, one, note("照片模糊")).await.unwrap();
        let returned = view().await.findings.into_iter().find(|finding| finding.id == one).unwrap();
        assert_eq!(returned.due(), Some(term));
        town.put_right(&owner, one).await;
        // Once it has passed there is time to put it right, and no sparing.
        town.clock.set(term.plus_minutes(1));
        town.portal.findings().send_back(&town.li_na, one, note("仍然模糊")).await.unwrap();
        town.put_right(&owner, one).await;
        town.portal.findings().verify(&town.li_na, one).await.unwrap();
        let end = view().await;
        assert_eq!(end.first_violation.unwrap().stage(), FirstViolationStage::Lapsed);
        let verified = end.findings.into_iter().find(|finding| finding.id == one).unwrap();
        assert!(matches!(verified.state, FindingState::Verified { .. }));
        assert_eq!(town.stages().await, [], "what is not spared avoids no visit");
        let due = town.portal.ledgers().due_visits(&town.head, true, Page::ALL).await.unwrap();
        assert_eq!(due.total, 1, "the visit is due again");
    })
    .await;
}

#[tokio::test]
async fn what_shows_a_problem_was_sent_with_its_case() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let mut files = Vec::new();
        let mut cases = Vec::new();
        for number in 1..=2 {
            let owner = town.restaurant(number).await;
            let case = town.enrol(&owner).await;
            town.send(&owner, case).await;
            files.push(town.portal.cases().get(&owner, case).await.unwrap().evidence[0].id);
            cases.push(case);
        }
        let reviews = town.portal.reviews();
        reviews.take(&town.li_na, cases[0]).await.unwrap();
        let shown_by = async |file| {
            let problem = Some(ProblemDraft { shown_by: vec![file], ..problem() });
            reviews.review_line(&town.li_na, cases[0], town.lines[0], LineVerdict::ProblemFound, None, problem).await
        };
        let foreign = shown_by(files[1]).await;
        assert!(matches!(foreign, Err(Error::NotFound)), "{foreign:?}");
        shown_by(files[0]).await.unwrap();
        // Nor does a condition of a notice rest on another case's file.
        town.review(cases[0], LineVerdict::ProblemFound).await;
        let mut answers = good_answers();
        answers.common[0].evidence = vec![files[1]];
        let first = Some(FirstViolationProposal { entry: town.entry, answers });
        let refused = reviews.propose(&town.li_na, cases[0], Outcome::FirstViolation, None, first).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{refused:?}");
    })
    .await;
}
