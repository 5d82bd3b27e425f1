//! A case from application to ledger, as four people play it.

use domain::{
    case::{Answer, CaseError, CaseStage, LineFault, LineVerdict, OnSiteReason, Outcome},
    document::DocumentKind,
    evidence::{EvidenceFault, EvidenceState, Moment},
    finding::FindingStage,
    first_violation::FirstViolationState,
    policy::Denied,
    visit_ledger::{EntryStage, Reversal},
};
use portal::{
    Clock, Error,
    services::{evidences::Slot, ledgers::NewSiteVisit, reviews::FirstViolationProposal},
    store::{Base, FindingFilter, Grouping, LedgerFilter, Page},
};

use crate::common::*;

#[tokio::test]
async fn a_due_visit_without_problems_is_claimed_and_confirmed_after_the_quiet_period() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.covered(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::Accepted).await;
        town.decide(case, Outcome::NoIssue).await;
        assert_eq!(town.case(case).await.stage(), CaseStage::Closed);

        let entries = || async {
            let filter = LedgerFilter::default();
            town.portal.ledgers().entries(&town.head, &filter, Page::ALL).await.unwrap().rows
        };
        assert_eq!(entries().await[0].entry.stage(), EntryStage::Claimed);
        assert_eq!(entries().await[0].entry.standard_minutes, 120);
        town.clock.set(town.clock.now().plus_days(90));
        assert_eq!(town.portal.sweeps().run().await.confirmed, 0, "the ninetieth day is still quiet");
        town.clock.pass_minutes(1);
        assert_eq!(town.portal.sweeps().run().await.confirmed, 1);
        assert_eq!(town.portal.sweeps().run().await.confirmed, 0, "doing it twice changes nothing");
        assert_eq!(entries().await[0].entry.stage(), EntryStage::Confirmed);
        let figures = town.portal.ledgers().figures(&town.head, &Base::default()).await.unwrap();
        assert_eq!((figures.ledger.confirmed, figures.ledger.claimed, figures.remote.remote), (1, 0, 1));
        for by in [Grouping::Month, Grouping::Agency, Grouping::District, Grouping::Item] {
            let groups = town.portal.ledgers().groups(&town.head, &Base::default(), by).await.unwrap();
            assert_eq!(groups.iter().map(|group| group.confirmed).sum::<u64>(), 1, "{by:?}");
        }
        let documents = town.portal.documents().list(&owner, Page::ALL).await.unwrap().rows;
        let result = documents.iter().find(|document| document.kind == DocumentKind::ResultNotice).unwrap();
        assert_eq!(result.number.as_str(), "长市监检结〔2026〕1号");
        assert_eq!(result.officers.len(), 2);
        let public = town.portal.documents().verify(&result.code).await.unwrap().unwrap();
        assert!(!public.receiver.contains("饺子馆1"), "{}", public.receiver);
    })
    .await;
}

#[tokio::test]
async fn a_voluntary_self_check_is_a_service_and_no_visit_avoided() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::Accepted).await;
        town.decide(case, Outcome::NoIssue).await;
        let figures = town.portal.ledgers().figures(&town.head, &Base::default()).await.unwrap();
        assert_eq!((figures.ledger.claimed, figures.remote.remote), (0, 1));
    })
    .await;
}

#[tokio::test]
async fn guidance_is_answered_verified_and_closes_the_case() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        let reviews = town.portal.reviews();
        let wrong = reviews.propose(&town.li_na, case, Outcome::NoIssue, None, None).await;
        assert!(matches!(wrong, Err(Error::Case(CaseError::OutcomeDoesNotFit))));
        reviews.propose(&town.li_na, case, Outcome::Guidance, None, None).await.unwrap();
        let alone = reviews.confirm(&town.li_na, case).await;
        assert!(matches!(alone, Err(Error::Case(CaseError::SamePerson))));
        reviews.confirm(&town.wang_qiang, case).await.unwrap();

        let findings = town.portal.findings();
        let rows = findings.list(&owner, &FindingFilter::default(), Page::ALL).await.unwrap().rows;
        assert_eq!(rows.len(), 2);
        for row in &rows {
            let id = row.finding.id;
            let bare = findings.resubmit(&owner, id, note("已清洁"), false).await;
            assert!(matches!(bare, Err(Error::Finding(_))), "proof needs a file");
            town.upload(&owner, Slot::Finding(id, Moment::After), jpeg()).await.unwrap();
            findings.resubmit(&owner, id, note("已清洁"), false).await.unwrap();
        }
        findings.send_back(&town.wang_qiang, rows[0].finding.id, note("照片看不清")).await.unwrap();
        findings.verify(&town.wang_qiang, rows[1].finding.id).await.unwrap();
        assert_eq!(town.case(case).await.stage(), CaseStage::Decided, "one is still open");
        town.upload(&owner, Slot::Finding(rows[0].finding.id, Moment::After), jpeg()).await.unwrap();
        findings.resubmit(&owner, rows[0].finding.id, note("重拍"), false).await.unwrap();
        findings.verify(&town.li_na, rows[0].finding.id).await.unwrap();
        assert_eq!(town.case(case).await.stage(), CaseStage::Closed);
    })
    .await;
}

