//! Uploads on both databases: what counts, what runs out, and what a database, a disk or an
//! object store that is away holds up.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use domain::{
    actor::Actor,
    capture::CaptureGrade,
    case::{Answer, LineVerdict, Outcome},
    evidence::EvidenceFault,
    ids::{ByteCount, CaseId, FindingId, LineId, UploadId},
    settings::{EvidenceLimits, Settings},
    upload::{Place, Shape, Upload, UploadFault, UploadStage},
};
use futures::TryStreamExt;
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutPayload, memory::InMemory};
use portal::{
    Clock, Error, Portal,
    objects::Objects,
    services::{
        evidences::Slot,
        sweeps,
        uploads::{Claim, Live, NewUpload, Part, Piece},
    },
    store::{FindingFilter, Page, Pools, upload},
};
use proof::entry::{Entry, Fact};
use sea_orm::{
    ConnectionTrait as _, ExprTrait as _,
    sea_query::{Expr, Query},
};

use crate::{common::*, originals::read};

impl Town {
    pub(crate) fn announced(&self, case: Option<CaseId>, length: usize) -> NewUpload {
        NewUpload {
            place: case.map(|case| Place::Line { case, line: self.lines[0] }),
            shape: Shape::Whole,
            name: "照片.jpg".into(),
            metadata: None,
            declared: None,
            length: Some(ByteCount(length as u64)),
            live: None,
        }
    }

