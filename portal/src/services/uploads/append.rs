//! Pieces of an upload: from the network onto the disk, into the hash, and counted.

use std::time::Duration;

use bytes::Bytes;
use domain::{
    ids::{ByteCount, UploadId},
    time::Timestamp,
    upload::{Segment, Upload, UploadFault},
};
use futures::{Stream, StreamExt};
use tokio::{
    sync::{OwnedMutexGuard, mpsc},
    time::Instant,
};

use super::{
    Claim, PATIENCE, Uploads, blocking,
    stay::{Stay, Sums},
};
use crate::{
    Portal,
    error::{Error, Result},
    evidence::{
        intake::of_the_disk,
        writer::{self, Crowd, Fed, Feed, Hand, Pen, Sending},
    },
    store::{StoreError, Stored},
};

/// Bytes after which what has arrived is synced and counted, while more comes.
pub(super) const COUNTED: u64 = 4 * 1024 * 1024;
/// And the time.
const COUNTED_EVERY: Duration = Duration::from_secs(1);
/// How much later an upload may be given up than its row says, before the row is written.
const EXPIRY_STEP: i64 = 10 * 60 * 1000;

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
        let owner = self.claimed(claim, id).await?;
        let limits = portal.settings().evidence;
        // The one before of the same upload leaves first.
        let mut seat = portal.parts.desks.seat(id, PATIENCE).await.ok_or(Error::Busy)?;
        let sending = portal.parts.senders.enter(owner, limits.senders_per_person, limits.senders_in_all);
        let sending = sending.map_err(|crowd| match crowd {
            Crowd::OfOne => Error::TooManyAtOnce { limit: limits.senders_per_person },
            Crowd::OfAll => Error::Crowded,
        })?;
        let now = portal.now();
        // What this process wrote last is so until it finds that another came: see `Writing::count`.
        let known = piece.length.is_none()
            && seat.hand.as_ref().is_some_and(|hand| room_for(&hand.stored, &piece, now).is_ok());
        let fresh = if known { None } else { Some(self.opened(id, &piece, seat.hand.as_ref(), now).await?) };
        let hand = seat.hand.take();
        let (stored, pen) = match (fresh, hand) {
            (None, Some(Hand { stored, pen })) => (stored, Some(pen)),
            (fresh, hand) => {
                let stored = fresh.ok_or(Error::Busy)?;
                let same = |pen: &Pen| pen.writer == stored.writer && pen.offset == stored.offset();
                let pen = hand.map(|hand| hand.pen).filter(same);
                (stored, pen)
            }
        };
        let room = room_for(&stored, &piece, now)?;

        let (desk, mut wanted) = seat.split();
        let (tx, rx) = writer::channel();
        let held = piece.checksum.is_some() || piece.checked_after;
        let writing = Writing { _sending: sending, portal: portal.clone(), stored, pen, piece, held, room };
        // A task of its own: what has come is counted also when this request is dropped.
        let written = tokio::spawn(writing.run(rx, desk));
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

impl Uploads<'_> {
    /// The row that a piece fits, with its length settled.
    async fn opened(&self, id: UploadId, piece: &Piece, hand: Option<&Hand>, now: Timestamp) -> Result<Stored<Upload>> {
        let mut stored = self.current(id, hand).await?;
        stored.room_at(piece.at, now)?;
        if let Some(length) = piece.length {
            stored.value.settle_length(length)?;
            stored = self.0.store().save_one(stored).await?;
        }
        room_for(&stored, piece, now)?;
        Ok(stored)
    }
}

fn beyond(upload: &Upload) -> UploadFault {
    UploadFault::BeyondLength { length: upload.length.unwrap_or(upload.limit) }
}

/// How many bytes there may be of a piece.
fn room_for(upload: &Upload, piece: &Piece, now: Timestamp) -> std::result::Result<ByteCount, UploadFault> {
    let room = upload.room_at(piece.at, now)?;
    if piece.size.is_some_and(|size| size > room) { Err(beyond(upload)) } else { Ok(room) }
}

/// A piece being written.
struct Writing {
    /// Dropped before the desk is left, so that whoever takes the turn finds this one gone.
    _sending: Sending,
    portal: Portal,
    stored: Stored<Upload>,
    pen: Option<Pen>,
    piece: Piece,
    /// Whether the piece is taken whole or not at all.
    held: bool,
    /// How many bytes there may be.
    room: ByteCount,
}

