//! Pieces of an upload: from the network onto the disk, into the hash, and counted.

use std::time::Duration;

use bytes::Bytes;
use domain::{
    ids::{ByteCount, UploadId},
    upload::{Segment, Upload, UploadFault},
};
use futures::{Stream, StreamExt};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedMutexGuard, mpsc};

use super::{Claim, PATIENCE, Uploads, blocking};
use crate::{
    Portal,
    error::{Error, Result},
    evidence::writer::{self, Fed, Feed, Pen, Sending},
    store::Stored,
};

/// Bytes after which what has arrived is synced and counted, while more comes.
const COUNTED: u64 = 4 * 1024 * 1024;
/// And the time.
const COUNTED_EVERY: Duration = Duration::from_secs(1);

/// A way to check a piece (tus checksum).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// What a piece must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    /// How it is computed.
    pub algorithm: Algorithm,
    /// What it must come to.
    pub digest: Vec<u8>,
}

/// A piece as it is announced.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// Where it begins.
    pub at: ByteCount,
    /// How many bytes it has, where that is announced.
    pub size: Option<ByteCount>,
    /// The length of the whole upload, where it is settled with this piece.
    pub length: Option<ByteCount>,
    /// What it must be.
    pub checksum: Option<Checksum>,
    /// Whether its checksum comes after it.
    pub checked_after: bool,
}

/// What a body of a piece is made of.
#[derive(Clone, Debug)]
pub enum Part {
    /// Bytes.
    Bytes(Bytes),
    /// The checksum that was announced to come after them.
    Checksum(Checksum),
}

/// What came of a piece.
#[derive(Clone, Debug)]
pub struct Appended {
    /// The upload as it stands on the disk.
    pub upload: Upload,
    /// Whether the body ended before its end, by the connection or by a newer request.
    /// What came before counts, unless the piece had a checksum.
    pub cut_off: bool,
}

/// The running hash of a piece.
enum Running {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Running {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::Sha1(Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hash) => hash.update(bytes),
            Self::Sha256(hash) => hash.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha1(hash) => hash.finalize().to_vec(),
            Self::Sha256(hash) => hash.finalize().to_vec(),
        }
    }

    const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha1(_) => Algorithm::Sha1,
            Self::Sha256(_) => Algorithm::Sha256,
        }
    }
}

impl Uploads<'_> {
    /// Adds a piece. The answer comes when it is on the disk and counted; when it was
    /// the last one, the upload is finished with it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for everybody without a claim; [`UploadFault`] where the
    /// piece does not fit; [`Error::Checksum`] when it is not what it says (nothing of
    /// it counts then); [`Error::Busy`]; [`Error::Full`] when the disk is full (what was
    /// counted stays); [`Error::TooManyAtOnce`].
    pub async fn append<E>(
        &self,
        claim: Claim<'_>,
        id: UploadId,
        piece: Piece,
        mut body: impl Stream<Item = std::result::Result<Part, E>> + Unpin,
    ) -> Result<Appended> {
        let portal = self.0;
        let owner = self.own(claim, id).await?.owner;
        let limit = portal.settings().evidence.senders_per_person;
        // The one before of the same upload leaves first.
        let seat = portal.parts.desks.seat(id, PATIENCE).await.ok_or(Error::Busy)?;
        let sending = portal.parts.senders.enter(owner, limit).ok_or(Error::TooManyAtOnce { limit })?;
        let mut stored = self.current(id, seat.pen.as_ref()).await?;
        let now = portal.now();
        stored.room_at(piece.at, now)?;
        if let Some(length) = piece.length {
            stored.value.settle_length(length)?;
            stored = portal.store().save_one(stored).await?;
        }
        let room = stored.room_at(piece.at, now)?;
        if piece.size.is_some_and(|size| size > room) {
            return Err(beyond(&stored).into());
        }

        let (pen, mut wanted) = seat.split();
        let (tx, rx) = writer::channel();
        let writing = Writing { _sending: sending, portal: portal.clone(), stored, pen, piece, room };
        // A task of its own: what has come is counted also when this request is dropped.
        let written = tokio::spawn(writing.run(rx));
        loop {
            let part = tokio::select! {
                biased;
                // A newer request wants to write; the socket of this one may be dead.
                () = wanted.wait() => break,
                part = body.next() => part,
            };
            let feed = match part {
                Some(Ok(Part::Bytes(bytes))) => Feed::Chunk(bytes),
                Some(Ok(Part::Checksum(checksum))) => Feed::Checksum(checksum),
                Some(Err(_)) => break,
                None => {
                    // Whether the writer is still there shows in what it returns.
                    let _ = tx.send(Feed::End).await;
                    break;
                }
            };
            if tx.send(feed).await.is_err() {
                break;
            }
        }
        drop(tx);
        match written.await {
            Ok(result) => result,
            Err(error) => Err(std::io::Error::other(error.to_string()).into()),
        }
    }
}

fn beyond(upload: &Upload) -> UploadFault {
    UploadFault::BeyondLength { length: upload.length.unwrap_or(upload.limit) }
}

/// A piece being written.
struct Writing {
    /// Dropped before the pen, so that whoever takes the turn finds this one gone.
    _sending: Sending,
    portal: Portal,
    stored: Stored<Upload>,
    pen: OwnedMutexGuard<Option<Pen>>,
    piece: Piece,
    /// How many bytes there may be.
    room: ByteCount,
}