    /// Whoever hands a file over lets go of it a moment after saying so.
    pub(crate) async fn spool_is_empty(&self) {
        for _ in 0..200 {
            if std::fs::read_dir(self.spool().join("uploads")).unwrap().next().is_none() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("something stays in the spool");
    }

    /// Answers every line of a round, with its files.
    pub(crate) async fn fill_in(&self, owner: &Actor, case: CaseId) {
        for line in &self.lines {
            self.portal.cases().answer(owner, case, *line, Some(Answer::Conforms), None).await.unwrap();
            self.upload(owner, Slot::Line(case, *line), jpeg()).await.unwrap();
        }
    }

    /// What came of a round with a problem at every line.
    pub(crate) async fn found(&self, owner: &Actor, case: CaseId) -> [FindingId; 2] {
        self.send(owner, case).await;
        self.review(case, LineVerdict::ProblemFound).await;
        self.decide(case, Outcome::Guidance).await;
        let found = self.portal.findings().list(owner, &FindingFilter::default(), Page::ALL).await.unwrap().rows;
        [found[0].finding.id, found[1].finding.id]
    }

    /// As a portal from before left it: an upload on its way to a place that would not be open to a new one.
    pub(crate) async fn on_its_way_to(&self, owner: &Actor, case: CaseId, line: LineId) -> UploadId {
        let id = self.portal.uploads().create(owner, self.announced(None, 100)).await.unwrap().upload.id;
        let tx = self.portal.store().begin().await.unwrap();
        let mut upload = tx.load::<Upload>(id.0).await.unwrap().unwrap();
        upload.place = Some(Place::Line { case, line });
        tx.save(&upload).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn send_piece(
        &self,
        owner: &Actor,
        id: UploadId,
        at: usize,
        bytes: &[u8],
    ) -> portal::Result<Upload> {
        send_piece(&self.portal, owner, id, at, bytes).await
    }

    /// As after a start: the portal has forgotten what it wrote, and reads it off row and disk.
    pub(crate) async fn forget_idle(&self) {
        for _ in 0..2 {
            // The second finds that nobody has come since the first.
            self.portal.sweeps().run().await;
        }
    }

    /// Where the bytes of an upload lie.
    pub(crate) fn folder(&self, id: UploadId) -> PathBuf {
        self.spool().join("uploads").join(id.to_string())
    }

    /// Whether a case has these bytes, once.
    pub(crate) async fn has(&self, owner: &Actor, case: CaseId, bytes: &[u8]) -> bool {
        let files = self.portal.cases().get(owner, case).await.unwrap().evidence;
        let mut same = files.iter().filter(|file| file.digest.to_string() == sha256(bytes));
        let Some(file) = same.next() else { return false };
        assert!(same.next().is_none(), "twice");
        read(&self.portal, file.digest).await == bytes
    }

    /// The database takes no other rows into a table from now on than such.
    pub(crate) async fn refuse_all_but(&self, db: Db, table: &str, such: &str) {
        let refuse = |how: &str| {
            format!(
                "CREATE TRIGGER refused_{how} BEFORE {how} ON {table} WHEN NOT (NEW.{such}) \
                 BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
        };
        let statements = match db {
            Db::Sqlite => vec![refuse("INSERT"), refuse("UPDATE")],
            Db::Postgres => vec![format!("ALTER TABLE {table} ADD CONSTRAINT refused CHECK ({such}) NOT VALID")],
        };
        for statement in statements {
            self.portal.store().read().execute_unprepared(&statement).await.unwrap();
        }
    }

    /// Ends [`Town::refuse_all_but`].
    pub(crate) async fn refuse_nothing(&self, db: Db, table: &str) {
        let statements = match db {
            Db::Sqlite => ["INSERT", "UPDATE"].map(|how| format!("DROP TRIGGER refused_{how}")).to_vec(),
            Db::Postgres => vec![format!("ALTER TABLE {table} DROP CONSTRAINT refused")],
        };
        for statement in statements {
            self.portal.store().read().execute_unprepared(&statement).await.unwrap();
        }
    }
}

pub(crate) async fn send_piece(
    portal: &Portal,
    owner: &Actor,
    id: UploadId,
    at: usize,
    bytes: &[u8],
) -> portal::Result<Upload> {
    let claim = Claim { actor: Some(owner), capability: None };
    let piece = Piece { at: ByteCount(at as u64), size: Some(ByteCount(bytes.len() as u64)), ..Piece::default() };
    let parts = [Ok::<_, std::io::Error>(Part::Bytes(Bytes::copy_from_slice(bytes)))];
    let appended = portal.uploads().append(claim, id, piece, futures::stream::iter(parts)).await?;
    Ok(appended.upload)
}

#[tokio::test]
async fn a_file_in_pieces_becomes_evidence_and_is_handed_over() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let bytes = jpeg();
        let uploads = town.portal.uploads();
        let id = uploads.create(&owner, town.announced(Some(case), bytes.len())).await.unwrap().upload.id;
        let half = town.send_piece(&owner, id, 0, &bytes[..20]).await.unwrap();
        assert_eq!((half.offset(), half.stage()), (ByteCount(20), UploadStage::Receiving));
        let wrong = town.send_piece(&owner, id, 0, &bytes[..20]).await;
        assert!(matches!(wrong, Err(Error::Upload(UploadFault::Elsewhere { offset: ByteCount(20) }))), "{wrong:?}");
        let whole = town.send_piece(&owner, id, 20, &bytes[20..]).await.unwrap();
        assert_eq!(whole.offset(), ByteCount(bytes.len() as u64));
        let files = town.portal.cases().get(&owner, case).await.unwrap().evidence;
        assert_eq!(files.len(), 1);
        let read = town.portal.evidences().open(files[0].digest, None).await.unwrap();
        assert_eq!(read.try_collect::<Vec<_>>().await.unwrap().concat(), bytes);
        // Whoever comes first hands it over; the sweep finds nothing left to do in the end.
        town.portal.sweeps().run().await;
        let swept = town.portal.sweeps().run().await;
        assert_eq!((swept.uploads, swept.failures.len()), (0, 0));
        assert!(
            std::fs::read_dir(town.spool().join("uploads")).unwrap().next().is_none(),
            "the spool has let go of it"
        );
        let read = town.portal.evidences().open(files[0].digest, Some(3..10)).await.unwrap();
        assert_eq!(read.try_collect::<Vec<_>>().await.unwrap().concat(), bytes[3..10]);
    })
    .await;
}

