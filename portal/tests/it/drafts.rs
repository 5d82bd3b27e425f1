//! What an enterprise has not sent is its own; what it takes out again still has a size.

use domain::{
    case::{Answer, CaseError, LineVerdict, Outcome},
    evidence::{EvidenceFault, EvidenceState, MediaType, Moment},
    examination::Unfit,
    ids::{ByteCount, Digest},
    item::EvidenceKind,
    settings::{EvidenceLimits, Settings},
};
use portal::{
    Error,
    services::evidences::Slot,
    store::{FindingFilter, Page, Pools},
};
use sha2::{Digest as _, Sha256};

use crate::common::*;

#[tokio::test]
async fn two_people_at_one_line_do_not_undo_each_other_unseen() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let cases = town.portal.cases();
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let line = town.lines[0];
        let opened = async || cases.sheet(cases.get(&owner, case).await.unwrap().case.line(line).unwrap());
        let (one, other) = (opened().await, opened().await);
        let write =
            async |answer, sheet| cases.answer_from(&owner, case, line, (Some(answer), None), None, Some(sheet)).await;
        write(Answer::DoesNot, one).await.unwrap();
        let reported = cases.get(&owner, case).await.unwrap().case.line(line).unwrap().self_disclosed_at;
        town.clock.pass_minutes(10);
        let refused = write(Answer::Conforms, other).await;
        assert!(matches!(refused, Err(Error::Case(CaseError::WrittenElsewhere))), "{refused:?}");
        let kept = cases.get(&owner, case).await.unwrap().case;
        let kept = kept.line(line).unwrap();
        assert_eq!((kept.answer, kept.self_disclosed_at), (Some(Answer::DoesNot), reported));
        write(Answer::DoesNot, one).await.unwrap();
        write(Answer::Conforms, opened().await).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn officers_see_what_was_sent_and_no_draft() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (cases, evidences) = (town.portal.cases(), town.portal.evidences());
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let line = town.lines[0];
        cases.answer(&owner, case, line, Some(Answer::DoesNot), Some(note("有积水"))).await.unwrap();
        let file = town.upload(&owner, Slot::Line(case, line), jpeg()).await.unwrap().evidence.id;
        let own = cases.get(&owner, case).await.unwrap();
        assert_eq!((own.evidence.len(), own.case.line(line).unwrap().answer), (1, Some(Answer::DoesNot)));
        let seen = cases.get(&town.li_na, case).await.unwrap();
        let shown = seen.case.line(line).unwrap();
        assert_eq!((shown.answer, &shown.note, shown.self_disclosed_at), (None, &None, None));
        assert!(seen.evidence.is_empty());
        assert!(matches!(evidences.get(&town.li_na, file).await, Err(Error::NotFound)));
        let draft = |action: &str| ["case.answer", "evidence.receive"].contains(&action);
        let told = cases.history(&town.li_na, case).await.unwrap();
        assert!(!told.iter().any(|entry| draft(&entry.event.action)));
        assert!(cases.history(&owner, case).await.unwrap().iter().any(|entry| draft(&entry.event.action)));

        town.send(&owner, case).await;
        assert_eq!(evidences.get(&town.li_na, file).await.unwrap().id, file);
        let seen = cases.get(&town.li_na, case).await.unwrap();
        assert_eq!((seen.evidence.len(), seen.case.line(line).unwrap().answer), (3, Some(Answer::Conforms)));
        assert!(cases.history(&town.li_na, case).await.unwrap().iter().any(|entry| draft(&entry.event.action)));

        // A line that is open again stands as it was sent until it is sent again.
        town.review(case, LineVerdict::Unclear).await;
        town.portal.reviews().ask_more(&town.li_na, case).await.unwrap();
        cases.answer(&owner, case, line, Some(Answer::DoesNot), Some(note("其实有积水"))).await.unwrap();
        let more = town.upload(&owner, Slot::Line(case, line), jpeg()).await.unwrap().evidence.id;
        let seen = cases.get(&town.li_na, case).await.unwrap();
        assert_eq!((seen.evidence.len(), seen.case.line(line).unwrap().answer), (3, Some(Answer::Conforms)));
        assert!(matches!(evidences.get(&town.li_na, more).await, Err(Error::NotFound)));
        evidences.remove(&owner, more).await.unwrap();
        assert!(matches!(evidences.get(&owner, more).await, Err(Error::NotFound)), "removed is gone for everybody");
    })
    .await;
}

