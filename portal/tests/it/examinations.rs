//! What is known of files, on both databases: each is examined once, what is found in one
//! keeps it from everybody, and pictures of other cases are shown to those who may see
//! them.

use domain::{
    actor::{Actor, Role, Roles, Scope},
    agency::{Agency, Level},
    dossier::{Dossier, Findings, NoPicture, UNREADABLE_MINUTES, Work},
    evidence::{Evidence, MediaType},
    examination::{Likeness, NotScanned, Scan},
    ids::{AccountId, AgencyId, ByteCount, CaseId, Digest, DossierId},
    region::RegionCode,
};
use portal::{
    Portal,
    evidence::{scan::Scanner, workshop::Workshop},
    objects::Objects,
    services::{evidences::Slot, sweeps},
    store::{AuditFilter, Page},
};
use uuid::Uuid;

use crate::{
    clamd::{CLEAN, Clamd, DOWN, EXCEEDS, FOUND, HANGS_UP, LIMIT},
    common::*,
};

async fn dossier(town: &Town, portal: &Portal, actor: &domain::actor::Actor, case: domain::ids::CaseId) -> Dossier {
    let files = portal.cases().get(actor, case).await.unwrap().evidence;
    let known = town.portal.examinations().of(&files).await.unwrap();
    known.into_values().next().unwrap()
}

/// A restaurant with a round to fill in, and a portal that asks a malware engine; the town's own does not.
struct House {
    town: Town,
    owner: Actor,
    case: CaseId,
    clamd: Clamd,
    portal: Portal,
}

impl House {
    async fn on(db: Db, mood: u8) -> Self {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let clamd = Clamd::start(mood).await;
        let portal = town.with_parts(town.portal.objects().clone(), clamd.scanner(), Workshop::default());
        Self { town, owner, case, clamd, portal }
    }

    /// The same portal without the originals.
    fn empty(&self) -> Portal {
        self.town.with_parts(Objects::memory(), self.clamd.scanner(), Workshop::default())
    }

    /// The same portal, which sends nothing to the engine that is larger than this.
    fn with_limit(&self, limit: u64) -> Portal {
        let scanner = Scanner { limit: ByteCount(limit), ..self.clamd.scanner() };
        self.town.with_parts(self.town.portal.objects().clone(), scanner, Workshop::default())
    }

    async fn send(&self) -> Evidence {
        let slot = Slot::Line(self.case, self.town.lines[0]);
        self.town.upload(&self.owner, slot, jpeg()).await.unwrap().evidence
    }

    /// Sends a file that a portal examines.
    async fn examined_by(&self, portal: &Portal) -> Evidence {
        let file = self.send().await;
        assert!(portal.examinations().next().await.unwrap());
        file
    }

    /// The dossier of the only file, or of one of several.
    async fn dossier(&self) -> Dossier {
        dossier(&self.town, &self.portal, &self.owner, self.case).await
    }

    /// Why the only file was not looked through.
    async fn why_not(&self) -> Option<NotScanned> {
        match self.dossier().await.scan {
            Some(Scan::NotScanned { why, .. }) => Some(why),
            _ => None,
        }
    }

    /// How often the log says this of the files of the case.
    async fn says(&self, verdict: &str) -> usize {
        let contents = self.portal.bundles().contents(&self.owner, self.case).await.unwrap();
        contents.leaves.iter().filter(|line| line.leaf.contains(&format!("\"{verdict}\""))).count()
    }

    /// How many files a sweep of a portal puts up for the engine.
    async fn put_up_by(&self, portal: &Portal) -> u32 {
        let swept = portal.sweeps().run().await;
        assert_eq!(swept.failures, []);
        swept.put_up
    }