#[tokio::test]
async fn what_nobody_goes_on_with_runs_out() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let uploads = town.portal.uploads();
        let id = uploads.create(&owner, town.announced(None, 100)).await.unwrap().upload.id;
        town.send_piece(&owner, id, 0, b"some").await.unwrap();
        town.clock.set(town.clock.now().plus_days(6));
        town.send_piece(&owner, id, 4, b"more").await.unwrap();
        town.clock.set(town.clock.now().plus_days(6));
        town.portal.sweeps().run().await;
        assert_eq!(
            town.send_piece(&owner, id, 8, b"more").await.unwrap().offset(),
            ByteCount(12),
            "it was gone on with"
        );
        town.clock.set(town.clock.now().plus_days(8));
        let claim = Claim { actor: Some(&owner), capability: None };
        assert!(matches!(uploads.look(claim, id).await, Err(Error::Upload(UploadFault::Gone))));
        assert_eq!(town.portal.sweeps().run().await.uploads, 1);
        town.spool_is_empty().await;
        // It can be asked about for a while, and what happened stays on record.
        town.clock.set(town.clock.now().plus_days(29));
        assert_eq!(town.portal.sweeps().run().await.ended, 0);
        assert!(matches!(uploads.look(claim, id).await, Err(Error::Upload(UploadFault::Gone))));
        town.clock.set(town.clock.now().plus_days(10));
        assert_eq!(town.portal.sweeps().run().await.ended, 1);
        assert!(matches!(uploads.look(claim, id).await, Err(Error::NotFound)));
    })
    .await;
}

#[tokio::test]
async fn what_its_place_does_not_take_is_rejected_and_says_why() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let uploads = town.portal.uploads();
        let id = uploads.create(&owner, town.announced(Some(case), 4)).await.unwrap().upload.id;
        let upload = town.send_piece(&owner, id, 0, b"text").await.unwrap();
        assert_eq!(upload.stage(), UploadStage::Rejected);
        assert!(!town.folder(id).exists(), "its bytes are of no use to anybody");
        // The case is taken back while a file is on its way: it comes too late.
        let bytes = jpeg();
        let late = uploads.create(&owner, town.announced(Some(case), bytes.len())).await.unwrap().upload.id;
        town.send_piece(&owner, late, 0, &bytes[..10]).await.unwrap();
        town.portal.cases().withdraw(&owner, case, note("不再办理")).await.unwrap();
        let upload = town.send_piece(&owner, late, 10, &bytes[10..]).await.unwrap();
        let closed = domain::upload::Rejection::Fault { fault: EvidenceFault::Closed };
        assert!(
            matches!(upload.state, domain::upload::UploadState::Rejected { why, .. } if why == closed),
            "{:?}",
            upload.state
        );
        assert!(!town.folder(late).exists());
        let announced = uploads.create(&owner, town.announced(Some(case), 4)).await;
        assert!(announced.is_err(), "a case that was taken back takes nothing");
        // Other bytes than those announced.
        let declared = Some(sha256(b"text").parse().unwrap());
        let other = NewUpload { declared, ..town.announced(None, 4) };
        let other = uploads.create(&owner, other).await.unwrap().upload.id;
        town.send_piece(&owner, other, 0, b"tex").await.unwrap();
        assert!(town.folder(other).exists());
        town.send_piece(&owner, other, 3, b"d").await.unwrap();
        assert!(!town.folder(other).exists());
        for id in [id, late, other] {
            let row = upload::get(town.portal.store().read(), id).await.unwrap().unwrap();
            assert_eq!(row.stage(), UploadStage::Rejected, "its row stays and says why");
        }
    })
    .await;
}

