//! Writing an upload: one task per request, fed by a bounded channel.
//!
//! The task outlives the request. A connection that breaks closes the channel, and
//! what had come through it is still written, synced and counted. A newer request
//! for the same upload ends the older one at once, also when that one's socket is
//! open and silent: it takes the feed away, and the task ends by itself.

use std::{
    collections::HashMap,
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::PathBuf,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use domain::{
    ids::{AccountId, ByteCount, Digest, UploadId},
    upload::{Segment, Upload},
};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, mpsc, watch};

use super::spool::{self, Opened, Spool};
use crate::{services::uploads::Checksum, store::Stored};

/// What goes from a request to its writer.
#[derive(Debug)]
pub enum Feed {
    /// Bytes.
    Chunk(Bytes),
    /// The checksum that was announced to come after them.
    Checksum(Checksum),
    /// The body ended as it should. Without it the connection broke.
    End,
}

/// Chunks that may wait for the disk; then the network waits.
const WAITING: usize = 4;
/// Bytes that are gathered before they are written together.
const GATHERED: usize = 256 * 1024;

/// The uploads that this process writes or has written lately.
#[derive(Debug, Default)]
pub struct Desks(Mutex<HashMap<UploadId, Arc<Desk>>>);

/// Where the writers of one upload take turns.
#[derive(Debug)]
pub struct Desk {
    turn: Arc<Turn<Option<Hand>>>,
    newest: watch::Sender<u64>,
    whose: OnceLock<Whose>,
    /// Whether somebody was here since the last look ([`Desks::forget_idle`]).
    used: AtomicBool,
}

/// Whose an upload is, which never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// Whoever announced it.
    pub owner: AccountId,
    /// SHA-256 of the secret part of its address.
    pub capability: Digest,
}

impl From<&Upload> for Whose {
    fn from(upload: &Upload) -> Self {
        Self { owner: upload.owner, capability: upload.capability }
    }
}

/// What the last writer of this process left to the next one.
#[derive(Debug)]
pub struct Hand {
    /// The row as this process wrote it, with what it has counted since.
    pub stored: Stored<Upload>,
    /// Its file, which is closed meanwhile.
    pub pen: Pen,
}

/// What a request holds while it has the turn.
#[derive(Debug)]
pub struct Seat {
    /// What the writer before left, if one may go on from there.
    pub hand: OwnedMutexGuard<Option<Hand>>,
    newest: watch::Receiver<u64>,
}

impl Seat {
    /// A watch on newer requests that can be kept apart from the turn.
    pub fn split(self) -> (OwnedMutexGuard<Option<Hand>>, Wanted) {
        (self.hand, Wanted(self.newest))
    }
}

/// See [`Seat::split`].
#[derive(Debug)]
pub struct Wanted(watch::Receiver<u64>);

