//! Room for uploads on both databases: what is set aside for whom, and when there is none.

use bytes::Bytes;
use domain::{
    actor::Actor,
    enrolment::EnrolmentError,
    ids::{ByteCount, UploadId},
    settings::{EvidenceLimits, Settings},
    upload::{Place, Shape, UploadFault, UploadStage},
};
use portal::{
    Error,
    services::{
        evidences::Slot,
        uploads::{Claim, NewUpload, Part, Piece},
    },
    store::{Pools, upload},
};
use sea_orm::ConnectionTrait as _;

use crate::{common::*, uploads::*};

impl Town {
    /// Whole parts of these contents.
    async fn parts(&self, owner: &Actor, contents: &[&str]) -> Vec<UploadId> {
        let mut parts = Vec::new();
        for content in contents {
            let new = NewUpload { shape: Shape::Partial, ..self.announced(None, content.len()) };
            let id = self.portal.uploads().create(owner, new).await.unwrap().upload.id;
            self.send_piece(owner, id, 0, content.as_bytes()).await.unwrap();
            parts.push(id);
        }
        parts
    }

    /// What is made of them.
    fn whole(&self) -> NewUpload {
        NewUpload { shape: Shape::Final, length: None, ..self.announced(None, 0) }
    }

    /// How many files and bytes somebody has on the way.
    async fn on_the_way(&self, owner: &Actor) -> (u64, u64) {
        let found = upload::on_the_way(self.portal.store().read(), owner.account).await.unwrap();
        (found.files, found.bytes.0)
    }
}

fn with_limits(evidence: EvidenceLimits) -> Settings {
    Settings { evidence, ..Settings::default() }
}