#[tokio::test]
async fn files_of_before_the_outlines_get_theirs() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let file = town.upload(&owner, Slot::Line(case, town.lines[0]), jpeg()).await.unwrap().evidence;
        let store = town.portal.store();
        let before = [
            "DROP INDEX ix_evidence_enterprise_line_received_at",
            "ALTER TABLE evidence DROP COLUMN kind",
            "ALTER TABLE evidence DROP COLUMN moment",
            "ALTER TABLE evidence DROP COLUMN size",
            "DELETE FROM seaql_migrations WHERE version = 'm0008_outlines'",
        ];
        for statement in before {
            store.read().execute_unprepared(statement).await.unwrap();
        }
        store.migrate().await.unwrap();
        // A statement that no connection has prepared before the columns went and came.
        let mut found = Query::select();
        found.column("id").from("evidence").and_where(Expr::col("kind").eq("photo"));
        found.and_where(Expr::col("moment").is_null()).and_where(Expr::col("size").eq(file.size.0.cast_signed()));
        assert_eq!(store.read().query_all(&found).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn bytes_that_the_disk_has_lost_do_not_count() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let bytes = jpeg();
        let uploads = town.portal.uploads();
        let id = uploads.create(&owner, town.announced(None, bytes.len())).await.unwrap().upload.id;
        town.send_piece(&owner, id, 0, &bytes[..30]).await.unwrap();
        // As after a power cut: another process, and a file that is shorter than it was.
        town.forget_idle().await;
        let file = town.folder(id).join("1");
        let cut = std::fs::File::options().write(true).open(&file).unwrap();
        cut.set_len(12).unwrap();
        assert_eq!(uploads.reconcile().await.unwrap(), 1);
        let claim = Claim { actor: Some(&owner), capability: None };
        assert_eq!(uploads.look(claim, id).await.unwrap().offset(), ByteCount(12));
        let whole = town.send_piece(&owner, id, 12, &bytes[12..]).await.unwrap();
        assert_eq!(whole.stage(), UploadStage::Whole);
        assert_eq!(whole.digest().unwrap().to_string(), sha256(&bytes));
    })
    .await;
}

#[tokio::test]
async fn what_is_whole_is_finished_by_whoever_comes_next_and_is_not_told_as_complete_before() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let uploads = town.portal.uploads();
        let claim = Claim { actor: Some(&owner), capability: None };
        // Every byte is on the disk, and the database does not take what follows from it.
        let unfinished = async || {
            let bytes = jpeg();
            let id = uploads.create(&owner, town.announced(Some(case), bytes.len())).await.unwrap().upload.id;
            town.send_piece(&owner, id, 0, &bytes[..20]).await.unwrap();
            town.refuse_all_but(db, "uploads", "stage = 'receiving'").await;
            let last = town.send_piece(&owner, id, 20, &bytes[20..]).await;
            assert!(matches!(last, Err(Error::Store(_))), "{last:?}");
            (id, bytes)
        };
        let (id, bytes) = unfinished().await;
        let told = uploads.look(claim, id).await;
        assert!(told.is_err(), "its sender would let go of it: {told:?}");
        town.refuse_nothing(db, "uploads").await;
        assert!(!town.has(&owner, case, &bytes).await);
        let told = uploads.look(claim, id).await.unwrap();
        assert_eq!(
            (told.offset(), told.digest().unwrap().to_string()),
            (ByteCount(bytes.len() as u64), sha256(&bytes))
        );
        assert!(matches!(told.stage(), UploadStage::Attached | UploadStage::Kept), "{told:?}");
        assert!(town.has(&owner, case, &bytes).await);
        // The same when nobody asks.
        let (_, bytes) = unfinished().await;
        town.refuse_nothing(db, "uploads").await;
        assert!(town.portal.sweeps().run().await.uploads > 0);
        assert!(town.has(&owner, case, &bytes).await);
        // And when its time was over before anybody came.
        let (_, bytes) = unfinished().await;
        town.refuse_nothing(db, "uploads").await;
        town.clock.set(town.clock.now().plus_days(8));
        assert!(town.portal.sweeps().run().await.uploads > 0);
        assert!(town.has(&owner, case, &bytes).await);
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_nobody_but_the_portal_does_not_run_out() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let bytes = jpeg();
        let uploads = town.portal.uploads();
        let claim = Claim { actor: Some(&owner), capability: None };
        let id = uploads.create(&owner, town.announced(Some(case), bytes.len())).await.unwrap().upload.id;
        town.refuse_all_but(db, "evidence", "kind = 'none'").await;
        let whole = town.send_piece(&owner, id, 0, &bytes).await.unwrap();
        assert_eq!(whole.stage(), UploadStage::Whole);
        town.clock.set(town.clock.now().plus_days(8));
        let swept = town.portal.sweeps().run().await;
        assert!(swept.failures.iter().any(|failure| failure.part == sweeps::Part::Settle), "{swept:?}");
        assert_eq!(uploads.look(claim, id).await.unwrap().stage(), UploadStage::Whole);
        town.refuse_nothing(db, "evidence").await;
        let settled = uploads.look(claim, id).await.unwrap();
        assert!(matches!(settled.stage(), UploadStage::Attached | UploadStage::Kept), "{settled:?}");
        assert!(town.has(&owner, case, &bytes).await);
    })
    .await;
}