impl Wanted {
    /// Ends when a newer request wants the turn.
    pub async fn wait(&mut self) {
        // Where the desk was forgotten nobody can want it.
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Desks {
    /// Ends whoever writes this upload here and waits for the turn; `None` when the
    /// disk keeps the other for longer than `patience`.
    pub async fn seat(&self, upload: UploadId, patience: Duration) -> Option<Seat> {
        let desk = self.desk(upload);
        desk.newest.send_modify(|number| *number += 1);
        let newest = desk.newest.subscribe();
        let hand = tokio::time::timeout(patience, desk.turn.clone().lock_owned()).await.ok()?;
        Some(Seat { hand, newest })
    }

    /// The turn of an upload that nobody is at: nobody is ended for it.
    pub fn idle(&self, upload: UploadId) -> Option<OwnedMutexGuard<Option<Hand>>> {
        self.desk(upload).turn.clone().try_lock_owned().ok()
    }

    /// A new upload, which this process may write at once.
    pub fn begin(&self, hand: Hand) {
        let desk = self.desk(hand.stored.id);
        desk.whose.get_or_init(|| Whose::from(&hand.stored.value));
        if let Ok(mut turn) = desk.turn.try_lock() {
            *turn = Some(hand);
        }
    }

    /// Whose an upload is, where this process knows.
    pub fn whose(&self, upload: UploadId) -> Option<Whose> {
        self.lock().get(&upload)?.whose.get().copied()
    }

    /// Remembers whose an upload is.
    pub fn remember(&self, upload: UploadId, whose: Whose) {
        self.desk(upload).whose.get_or_init(|| whose);
    }

    fn desk(&self, upload: UploadId) -> Arc<Desk> {
        let new = || {
            let (turn, newest) = (Arc::default(), watch::Sender::new(0));
            Arc::new(Desk { turn, newest, whose: OnceLock::new(), used: AtomicBool::new(true) })
        };
        let desk = self.lock().entry(upload).or_insert_with(new).clone();
        desk.used.store(true, Ordering::Relaxed);
        desk
    }

    /// Forgets uploads that nobody has come to since this was asked before: whoever goes
    /// on with one reads it again.
    pub fn forget_idle(&self) {
        self.lock().retain(|_, desk| {
            desk.used.swap(false, Ordering::Relaxed) || Arc::strong_count(desk) > 1 || Arc::strong_count(&desk.turn) > 1
        });
    }

    /// Forgets one upload.
    pub fn forget(&self, upload: UploadId) {
        self.lock().remove(&upload);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<UploadId, Arc<Desk>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many files are sent right now: by each person, and by all together.
#[derive(Debug, Default)]
pub struct Senders(Arc<Mutex<HashMap<AccountId, u16>>>);

/// One of them; it counts until it is dropped.
#[derive(Debug)]
pub struct Sending(Arc<Mutex<HashMap<AccountId, u16>>>, AccountId);

/// Why somebody cannot send one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// The person sends as many as one may.
    OfOne,
    /// All people together do.
    OfAll,
}

impl Senders {
    /// One more of a person.
    ///
    /// # Errors
    /// [`Crowd`] where there are as many already as there may be.
    pub fn enter(&self, person: AccountId, each: u16, all: u16) -> Result<Sending, Crowd> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.get(&person).is_some_and(|count| *count >= each) {
            return Err(Crowd::OfOne);
        }
        if counts.values().map(|count| u32::from(*count)).sum::<u32>() >= u32::from(all) {
            return Err(Crowd::OfAll);
        }
        *counts.entry(person).or_default() += 1;
        Ok(Sending(self.0.clone(), person))
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}

/// A file of the spool with the hash of everything up to its end.
#[derive(Debug)]
pub struct Pen {
    /// Whose file it is.
    pub writer: u32,
    /// Bytes of the whole upload up to the end of what counts.
    pub offset: ByteCount,
    spool: Spool,
    own: Segment,
    /// Opened with the first bytes of a piece.
    file: Option<File>,
    /// Folders to be synced with the first bytes.
    names: Vec<PathBuf>,
    /// Of everything that counts.
    hash: Sha256,
    /// Of everything that was written.
    ahead: Sha256,
    /// Bytes written and not counted yet.
    pending: u64,
    /// Whether everything written is on the disk.
    synced: bool,
    /// Why the disk did not take what was written. It is not asked again: it would say
    /// yes, though the bytes are lost (the kernel tells an error of writing back once).
    lost: Option<std::io::ErrorKind>,
    /// Whether the file may end elsewhere than what was written. Nothing more is written to it
    /// then, unless the rest is cut off.
    astray: bool,
}

impl Pen {
    /// The pen of a new upload, of which there is no byte yet.
    pub fn new(spool: &Spool, own: Segment) -> Self {
        Self::after(spool, Sha256::new(), ByteCount(0), own)
    }

    /// The pen of a new writer, who reads what came before. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn open(spool: &Spool, segments: &[Segment], own: Segment) -> std::io::Result<Self> {
        let offset = ByteCount(segments.iter().map(|segment| segment.size.0).sum());
        Ok(Self::after(spool, spool.hash(segments)?, offset, own))
    }

    fn after(spool: &Spool, hash: Sha256, offset: ByteCount, own: Segment) -> Self {
        let (spool, ahead) = (spool.clone(), hash.clone());
        let (file, names) = (None, Vec::new());
        let writer = own.writer;
        let (pending, synced, lost, astray) = (0, true, None, false);
        Self { writer, offset, spool, own, file, names, hash, ahead, pending, synced, lost, astray }
    }

    /// Bytes that were written and do not count yet.
    pub const fn pending(&self) -> ByteCount {
        ByteCount(self.pending)
    }

    /// Whether its file is closed and has bytes that count.
    pub const fn is_put_down(&self) -> bool {
        self.file.is_none() && self.own.size.0 > 0
    }

    /// Whether its file may end elsewhere than what was written.
    pub const fn is_astray(&self) -> bool {
        self.astray
    }

    /// Whether everything in its file counts, so that the next writer may go on with it.
    pub const fn is_settled(&self) -> bool {
        self.pending == 0 && !self.astray && self.lost.is_none()
    }

    /// Closes the file of a pen that is settled; it is opened again with the next bytes. Many more
    /// uploads have begun than are being sent, and a process may have only so many files open.
    pub fn put_down(&mut self) {
        self.file = None;
        self.names.clear();
        self.synced = true;
    }

    /// Opens the file where it is closed. One that does not end with what counts of it is left as
    /// it is, and the pen is astray. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn ready(&mut self) -> std::io::Result<()> {
        if self.file.is_none() {
            match self.spool.open(&self.own)? {
                Some(Opened { file, names }) => (self.file, self.names) = (Some(file), names),
                None => self.astray = true,
            }
        }
        Ok(())
    }

    /// Writes and hashes, as far as the disk takes it. Nothing is cut off: whether the file is still
    /// this writer's the caller has to find out before ([`Pen::trim`], [`Pen::take_back`]). Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`]; what the disk took before is pending all the same.
    pub fn write(&mut self, chunks: &[Bytes]) -> std::io::Result<()> {
        self.ready()?;
        let Some(file) = self.file.as_mut().filter(|_| !self.astray) else {
            return Err(std::io::Error::other("a file of the spool does not end where its writer believes"));
        };
        for chunk in chunks {
            self.synced = false;
            let (taken, wrote) = write_on(file, chunk);
            self.ahead.update(&chunk[..taken]);
            self.pending += taken as u64;
            if wrote.is_err() {
                let end = self.own.size.0 + self.pending;
                self.astray = !file.metadata().is_ok_and(|about| about.len() == end);
                return wrote;
            }
        }
        Ok(())
    }

    /// Brings what was written onto the disk. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn sync(&mut self) -> std::io::Result<()> {
        if let Some(kind) = self.lost {
            return Err(kind.into());
        }
        let Some(file) = self.file.as_ref().filter(|_| !self.synced) else { return Ok(()) };
        let mut folders = self.names.iter();
        let done = file.sync_data().and_then(|()| folders.try_for_each(|folder| spool::sync_folder(folder)));
        self.lost = done.as_ref().err().map(std::io::Error::kind);
        self.synced = done.is_ok();
        if self.synced {
            self.names.clear();
        }
        done
    }

