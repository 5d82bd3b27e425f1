//! Uploads on both databases: what counts, what runs out, and what an object store that
//! is down holds up.

use bytes::Bytes;
use domain::{
    actor::Actor,
    evidence::EvidenceFault,
    ids::{ByteCount, CaseId, UploadId},
    upload::{Place, Shape, Upload, UploadFault, UploadStage},
};
use futures::TryStreamExt;
use portal::{
    Clock, Error,
    services::{
        evidences::Slot,
        uploads::{Claim, NewUpload, Part, Piece},
    },
};
use sea_orm::{
    ConnectionTrait as _, ExprTrait as _,
    sea_query::{Expr, Query},
};

use crate::common::*;

impl Town {
    fn announced(&self, case: Option<CaseId>, length: usize) -> NewUpload {
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
    async fn spool_is_empty(&self) {
        for _ in 0..200 {
            if std::fs::read_dir(self.spool().join("uploads")).unwrap().next().is_none() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("something stays in the spool");
    }

    async fn send_piece(&self, owner: &Actor, id: UploadId, at: usize, bytes: &[u8]) -> portal::Result<Upload> {
        let claim = Claim { actor: Some(owner), capability: None };
        let piece = Piece { at: ByteCount(at as u64), size: Some(ByteCount(bytes.len() as u64)), ..Piece::default() };
        let parts = [Ok::<_, std::io::Error>(Part::Bytes(Bytes::copy_from_slice(bytes)))];
        let appended = self.portal.uploads().append(claim, id, piece, futures::stream::iter(parts)).await?;
        Ok(appended.upload)
    }
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
        // The round is sent while a file is on its way: it comes too late.
        let bytes = jpeg();
        let late = uploads.create(&owner, town.announced(Some(case), bytes.len())).await.unwrap().upload.id;
        town.send_piece(&owner, late, 0, &bytes[..10]).await.unwrap();
        town.send(&owner, case).await;
        let upload = town.send_piece(&owner, late, 10, &bytes[10..]).await.unwrap();
        let closed = domain::upload::Rejection::Fault { fault: EvidenceFault::Closed };
        assert!(
            matches!(upload.state, domain::upload::UploadState::Rejected { why, .. } if why == closed),
            "{:?}",
            upload.state
        );
        let announced = uploads.create(&owner, town.announced(Some(case), 4)).await;
        assert!(announced.is_err(), "a round that was sent takes nothing");
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
        for _ in 0..2 {
            // The second finds that nobody has come since the first.
            town.portal.sweeps().run().await;
        }
        let file = town.spool().join("uploads").join(id.to_string()).join("1");
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

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(bytes))
}