#[tokio::test]
async fn a_disk_that_does_not_answer_or_is_not_there_has_lost_nothing() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let uploads = town.portal.uploads();
        let claim = Claim { actor: Some(&owner), capability: None };
        let id = uploads.create(&owner, town.announced(None, 100)).await.unwrap().upload.id;
        town.send_piece(&owner, id, 0, &[1; 30]).await.unwrap();
        town.forget_idle().await;
        // A second writer: the row says by now how much the first one brought.
        town.send_piece(&owner, id, 30, &[2; 10]).await.unwrap();
        town.forget_idle().await;
        let offset = async || uploads.look(claim, id).await.map(|upload| upload.offset());
        // What is asked for its files is no folder, which is another answer than that there are none.
        let (folder, aside) = (town.folder(id), town.spool().join("aside"));
        std::fs::rename(&folder, &aside).unwrap();
        std::fs::write(&folder, "").unwrap();
        let told = offset().await;
        assert!(matches!(told, Err(Error::Disk(_))), "{told:?}");
        assert_eq!(uploads.reconcile().await.unwrap(), 0);
        std::fs::remove_file(&folder).unwrap();
        std::fs::rename(&aside, &folder).unwrap();
        assert_eq!(offset().await.unwrap(), ByteCount(40));

        // The disk is not mounted: an empty folder stands in its place.
        town.forget_idle().await;
        let (spool, away) = (town.spool(), town.spool().with_extension("away"));
        std::fs::rename(&spool, &away).unwrap();
        std::fs::create_dir_all(spool.join("uploads")).unwrap();
        let told = offset().await;
        assert!(matches!(told, Err(Error::Disk(_))), "{told:?}");
        assert!(!uploads.has_spool().await.unwrap());
        let now = town.clock.now();
        town.clock.set(now.plus_days(8));
        let swept = town.portal.sweeps().run().await;
        assert!(swept.failures.iter().any(|failure| failure.part == sweeps::Part::GiveUp), "{swept:?}");
        town.clock.set(now);
        std::fs::remove_dir_all(&spool).unwrap();
        std::fs::rename(&away, &spool).unwrap();
        assert!(uploads.has_spool().await.unwrap());

        // A server that starts without it takes new files, and does not take the empty folder for the spool.
        let other = town.with_objects(Objects::memory());
        for _ in 0..2 {
            other.uploads().reconcile().await.unwrap();
            assert!(!other.uploads().has_spool().await.unwrap());
            let told = other.uploads().look(claim, id).await;
            assert!(matches!(told, Err(Error::Disk(_))), "{told:?}");
            let new = other.uploads().create(&owner, town.announced(None, 10)).await.unwrap().upload.id;
            assert_eq!(send_piece(&other, &owner, new, 0, b"some").await.unwrap().offset(), ByteCount(4));
        }
        assert_eq!(offset().await.unwrap(), ByteCount(40));
    })
    .await;
}

