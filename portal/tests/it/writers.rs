//! Who writes an upload: two servers over one database, one spool and one folder of originals, and
//! what a writer leaves between two pieces.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use domain::{
    actor::Actor,
    ids::{ByteCount, UploadId},
    settings::Settings,
    upload::{Place, Shape, Upload, UploadFault, UploadStage},
};
use futures::channel::mpsc::{UnboundedSender, unbounded};
use portal::{
    Error, Portal, Setup,
    evidence::{scan::Scanner, workshop::Workshop},
    objects::Objects,
    services::uploads::{Algorithm, Appended, Checksum, Claim, NewUpload, Part, Piece},
    store::upload,
};
use tokio::task::JoinHandle;

use crate::{common::*, originals::read};

/// Two servers over the database of a town.
fn two_servers(town: &Town) -> [Portal; 2] {
    let objects = Objects::folder(&town.spool().with_file_name("objects")).unwrap();
    [(), ()].map(|()| {
        Portal::new(Setup {
            store: town.portal.store().clone(),
            objects: objects.clone(),
            clock: town.clock.clone(),
            settings: Settings::default(),
            calendar: domain::calendar::Calendar::china().unwrap(),
            spool: town.spool(),
            hashers: 1,
            signer: signer(),
            scanner: Scanner::default(),
            workshop: Workshop::default(),
        })
        .unwrap()
    })
}

async fn announce(portal: &Portal, owner: &Actor, place: Option<Place>, length: usize) -> UploadId {
    let new = NewUpload {
        place,
        shape: Shape::Whole,
        name: "照片.jpg".into(),
        metadata: None,
        declared: None,
        length: Some(ByteCount(length as u64)),
        live: None,
    };
    portal.uploads().create(owner, new).await.unwrap().upload.id
}

/// A piece on its way, of which comes what the test says.
struct Sending {
    feed: UnboundedSender<Result<Part, std::io::Error>>,
    task: JoinHandle<portal::Result<Appended>>,
}

impl Sending {
    fn to(portal: &Portal, owner: &Actor, id: UploadId, piece: Piece) -> Self {
        let (feed, body) = unbounded();
        let (portal, owner) = (portal.clone(), owner.clone());
        let task = tokio::spawn(async move {
            let claim = Claim { actor: Some(&owner), capability: None };
            portal.uploads().append(claim, id, piece, body).await
        });
        Self { feed, task }
    }

    fn send(&self, bytes: &[u8]) {
        self.feed.unbounded_send(Ok(Part::Bytes(Bytes::copy_from_slice(bytes)))).unwrap();
    }

    async fn end(self) -> portal::Result<Upload> {
        drop(self.feed);
        self.task.await.unwrap().map(|appended| appended.upload)
    }
}

async fn send(portal: &Portal, owner: &Actor, id: UploadId, at: usize, bytes: &[u8]) -> portal::Result<Upload> {
    let sending = Sending::to(portal, owner, id, piece_at(at));
    sending.send(bytes);
    sending.end().await
}

fn piece_at(at: usize) -> Piece {
    Piece { at: ByteCount(at as u64), ..Piece::default() }
}

/// The file of the first writer of an upload.
fn file_of(town: &Town, id: UploadId) -> PathBuf {
    town.spool().join("uploads").join(id.to_string()).join("1")
}

/// Waits for what happens a moment later.
async fn until(what: impl Fn() -> bool) {
    for _ in 0..1000 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it does not happen");
}

/// Waits until a file is so long: its writer has written that, and counts it a second later.
async fn until_long(file: &Path, size: usize) {
    until(|| file.metadata().is_ok_and(|about| about.len() == size as u64)).await;
}

/// Whether this process has a file open.
fn is_open(file: &Path) -> bool {
    let file = file.canonicalize().unwrap();
    std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .any(|entry| std::fs::read_link(entry.unwrap().path()).is_ok_and(|open| open == file))
}

