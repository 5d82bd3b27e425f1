//! What is still on its way, on both databases: a round or a proof waits for it, unless it is left.

use domain::{
    case::{CaseError, LineVerdict},
    evidence::Moment,
    finding::FindingError,
    ids::{ByteCount, CaseId, FindingId, LineId},
    upload::{Place, Shape, UploadFault, UploadStage},
};
use portal::{
    Clock as _, Error,
    services::{
        evidences::Slot,
        uploads::{Claim, NewUpload},
    },
    store::upload,
};

use crate::{common::*, uploads::*};

#[tokio::test]
async fn a_round_waits_for_what_is_on_its_way_unless_that_is_left() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let (uploads, cases) = (town.portal.uploads(), town.portal.cases());
        let claim = Claim { actor: Some(&owner), capability: None };
        town.fill_in(&owner, case).await;
        let bytes = jpeg();
        let begun = async |line: usize| {
            let place = Some(Place::Line { case, line: town.lines[line] });
            let new = NewUpload { place, ..town.announced(None, bytes.len()) };
            let id = uploads.create(&owner, new).await.unwrap().upload.id;
            town.send_piece(&owner, id, 0, &bytes[..10]).await.unwrap();
            id
        };
        let (second, first) = (begun(1).await, begun(0).await);
        let lines: Vec<LineId> =
            cases.unfinished(&owner, case).await.unwrap().into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, town.lines, "in the order of the lines");
        let refused = cases.submit(&owner, case, false).await;
        assert!(matches!(refused, Err(Error::Case(CaseError::StillSending { files: 2 }))), "{refused:?}");
        // Nothing has happened to them.
        town.send_piece(&owner, first, 10, &bytes[10..]).await.unwrap();
        let refused = cases.submit(&owner, case, false).await;
        assert!(matches!(refused, Err(Error::Case(CaseError::StillSending { files: 1 }))), "{refused:?}");

        cases.submit(&owner, case, true).await.unwrap();
        assert!(town.has(&owner, case, &bytes).await, "what has arrived is part of it");
        let told = uploads.look(claim, second).await;
        assert!(matches!(told, Err(Error::Upload(UploadFault::Gone))), "{told:?}");
        let late = town.send_piece(&owner, second, 10, &bytes[10..]).await;
        assert!(matches!(late, Err(Error::Upload(UploadFault::Gone))), "{late:?}");
        town.spool_is_empty().await;
        let events = cases.history(&owner, case).await.unwrap();
        let sent = events.iter().find(|entry| entry.event.action == "case.submit").unwrap();
        assert_eq!(sent.event.detail["left_unfinished"], 1);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_come_to_an_open_line_holds_no_round_up() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let (uploads, cases, reviews) = (town.portal.uploads(), town.portal.cases(), town.portal.reviews());
        let claim = Claim { actor: Some(&owner), capability: None };
        town.send(&owner, case).await;
        reviews.take(&town.li_na, case).await.unwrap();
        let [closed, open] = [town.lines[0], town.lines[1]];
        reviews.review_line(&town.li_na, case, closed, LineVerdict::Accepted, None, None).await.unwrap();
        let reason = Some(note("看不清地面"));
        reviews.review_line(&town.li_na, case, open, LineVerdict::Unclear, reason, None).await.unwrap();
        reviews.ask_more(&town.li_na, case).await.unwrap();
        town.upload(&owner, Slot::Line(case, open), jpeg()).await.unwrap();

        let place = Some(Place::Line { case, line: open });
        let to_open = || NewUpload { place, ..town.announced(None, 100) };
        let run_out = uploads.create(&owner, to_open()).await.unwrap().upload.id;
        assert_eq!(cases.unfinished(&owner, case).await.unwrap().len(), 1);
        town.clock.set(town.clock.now().plus_days(8));
        let ended = uploads.create(&owner, to_open()).await.unwrap().upload.id;
        assert_eq!(cases.unfinished(&owner, case).await.unwrap().len(), 1);
        uploads.end(claim, ended).await.unwrap();
        // A part of a file is none, and what has no place goes nowhere.
        uploads.create(&owner, NewUpload { shape: Shape::Partial, ..to_open() }).await.unwrap();
        uploads.create(&owner, town.announced(None, 100)).await.unwrap();
        town.on_its_way_to(&owner, case, closed).await;
        let elsewhere = town.on_its_way_to(&owner, CaseId(run_out.0), open).await;
        let waits = cases.unfinished(&owner, case).await.unwrap();
        assert!(waits.is_empty(), "{waits:?}");
        cases.submit(&owner, case, false).await.unwrap();
        let other = upload::get(town.portal.store().read(), elsewhere).await.unwrap().unwrap();
        assert_eq!(other.stage(), UploadStage::Receiving);
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_nobody_but_the_portal_goes_with_its_round() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let cases = town.portal.cases();
        town.fill_in(&owner, case).await;
        let bytes = jpeg();
        let id = town.portal.uploads().create(&owner, town.announced(Some(case), bytes.len())).await.unwrap().upload.id;
        town.refuse_all_but(db, "evidence", "kind = 'none'").await;
        let whole = town.send_piece(&owner, id, 0, &bytes).await.unwrap();
        assert_eq!(whole.stage(), UploadStage::Whole);
        let refused = cases.submit(&owner, case, false).await;
        assert!(matches!(refused, Err(Error::Case(CaseError::StillSending { files: 1 }))), "{refused:?}");
        town.refuse_nothing(db, "evidence").await;
        cases.submit(&owner, case, false).await.unwrap();
        assert!(town.has(&owner, case, &bytes).await);
    })
    .await;
}

