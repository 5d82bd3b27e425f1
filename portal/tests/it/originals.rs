//! Object stores that are down, slow, silent, forget what they were given, or take what they
//! were given and say that they did not: nothing is lost, the spool serves what waits, and the
//! sweep brings it over in the end.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    actor::Actor,
    ids::{CaseId, Digest},
    settings::{EvidenceLimits, Settings},
    upload::{Place, UploadStage},
};
use futures::{TryStreamExt, stream::BoxStream};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, memory::InMemory, path::Path,
};
use portal::{
    Portal,
    objects::{AT_ONCE, Objects},
    services::{
        sweeps,
        uploads::{Claim, NewUpload, Part, Piece},
    },
    store::Pools,
};
use tokio::sync::watch;

use crate::common::*;

/// What a store does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    /// Nothing.
    Well,
    /// It answers nothing but errors.
    Down,
    /// It takes its time.
    Slow,
    /// It does not answer until it is in another mood.
    Silent,
    /// It takes what it is given and says that somebody else had given it before.
    Denies,
    /// It keeps the first half of what it is given.
    Forgets,
}

#[derive(Debug)]
struct Moody {
    inner: InMemory,
    mood: watch::Sender<Mood>,
    /// What it was asked while it was silent.
    unanswered: AtomicUsize,
}

impl fmt::Display for Moody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("moody")
    }
}

fn down() -> object_store::Error {
    object_store::Error::Generic { store: "moody", source: "it is down".into() }
}

fn taken(path: &Path) -> object_store::Error {
    object_store::Error::AlreadyExists { path: path.to_string(), source: "somebody had it".into() }
}

impl Moody {
    fn new() -> Arc<Self> {
        Arc::new(Self { inner: InMemory::new(), mood: watch::Sender::new(Mood::Well), unanswered: AtomicUsize::new(0) })
    }

    fn becomes(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    async fn mood(&self) -> object_store::Result<Mood> {
        let mut told = self.mood.subscribe();
        let mood = *told.borrow_and_update();
        match mood {
            Mood::Down => return Err(down()),
            Mood::Slow => tokio::time::sleep(Duration::from_millis(300)).await,
            Mood::Silent => {
                self.unanswered.fetch_add(1, Ordering::SeqCst);
                let next = told.wait_for(|mood| *mood != Mood::Silent).await.map_err(|_| down())?;
                return Ok(*next);
            }
            _ => {}
        }
        Ok(mood)
    }
}

#[async_trait]
impl ObjectStore for Moody {
    async fn put_opts(&self, at: &Path, payload: PutPayload, opts: PutOptions) -> object_store::Result<PutResult> {
        let mood = self.mood().await?;
        if mood == Mood::Forgets {
            let bytes = Bytes::from(payload);
            return self.inner.put_opts(at, PutPayload::from(bytes.slice(..bytes.len() / 2)), opts).await;
        }
        let put = self.inner.put_opts(at, payload, opts).await?;
        if mood == Mood::Denies { Err(taken(at)) } else { Ok(put) }
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        opts: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.mood().await?;
        self.inner.put_multipart_opts(at, opts).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        self.mood().await?;
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        self.inner.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> object_store::Result<()> {
        let mood = self.mood().await?;
        if mood == Mood::Forgets {
            let bytes = self.inner.get_opts(from, GetOptions::default()).await?.bytes().await?;
            let half = PutPayload::from(bytes.slice(..bytes.len() / 2));
            return self.inner.put_opts(to, half, PutOptions::default()).await.map(|_| ());
        }
        self.inner.copy_opts(from, to, options).await?;
        if mood == Mood::Denies { Err(taken(to)) } else { Ok(()) }
    }
}

/// A size of a part that every file of these tests fits into.
const WHOLE: usize = 64 * 1024;

/// A restaurant with a round to fill in, and a portal that hands its originals to a store with moods.
struct Depot {
    store: Arc<Moody>,
    town: Town,
    portal: Portal,
    owner: Actor,
    case: CaseId,
}

impl Depot {
    /// With parts of this size.
    async fn of(part: usize) -> Self {
        let store = Moody::new();
        let town = Town::on(Db::Sqlite).await;
        let portal = town.with_objects(Objects::of(store.clone(), part));
        let owner = town.restaurant(1).await;
        let case = town.enrol(&owner).await;
        Self { store, town, portal, owner, case }
    }

    /// Sends a file for a line; its digest.
    async fn send(&self, line: usize, bytes: &[u8]) -> Digest {
        send(&self.portal, &self.town, &self.owner, self.case, line, bytes).await
    }