    fn days_pass(&self, days: i64) {
        self.town.clock.set(self.town.portal.now().plus_days(days));
    }
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
        let House { town, owner, case, clamd, portal } = House::on(db, CLEAN).await;
        for (mood, expected) in [
            (CLEAN, "clean"),
            (LIMIT, "too_large"),
            (EXCEEDS, "too_large"),
            (HANGS_UP, "too_large"),
            (DOWN, "engine_down"),
            (FOUND, "found"),
        ] {
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
                Scan::NotScanned { why: NotScanned::Waiting, .. } => "waiting",
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
async fn what_came_before_there_was_an_engine_is_looked_through_once_there_is_one() {
    on_each(async |db| {
        let house = House::on(db, DOWN).await;
        house.examined_by(&house.town.portal).await;
        assert_eq!(house.why_not().await, Some(NotScanned::NotConfigured));
        assert_eq!(house.put_up_by(&house.town.portal).await, 0, "there is none");
        assert_eq!(house.put_up_by(&house.portal).await, 0, "it does not answer");
        house.clamd.is(CLEAN);
        assert_eq!(house.put_up_by(&house.portal).await, 1);
        assert_eq!(house.why_not().await, Some(NotScanned::Waiting));
        assert_eq!(house.put_up_by(&house.portal).await, 0, "it waits already");
        // One has it alone, also where it takes its time.
        let ask = async || house.portal.examinations().next().await.unwrap();
        let (one, two) = tokio::join!(ask(), ask());
        assert!(one != two, "one of them finds nothing to do");
        assert!(matches!(house.dossier().await.scan, Some(Scan::Clean { .. })));
        assert_eq!(house.says("clean").await, 1);
        house.days_pass(2);
        assert_eq!(house.put_up_by(&house.portal).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_was_too_large_is_looked_through_once_the_limit_is_raised() {
    on_each(async |db| {
        let house = House::on(db, CLEAN).await;
        let small = house.with_limit(10);
        house.examined_by(&small).await;
        assert_eq!(house.why_not().await, Some(NotScanned::TooLarge));
        house.days_pass(1);
        assert_eq!(house.put_up_by(&small).await, 0, "it is too large still");
        assert_eq!(house.put_up_by(&house.portal).await, 1);
        assert!(house.portal.examinations().next().await.unwrap());
        assert!(matches!(house.dossier().await.scan, Some(Scan::Clean { .. })));
        assert_eq!((house.says("not_scanned").await, house.says("clean").await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn what_the_engine_would_not_take_is_shown_to_it_once_a_day() {
    on_each(async |db| {
        let house = House::on(db, EXCEEDS).await;
        house.examined_by(&house.portal).await;
        for _ in 0..3 {
            assert_eq!(house.why_not().await, Some(NotScanned::TooLarge));
            assert_eq!(house.put_up_by(&house.portal).await, 0, "it was asked a short while ago");
            house.days_pass(1);
            assert_eq!(house.put_up_by(&house.portal).await, 1);
            assert!(house.portal.examinations().next().await.unwrap());
            assert!(!house.portal.examinations().next().await.unwrap());
        }
        assert_eq!(house.says("not_scanned").await, 1, "it is told once");
        house.clamd.is(FOUND);
        house.days_pass(1);
        assert_eq!(house.put_up_by(&house.portal).await, 1);
        assert!(house.portal.examinations().next().await.unwrap());
        assert!(house.dossier().await.is_quarantined());
    })
    .await;
}

#[tokio::test]
async fn a_sweep_puts_a_few_files_up_and_the_next_goes_on_behind_them() {
    const MORE: u64 = 10;
    on_each(async |db| {
        let house = House::on(db, CLEAN).await;
        let (store, now) = (house.portal.store(), house.portal.now());
        let tx = store.begin().await.unwrap();
        for number in 0..sweeps::PUT_UP + MORE {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&number.to_be_bytes());
            let (id, media) = (DossierId(Uuid::new_v4()), MediaType::Jpeg);
            let mut dossier = Dossier::begin(id, Digest(digest), ByteCount(9), media, now);
            dossier.scan = Some(Scan::NotScanned { at: now, why: NotScanned::NotConfigured });
            dossier.finish(Findings::default(), now);
            tx.insert(&dossier).await.unwrap();
        }
        tx.commit().await.unwrap();
        let waiting = async || house.portal.examinations().waiting().await.unwrap();
        assert_eq!(u64::from(house.put_up_by(&house.portal).await), sweeps::PUT_UP);
        assert_eq!(waiting().await, sweeps::PUT_UP);
        assert_eq!(house.put_up_by(&house.portal).await, 0, "enough of them wait");
        // None of them can be read, and each is left for later.
        for _ in 0..sweeps::PUT_UP {
            assert!(house.portal.examinations().next().await.is_err());
        }
        assert_eq!(waiting().await, 0);
        assert_eq!(u64::from(house.put_up_by(&house.portal).await), MORE);
    })
    .await;
}

#[tokio::test]
async fn what_is_found_only_when_it_is_looked_through_again_is_in_the_trail_too() {
    on_each(async |db| {
        let house = House::on(db, DOWN).await;
        let auditor = Actor {
            account: AccountId(Uuid::new_v4()),
            name: name("审计员"),
            roles: Roles::only(Role::AuditAdmin),
            scope: Scope::Jurisdiction(RegionCode::CHANGCHUN),
            certificate: None,
            temporary_password: false,
        };
        let filter = AuditFilter { action: Some("evidence.quarantine".to_owned()), ..AuditFilter::default() };
        let noted = async || house.portal.audits().list(&auditor, &filter, Page::ALL).await.unwrap().rows;
        let file = house.examined_by(&house.portal).await;
        assert_eq!(noted().await, []);
        house.clamd.is(FOUND);
        house.town.clock.pass_minutes(11);
        assert!(house.portal.examinations().next().await.unwrap());
        assert!(house.dossier().await.is_quarantined());
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
        let house = House::on(db, FOUND).await;
        house.examined_by(&house.portal).await;
        house.clamd.is(CLEAN);
        let good = house.examined_by(&house.portal).await;
        let contents = house.portal.bundles().contents(&house.owner, house.case).await.unwrap();
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

#[tokio::test]
async fn two_examiners_look_through_a_file_once_when_the_engine_is_back() {
    on_each(async |db| {
        let house = House::on(db, DOWN).await;
        house.examined_by(&house.portal).await;
        house.clamd.is(CLEAN);
        house.town.clock.pass_minutes(11);
        let ask = async || house.portal.examinations().next().await.unwrap();
        let (one, two) = tokio::join!(ask(), ask());
        assert!(one != two, "one of them finds nothing to do");
        assert!(matches!(house.dossier().await.scan, Some(Scan::Clean { .. })));
        assert_eq!(house.says("clean").await, 1);
    })
    .await;
}

#[tokio::test]
async fn no_file_is_fetched_for_an_engine_that_is_down_still() {
    on_each(async |db| {
        let house = House::on(db, DOWN).await;
        house.examined_by(&house.portal).await;
        let before = house.dossier().await.scan;
        // There is nothing to be fetched here, and nobody notices.
        let empty = house.empty();
        for _ in 0..3 {
            house.town.clock.pass_minutes(11);
            assert!(empty.examinations().next().await.unwrap());
            assert!(!empty.examinations().next().await.unwrap(), "it is put off");
        }
        assert_eq!(house.dossier().await.scan, before);
        house.clamd.is(CLEAN);
        house.town.clock.pass_minutes(11);
        assert!(house.portal.examinations().next().await.unwrap());
        assert_eq!(house.says("clean").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_keeps_no_older_one_from_being_looked_through() {
    on_each(async |db| {
        let house = House::on(db, DOWN).await;
        for _ in 0..2 {
            house.examined_by(&house.portal).await;
            house.town.clock.pass_minutes(1);
        }
        house.clamd.is(CLEAN);
        house.town.clock.pass_minutes(11);
        // Neither can be read here. Each is tried, the newer and the older, and then both are left for later.
        let empty = house.empty();
        assert!(empty.examinations().next().await.is_err());
        assert!(empty.examinations().next().await.is_err());
        assert!(!empty.examinations().next().await.unwrap());
        assert_eq!(house.says("clean").await, 0);
        house.town.clock.pass_minutes(UNREADABLE_MINUTES);
        while house.portal.examinations().next().await.unwrap() {}
        assert_eq!(house.says("clean").await, 2);
    })
    .await;
}