impl Writing {
    async fn run(mut self, feed: mpsc::Receiver<Feed>, mut desk: OwnedMutexGuard<Option<Hand>>) -> Result<Appended> {
        // The room was measured before; nobody else can have written meanwhile.
        let whole = self.stored.is_full();
        let result = if whole { Ok(false) } else { self.write(feed).await };
        if self.stored.is_full() && self.stored.digest().is_none() && self.pending() == 0 {
            result?;
            let hash = self.pen.take().map(|pen| pen.hash());
            // The next writer, if there were one, would find it finished.
            let upload = self.portal.uploads().finish(self.stored, hash).await?;
            return Ok(Appended { upload, cut_off: false });
        }
        let upload = self.stored.value.clone();
        // Where something is left that does not count, whoever writes next becomes a writer anew.
        if let Some(mut pen) = self.pen.take().filter(Pen::is_settled)
            && !matches!(result, Err(Error::Upload(UploadFault::Superseded) | Error::Changed | Error::Store(_)))
        {
            pen.put_down();
            *desk = Some(Hand { stored: self.stored, pen });
        }
        Ok(Appended { upload, cut_off: result? })
    }

    fn pending(&self) -> u64 {
        self.pen.as_ref().map_or(0, |pen| pen.pending().0)
    }

    /// Writes what comes; whether it ended before its end.
    async fn write(&mut self, mut feed: mpsc::Receiver<Feed>) -> Result<bool> {
        let held = self.held;
        let mut sums = Sums::of(&self.piece);
        let mut expected = self.piece.checksum.clone();
        let mut written = 0_u64;
        // When what has come and does not count yet is to be counted, also when nothing follows.
        let mut due = None;
        let end = loop {
            let gathered = match due {
                Some(due) => tokio::time::timeout_at(due, writer::gather(&mut feed)).await.ok(),
                None => Some(writer::gather(&mut feed).await),
            };
            let Some(gathered) = gathered else {
                self.count().await?;
                due = None;
                continue;
            };
            if gathered.chunks.is_empty() {
                expected = gathered.checksum.or(expected);
                if gathered.fed == Fed::More {
                    continue;
                }
                break gathered.fed;
            }
            let until = due.unwrap_or_else(|| Instant::now() + COUNTED_EVERY);
            let mut stay = Stay { pen: self.take_pen().await?, feed, sums, written, room: self.room, held, until };
            let (stay, ended) = blocking(move || {
                let ended = stay.work(gathered);
                Ok((stay, ended))
            })
            .await?;
            self.pen = Some(stay.pen);
            (feed, sums, written) = (stay.feed, stay.sums, stay.written);
            expected = ended.checksum.or(expected);
            match ended.wrote.map_err(of_the_disk) {
                Err(Error::Full) if !held => {
                    // What the disk has taken counts, so that it need not come again.
                    self.count().await?;
                    return Err(Error::Full);
                }
                Err(error) => {
                    self.take_back().await?;
                    return Err(error);
                }
                Ok(()) => {}
            }
            if written > self.room.0 {
                self.take_back().await?;
                return Err(beyond(&self.stored).into());
            }
            if ended.fed != Fed::More {
                break ended.fed;
            }
            due = (!held).then_some(until);
            if !held && (self.pending() >= COUNTED || Instant::now() >= until) {
                self.count().await?;
                due = None;
            }
        };
        // Fewer bytes than announced is a body that broke.
        let short = self.piece.size.is_some_and(|size| written < size.0);
        let cut_off = end == Fed::CutOff || short;
        if held {
            let good = expected.is_some_and(|expected| !cut_off && sums.are(&expected));
            if !good {
                self.take_back().await?;
                return if cut_off { Ok(true) } else { Err(Error::Checksum) };
            }
        }
        self.count().await?;
        Ok(cut_off)
    }