#[tokio::test]
async fn an_announcement_whose_answer_was_lost_makes_room_for_the_next() {
    on_each(async |db| {
        let bytes = jpeg();
        let limits =
            EvidenceLimits { bytes_on_the_way: ByteCount(3 * bytes.len() as u64), ..EvidenceLimits::default() };
        let settings = Settings { evidence: limits, ..Settings::default() };
        let town = Town::with(db, Pools::default(), settings).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let uploads = town.portal.uploads();
        let claim = Claim { actor: Some(&owner), capability: None };
        let announce = async |line: usize| {
            let place = Some(Place::Line { case, line: town.lines[line] });
            let declared = Some(sha256(&bytes).parse().unwrap());
            let new = NewUpload { place, declared, ..town.announced(None, bytes.len()) };
            uploads.create(&owner, new).await.unwrap().upload.id
        };
        let elsewhere = announce(1).await;
        let mut last = announce(0).await;
        for _ in 0..4 {
            let next = announce(0).await;
            let before = uploads.look(claim, last).await;
            assert!(matches!(before, Err(Error::Upload(UploadFault::Gone))), "{before:?}");
            last = next;
        }
        assert_eq!(uploads.look(claim, elsewhere).await.unwrap().stage(), UploadStage::Receiving);
        uploads.end(claim, elsewhere).await.unwrap();
        // One of which something came is known to its sender.
        town.send_piece(&owner, last, 0, &bytes[..10]).await.unwrap();
        let waiting = announce(0).await;
        assert_eq!(uploads.look(claim, last).await.unwrap().offset(), ByteCount(10));
        // So is one that is being written, though nothing has come yet.
        let (tx, rx) = tokio::sync::oneshot::channel::<()>();
        let (portal, sender, body) = (town.portal.clone(), owner.clone(), Bytes::copy_from_slice(&bytes));
        let sending = tokio::spawn(async move {
            let wait = futures::stream::once(async move {
                let _ = rx.await;
                Ok::<_, std::io::Error>(Part::Bytes(body))
            });
            let claim = Claim { actor: Some(&sender), capability: None };
            portal.uploads().append(claim, waiting, Piece::default(), Box::pin(wait)).await
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        announce(0).await;
        tx.send(()).unwrap();
        let sent = sending.await.unwrap().unwrap().upload;
        assert!(matches!(sent.stage(), UploadStage::Attached | UploadStage::Kept), "{sent:?}");
    })
    .await;
}

#[tokio::test]
async fn one_bad_upload_keeps_no_server_from_starting_and_what_is_over_leaves_the_spool() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let uploads = town.portal.uploads();
        let claim = Claim { actor: Some(&owner), capability: None };
        let begun = async || {
            let id = uploads.create(&owner, town.announced(None, 10)).await.unwrap().upload.id;
            town.send_piece(&owner, id, 0, b"some").await.unwrap();
            id
        };
        let (bad, good, ended) = (begun().await, begun().await, begun().await);
        uploads.end(claim, ended).await.unwrap();
        let rejected = uploads.create(&owner, town.announced(Some(case), 4)).await.unwrap().upload.id;
        town.send_piece(&owner, rejected, 0, b"text").await.unwrap();
        let bytes = jpeg();
        let kept = uploads.create(&owner, town.announced(Some(case), bytes.len())).await.unwrap().upload.id;
        town.send_piece(&owner, kept, 0, &bytes).await.unwrap();
        while town.folder(kept).exists() {
            town.portal.sweeps().run().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The server ended after the row was written and before the files were gone.
        for over in [ended, kept, rejected] {
            std::fs::create_dir(town.folder(over)).unwrap();
            std::fs::write(town.folder(over).join("1"), "left").unwrap();
        }
        let id = match db {
            Db::Sqlite => format!("x'{}'", bad.0.simple()),
            Db::Postgres => format!("'{bad}'"),
        };
        let broken = format!("UPDATE uploads SET stage = 'whole' WHERE id = {id}");
        town.portal.store().read().execute_unprepared(&broken).await.unwrap();
        assert_eq!(uploads.reconcile().await.unwrap(), 1);
        assert!(town.folder(bad).exists() && town.folder(good).exists());
        for over in [ended, kept, rejected] {
            assert!(!town.folder(over).exists());
        }
    })
    .await;
}