    async fn read(&self, digest: Digest) -> Vec<u8> {
        read(&self.portal, digest).await
    }

    async fn left_in_the_spool(&self) -> usize {
        left_in_the_spool(&self.portal, &self.town).await
    }
}

pub(crate) async fn send(
    portal: &Portal,
    town: &Town,
    owner: &Actor,
    case: CaseId,
    line: usize,
    bytes: &[u8],
) -> Digest {
    let place = Some(Place::Line { case, line: town.lines[line] });
    let new = NewUpload { place, ..town.announced(None, bytes.len()) };
    let id = portal.uploads().create(owner, new).await.unwrap().upload.id;
    let parts = [Ok::<_, std::io::Error>(Part::Bytes(Bytes::copy_from_slice(bytes)))];
    let claim = Claim { actor: Some(owner), capability: None };
    let sent = portal.uploads().append(claim, id, Piece::default(), futures::stream::iter(parts)).await.unwrap();
    // Whatever the object store does: it is received.
    assert!(matches!(sent.upload.stage(), UploadStage::Attached | UploadStage::Kept), "{:?}", sent.upload.state);
    sent.upload.digest().unwrap()
}

pub(crate) async fn read(portal: &Portal, digest: Digest) -> Vec<u8> {
    portal.evidences().open(digest, None).await.unwrap().try_collect::<Vec<_>>().await.unwrap().concat()
}

/// Sweeps until the spool has let go of everything; what it still has after a while.
async fn left_in_the_spool(portal: &Portal, town: &Town) -> usize {
    let left = || std::fs::read_dir(town.other_spool().join("uploads")).unwrap().count();
    for _ in 0..100 {
        portal.sweeps().run().await;
        if left() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    left()
}

/// What ends, if it does not hang.
async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), what).await.expect("nobody waits for the store for ever")
}

#[tokio::test]
async fn whatever_the_object_store_does_nothing_is_lost_and_the_sweep_ends_it() {
    for mood in [Mood::Down, Mood::Slow, Mood::Denies, Mood::Forgets] {
        // Small enough for one request, and so large that it takes parts.
        for part in [WHOLE, 16] {
            let depot = Depot::of(part).await;
            let bytes = jpeg();
            assert!(bytes.len() > 16);
            depot.store.becomes(mood);
            let digest = depot.send(0, &bytes).await;
            // Time to be handed over, or to fail at it.
            tokio::time::sleep(Duration::from_millis(150)).await;
            let swept = depot.portal.sweeps().run().await;
            if mood == Mood::Down || mood == Mood::Forgets {
                assert_eq!(swept.failures.len(), 1, "{mood:?} {part}: {:?}", swept.failures);
            }
            assert_eq!(depot.read(digest).await, bytes, "{mood:?} {part}: it is readable all the while");
            depot.store.becomes(Mood::Well);
            let left = depot.left_in_the_spool().await;
            assert_eq!(left, 0, "{mood:?} {part}: the spool has let go of it");
            assert_eq!(depot.read(digest).await, bytes, "{mood:?} {part}");
        }
    }
}

#[tokio::test]
async fn a_store_that_is_silent_holds_up_nothing_but_what_is_handed_to_it() {
    let depot = Depot::of(WHOLE).await;
    let Depot { store, town, portal, owner, .. } = &depot;
    store.becomes(Mood::Silent);
    let bytes = jpeg();
    let digest = depot.send(0, &bytes).await;
    let given_up = portal.uploads().create(owner, town.announced(None, 10)).await.unwrap().upload.id;
    town.clock.set(town.portal.now().plus_days(200));
    // The second finds the first one's task at the store, and begins no other.
    for (uploads, rounds) in [(1, 1), (0, 0)] {
        let swept = in_time(Box::pin(portal.sweeps().run())).await;
        assert_eq!((swept.uploads, swept.rounds), (uploads, rounds), "{swept:?}");
        assert_eq!(swept.failures, []);
    }
    let claim = Claim { actor: Some(owner), capability: None };
    let told = portal.uploads().look(claim, given_up).await;
    // It was over so long ago that its row is forgotten, too.
    assert!(matches!(told, Err(portal::Error::NotFound)), "{told:?}");
    assert_eq!(depot.read(digest).await, bytes, "it is readable all the while");
    store.becomes(Mood::Well);
    assert_eq!(depot.left_in_the_spool().await, 0);
    assert_eq!(depot.read(digest).await, bytes);
}