impl Writing {
    async fn run(mut self, mut feed: mpsc::Receiver<Feed>) -> Result<Appended> {
        let id = self.stored.id;
        // The room was measured before; nobody else can have written meanwhile.
        let whole = self.stored.is_full();
        let result = if whole { Ok(false) } else { self.write(&mut feed).await };
        // Whoever writes next opens the file anew where something is left that does not count.
        if self.pen.as_ref().is_some_and(|pen| pen.pending().0 > 0) {
            *self.pen = None;
        }
        let cut_off = result?;
        if self.stored.is_full() && self.stored.digest().is_none() {
            let hash = self.pen.as_ref().map(Pen::hash);
            // The next writer, if there were one, would find it finished.
            *self.pen = None;
            let upload = self.portal.uploads().finish(id, hash).await?;
            return Ok(Appended { upload, cut_off: false });
        }
        Ok(Appended { upload: self.stored.value, cut_off })
    }

    /// Writes what comes; whether it ended before its end.
    async fn write(&mut self, feed: &mut mpsc::Receiver<Feed>) -> Result<bool> {
        let held = self.piece.checksum.is_some() || self.piece.checked_after;
        let mut running = self.piece.checksum.as_ref().map(|checksum| Running::new(checksum.algorithm));
        // A checksum that comes later does not say yet how it is computed.
        let mut both =
            self.piece.checked_after.then(|| [Running::new(Algorithm::Sha1), Running::new(Algorithm::Sha256)]);
        let mut expected = self.piece.checksum.clone();
        let mut written = 0_u64;
        let mut counted_at = tokio::time::Instant::now();
        let end = loop {
            let pending = self.pen.as_ref().map_or(ByteCount(0), Pen::pending);
            let gathered = if held || pending.0 == 0 {
                writer::gather(feed).await
            } else {
                // What has come counts soon, also when nothing follows.
                let soon = counted_at + COUNTED_EVERY;
                let Ok(gathered) = tokio::time::timeout_at(soon, writer::gather(feed)).await else {
                    self.count().await?;
                    counted_at = tokio::time::Instant::now();
                    continue;
                };
                gathered
            };
            if let Some(checksum) = gathered.checksum {
                expected = Some(checksum);
            }
            if !gathered.chunks.is_empty() {
                self.take_pen().await?;
                for chunk in &gathered.chunks {
                    written += chunk.len() as u64;
                    running.iter_mut().chain(both.iter_mut().flatten()).for_each(|hash| hash.update(chunk));
                }
                if written > self.room.0 {
                    self.take_back().await?;
                    return Err(beyond(&self.stored).into());
                }
                self.put(gathered.chunks).await?;
                let pending = self.pen.as_ref().map_or(ByteCount(0), Pen::pending);
                if !held && pending.0 >= COUNTED {
                    self.count().await?;
                    counted_at = tokio::time::Instant::now();
                }
            }
            if gathered.fed != Fed::More {
                break gathered.fed;
            }
        };
        // Fewer bytes than announced is a body that broke.
        let short = self.piece.size.is_some_and(|size| written < size.0);
        let cut_off = end == Fed::CutOff || short;
        if held {
            let sum = running.or_else(|| {
                let algorithm = expected.as_ref()?.algorithm;
                both.into_iter().flatten().find(|hash| hash.algorithm() == algorithm)
            });
            let good = match (expected, sum) {
                (Some(expected), Some(sum)) if !cut_off => sum.finish() == expected.digest,
                _ => false,
            };
            if !good {
                self.take_back().await?;
                return if cut_off { Ok(true) } else { Err(Error::Checksum) };
            }
        }
        self.count().await?;
        Ok(cut_off)
    }

    /// Takes the pen of the writer before, or becomes the next writer.
    async fn take_pen(&mut self) -> Result<()> {
        if self.pen.as_ref().is_some_and(|pen| pen.writer == self.stored.writer && pen.offset == self.stored.offset()) {
            return Ok(());
        }
        *self.pen = None;
        let number = self.stored.value.take_over();
        self.stored = self.portal.store().save_one(self.stored.clone()).await?;
        let spool = self.portal.parts.uploads.clone();
        let segments = self.stored.segments.clone();
        let own = Segment { upload: self.stored.id, writer: number, size: ByteCount(0) };
        *self.pen = Some(blocking(move || Pen::open(&spool, &segments, own)).await?);
        Ok(())
    }

    async fn with_pen(&mut self, act: impl FnOnce(&mut Pen) -> std::io::Result<()> + Send + 'static) -> Result<()> {
        let Some(mut pen) = self.pen.take() else { return Ok(()) };
        let (pen, result) = blocking(move || {
            let result = act(&mut pen);
            Ok((pen, result))
        })
        .await?;
        *self.pen = Some(pen);
        result.map_err(|error| match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Full,
            _ => error.into(),
        })
    }

    async fn put(&mut self, chunks: Vec<Bytes>) -> Result<()> {
        let result = self.with_pen(move |pen| pen.write(&chunks)).await;
        if result.is_err() {
            self.take_back().await?;
        }
        result
    }

    async fn take_back(&mut self) -> Result<()> {
        self.with_pen(Pen::take_back).await
    }

    /// Brings what was written onto the disk, and then counts it.
    async fn count(&mut self) -> Result<()> {
        let pending = self.pen.as_ref().map_or(ByteCount(0), Pen::pending);
        if pending.0 == 0 {
            return Ok(());
        }
        if let Err(error) = self.with_pen(|pen| pen.sync()).await {
            self.take_back().await?;
            return Err(error);
        }
        let expires_at = self.portal.uploads().expiry();
        let number = self.stored.writer;
        self.stored.value.appended(number, pending, expires_at)?;
        self.stored = match self.portal.store().save_one(self.stored.clone()).await {
            Ok(stored) => stored,
            // Another server has taken over.
            Err(crate::store::StoreError::Changed { .. }) => return Err(UploadFault::Superseded.into()),
            Err(error) => return Err(error.into()),
        };
        if let Some(pen) = self.pen.as_mut() {
            pen.count();
        }
        Ok(())
    }
}