#[tokio::test]
async fn a_first_violation_put_right_in_time_is_spared_and_then_counts() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.covered(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        let reviews = town.portal.reviews();
        let mut answers = good_answers();
        answers.common[0].holds = false;
        let first = |answers| Some(FirstViolationProposal { entry: town.entry, answers });
        let refused = reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, first(answers)).await;
        assert!(matches!(refused, Err(Error::Obstacles(found)) if found.len() == 1));
        let good = first(good_answers());
        reviews.propose(&town.li_na, case, Outcome::FirstViolation, None, good).await.unwrap();
        reviews.confirm(&town.wang_qiang, case).await.unwrap();
        let view = town.portal.cases().get(&owner, case).await.unwrap();
        let notice = view.first_violation.unwrap();
        assert!(view.documents.iter().any(|document| document.kind == DocumentKind::FirstViolationNotice));
        town.portal.first_violations().promise(&owner, notice.id).await.unwrap();
        let figures = town.portal.ledgers().figures(&town.head, &Base::default()).await.unwrap();
        assert_eq!(figures.ledger.claimed, 0, "not before it is resolved");
        for finding in view.findings {
            town.upload(&owner, Slot::Finding(finding.id, Moment::After), jpeg()).await.unwrap();
            town.portal.findings().resubmit(&owner, finding.id, note("已公示"), false).await.unwrap();
            town.portal.findings().verify(&town.li_na, finding.id).await.unwrap();
        }
        let view = town.portal.cases().get(&owner, case).await.unwrap();
        assert!(matches!(view.first_violation.unwrap().state, FirstViolationState::Spared { .. }));
        let figures = town.portal.ledgers().figures(&town.head, &Base::default()).await.unwrap();
        assert_eq!(figures.ledger.claimed, 1);
    })
    .await;
}

#[tokio::test]
async fn after_two_rounds_a_case_may_go_on_site_and_the_visit_is_due_again() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.covered(&owner).await;
        town.send(&owner, case).await;
        let reviews = town.portal.reviews();
        for _ in 0..2 {
            town.review(case, LineVerdict::Unclear).await;
            reviews.ask_more(&town.li_na, case).await.unwrap();
            let again = town.portal.cases().check(&owner, case).await.unwrap();
            assert!(again.iter().all(|(_, fault)| *fault == LineFault::Unchanged) && again.len() == 2);
            for line in &town.lines {
                town.upload(&owner, Slot::Line(case, *line), jpeg()).await.unwrap();
            }
            town.portal.cases().submit(&owner, case, false).await.unwrap();
        }
        town.review(case, LineVerdict::Unclear).await;
        let third = reviews.ask_more(&town.li_na, case).await;
        assert!(matches!(third, Err(Error::Case(CaseError::NoRoundLeft { limit: 2 }))));
        let reason = OnSiteReason::InsufficientAfterRounds;
        reviews.propose_on_site(&town.li_na, case, reason, note("两轮补充后仍看不清")).await.unwrap();
        let officer = reviews.approve_on_site(&town.wang_qiang, case).await;
        assert!(matches!(officer, Err(Error::Denied(Denied::NotYourRole))));
        reviews.approve_on_site(&town.head, case).await.unwrap();
        assert_eq!(town.case(case).await.stage(), CaseStage::ConvertedOnSite);
        let due = town.portal.ledgers().due_visits(&town.head, false, Page::ALL).await.unwrap().rows;
        assert_eq!(due[0].visit.state, domain::visit_ledger::DueVisitState::Open);
        let figures = town.portal.ledgers().figures(&town.head, &Base::default()).await.unwrap();
        assert_eq!((figures.remote.converted, figures.ledger.claimed), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_site_visit_within_the_quiet_period_takes_the_entry_back() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let case = town.covered(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::Accepted).await;
        town.decide(case, Outcome::NoIssue).await;
        town.clock.set(town.clock.now().plus_days(30));
        let visit = NewSiteVisit {
            enterprise: owner.enterprise().unwrap(),
            items: vec![town.item],
            at: town.clock.now(),
            due_visit: None,
            case: None,
            note: note("接到投诉"),
            ground: None,
        };
        assert_eq!(town.portal.ledgers().record_site_visit(&town.li_na, visit).await.unwrap(), 1);
        let filter = LedgerFilter { stage: Some(EntryStage::Reversed), ..LedgerFilter::default() };
        let rows = town.portal.ledgers().entries(&town.head, &filter, Page::ALL).await.unwrap().rows;
        let domain::visit_ledger::EntryState::Reversed { why, .. } = &rows[0].entry.state else { panic!() };
        assert!(matches!(why, Reversal::Visited { .. }));
        town.clock.set(town.clock.now().plus_days(100));
        assert_eq!(town.portal.sweeps().run().await.confirmed, 0);
    })
    .await;
}