#[tokio::test]
async fn bytes_that_another_server_has_counted_are_not_taken_back() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let [one, other] = two_servers(&town);
        let bytes = jpeg();
        let id = announce(&one, &owner, None, bytes.len()).await;
        let sending = Sending::to(&one, &owner, id, piece_at(0));
        sending.send(&bytes[..20]);
        until_long(&file_of(&town, id), 20).await;
        let taken = send(&other, &owner, id, 20, &bytes[20..30]).await.unwrap();
        assert_eq!((taken.offset(), taken.writer), (ByteCount(30), 2));
        // More than there is room for.
        sending.send(&bytes);
        let told = sending.end().await;
        // On a slow machine it has counted them before.
        let known = matches!(told, Err(Error::Upload(UploadFault::Superseded | UploadFault::BeyondLength { .. })));
        assert!(known, "{told:?}");
        assert_eq!(std::fs::read(file_of(&town, id)).unwrap(), bytes[..20]);
        let whole = send(&other, &owner, id, 30, &bytes[30..]).await.unwrap();
        assert_eq!(whole.digest().unwrap().to_string(), sha256(&bytes));
    })
    .await;
}

#[tokio::test]
async fn what_a_server_answers_holds_until_more_is_sent_though_another_is_in_the_middle_of_a_piece() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let [one, other] = two_servers(&town);
        let claim = Claim { actor: Some(&owner), capability: None };
        let bytes = jpeg();
        let id = announce(&one, &owner, None, bytes.len()).await;
        send(&one, &owner, id, 0, &bytes[..20]).await.unwrap();
        let sending = Sending::to(&one, &owner, id, piece_at(20));
        sending.send(&bytes[20..30]);
        until_long(&file_of(&town, id), 30).await;
        let told = other.uploads().look(claim, id).await.unwrap();
        assert_eq!((told.offset(), told.flowing), (ByteCount(30), false));
        sending.send(&[b'?'; 10]);
        let late = sending.end().await;
        assert!(matches!(late, Err(Error::Upload(UploadFault::Superseded))), "{late:?}");
        for server in [&other, &one, &other] {
            assert_eq!(server.uploads().look(claim, id).await.unwrap().offset(), ByteCount(30));
        }
        // So it does against a piece that is taken whole or not at all, and one of which nothing was counted yet: both are
        // sent while the row stands still.
        let digest = hex::decode(sha256(&bytes[30..50])).unwrap();
        let checksum = Some(Checksum { algorithm: Algorithm::Sha256, digest });
        let row = async || upload::get(town.portal.store().read(), id).await.unwrap().unwrap();
        for checksum in [checksum, None] {
            let next = file_of(&town, id).with_file_name((row().await.writer + 1).to_string());
            let sending = Sending::to(&one, &owner, id, Piece { checksum, ..piece_at(30) });
            sending.send(&bytes[30..40]);
            until_long(&next, 10).await;
            assert_eq!(other.uploads().look(claim, id).await.unwrap().offset(), ByteCount(30));
            sending.send(&bytes[40..50]);
            let late = sending.end().await;
            assert!(matches!(late, Err(Error::Upload(UploadFault::Superseded))), "{late:?}");
        }
        // Whoever has asked goes on at once, also where the one before was asked in between.
        send(&one, &owner, id, 30, &bytes[30..40]).await.unwrap();
        for server in [&other, &one] {
            assert_eq!(server.uploads().look(claim, id).await.unwrap().offset(), ByteCount(40));
        }
        let whole = send(&one, &owner, id, 40, &bytes[40..]).await.unwrap();
        assert_eq!(whole.digest().unwrap().to_string(), sha256(&bytes));
        // What is over is not written any more.
        let before = row().await;
        other.uploads().look(claim, id).await.unwrap();
        assert_eq!(row().await, before);
    })
    .await;
}

#[tokio::test]
async fn evidence_that_another_server_has_sealed_is_not_cut() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        let [one, other] = two_servers(&town);
        let claim = Claim { actor: Some(&owner), capability: None };
        let bytes = jpeg();
        let place = Place::Line { case, line: town.lines[0] };
        let id = announce(&one, &owner, Some(place), bytes.len()).await;
        let file = file_of(&town, id);
        let sending = Sending::to(&one, &owner, id, piece_at(0));
        sending.send(&bytes);
        until_long(&file, bytes.len()).await;
        // Somebody asks another server for it, which finds it whole.
        let sealed = other.uploads().look(claim, id).await.unwrap();
        assert!(matches!(sealed.stage(), UploadStage::Attached | UploadStage::Kept), "{sealed:?}");
        until(|| !file.exists()).await;
        sending.send(b"and more");
        let told = sending.end().await;
        let refused = matches!(told, Err(Error::Upload(UploadFault::Superseded | UploadFault::BeyondLength { .. })));
        assert!(refused, "{told:?}");
        let digest = sealed.digest().unwrap();
        assert_eq!(std::fs::read(other.objects().file_of(digest).unwrap()).unwrap(), bytes);
        assert_eq!(read(&other, digest).await, bytes);
    })
    .await;
}