    /// Whether everything written is on the disk.
    pub const fn is_synced(&self) -> bool {
        self.synced
    }

    /// What was written counts from now on.
    pub fn count(&mut self) {
        self.own.size.0 += self.pending;
        self.offset.0 += self.pending;
        self.pending = 0;
        self.hash = self.ahead.clone();
    }

    /// Takes back what was written and does not count. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn take_back(&mut self) -> std::io::Result<()> {
        self.cut(self.own.size.0)?;
        self.ahead = self.hash.clone();
        self.pending = 0;
        self.lost = None;
        Ok(())
    }

    /// Cuts off what the file has beyond everything that was written. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn trim(&mut self) -> std::io::Result<()> {
        self.cut(self.own.size.0 + self.pending)
    }

    fn cut(&mut self, size: u64) -> std::io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        // Where it fails halfway, nobody knows where the next bytes would go.
        self.astray = true;
        file.set_len(size)?;
        file.seek(SeekFrom::Start(size))?;
        self.astray = false;
        Ok(())
    }

    /// The hash of everything that counts.
    pub fn hash(&self) -> Sha256 {
        self.hash.clone()
    }
}

/// Writes as far as it goes: how many bytes were taken, and why not all.
fn write_on(file: &mut impl Write, bytes: &[u8]) -> (usize, std::io::Result<()>) {
    let mut taken = 0;
    while taken < bytes.len() {
        match file.write(&bytes[taken..]) {
            Ok(0) => return (taken, Err(std::io::ErrorKind::WriteZero.into())),
            Ok(more) => taken += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return (taken, Err(error)),
        }
    }
    (taken, Ok(()))
}

