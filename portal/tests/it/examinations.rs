//! What is known of files, on both databases: each is examined once, what is found in one
//! keeps it from everybody, and pictures of other cases are shown to those who may see
//! them.

use domain::{
    actor::{Actor, Role, Roles, Scope},
    agency::{Agency, Level},
    dossier::{Dossier, NoPicture, Work},
    examination::{Likeness, NotScanned, Scan},
    ids::{AccountId, AgencyId, CaseId},
    region::RegionCode,
};
use portal::{
    Portal,
    evidence::{scan::Scanner, workshop::Workshop},
    objects::Objects,
    services::evidences::Slot,
    store::{AuditFilter, Page},
};
use uuid::Uuid;

use crate::{
    clamd::{CLEAN, Clamd, DOWN, FOUND, HANGS_UP, LIMIT},
    common::*,
};

async fn dossier(town: &Town, portal: &Portal, actor: &domain::actor::Actor, case: domain::ids::CaseId) -> Dossier {
    let files = portal.cases().get(actor, case).await.unwrap().evidence;
    let known = town.portal.examinations().of(&files).await.unwrap();
    known.into_values().next().unwrap()
}

#[tokio::test]
async fn a_file_is_examined_once_whoever_asks() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        for _ in 0..4 {
            town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap();
        }
        assert_eq!(town.portal.examinations().waiting().await.unwrap(), 4);
        let ask = async || {
            let mut done = 0;
            while town.portal.examinations().next().await.unwrap() {
                done += 1;
            }
            done
        };
        let (one, two) = tokio::join!(ask(), ask());
        assert_eq!(one + two, 4);
        assert_eq!(town.portal.examinations().waiting().await.unwrap(), 0);
        let known = dossier(&town, &town.portal, &owner, case).await;
        assert!(matches!(known.work, Work::Done { .. }));
        assert!(matches!(known.scan, Some(Scan::NotScanned { why: NotScanned::NotConfigured, .. })));
    })
    .await;
}

#[tokio::test]
async fn clean_found_and_not_scanned_are_three_answers() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let clamd = Clamd::start(CLEAN).await;
        let objects = town.portal.objects().clone();
        let portal = town.with_parts(objects, clamd.scanner(), Workshop::default());
        for (mood, expected) in
            [(CLEAN, "clean"), (LIMIT, "too_large"), (HANGS_UP, "too_large"), (DOWN, "engine_down"), (FOUND, "found")]
        {
            clamd.is(mood);
            let file = town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap().evidence;
            assert!(portal.examinations().next().await.unwrap());
            let known = portal.examinations().of([&file]).await.unwrap().remove(&file.digest).unwrap();
            let came = match known.scan.as_ref().unwrap() {
                Scan::Clean { engine, .. } => {
                    assert_eq!(engine, "ClamAV 1.0/1");
                    "clean"
                }
                Scan::Found { name, .. } => {
                    assert_eq!(name, "Eicar-Test-Signature");
                    "found"
                }
                Scan::NotScanned { why: NotScanned::TooLarge, .. } => "too_large",
                Scan::NotScanned { why: NotScanned::EngineDown, .. } => "engine_down",
                Scan::NotScanned { why: NotScanned::NotConfigured, .. } => "not_configured",
            };
            assert_eq!(came, expected);
            assert_eq!(known.is_quarantined(), mood == FOUND);
            assert_eq!(known.no_picture == Some(NoPicture::Quarantined), mood == FOUND);
            town.portal.evidences().remove(&owner, file.id).await.unwrap();
        }
        // The engine is back: only what it did not see is looked through again.
        clamd.is(CLEAN);
        assert!(!portal.examinations().next().await.unwrap());
        town.clock.pass_minutes(11);
        assert!(portal.examinations().next().await.unwrap());
        assert!(!portal.examinations().next().await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn what_is_found_only_when_it_is_looked_through_again_is_in_the_trail_too() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let clamd = Clamd::start(DOWN).await;
        let portal = town.with_parts(town.portal.objects().clone(), clamd.scanner(), Workshop::default());
        let auditor = Actor {
            account: AccountId(Uuid::new_v4()),
            name: name("审计员"),
            roles: Roles::only(Role::AuditAdmin),
            scope: Scope::Jurisdiction(RegionCode::CHANGCHUN),
            certificate: None,
            temporary_password: false,
        };
        let filter = AuditFilter { action: Some("evidence.quarantine".to_owned()), ..AuditFilter::default() };
        let noted = async || portal.audits().list(&auditor, &filter, Page::ALL).await.unwrap().rows;
        let file = town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap().evidence;
        assert!(portal.examinations().next().await.unwrap());
        assert_eq!(noted().await, []);
        clamd.is(FOUND);
        town.clock.pass_minutes(11);
        assert!(portal.examinations().next().await.unwrap());
        assert!(dossier(&town, &portal, &owner, case).await.is_quarantined());
        let rows = noted().await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].event.detail["sha256"], serde_json::json!(file.digest));
        assert_eq!(rows[0].event.detail["found"], "Eicar-Test-Signature");
    })
    .await;
}