#[tokio::test]
async fn a_piece_that_is_not_what_it_says_takes_nothing_from_another_server() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let [one, other] = two_servers(&town);
        let bytes = jpeg();
        let id = announce(&one, &owner, None, bytes.len()).await;
        // Only the file says so far that these count.
        send(&one, &owner, id, 0, &bytes[..20]).await.unwrap();
        let checksum = Checksum { algorithm: Algorithm::Sha256, digest: vec![7; 32] };
        let sending = Sending::to(&one, &owner, id, Piece { checksum: Some(checksum), ..piece_at(20) });
        sending.send(&[7; 20]);
        until_long(&file_of(&town, id), 40).await;
        let taken = send(&other, &owner, id, 20, &bytes[20..30]).await.unwrap();
        assert_eq!((taken.offset(), taken.writer), (ByteCount(30), 2));
        let told = sending.end().await;
        assert!(matches!(told, Err(Error::Checksum)), "{told:?}");
        assert_eq!(std::fs::read(file_of(&town, id)).unwrap(), bytes[..20]);
        let whole = send(&other, &owner, id, 30, &bytes[30..]).await.unwrap();
        assert_eq!(whole.digest().unwrap().to_string(), sha256(&bytes));
    })
    .await;
}

#[tokio::test]
async fn an_upload_from_which_bytes_were_taken_back_flows_again_with_the_next_piece() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let claim = Claim { actor: Some(&owner), capability: None };
        let row = async |id| upload::get(town.portal.store().read(), id).await.unwrap().unwrap();
        let bytes = jpeg();
        let id = announce(&town.portal, &owner, None, bytes.len()).await;
        send(&town.portal, &owner, id, 0, &bytes[..20]).await.unwrap();
        let sending = Sending::to(&town.portal, &owner, id, piece_at(20));
        sending.send(&bytes[20..30]);
        until_long(&file_of(&town, id), 30).await;
        sending.send(&bytes);
        let told = sending.end().await;
        assert!(matches!(told, Err(Error::Upload(UploadFault::BeyondLength { .. }))), "{told:?}");
        let standing = town.portal.uploads().look(claim, id).await.unwrap().offset();
        assert_eq!(file_of(&town, id).metadata().unwrap().len(), standing.0);
        let at = usize::try_from(standing.0).unwrap();
        assert!((20..=30).contains(&at), "{at}");
        send(&town.portal, &owner, id, at, &bytes[at..at + 5]).await.unwrap();
        let flowing = row(id).await;
        assert!(flowing.flowing, "{flowing:?}");
        assert_eq!(flowing.writer, 1, "the same writer goes on");
        let whole = send(&town.portal, &owner, id, at + 5, &bytes[at + 5..]).await.unwrap();
        assert_eq!(whole.digest().unwrap().to_string(), sha256(&bytes));
    })
    .await;
}

#[tokio::test]
async fn between_two_pieces_no_file_is_open_and_what_it_has_lost_meanwhile_does_not_count() {
    on_each(async |db| {
        let town = Town::on(db).await;
        let owner = town.restaurant(1).await;
        let bytes = jpeg();
        let id = announce(&town.portal, &owner, None, bytes.len()).await;
        let file = file_of(&town, id);
        let sending = Sending::to(&town.portal, &owner, id, piece_at(0));
        sending.send(&bytes[..20]);
        until_long(&file, 20).await;
        assert!(is_open(&file), "while it is written");
        sending.end().await.unwrap();
        assert!(!is_open(&file));
        let next = send(&town.portal, &owner, id, 20, &bytes[20..30]).await.unwrap();
        assert_eq!((next.offset(), next.writer), (ByteCount(30), 1), "the same writer goes on");
        assert!(!is_open(&file));
        std::fs::File::options().write(true).open(&file).unwrap().set_len(12).unwrap();
        let told = send(&town.portal, &owner, id, 30, &bytes[30..]).await;
        assert!(matches!(told, Err(Error::Upload(UploadFault::Elsewhere { offset: ByteCount(12) }))), "{told:?}");
        let whole = send(&town.portal, &owner, id, 12, &bytes[12..]).await.unwrap();
        assert_eq!(whole.digest().unwrap().to_string(), sha256(&bytes));
    })
    .await;
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(bytes))
}