#[tokio::test]
async fn a_whole_that_is_not_written_down_leaves_no_copy_of_its_parts() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let uploads = town.portal.uploads();
        let mut parts = Vec::new();
        for text in ["some", "more"] {
            let part = NewUpload { shape: Shape::Partial, ..town.announced(None, text.len()) };
            let id = uploads.create(&owner, part).await.unwrap().upload.id;
            town.send_piece(&owner, id, 0, text.as_bytes()).await.unwrap();
            parts.push(id);
        }
        let whole = NewUpload { shape: Shape::Final, length: None, ..town.announced(None, 0) };
        town.refuse_all_but(db, "uploads", "stage = 'none'").await;
        assert!(uploads.join(&owner, whole.clone(), &parts).await.is_err());
        assert_eq!(std::fs::read_dir(town.spool().join("uploads")).unwrap().count(), parts.len());
        town.refuse_nothing(db, "uploads").await;
        let joined = uploads.join(&owner, whole, &parts).await.unwrap().upload;
        assert_eq!(joined.digest().unwrap().to_string(), sha256(b"somemore"));
    })
    .await;
}

#[tokio::test]
async fn what_has_time_again_when_its_turn_comes_is_not_given_up() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let uploads = town.portal.uploads();
        let mut ids = Vec::new();
        for _ in 0..2 {
            let id = uploads.create(&owner, town.announced(None, 10)).await.unwrap().upload.id;
            town.send_piece(&owner, id, 0, b"some").await.unwrap();
            ids.push(id);
        }
        let now = town.clock.now();
        town.clock.set(now.plus_days(8));
        // The sweep finds both, and has to wait at the first.
        let held = town.portal.store().begin().await.unwrap();
        for id in &ids {
            held.load::<Upload>(id.0).await.unwrap();
        }
        let portal = town.portal.clone();
        let sweep = tokio::spawn(async move { portal.sweeps().run().await });
        tokio::time::sleep(Duration::from_millis(500)).await;
        // Moving the clock back stands for their senders, who have come back.
        town.clock.set(now);
        drop(held);
        let swept = sweep.await.unwrap();
        assert_eq!((swept.uploads, swept.failures), (0, Vec::new()));
        let claim = Claim { actor: Some(&owner), capability: None };
        for id in ids {
            assert_eq!(uploads.look(claim, id).await.unwrap().offset(), ByteCount(4));
        }
    })
    .await;
}

#[tokio::test]
async fn the_instant_of_the_first_byte_outlives_its_writer() {
    const SESSION: &str = "the session at hand";
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let place = Place::Line { case, line: town.lines[0] };
        let capture = town.portal.captures().issue(&owner, place, SESSION).await.unwrap();
        let bytes = jpeg();
        // Nobody has announced a digest: the code counts by the first byte.
        let live = Live { capture: capture.id, session: Some(SESSION.into()), taken_at: None };
        let new = NewUpload { live: Some(live), ..town.announced(Some(case), bytes.len()) };
        let id = town.portal.uploads().create(&owner, new).await.unwrap().upload.id;
        town.send_piece(&owner, id, 0, &bytes[..20]).await.unwrap();
        town.forget_idle().await;
        town.clock.set(capture.expires_at);
        town.send_piece(&owner, id, 20, &bytes[20..]).await.unwrap();
        let files = town.portal.cases().get(&owner, case).await.unwrap().evidence;
        assert_eq!((files.len(), files[0].grade()), (1, CaptureGrade::B), "{:?}", files[0].origin);
    })
    .await;
}