#[tokio::test]
async fn a_store_that_is_silent_is_given_no_more_than_a_few_files_at_a_time() {
    let depot = Depot::of(WHOLE).await;
    let Depot { store, town, portal, owner, case } = &depot;
    let other = town.restaurant(2).await;
    let second = town.enrol(&other).await;
    store.becomes(Mood::Silent);
    let mut sent = Vec::new();
    for (owner, case) in [(owner, *case), (&other, second)] {
        for file in 0..6 {
            let bytes = jpeg();
            sent.push((send(portal, town, owner, case, file % 2, &bytes).await, bytes));
        }
    }
    assert!(sent.len() > AT_ONCE);
    // Time to be handed over by whoever received them, and then by the sweep.
    tokio::time::sleep(Duration::from_millis(300)).await;
    in_time(Box::pin(portal.sweeps().run())).await;
    assert_eq!(store.unanswered.load(Ordering::SeqCst), AT_ONCE);
    store.becomes(Mood::Well);
    assert_eq!(depot.left_in_the_spool().await, 0);
    for (digest, bytes) in sent {
        assert_eq!(depot.read(digest).await, bytes);
    }
}

#[tokio::test]
async fn a_sweep_tries_one_file_at_a_store_that_is_down_and_the_next_sweep_another() {
    let depot = Depot::of(WHOLE).await;
    depot.store.becomes(Mood::Down);
    for _ in 0..3 {
        depot.send(0, &jpeg()).await;
    }
    let mut tried = BTreeSet::new();
    for sweep in 1..=4 {
        let failures = depot.portal.sweeps().run().await.failures;
        assert_eq!((failures.len(), failures[0].part), (1, sweeps::Part::Keep), "{failures:?}");
        tried.extend(failures[0].id);
        assert_eq!(tried.len(), sweep.min(3), "the last begins with the first again");
    }
    depot.store.becomes(Mood::Well);
    assert_eq!(depot.left_in_the_spool().await, 0);
}

#[tokio::test]
async fn a_file_that_is_here_is_asked_for_again_where_the_store_does_not_say_so() {
    let depot = Depot::of(WHOLE).await;
    let Depot { store, town, portal, owner, case } = &depot;
    let bytes = jpeg();
    let digest = depot.send(0, &bytes).await;
    assert_eq!(depot.left_in_the_spool().await, 0);
    for (mood, stage) in [(Mood::Silent, UploadStage::Receiving), (Mood::Well, UploadStage::Kept)] {
        store.becomes(mood);
        let place = Some(Place::Line { case: *case, line: town.lines[1] });
        let new = NewUpload { place, declared: Some(digest), ..town.announced(None, bytes.len()) };
        let created = in_time(portal.uploads().create(owner, new)).await.unwrap().upload;
        assert_eq!(created.stage(), stage, "{mood:?}");
    }
}

#[tokio::test]
async fn when_all_together_send_as_much_as_a_server_takes_the_next_waits() {
    let limits = EvidenceLimits { senders_in_all: 1, ..EvidenceLimits::default() };
    let settings = Settings { evidence: limits, ..Settings::default() };
    let town = Town::with(Db::Sqlite, Pools::default(), settings).await;
    let (one, two) = (town.restaurant(1).await, town.restaurant(2).await);
    let uploads = town.portal.uploads();
    let first = uploads.create(&one, town.announced(None, 10)).await.unwrap().upload.id;
    let second = uploads.create(&two, town.announced(None, 10)).await.unwrap().upload.id;
    let portal = town.portal.clone();
    let (tx, rx) = tokio::sync::oneshot::channel::<()>();
    let sending = tokio::spawn(async move {
        let wait = futures::stream::once(async move {
            let _ = rx.await;
            Ok::<_, std::io::Error>(Part::Bytes(Bytes::from_static(b"0123456789")))
        });
        let claim = Claim { actor: Some(&one), capability: None };
        portal.uploads().append(claim, first, Piece::default(), Box::pin(wait)).await
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let piece = || futures::stream::iter([Ok::<_, std::io::Error>(Part::Bytes(Bytes::from_static(b"0123456789")))]);
    let claim = Claim { actor: Some(&two), capability: None };
    let refused = uploads.append(claim, second, Piece::default(), piece()).await;
    assert!(matches!(refused, Err(portal::Error::Crowded)), "{refused:?}");
    tx.send(()).unwrap();
    sending.await.unwrap().unwrap();
    assert!(uploads.append(claim, second, Piece::default(), piece()).await.is_ok());
}
