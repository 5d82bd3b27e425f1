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
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use domain::{
    ids::{AccountId, ByteCount, UploadId},
    upload::Segment,
};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard, mpsc, watch};

use super::spool::Spool;
use crate::services::uploads::Checksum;

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
    turn: Arc<Turn<Option<Pen>>>,
    newest: watch::Sender<u64>,
}

/// What a request holds while it has the turn.
#[derive(Debug)]
pub struct Seat {
    /// The pen of the writer before, if it may go on.
    pub pen: OwnedMutexGuard<Option<Pen>>,
    newest: watch::Receiver<u64>,
}

impl Seat {
    /// A watch on newer requests that can be kept apart from the pen.
    pub fn split(self) -> (OwnedMutexGuard<Option<Pen>>, Wanted) {
        (self.pen, Wanted(self.newest))
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
        let pen = tokio::time::timeout(patience, desk.turn.clone().lock_owned()).await.ok()?;
        Some(Seat { pen, newest })
    }

    fn desk(&self, upload: UploadId) -> Arc<Desk> {
        let new = || Arc::new(Desk { turn: Arc::default(), newest: watch::Sender::new(0) });
        self.lock().entry(upload).or_insert_with(new).clone()
    }

    /// Forgets uploads that nobody writes: their files are closed, and whoever goes
    /// on with one reads it again.
    pub fn forget_idle(&self) {
        self.lock().retain(|_, desk| Arc::strong_count(desk) > 1 || Arc::strong_count(&desk.turn) > 1);
    }

    /// Forgets one upload.
    pub fn forget(&self, upload: UploadId) {
        self.lock().remove(&upload);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<UploadId, Arc<Desk>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many files each person sends right now.
#[derive(Debug, Default)]
pub struct Senders(Arc<Mutex<HashMap<AccountId, u16>>>);

/// One of them; it counts until it is dropped.
#[derive(Debug)]
pub struct Sending(Arc<Mutex<HashMap<AccountId, u16>>>, AccountId);

impl Senders {
    /// One more of a person, unless there are `limit` already.
    pub fn enter(&self, person: AccountId, limit: u16) -> Option<Sending> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(person).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(Sending(self.0.clone(), person))
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

/// An open file of the spool with the hash of everything up to its end.
#[derive(Debug)]
pub struct Pen {
    /// Whose file it is.
    pub writer: u32,
    /// Bytes of the whole upload up to the end of what counts.
    pub offset: ByteCount,
    file: File,
    /// Of everything that counts.
    hash: Sha256,
    /// Of everything that was written.
    ahead: Sha256,
    /// Bytes of this file that count.
    counted: u64,
    /// Bytes written and not counted yet.
    pending: u64,
}

impl Pen {
    /// Opens the file of a writer and reads what came before it. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn open(spool: &Spool, segments: &[Segment], own: Segment) -> std::io::Result<Self> {
        let hash = spool.hash(segments)?;
        let file = spool.open(&own)?;
        let offset = ByteCount(segments.iter().map(|segment| segment.size.0).sum());
        Ok(Self { writer: own.writer, offset, file, ahead: hash.clone(), hash, counted: own.size.0, pending: 0 })
    }

    /// Bytes that were written and do not count yet.
    pub const fn pending(&self) -> ByteCount {
        ByteCount(self.pending)
    }

    /// Writes and hashes. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn write(&mut self, chunks: &[Bytes]) -> std::io::Result<()> {
        for chunk in chunks {
            self.file.write_all(chunk)?;
            self.ahead.update(chunk);
            self.pending += chunk.len() as u64;
        }
        Ok(())
    }

    /// Brings what was written onto the disk. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn sync(&self) -> std::io::Result<()> {
        self.file.sync_data()
    }

    /// What was written counts from now on.
    pub fn count(&mut self) {
        self.counted += self.pending;
        self.offset.0 += self.pending;
        self.pending = 0;
        self.hash = self.ahead.clone();
    }

    /// Takes back what was written and does not count. Blocks.
    ///
    /// # Errors
    /// [`std::io::Error`].
    pub fn take_back(&mut self) -> std::io::Result<()> {
        self.file.set_len(self.counted)?;
        self.file.seek(SeekFrom::End(0))?;
        self.ahead = self.hash.clone();
        self.pending = 0;
        Ok(())
    }

    /// The hash of everything that counts.
    pub fn hash(&self) -> Sha256 {
        self.hash.clone()
    }
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
    use super::*;

    fn chunk(size: usize) -> Feed {
        Feed::Chunk(Bytes::from(vec![7; size]))
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
        let (pen, mut wanted) = desks.seat(upload, patience).await.unwrap().split();
        assert!(tokio::time::timeout(patience, wanted.wait()).await.is_err(), "nobody else is there");
        // Who does not leave keeps the others out, but only so long.
        assert!(desks.seat(upload, patience).await.is_none());
        wanted.wait().await;
        drop(pen);
        assert!(desks.seat(upload, patience).await.is_some());
        desks.forget_idle();
        assert_eq!(desks.lock().len(), 0);
    }
}