    /// Goes on with the pen there is, or becomes the next writer.
    async fn take_pen(&mut self) -> Result<Pen> {
        if self.pen.as_ref().is_some_and(Pen::is_put_down) {
            self.with_pen(Pen::ready).await?;
        }
        // What the file does not bear out is read again, as by any new writer.
        let doubtful = self.pen.take_if(|pen| pen.is_astray()).is_some();
        if self.pen.is_some() && self.held {
            // While a piece is not known to be good, only the row says what counts.
            self.stand_still().await?;
        }
        if let Some(pen) = self.pen.take() {
            return Ok(pen);
        }
        let number = self.stored.value.take_over();
        // First nobody else can count any more, then it is seen how far they have come.
        self.save().await?;
        if self.stored.flowing || doubtful {
            let before = self.stored.offset();
            self.portal.uploads().recount(&mut self.stored.value).await?;
            self.stored.value.stand_still();
            let offset = self.stored.offset();
            if offset != before {
                return Err(UploadFault::Elsewhere { offset }.into());
            }
        }
        let spool = self.portal.parts.uploads.clone();
        let segments = self.stored.segments.clone();
        let own = Segment { upload: self.stored.id, writer: number, size: ByteCount(0) };
        blocking(move || Pen::open(&spool, &segments, own)).await
    }

    async fn save(&mut self) -> Result<()> {
        match self.portal.store().save_one(self.stored.clone()).await {
            Ok(stored) => {
                self.stored = stored;
                Ok(())
            }
            // Another server has taken over.
            Err(StoreError::Changed { .. }) => Err(UploadFault::Superseded.into()),
            Err(error) => Err(error.into()),
        }
    }

    async fn with_pen(&mut self, act: impl FnOnce(&mut Pen) -> std::io::Result<()> + Send + 'static) -> Result<()> {
        let Some(mut pen) = self.pen.take() else { return Ok(()) };
        let (pen, result) = blocking(move || {
            let result = act(&mut pen);
            Ok((pen, result))
        })
        .await?;
        self.pen = Some(pen);
        result.map_err(of_the_disk)
    }

    /// From now on only the row says what counts, and only then may bytes that it does not count be
    /// cut off: while the upload flows another server may have counted them, and handed the very file
    /// over. Where the row cannot be written, the file is left alone.
    async fn stand_still(&mut self) -> Result<()> {
        if !self.stored.flowing {
            return Ok(());
        }
        self.stored.value.stand_still();
        let saved = self.save().await;
        if saved.is_err() {
            self.pen = None;
        }
        saved
    }

    /// Takes back what was written and does not count.
    async fn take_back(&mut self) -> Result<()> {
        if self.pen.as_ref().is_none_or(Pen::is_settled) {
            return Ok(());
        }
        self.stand_still().await?;
        self.with_pen(Pen::take_back).await
    }

    /// Brings what was written onto the disk, and then counts it. The row says who
    /// writes, the file how much there is: a row that is the same after the disk has the
    /// bytes says that whoever takes over later finds them. So it is read, and written
    /// only where it has to say more.
    async fn count(&mut self) -> Result<()> {
        if self.pen.as_ref().is_some_and(Pen::is_astray) {
            self.stand_still().await?;
            self.with_pen(Pen::trim).await?;
        }
        if self.pending() == 0 {
            return Ok(());
        }
        if !self.pen.as_ref().is_none_or(Pen::is_synced)
            && let Err(error) = self.with_pen(Pen::sync).await
        {
            self.take_back().await?;
            return Err(error);
        }
        let more = ByteCount(self.pending());
        let expires_at = self.portal.uploads().expiry();
        let late = expires_at.0 - self.stored.expires_at.0 > EXPIRY_STEP;
        // Only the row can say later when the first byte was here.
        let claims = self.stored.first_byte_at.is_none() && self.stored.counts_by_first_byte();
        let written = late || claims || !self.stored.flowing;
        let expires_at = if written { expires_at } else { self.stored.expires_at };
        let number = self.stored.writer;
        // They have just come: counting is a second away at most.
        self.stored.value.first_byte_at.get_or_insert(self.portal.now());
        self.stored.value.appended(number, more, expires_at)?;
        if written {
            if !self.held {
                self.stored.value.flow();
            }
            self.save().await?;
        } else if !self.stored.is_full() && !self.portal.store().is_current(&self.stored).await? {
            return Err(UploadFault::Superseded.into());
        }
        if let Some(pen) = self.pen.as_mut() {
            pen.count();
        }
        Ok(())
    }
}