#[tokio::test]
async fn what_has_no_length_yet_sets_aside_as_much_as_it_may_become() {
    on_each(async |db| {
        let limits = EvidenceLimits::default();
        let most = limits.video.0;
        let rules = with_limits(EvidenceLimits { bytes_on_the_way: ByteCount(most + 100), ..limits });
        let town = Town::with(db, Pools::default(), rules).await;
        let owner = town.restaurant(1).await;
        let uploads = town.portal.uploads();
        let open = || NewUpload { length: None, ..town.announced(None, 0) };
        let id = uploads.create(&owner, open()).await.unwrap().upload.id;
        town.send_piece(&owner, id, 0, b"some").await.unwrap();
        assert_eq!(town.on_the_way(&owner).await, (1, most));
        let second = uploads.create(&owner, open()).await;
        assert!(matches!(second, Err(Error::Upload(UploadFault::QuotaFull { .. }))), "{second:?}");
        // Once somebody says how long it is, the rest is free.
        let claim = Claim { actor: Some(&owner), capability: None };
        let piece = Piece { at: ByteCount(4), length: Some(ByteCount(100)), ..Piece::default() };
        let parts = [Ok::<_, std::io::Error>(Part::Bytes(Bytes::from_static(b"more")))];
        uploads.append(claim, id, piece, futures::stream::iter(parts)).await.unwrap();
        assert_eq!(town.on_the_way(&owner).await, (1, 100));
        uploads.create(&owner, open()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_put_together_counts_beside_its_parts() {
    on_each(async |db| {
        let rules = with_limits(EvidenceLimits { bytes_on_the_way: ByteCount(20), ..EvidenceLimits::default() });
        let town = Town::with(db, Pools::default(), rules).await;
        let owner = town.restaurant(1).await;
        let uploads = town.portal.uploads();
        let claim = Claim { actor: Some(&owner), capability: None };
        let copies = || std::fs::read_dir(town.spool().join("uploads")).unwrap().count() - 2;
        let parts = town.parts(&owner, &["some", "more"]).await;
        // One that cannot be read: nothing of the whole stays, nor is anything set aside for it.
        let (file, aside) = (town.folder(parts[1]).join("1"), town.folder(parts[1]).join("aside"));
        std::fs::rename(&file, &aside).unwrap();
        let broken = uploads.join(&owner, town.whole(), &parts).await;
        assert!(matches!(broken, Err(Error::Disk(_))), "{broken:?}");
        assert_eq!((town.on_the_way(&owner).await, copies()), ((2, 8), 0));
        std::fs::rename(&aside, &file).unwrap();

        let whole = uploads.join(&owner, town.whole(), &parts).await.unwrap().upload;
        assert_eq!((whole.stage(), whole.offset()), (UploadStage::Whole, ByteCount(8)));
        assert_eq!(whole.expires_at, town.portal.now().plus_days(7), "it is kept as long as any");
        assert_eq!((town.on_the_way(&owner).await, copies()), ((3, 16), 1));
        let again = uploads.join(&owner, town.whole(), &parts).await;
        assert!(matches!(again, Err(Error::Upload(UploadFault::QuotaFull { .. }))), "{again:?}");
        assert_eq!(copies(), 1, "nothing is copied before there is room");
        uploads.end(claim, whole.id).await.unwrap();
        uploads.join(&owner, town.whole(), &parts).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn parts_that_nobody_puts_together_any_more_set_nothing_aside() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let parts = town.parts(&owner, &["some", "more"]).await;
        // The row of the whole is written and cannot be written again, as where a server ends in between.
        town.refuse_all_but(db, "uploads", "version = 1").await;
        let broken = town.portal.uploads().join(&owner, town.whole(), &parts).await;
        assert!(matches!(broken, Err(Error::Store(_))), "{broken:?}");
        town.refuse_nothing(db, "uploads").await;
        assert_eq!(town.on_the_way(&owner).await, (3, 16));
        town.clock.pass_minutes(61);
        assert_eq!(town.portal.sweeps().run().await.uploads, 1);
        assert_eq!(town.on_the_way(&owner).await, (2, 8));
    })
    .await;
}

#[tokio::test]
async fn what_everybody_has_still_to_send_is_known() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (one, other) = (town.restaurant(1).await, town.restaurant(2).await);
        let uploads = town.portal.uploads();
        let claim = Claim { actor: Some(&one), capability: None };
        let rooms = async || (uploads.set_aside().await.unwrap().0, uploads.to_come().await.unwrap().0);
        assert_eq!(rooms().await, (0, 0));
        let first = uploads.create(&one, town.announced(None, 100)).await.unwrap().upload.id;
        let second = uploads.create(&other, town.announced(None, 50)).await.unwrap().upload.id;
        assert_eq!(rooms().await, (150, 150));
        town.send_piece(&one, first, 0, &[7; 30]).await.unwrap();
        assert_eq!(rooms().await, (150, 120));
        // A second writer goes on with it.
        town.forget_idle().await;
        town.send_piece(&one, first, 30, &[7; 30]).await.unwrap();
        assert_eq!(rooms().await, (150, 90));
        town.send_piece(&other, second, 0, &[7; 50]).await.unwrap();
        assert_eq!(rooms().await, (100, 40), "what is whole is on the disk");
        uploads.end(claim, first).await.unwrap();
        assert_eq!(rooms().await, (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn announcements_at_the_same_moment_never_pass_the_quota_together() {
    on_each(async |db| {
        let limits = EvidenceLimits::default();
        for limits in [
            EvidenceLimits { bytes_on_the_way: ByteCount(300), ..limits },
            EvidenceLimits { files_on_the_way: 3, ..limits },
        ] {
            let town = Town::with(db, Pools::default(), with_limits(limits)).await;
            for number in 0..5 {
                let owner = town.restaurant(number).await;
                let announce = || {
                    let (portal, owner, new) = (town.portal.clone(), owner.clone(), town.announced(None, 100));
                    tokio::spawn(async move { portal.uploads().create(&owner, new).await })
                };
                let all: Vec<_> = (0..12).map(|_| announce()).collect();
                for one in all {
                    if let Err(error) = one.await.unwrap() {
                        let Error::Upload(fault) = error else { panic!("{error:?}") };
                        assert!(matches!(fault, UploadFault::QuotaFull { .. } | UploadFault::TooMany { .. }));
                    }
                }
                assert_eq!(town.on_the_way(&owner).await, (3, 300), "{db:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_here_already_needs_no_room() {
    on_each(async |db| {
        let rules = with_limits(EvidenceLimits { files_on_the_way: 1, ..EvidenceLimits::default() });
        let town = Town::with(db, Pools::default(), rules).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let uploads = town.portal.uploads();
        let bytes = jpeg();
        town.upload(&owner, Slot::Line(case, town.lines[0]), bytes.clone()).await.unwrap();
        uploads.create(&owner, town.announced(None, 10)).await.unwrap();
        let many = uploads.create(&owner, town.announced(None, 10)).await;
        assert!(matches!(many, Err(Error::Upload(UploadFault::TooMany { limit: 1 }))), "{many:?}");
        let place = Some(Place::Line { case, line: town.lines[1] });
        let declared = Some(sha256(&bytes).parse().unwrap());
        let new = NewUpload { place, declared, ..town.announced(None, bytes.len()) };
        assert_eq!(uploads.create(&owner, new).await.unwrap().upload.stage(), UploadStage::Kept);
    })
    .await;
}

#[tokio::test]
async fn uploads_of_before_set_aside_as_much_as_they_may_become() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let uploads = town.portal.uploads();
        let open = NewUpload { length: None, ..town.announced(None, 0) };
        let open = uploads.create(&owner, open).await.unwrap().upload.id;
        let parts = town.parts(&owner, &["some", "more"]).await;
        let whole = uploads.join(&owner, town.whole(), &parts).await.unwrap().upload.id;
        let store = town.portal.store();
        let before =
            ["UPDATE uploads SET reserved = 0", "DELETE FROM seaql_migrations WHERE version = 'm0009_reserved'"];
        for statement in before {
            store.read().execute_unprepared(statement).await.unwrap();
        }
        for id in [open, whole] {
            assert!(upload::get(store.read(), id).await.is_err(), "its column does not say what its body says");
        }
        store.migrate().await.unwrap();
        for (id, reserved) in [(open, uploads.largest()), (whole, ByteCount(8)), (parts[0], ByteCount(4))] {
            assert_eq!(upload::get(store.read(), id).await.unwrap().unwrap().reserved(), reserved);
        }
    })
    .await;
}

#[tokio::test]
async fn whom_no_agency_knows_sends_nothing_that_has_no_place() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let (id, owner) = town.portal.accounts().register(newcomer(1)).await.unwrap();
        let refused = town.portal.uploads().create(&owner, town.announced(None, 100)).await;
        assert!(matches!(refused, Err(Error::Enrolment(EnrolmentError::Unconfirmed))), "{refused:?}");
        town.portal.enterprises().confirm(&town.li_na, id).await.unwrap();
        town.portal.uploads().create(&owner, town.announced(None, 100)).await.unwrap();
    })
    .await;
}