#[tokio::test]
async fn what_is_in_quarantine_is_not_in_a_bundle() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let clamd = Clamd::start(FOUND).await;
        let portal = town.with_parts(town.portal.objects().clone(), clamd.scanner(), Workshop::default());
        town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap();
        assert!(portal.examinations().next().await.unwrap());
        clamd.is(CLEAN);
        let good = town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap().evidence;
        assert!(portal.examinations().next().await.unwrap());
        let contents = portal.bundles().contents(&owner, case).await.unwrap();
        assert_eq!(contents.files.iter().map(|file| file.id).collect::<Vec<_>>(), [good.id]);
        assert_eq!(contents.withheld, 1);
    })
    .await;
}

#[tokio::test]
async fn the_same_bytes_of_another_enterprise_are_a_hint_for_officers_alone() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (one, two) = (town.restaurant(1).await, town.restaurant(2).await);
        let (first, second) = (town.enrol(&one).await, town.enrol(&two).await);
        let shared = jpeg();
        let slot = |case| Slot::Line(case, town.lines[0]);
        town.upload(&one, slot(first), shared.clone()).await.unwrap();
        let file = town.upload(&two, slot(second), shared).await.unwrap().evidence;
        let ask = async |actor| town.portal.examinations().lookalikes(actor, &file).await.unwrap();
        // What the other has not sent yet is its own.
        assert_eq!(ask(&town.li_na).await, []);
        town.send(&one, first).await;
        let found = ask(&town.li_na).await;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].likeness, found[0].of_another), (Likeness::Identical, true));
        assert_eq!(found[0].shown.as_ref().unwrap().0.case, first);
        assert_eq!(ask(&two).await, [], "enterprises are not told about each other");

        // Officers of another agency hear that there is one, and do not see it.
        let agency = Agency {
            id: AgencyId(Uuid::new_v4()),
            name: name("长春市应急管理局"),
            document_mark: name("长应急"),
            level: Level::City,
            region: RegionCode::CHANGCHUN,
            phone: name("0431-88780000"),
        };
        town.portal.catalogue().add_agency_locally(&agency).await.unwrap();
        let other = Town::hire(&town.portal, agency.id, "zhaolei", "赵磊", domain::actor::Role::Officer).await;
        let found = ask(&other).await;
        assert_eq!((found.len(), found[0].shown.is_none()), (1, true));
    })
    .await;
}

#[tokio::test]
async fn earlier_photos_of_a_line_are_those_that_were_sent_for_it() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        town.enrol(&owner).await;
        let first = town.decided(&owner, domain::case::Outcome::NoIssue).await;
        town.clock.pass_minutes(60);
        let second = town.covered(&owner).await;
        town.send(&owner, second).await;
        let files = town.portal.cases().get(&town.li_na, second).await.unwrap().evidence;
        let of_line = files.iter().find(
            |file| matches!(file.purpose, domain::evidence::Purpose::SelfCheck { line, .. } if line == town.lines[0]),
        );
        let earlier = town.portal.examinations().earlier(&town.li_na, of_line.unwrap()).await.unwrap();
        assert_eq!(earlier.iter().map(|file| file.case).collect::<Vec<_>>(), [first]);
    })
    .await;
}