/// A channel from a request to its writer.
pub fn channel() -> (mpsc::Sender<Feed>, mpsc::Receiver<Feed>) {
    mpsc::channel(WAITING)
}

/// How a feed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// More may come.
    More,
    /// The body ended as it should.
    Whole,
    /// The connection broke, or somebody else took over.
    CutOff,
}

/// What waited in the channel.
#[derive(Debug)]
pub struct Gathered {
    /// The bytes.
    pub chunks: Vec<Bytes>,
    /// A checksum that came after them.
    pub checksum: Option<Checksum>,
    /// Whether more may come.
    pub fed: Fed,
}

/// Takes what waits in the channel, at least one item and at most some hundred
/// kilobytes: small pieces go to the disk together, and slow ones at once.
pub async fn gather(feed: &mut mpsc::Receiver<Feed>) -> Gathered {
    let mut gathered = Gathered { chunks: Vec::new(), checksum: None, fed: Fed::More };
    let mut size = 0;
    let mut next = feed.recv().await;
    loop {
        match next {
            None => gathered.fed = Fed::CutOff,
            Some(Feed::End) => gathered.fed = Fed::Whole,
            Some(Feed::Checksum(checksum)) => gathered.checksum = Some(checksum),
            Some(Feed::Chunk(chunk)) => {
                size += chunk.len();
                gathered.chunks.push(chunk);
            }
        }
        if gathered.fed != Fed::More || size >= GATHERED {
            return gathered;
        }
        next = match feed.try_recv() {
            Ok(item) => Some(item),
            Err(mpsc::error::TryRecvError::Empty) => return gathered,
            Err(mpsc::error::TryRecvError::Disconnected) => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn chunk(size: usize) -> Feed {
        Feed::Chunk(Bytes::from(vec![7; size]))
    }

    const UPLOAD: UploadId = UploadId(uuid::Uuid::from_u128(7));

    /// Where its first writer writes.
    fn file_in(folder: &Path) -> PathBuf {
        folder.join("uploads").join(UPLOAD.to_string()).join("1")
    }

    fn pen_in(folder: &Path) -> Pen {
        let own = Segment { upload: UPLOAD, writer: 1, size: ByteCount(0) };
        Pen::new(&Spool::new(folder).unwrap(), own)
    }

    fn write(pen: &mut Pen, text: &'static str) -> std::io::Result<()> {
        pen.write(&[Bytes::from_static(text.as_bytes())])
    }

    /// A pen of which these bytes count.
    fn counted_in(folder: &Path, text: &'static str) -> Pen {
        let mut pen = pen_in(folder);
        write(&mut pen, text).unwrap();
        count(&mut pen);
        pen
    }

    fn count(pen: &mut Pen) {
        pen.sync().unwrap();
        pen.count();
    }

    fn digest_of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// Takes three bytes at a time, while it has room.
    struct Small(Vec<u8>);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.0.len() >= 6 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            let taken = &bytes[..bytes.len().min(3)];
            self.0.extend_from_slice(taken);
            Ok(taken.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_pen_that_was_put_down_goes_on_where_its_file_ends() {
        let folder = tempfile::tempdir().unwrap();
        let mut pen = counted_in(folder.path(), "some ");
        assert!(pen.file.is_some() && !pen.is_put_down());
        pen.put_down();
        assert!(pen.file.is_none() && pen.is_put_down() && pen.is_settled());
        write(&mut pen, "more").unwrap();
        assert!(!pen.is_put_down() && !pen.is_settled() && !pen.is_synced());
        count(&mut pen);
        assert_eq!(std::fs::read(file_in(folder.path())).unwrap(), b"some more");
        assert_eq!((spool::digest(pen.hash()), pen.offset), (digest_of(b"some more"), ByteCount(9)));
    }

    #[test]
    fn a_file_that_ends_elsewhere_than_its_pen_believes_is_neither_written_nor_cut() {
        for other in [Some("som"), Some("some and more"), None] {
            let folder = tempfile::tempdir().unwrap();
            let file = file_in(folder.path());
            let mut pen = counted_in(folder.path(), "some ");
            pen.put_down();
            match other {
                Some(text) => std::fs::write(&file, text).unwrap(),
                None => std::fs::remove_file(&file).unwrap(),
            }
            pen.ready().unwrap();
            assert!(pen.is_astray() && !pen.is_settled(), "{other:?}");
            assert!(write(&mut pen, "more").is_err(), "{other:?}");
            assert_eq!(std::fs::read_to_string(&file).ok().as_deref(), other);
        }
        // Nor is one of which nothing counts.
        let folder = tempfile::tempdir().unwrap();
        let file = file_in(folder.path());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "of somebody else").unwrap();
        let mut pen = pen_in(folder.path());
        assert!(write(&mut pen, "some").is_err() && !pen.is_settled());
        assert_eq!(std::fs::read(&file).unwrap(), b"of somebody else");
    }

    #[test]
    fn a_write_that_fails_cuts_nothing_off_and_nothing_is_written_behind_what_it_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = file_in(folder.path());
        let mut pen = counted_in(folder.path(), "some ");
        write(&mut pen, "more ").unwrap();
        // A disk that takes more than it says, and then neither bytes nor a new length.
        File::options().append(true).open(&file).unwrap().write_all(b"stray").unwrap();
        let good = pen.file.replace(File::open(&file).unwrap());
        assert!(write(&mut pen, "lost").is_err());
        assert_eq!(std::fs::read(&file).unwrap(), b"some more stray");
        assert_eq!(pen.pending(), ByteCount(5));
        for cut in [Pen::trim, Pen::take_back] {
            assert!(pen.is_astray());
            assert!(cut(&mut pen).is_err());
        }
        // Bytes are taken again, and would stand behind those.
        pen.file = good;
        assert!(write(&mut pen, "lost").is_err() && !pen.is_settled());
        pen.trim().unwrap();
        assert!(!pen.is_astray());
        write(&mut pen, "words").unwrap();
        count(&mut pen);
        assert!(pen.is_settled());
        assert_eq!(std::fs::read(&file).unwrap(), b"some more words");
        assert_eq!(spool::digest(pen.hash()), digest_of(b"some more words"));
        // What is taken back leaves the hash as well.
        write(&mut pen, " and others").unwrap();
        pen.take_back().unwrap();
        write(&mut pen, "!").unwrap();
        count(&mut pen);
        assert_eq!(std::fs::read(&file).unwrap(), b"some more words!");
        assert_eq!(spool::digest(pen.hash()), digest_of(b"some more words!"));
    }

    #[test]
    fn what_a_disk_took_before_it_refused_the_rest_is_written_and_no_more() {
        // A pipe stands for the disk: it takes some, then no more, and cannot be cut.
        let (ours, _theirs) = std::os::unix::net::UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut pen = pen_in(folder.path());
        pen.file = Some(File::from(std::os::fd::OwnedFd::from(ours)));
        let all = 8 * 1024 * 1024;
        let refused = pen.write(&[Bytes::from(vec![7; all])]).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::WouldBlock);
        let taken = usize::try_from(pen.pending().0).unwrap();
        assert!(taken > 0 && taken < all, "{taken}");
        assert_eq!(spool::digest(pen.ahead.clone()), digest_of(&vec![7; taken]));
        assert!(pen.trim().is_err() && pen.is_astray());

        let mut disk = Small(Vec::new());
        let (taken, wrote) = write_on(&mut disk, b"some more");
        assert_eq!((taken, wrote.unwrap_err().kind()), (6, std::io::ErrorKind::StorageFull));
        assert_eq!(disk.0, b"some m");
        assert!(matches!(write_on(&mut Small(Vec::new()), b"some"), (4, Ok(()))));
    }

    #[tokio::test]
    async fn what_waits_is_taken_together_and_the_end_is_told_from_a_break() {
        let (tx, mut rx) = channel();
        for size in [1, 2, 3] {
            tx.send(chunk(size)).await.unwrap();
        }
        let first = gather(&mut rx).await;
        assert_eq!((first.chunks.len(), first.fed), (3, Fed::More));
        tx.send(chunk(4)).await.unwrap();
        tx.send(Feed::End).await.unwrap();
        let last = gather(&mut rx).await;
        assert_eq!((last.chunks.len(), last.fed), (1, Fed::Whole));
        tx.send(chunk(5)).await.unwrap();
        drop(tx);
        let broken = gather(&mut rx).await;
        assert_eq!((broken.chunks.len(), broken.fed), (1, Fed::CutOff));
    }

    #[tokio::test]
    async fn a_newer_request_is_told_to_the_older_one_and_gets_its_turn() {
        let desks = Desks::default();
        let upload = UploadId(uuid::Uuid::new_v4());
        let patience = Duration::from_millis(50);
        let (turn, mut wanted) = desks.seat(upload, patience).await.unwrap().split();
        assert!(tokio::time::timeout(patience, wanted.wait()).await.is_err(), "nobody else is there");
        // Who does not leave keeps the others out, but only so long.
        assert!(desks.seat(upload, patience).await.is_none());
        wanted.wait().await;
        assert!(desks.idle(upload).is_none());
        drop(turn);
        assert!(desks.seat(upload, patience).await.is_some());
        // Whoever looks only where nobody is ends nobody.
        let (turn, mut wanted) = desks.seat(upload, patience).await.unwrap().split();
        assert!(desks.idle(upload).is_none());
        assert!(tokio::time::timeout(patience, wanted.wait()).await.is_err());
        drop(turn);
        assert!(desks.idle(upload).is_some());
        desks.forget_idle();
        assert_eq!(desks.lock().len(), 1, "somebody was here a moment ago");
        desks.forget_idle();
        assert_eq!(desks.lock().len(), 0);
    }

    #[test]
    fn a_person_has_a_limit_and_all_together_have_one() {
        let senders = Senders::default();
        let [one, two, three] = [1, 2, 3].map(|id| AccountId(uuid::Uuid::from_u128(id)));
        let first = [senders.enter(one, 2, 3).unwrap(), senders.enter(one, 2, 3).unwrap()];
        assert_eq!(senders.enter(one, 2, 3).unwrap_err(), Crowd::OfOne);
        let second = senders.enter(two, 2, 3).unwrap();
        assert_eq!(senders.enter(three, 2, 3).unwrap_err(), Crowd::OfAll);
        drop(second);
        assert!(senders.enter(three, 2, 3).is_ok());
        drop(first);
        assert!(senders.0.lock().unwrap().is_empty());
    }
}