#[tokio::test]
async fn proof_waits_for_what_is_on_its_way_unless_that_is_left() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let (uploads, findings) = (town.portal.uploads(), town.portal.findings());
        let claim = Claim { actor: Some(&owner), capability: None };
        let [id, other] = town.found(&owner, case).await;
        let bytes = jpeg();
        let begun = async |finding: FindingId, moment: Moment| {
            let place = Some(Place::Finding { finding, moment });
            let new = NewUpload { place, ..town.announced(None, bytes.len()) };
            let id = uploads.create(&owner, new).await.unwrap().upload.id;
            town.send_piece(&owner, id, 0, &bytes[..10]).await.unwrap();
            id
        };
        town.upload(&owner, Slot::Finding(id, Moment::After), jpeg()).await.unwrap();
        let (before, after) = (begun(id, Moment::Before).await, begun(id, Moment::After).await);
        let elsewhere = begun(other, Moment::After).await;
        let waits = findings.unfinished(&owner, id).await.unwrap();
        let of = |moment: Moment| waits.iter().filter(|(of, _)| *of == moment).count();
        assert_eq!((of(Moment::Before), of(Moment::After)), (1, 1), "{waits:?}");
        assert_eq!(findings.check(&owner, id).await.unwrap(), [FindingError::StillSending { files: 2 }]);
        let refused = findings.resubmit(&owner, id, note("已清洁"), false).await;
        assert!(matches!(refused, Err(Error::Finding(FindingError::StillSending { files: 2 }))), "{refused:?}");
        // Nothing has happened to them.
        town.send_piece(&owner, after, 10, &bytes[10..]).await.unwrap();
        let refused = findings.resubmit(&owner, id, note("已清洁"), false).await;
        assert!(matches!(refused, Err(Error::Finding(FindingError::StillSending { files: 1 }))), "{refused:?}");

        findings.resubmit(&owner, id, note("已清洁"), true).await.unwrap();
        let sent = findings.get(&town.li_na, id).await.unwrap().evidence;
        assert_eq!(sent.len(), 2);
        assert!(sent.iter().any(|file| file.digest.to_string() == sha256(&bytes)), "what has arrived is part of it");
        let told = uploads.look(claim, before).await;
        assert!(matches!(told, Err(Error::Upload(UploadFault::Gone))), "{told:?}");
        let late = town.send_piece(&owner, before, 10, &bytes[10..]).await;
        assert!(matches!(late, Err(Error::Upload(UploadFault::Gone))), "{late:?}");
        // What is on its way to another finding is not left.
        let goes_on = uploads.look(claim, elsewhere).await.unwrap();
        assert_eq!((goes_on.stage(), goes_on.offset()), (UploadStage::Receiving, ByteCount(10)));
        uploads.end(claim, elsewhere).await.unwrap();
        town.spool_is_empty().await;
        let events = town.portal.cases().history(&owner, case).await.unwrap();
        let sent = events.iter().find(|entry| entry.event.action == "finding.resubmit").unwrap();
        assert_eq!(sent.event.detail["left_unfinished"], 1);
    })
    .await;
}

#[tokio::test]
async fn proof_that_waits_for_nobody_but_the_portal_is_counted() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let findings = town.portal.findings();
        let [id, _] = town.found(&owner, case).await;
        let bytes = jpeg();
        let place = Some(Place::Finding { finding: id, moment: Moment::After });
        let new = NewUpload { place, ..town.announced(None, bytes.len()) };
        let upload = town.portal.uploads().create(&owner, new).await.unwrap().upload.id;
        town.refuse_all_but(db, "evidence", "kind = 'none'").await;
        let whole = town.send_piece(&owner, upload, 0, &bytes).await.unwrap();
        assert_eq!(whole.stage(), UploadStage::Whole);
        let lacks = findings.check(&owner, id).await.unwrap();
        assert_eq!(lacks, [FindingError::NoProof, FindingError::StillSending { files: 1 }]);
        town.refuse_nothing(db, "evidence").await;
        findings.resubmit(&owner, id, note("已清洁"), false).await.unwrap();
        assert!(town.has(&owner, case, &bytes).await);
    })
    .await;
}