#[tokio::test]
async fn an_original_that_cannot_be_read_is_tried_again_and_held_against_nobody() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap();
        let empty = town.with_parts(Objects::memory(), Scanner::default(), Workshop::default());
        for _ in 0..5 {
            assert!(empty.examinations().next().await.is_err());
            assert!(!empty.examinations().next().await.unwrap());
            town.clock.pass_minutes(2);
        }
        assert!(town.portal.examinations().next().await.unwrap());
        assert!(matches!(dossier(&town, &town.portal, &owner, case).await.work, Work::Done { .. }));
    })
    .await;
}

/// How often the log says of the files of a case that they were looked through.
async fn looked_through(portal: &Portal, actor: &Actor, case: CaseId) -> usize {
    let contents = portal.bundles().contents(actor, case).await.unwrap();
    contents.leaves.iter().filter(|line| line.leaf.contains("\"clean\"")).count()
}

#[tokio::test]
async fn two_examiners_look_through_a_file_once_when_the_engine_is_back() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let clamd = Clamd::start(DOWN).await;
        let portal = town.with_parts(town.portal.objects().clone(), clamd.scanner(), Workshop::default());
        town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap();
        assert!(portal.examinations().next().await.unwrap());
        clamd.is(CLEAN);
        town.clock.pass_minutes(11);
        let ask = async || portal.examinations().next().await.unwrap();
        let (one, two) = tokio::join!(ask(), ask());
        assert!(one != two, "one of them finds nothing to do");
        assert!(matches!(dossier(&town, &portal, &owner, case).await.scan, Some(Scan::Clean { .. })));
        assert_eq!(looked_through(&portal, &owner, case).await, 1);
    })
    .await;
}

#[tokio::test]
async fn no_file_is_fetched_for_an_engine_that_is_down_still() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let clamd = Clamd::start(DOWN).await;
        let portal = town.with_parts(town.portal.objects().clone(), clamd.scanner(), Workshop::default());
        town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap();
        assert!(portal.examinations().next().await.unwrap());
        let before = dossier(&town, &portal, &owner, case).await.scan;
        // There is nothing to be fetched here, and nobody notices.
        let empty = town.with_parts(Objects::memory(), clamd.scanner(), Workshop::default());
        for _ in 0..3 {
            town.clock.pass_minutes(11);
            assert!(empty.examinations().next().await.unwrap());
            assert!(!empty.examinations().next().await.unwrap(), "it is put off");
        }
        assert_eq!(dossier(&town, &portal, &owner, case).await.scan, before);
        clamd.is(CLEAN);
        town.clock.pass_minutes(11);
        assert!(portal.examinations().next().await.unwrap());
        assert_eq!(looked_through(&portal, &owner, case).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_keeps_no_older_one_from_being_looked_through() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let clamd = Clamd::start(DOWN).await;
        let portal = town.with_parts(town.portal.objects().clone(), clamd.scanner(), Workshop::default());
        for _ in 0..2 {
            town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap();
            assert!(portal.examinations().next().await.unwrap());
            town.clock.pass_minutes(1);
        }
        clamd.is(CLEAN);
        town.clock.pass_minutes(11);
        // Neither can be read here. Each is tried, the newer and the older, and then both are left for later.
        let empty = town.with_parts(Objects::memory(), clamd.scanner(), Workshop::default());
        assert!(empty.examinations().next().await.is_err());
        assert!(empty.examinations().next().await.is_err());
        assert!(!empty.examinations().next().await.unwrap());
        assert_eq!(looked_through(&portal, &owner, case).await, 0);
        town.clock.pass_minutes(11);
        while portal.examinations().next().await.unwrap() {}
        assert_eq!(looked_through(&portal, &owner, case).await, 2);
    })
    .await;
}