#[tokio::test]
async fn proof_that_was_not_sent_is_not_seen() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        town.decide(case, Outcome::Guidance).await;
        let findings = town.portal.findings();
        let id = findings.list(&owner, &FindingFilter::default(), Page::ALL).await.unwrap().rows[0].finding.id;
        let file = town.upload(&owner, Slot::Finding(id, Moment::After), jpeg()).await.unwrap().evidence.id;
        assert_eq!(findings.get(&owner, id).await.unwrap().evidence.len(), 1);
        assert_eq!(findings.get(&town.li_na, id).await.unwrap().evidence.len(), 0);
        town.portal.evidences().remove(&owner, file).await.unwrap();
        let nothing = findings.resubmit(&owner, id, note("已整改"), false).await;
        assert!(matches!(nothing, Err(Error::Finding(_))), "what was taken out is no proof");
        town.upload(&owner, Slot::Finding(id, Moment::After), jpeg()).await.unwrap();
        findings.resubmit(&owner, id, note("已整改"), false).await.unwrap();
        let seen = findings.get(&town.li_na, id).await.unwrap().evidence;
        assert!(matches!(seen.as_slice(), [one] if matches!(one.state, EvidenceState::Sealed { .. })), "{seen:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_out_keeps_its_size_and_what_is_refused_is_not_kept() {
    on_each(async |db| {
        let one = jpeg().len() as u64;
        let limits = EvidenceLimits { bytes_per_case: ByteCount(2 * one), ..EvidenceLimits::default() };
        let town = Town::with(db, Pools::default(), Settings { evidence: limits, ..Settings::default() }).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let slot = Slot::Line(case, town.lines[0]);
        let first = jpeg();
        for bytes in [first.clone(), jpeg()] {
            let kept = town.upload(&owner, slot, bytes).await.unwrap().evidence;
            town.portal.evidences().remove(&owner, kept.id).await.unwrap();
        }
        let full = |result| matches!(result, Err(Error::Evidence(EvidenceFault::CaseTooLarge { .. })));
        assert!(full(town.portal.evidences().admit(&owner, slot, None).await.map(|_| ())));
        // The same bytes are there already, so they take no more room.
        let limits = EvidenceLimits { bytes_per_case: ByteCount(2 * one + 1), ..limits };
        let town = Town::with(db, Pools::default(), Settings { evidence: limits, ..Settings::default() }).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let slot = Slot::Line(case, town.lines[0]);
        for bytes in [first.clone(), jpeg()] {
            let kept = town.upload(&owner, slot, bytes).await.unwrap().evidence;
            town.portal.evidences().remove(&owner, kept.id).await.unwrap();
        }
        let third = jpeg();
        let digest = Digest(Sha256::digest(&third).into());
        assert!(full(town.upload(&owner, slot, third).await.map(|_| ())));
        assert!(town.portal.evidences().open(digest, None).await.is_err(), "refused and kept all the same");
        town.upload(&owner, slot, first).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_too_large_for_its_kind_is_said_to_be_so_before_it_is_looked_through() {
    on_each(async |db| {
        let limits = EvidenceLimits { document: ByteCount(64), ..EvidenceLimits::default() };
        let town = Town::with(db, Pools::default(), Settings { evidence: limits, ..Settings::default() }).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.send(&owner, case).await;
        town.review(case, LineVerdict::ProblemFound).await;
        town.decide(case, Outcome::Guidance).await;
        let findings = town.portal.findings();
        let id = findings.list(&owner, &FindingFilter::default(), Page::ALL).await.unwrap().rows[0].finding.id;
        let send = async |bytes: Vec<u8>| town.upload(&owner, Slot::Finding(id, Moment::After), bytes).await;
        // It has no end, which is not looked for.
        let large = send([&b"%PDF-1.7\n"[..], &[b' '; 56]].concat()).await;
        let kind = Some(EvidenceKind::Document);
        let fault = EvidenceFault::TooLarge { size: ByteCount(65), limit: limits.document, kind };
        assert!(matches!(large, Err(Error::Evidence(told)) if told == fault), "{fault:?}");
        let small = send(b"%PDF-1.7\n".to_vec()).await;
        let fault = EvidenceFault::Unfit { why: Unfit::Incomplete { media: MediaType::Pdf } };
        assert!(matches!(small, Err(Error::Evidence(told)) if told == fault), "{fault:?}");
    })
    .await;
}