#[tokio::test]
async fn files_come_out_as_they_went_in_and_are_fixed_once_sent() {
    use futures::TryStreamExt;
    let town = Town::on(Db::Sqlite).await;
    let owner = town.restaurant(1).await;
    let case = town.enrol(&owner).await;
    let slot = Slot::Line(case, town.lines[0]);
    let bytes = jpeg();
    let receipt = town.upload(&owner, slot, bytes.clone()).await.unwrap();
    let again = town.upload(&owner, slot, bytes.clone()).await.unwrap();
    assert!(again.duplicate && again.evidence.id == receipt.evidence.id);
    let stream = town.portal.evidences().open(receipt.evidence.digest, None).await.unwrap();
    let back: Vec<u8> = stream
        .try_fold(Vec::new(), async |mut all, chunk| {
            all.extend_from_slice(&chunk);
            Ok(all)
        })
        .await
        .unwrap();
    assert_eq!(back, bytes);

    let empty = town.upload(&owner, slot, vec![]).await;
    assert!(matches!(empty, Err(Error::Evidence(EvidenceFault::Empty))));
    let html = town.upload(&owner, slot, b"<html><script>alert(1)</script>".to_vec()).await;
    assert!(matches!(html, Err(Error::Evidence(EvidenceFault::Unfit { .. }))));
    let pdf = town.upload(&owner, slot, b"%PDF-1.7\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n".to_vec()).await;
    assert!(matches!(pdf, Err(Error::Evidence(EvidenceFault::NotAskedFor { .. }))));

    let admission = town.portal.evidences().admit(&owner, slot, None).await.unwrap();
    let cut: Vec<Result<bytes::Bytes, std::io::Error>> =
        vec![Ok(bytes::Bytes::from_static(b"\xff\xd8\xff")), Err(std::io::Error::other("gone"))];
    let cut = town.portal.evidences().receive(&owner, &admission, "a.jpg", futures::stream::iter(cut)).await;
    assert!(matches!(cut, Err(Error::Evidence(EvidenceFault::CutOff))));
    let kept = town.portal.cases().get(&owner, case).await.unwrap().evidence;
    assert_eq!(kept.len(), 1, "nothing that failed left a trace, and nothing received was lost");

    for line in &town.lines {
        town.portal.cases().answer(&owner, case, *line, Some(Answer::Conforms), None).await.unwrap();
    }
    let faults = town.portal.cases().submit(&owner, case, false).await;
    assert!(matches!(faults, Err(Error::Case(CaseError::Incomplete(faults))) if faults.len() == 1));
    town.upload(&owner, Slot::Line(case, town.lines[1]), jpeg()).await.unwrap();
    town.portal.cases().submit(&owner, case, false).await.unwrap();
    let kept = town.portal.cases().get(&owner, case).await.unwrap().evidence;
    assert!(kept.iter().all(|file| matches!(file.state, EvidenceState::Sealed { .. })));
    let sealed = town.portal.evidences().remove(&owner, kept[0].id).await;
    assert!(matches!(sealed, Err(Error::Evidence(EvidenceFault::Closed))));
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_a_case() {
    let town = Town::on(Db::Sqlite).await;
    let owner = town.restaurant(1).await;
    let stranger = town.restaurant(2).await;
    let case = town.enrol(&owner).await;
    town.send(&owner, case).await;
    let file = town.portal.cases().get(&owner, case).await.unwrap().evidence[0].id;
    assert!(matches!(town.portal.cases().get(&stranger, case).await, Err(Error::Denied(Denied::Hidden))));
    assert!(matches!(town.portal.evidences().get(&stranger, file).await, Err(Error::Denied(Denied::Hidden))));
    assert!(matches!(town.portal.reviews().take(&stranger, case).await, Err(Error::Denied(Denied::Hidden))));
    assert!(matches!(town.portal.reviews().take(&owner, case).await, Err(Error::Denied(Denied::NotYourRole))));
    assert!(matches!(town.portal.reviews().take(&town.head, case).await, Err(Error::Denied(Denied::NotYourRole))));
}

#[tokio::test]
async fn a_finding_not_put_right_is_passed_up_to_the_head_and_then_to_the_supervisor() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        town.decide(case, Outcome::Guidance).await;
        assert_eq!(town.portal.sweeps().run().await.escalated, 0);
        town.clock.set(town.clock.now().plus_days(40));
        assert_eq!(town.portal.sweeps().run().await.escalated, 2);
        assert_eq!(town.portal.sweeps().run().await.escalated, 0, "the head has time to see to it");
        town.clock.set(town.clock.now().plus_days(20));
        assert_eq!(town.portal.sweeps().run().await.escalated, 2);
        let filter = FindingFilter { stages: vec![FindingStage::Guided], ..FindingFilter::default() };
        assert_eq!(town.portal.findings().list(&owner, &filter, Page::ALL).await.unwrap().total, 2);
    })
    .await;
}