#[tokio::test]
async fn bytes_that_are_on_record_and_cannot_be_read_are_asked_for_again() {
    let town = Town::on(Db::Sqlite).await;
    let store = Arc::new(InMemory::new());
    let portal = town.with_objects(Objects::of(store.clone(), 64 * 1024));
    let owner = town.restaurant(1).await;
    let case = town.enrol(&owner).await;
    // The object is gone, or half of it.
    for half in [false, true] {
        let bytes = jpeg();
        for line in 0..2 {
            let place = Some(Place::Line { case, line: town.lines[line] });
            let declared = Some(sha256(&bytes).parse().unwrap());
            let new = NewUpload { place, declared, ..town.announced(None, bytes.len()) };
            let created = portal.uploads().create(&owner, new).await.unwrap().upload;
            assert_eq!(created.stage(), UploadStage::Receiving, "the sender's copy is the only good one");
            send_piece(&portal, &owner, created.id, 0, &bytes).await.unwrap();
            while std::fs::read_dir(town.other_spool().join("uploads")).unwrap().next().is_some() {
                portal.sweeps().run().await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let digest = created.declared.unwrap();
            assert_eq!(read(&portal, digest).await, bytes);
            let objects: Vec<_> = store.list(None).try_collect().await.unwrap();
            let object = objects.iter().find(|one| one.location.as_ref().ends_with(&digest.to_string())).unwrap();
            if half {
                let beginning = PutPayload::from(bytes[..bytes.len() / 2].to_vec());
                store.put(&object.location, beginning).await.unwrap();
            } else {
                store.delete(&object.location).await.unwrap();
            }
        }
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(bytes))
}

#[tokio::test]
async fn what_a_file_was_before_it_had_its_place_is_told_with_its_case() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let (bytes, uploads) = (jpeg(), town.portal.uploads());
        let declared = Some(sha256(&bytes).parse().unwrap());
        let new = NewUpload { declared, ..town.announced(None, bytes.len()) };
        let id = uploads.create(&owner, new).await.unwrap().upload.id;
        town.send_piece(&owner, id, 0, &bytes).await.unwrap();
        let announced = town.portal.now().0;
        town.clock.set(town.clock.now().plus_days(1));
        let [first, other] = [0, 1].map(|line| Place::Line { case, line: town.lines[line] });
        uploads.attach(&owner, id, first).await.unwrap();
        town.spool_is_empty().await;
        let attached = town.portal.now().0;
        town.clock.set(town.clock.now().plus_minutes(1));
        // The same bytes once more are not sent: what is held already becomes evidence again.
        let new = NewUpload { declared, place: Some(other), ..town.announced(None, bytes.len()) };
        let second = uploads.create(&owner, new).await.unwrap().upload;
        assert!(matches!(second.stage(), UploadStage::Attached | UploadStage::Kept), "{:?}", second.stage());
        let contents = town.portal.bundles().contents(&owner, case).await.unwrap();
        let entries = contents.leaves.iter().map(|line| Entry::parse(line.leaf.as_bytes()).unwrap());
        let told = |entry: Entry| match entry.fact {
            Fact::Committed { upload, .. } => Some(("committed", entry.at, Some(upload), None)),
            Fact::Arrived { upload, .. } => Some(("arrived", entry.at, Some(upload), None)),
            Fact::Received { upload, again, .. } => Some(("received", entry.at, upload, again)),
            _ => None,
        };
        let (first, id, second) = (contents.files[0].id.to_string(), Some(id.to_string()), Some(second.id.to_string()));
        let now = town.portal.now().0;
        let expected = [
            ("committed", announced, id.clone(), None),
            ("arrived", announced, id.clone(), None),
            ("received", attached, id, None),
            ("received", now, second.clone(), Some(first)),
            ("committed", now, second, None),
        ];
        assert_eq!(entries.filter_map(told).collect::<Vec<_>>(), expected);
    })
    .await;
}
