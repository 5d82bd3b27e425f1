//! Uploads that can be resumed: a file on its way in, piece by piece.
//!
//! An upload is a row of *segments*. Whoever writes owns the last one and nobody
//! else's: a writer that takes over gets a number of its own ([`Upload::take_over`])
//! and begins a new segment, so that bytes which a silent predecessor still writes
//! can never come between those that count. What counts is what was recorded
//! ([`Upload::appended`]) after it had reached the disk; while an upload *flows*, the
//! file of its last writer is that record, as far as it is on the disk.
//!
//! ```text
//! receiving → whole → attached        whole: waits for a place, or is a part
//!     ↓         ↓                     of another upload
//!   rejected, ended (by its sender, or by time)
//! ```
//! The words are those of the tus protocol 1.0 where it has them.

use serde::{Deserialize, Serialize};

use crate::{
    capture::{CodeFault, TakenAt},
    evidence::{EvidenceFault, FileName, Moment},
    ids::{AccountId, ByteCount, CaptureId, CaseId, Digest, EvidenceId, FindingId, LineId, UploadId},
    time::Timestamp,
};

/// Where a file is to go once it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to")]
pub enum Place {
    /// A line of a self-check.
    Line {
        /// The case.
        case: CaseId,
        /// Its line.
        line: LineId,
    },
    /// Proof for a finding.
    Finding {
        /// The finding.
        finding: FindingId,
        /// Before or after.
        moment: Moment,
    },
}

/// What an upload is to others (tus concatenation).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A file of its own.
    Whole,
    /// A part of a file that is put together later.
    Partial,
    /// Put together from parts; takes no bytes itself.
    Final,
}

/// A run of bytes in one file of the spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The upload it was sent to: another one where this one is put together.
    pub upload: UploadId,
    /// The number of its writer.
    pub writer: u32,
    /// How many of its bytes count.
    pub size: ByteCount,
}

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum UploadState {
    /// Bytes may come.
    Receiving,
    /// Every byte is there.
    Whole {
        /// Since when.
        at: Timestamp,
        /// SHA-256 of all bytes.
        digest: Digest,
    },
    /// It became evidence and is sealed.
    Attached {
        /// Since when.
        at: Timestamp,
        /// SHA-256 of all bytes.
        digest: Digest,
        /// As which evidence.
        evidence: EvidenceId,
        /// Whether the object store has it, so that the spool need not.
        kept: bool,
    },
    /// It cannot become what it was sent for.
    Rejected {
        /// Since when.
        at: Timestamp,
        /// Why.
        why: Rejection,
    },
    /// Its sender ended it, or its time ran out.
    Ended {
        /// When.
        at: Timestamp,
    },
}

/// Why a whole upload is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Rejection {
    /// The bytes are not those that were announced.
    #[error("announced {declared}, received {received}")]
    OtherBytes {
        /// SHA-256 as it was announced.
        declared: Digest,
        /// SHA-256 of what came.
        received: Digest,
    },
    /// A rule of evidence.
    #[error(transparent)]
    Fault {
        /// Which.
        #[from]
        fault: EvidenceFault,
    },
}

/// The name of a state, for lists and searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadStage {
    /// See [`UploadState::Receiving`].
    Receiving,
    /// See [`UploadState::Whole`].
    Whole,
    /// See [`UploadState::Attached`], while the object store does not have it.
    Attached,
    /// See [`UploadState::Attached`], once it has.
    Kept,
    /// See [`UploadState::Rejected`].
    Rejected,
    /// See [`UploadState::Ended`].
    Ended,
}

/// That a file brings the code of a live capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Which.
    pub capture: CaptureId,
    /// Why it does not count, where that is known since the file was announced.
    pub fault: Option<CodeFault>,
    /// Where the device says the picture was taken.
    pub place: Option<TakenAt>,
}

/// A file on its way in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Whose it is, until it is attached.
    pub owner: AccountId,
    /// Where it is to go, once that is known.
    pub place: Option<Place>,
    /// What it is to others.
    pub shape: Shape,
    /// What its sender called it.
    pub name: FileName,
    /// What its sender wrote about it (tus `Upload-Metadata`): shown back as it was,
    /// never believed.
    pub metadata: Option<String>,
    /// What it is put together from.
    pub parts: Vec<UploadId>,
    /// SHA-256 as the sender announced it.
    pub declared: Option<Digest>,
    /// How large it will be, once that is known.
    pub length: Option<ByteCount>,
    /// How large it may be at most.
    pub limit: ByteCount,
    /// What has arrived and is on the disk.
    pub segments: Vec<Segment>,
    /// Whether what the file of the last segment holds beyond its size counts too: its
    /// writer goes on without writing the row each time ([`Upload::flow`]).
    #[serde(default)]
    pub flowing: bool,
    /// The number of the last writer.
    pub writer: u32,
    /// SHA-256 of the capability that stands in its address: whoever has it may go
    /// on sending when the login has ended.
    pub capability: Digest,
    /// The code that it brings, where it was taken live.
    #[serde(default)]
    pub capture: Option<Offer>,
    /// When its first byte was here.
    #[serde(default)]
    pub first_byte_at: Option<Timestamp>,
    /// When it was created; with the announced digest this is the time of a
    /// commitment to bytes that may come later.
    pub created_at: Timestamp,
    /// When it is given up unless more comes.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: UploadState,
}

/// Why something cannot be done to an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum UploadFault {
    /// Bytes were offered for another place than where they are to go on.
    #[error("it goes on at {offset:?}")]
    Elsewhere {
        /// Where it goes on.
        offset: ByteCount,
    },
    /// More bytes than the upload is long.
    #[error("it is {length:?} long")]
    BeyondLength {
        /// How long it is.
        length: ByteCount,
    },
    /// Longer than it may be.
    #[error("{length:?} is over {limit:?}")]
    TooLong {
        /// How long it would be.
        length: ByteCount,
        /// How long it may be.
        limit: ByteCount,
    },
    /// A length was given that differs from the one known, or is below what is there.
    #[error("the length is settled")]
    LengthSettled,
    /// It became evidence, or is put together from parts: nothing changes it.
    #[error("sealed")]
    Sealed,
    /// It ended, ran out, or was rejected.
    #[error("gone")]
    Gone,
    /// Another request writes now.
    #[error("another writer took over")]
    Superseded,
    /// A part that is not whole, or no part at all.
    #[error("not a whole part")]
    NotAPart,
    /// Not every byte is there.
    #[error("not whole")]
    NotWhole,
    /// The sender has as much on its way as one may.
    #[error("at most {limit:?} on the way")]
    QuotaFull {
        /// How much one may have on its way.
        limit: ByteCount,
    },
    /// The sender has as many files on the way as one may.
    #[error("at most {limit} files on the way")]
    TooMany {
        /// How many one may have on the way.
        limit: u16,
    },
}

impl Upload {
    /// How many bytes are there and count.
    pub fn offset(&self) -> ByteCount {
        if let (UploadState::Attached { .. }, Some(length)) = (&self.state, self.length) {
            return length;
        }
        ByteCount(self.segments.iter().map(|segment| segment.size.0).sum())
    }

    /// The name of its state.
    pub const fn stage(&self) -> UploadStage {
        match self.state {
            UploadState::Receiving => UploadStage::Receiving,
            UploadState::Whole { .. } => UploadStage::Whole,
            UploadState::Attached { kept: false, .. } => UploadStage::Attached,
            UploadState::Attached { kept: true, .. } => UploadStage::Kept,
            UploadState::Rejected { .. } => UploadStage::Rejected,
            UploadState::Ended { .. } => UploadStage::Ended,
        }
    }

    /// SHA-256 of all bytes, once they are there.
    pub const fn digest(&self) -> Option<Digest> {
        match self.state {
            UploadState::Whole { digest, .. } | UploadState::Attached { digest, .. } => Some(digest),
            _ => None,
        }
    }

    /// The disk space it takes or will take: what quotas count. While nobody has said how long it
    /// will be, that is as much as it may become.
    pub fn reserved(&self) -> ByteCount {
        match self.state {
            UploadState::Receiving => self.length.unwrap_or(self.limit),
            UploadState::Whole { .. } => self.offset(),
            _ => ByteCount(0),
        }
    }

    /// Whether its sender has done everything, and only the portal has not brought it to its
    /// place yet.
    pub fn waits_for_its_place(&self) -> bool {
        matches!(self.state, UploadState::Whole { .. }) && self.place.is_some() && self.shape != Shape::Partial
    }

    /// The place that it is to go to and has not come to yet, while it can still come.
    pub fn on_its_way_to(&self, now: Timestamp) -> Option<Place> {
        let comes = matches!(self.state, UploadState::Receiving | UploadState::Whole { .. });
        self.place.filter(|_| comes && self.shape != Shape::Partial && !self.has_run_out(now))
    }

    /// Whether its time is over, so that it is given up. What its sender has done everything
    /// for has no time.
    pub fn has_run_out(&self, now: Timestamp) -> bool {
        let has_time = match self.state {
            UploadState::Receiving | UploadState::Rejected { .. } => true,
            UploadState::Whole { .. } => !self.waits_for_its_place(),
            UploadState::Attached { .. } | UploadState::Ended { .. } => false,
        };
        has_time && self.expires_at <= now
    }

    /// Whether it can still be read and written at all.
    ///
    /// # Errors
    /// [`UploadFault::Gone`].
    pub fn is_alive(&self, now: Timestamp) -> Result<(), UploadFault> {
        match self.state {
            UploadState::Ended { .. } | UploadState::Rejected { .. } => Err(UploadFault::Gone),
            _ if self.has_run_out(now) => Err(UploadFault::Gone),
            _ => Ok(()),
        }
    }

    /// Whether it was announced and, as far as is on record, nothing of it has come: the file
    /// of a writer that flows may have more.
    pub fn is_only_announced(&self) -> bool {
        let nothing = self.first_byte_at.is_none() && self.offset().0 == 0;
        self.state == UploadState::Receiving && nothing && !self.is_full()
    }

    /// Whether its code counts by the instant of its first byte, since no digest has claimed it.
    pub const fn counts_by_first_byte(&self) -> bool {
        self.capture.is_some() && self.declared.is_none()
    }

    /// Whether bytes may be added at `at`; how many more there may be.
    ///
    /// # Errors
    /// [`UploadFault::Gone`], [`UploadFault::Sealed`] or [`UploadFault::Elsewhere`].
    pub fn room_at(&self, at: ByteCount, now: Timestamp) -> Result<ByteCount, UploadFault> {
        self.is_alive(now)?;
        if self.shape == Shape::Final || matches!(self.state, UploadState::Attached { .. }) {
            return Err(UploadFault::Sealed);
        }
        let offset = self.offset();
        if at != offset {
            return Err(UploadFault::Elsewhere { offset });
        }
        Ok(ByteCount(self.length.unwrap_or(self.limit).0.saturating_sub(offset.0)))
    }

    /// Settles how long it is, where that was left open.
    ///
    /// # Errors
    /// [`UploadFault::LengthSettled`] when another length is known or more is there
    /// already, [`UploadFault::TooLong`].
    pub fn settle_length(&mut self, length: ByteCount) -> Result<(), UploadFault> {
        match self.length {
            Some(known) if known == length => return Ok(()),
            Some(_) => return Err(UploadFault::LengthSettled),
            None => {}
        }
        if length > self.limit {
            return Err(UploadFault::TooLong { length, limit: self.limit });
        }
        if length < self.offset() {
            return Err(UploadFault::LengthSettled);
        }
        self.length = Some(length);
        Ok(())
    }

    /// A new writer takes over; its number. Whoever wrote before can add nothing
    /// any more.
    pub const fn take_over(&mut self) -> u32 {
        self.writer += 1;
        self.writer
    }

    /// From now on the file of the last writer says how much of it counts, and the row
    /// need not be written for each piece. Whoever takes over reads it off the file.
    pub fn flow(&mut self) {
        if !self.segments.last().is_some_and(|last| last.writer == self.writer && last.upload == self.id) {
            self.segments.push(Segment { upload: self.id, writer: self.writer, size: ByteCount(0) });
        }
        self.flowing = true;
    }

    /// From now on only what the row counts counts: before a piece that is taken whole
    /// or not at all.
    pub const fn stand_still(&mut self) {
        self.flowing = false;
    }

    /// Counts bytes that a writer has brought onto the disk. As long as bytes come
    /// the upload is not given up.
    ///
    /// # Errors
    /// [`UploadFault::Superseded`] when somebody else writes now,
    /// [`UploadFault::BeyondLength`]; nothing is counted then.
    pub fn appended(&mut self, writer: u32, more: ByteCount, expires_at: Timestamp) -> Result<(), UploadFault> {
        if writer != self.writer || self.state != UploadState::Receiving {
            return Err(UploadFault::Superseded);
        }
        let length = self.length.unwrap_or(self.limit);
        if self.offset().0.saturating_add(more.0) > length.0 {
            return Err(UploadFault::BeyondLength { length });
        }
        match self.segments.last_mut() {
            Some(last) if last.writer == writer && last.upload == self.id => last.size.0 += more.0,
            _ => self.segments.push(Segment { upload: self.id, writer, size: more }),
        }
        self.expires_at = self.expires_at.max(expires_at);
        Ok(())
    }

    /// Counts only what is really there: up to the first byte that `on_disk` does
    /// not find, and of a file that flows all that it has. Whether anything was lost.
    pub fn keep_what_is_there(&mut self, on_disk: impl Fn(&Segment) -> ByteCount) -> bool {
        if self.state != UploadState::Receiving {
            return false;
        }
        let before = self.offset();
        let mut room = self.length.unwrap_or(self.limit).0;
        let mut there = Vec::with_capacity(self.segments.len());
        let last = self.segments.len().saturating_sub(1);
        for (index, segment) in self.segments.iter().enumerate() {
            let flows = self.flowing && index == last;
            let most = if flows { room } else { segment.size.0 };
            let found = ByteCount(on_disk(segment).0.min(most));
            if found.0 > 0 || flows {
                there.push(Segment { size: found, ..*segment });
            }
            room = room.saturating_sub(found.0);
            if found < segment.size {
                // What comes after a gap does not count; and a disk that has lost bytes is not
                // believed when its file grows again.
                self.flowing = false;
                break;
            }
        }
        self.segments = there;
        self.offset() < before
    }

    /// Whether every byte is there.
    pub fn is_full(&self) -> bool {
        self.length == Some(self.offset())
    }

    /// Every byte is there, and this is their digest.
    ///
    /// # Errors
    /// [`UploadFault::NotWhole`] while bytes are missing, [`UploadFault::Gone`] when
    /// it does not receive any more. An upload whose bytes are not the announced ones
    /// is rejected: see its state.
    pub fn complete(&mut self, digest: Digest, now: Timestamp) -> Result<(), UploadFault> {
        if self.state != UploadState::Receiving {
            return Err(UploadFault::Gone);
        }
        if !self.is_full() {
            return Err(UploadFault::NotWhole);
        }
        self.flowing = false;
        self.state = match self.declared {
            Some(declared) if declared != digest => {
                UploadState::Rejected { at: now, why: Rejection::OtherBytes { declared, received: digest } }
            }
            _ => UploadState::Whole { at: now, digest },
        };
        Ok(())
    }

    /// A whole upload became evidence.
    ///
    /// # Errors
    /// [`UploadFault::NotWhole`]; [`UploadFault::NotAPart`] for a part of something else.
    pub fn attach(&mut self, evidence: EvidenceId, now: Timestamp) -> Result<(), UploadFault> {
        if self.shape == Shape::Partial {
            return Err(UploadFault::NotAPart);
        }
        let UploadState::Whole { digest, .. } = self.state else { return Err(UploadFault::NotWhole) };
        self.state = UploadState::Attached { at: now, digest, evidence, kept: false };
        Ok(())
    }

    /// The very same bytes are held already, so that none need come.
    ///
    /// # Errors
    /// [`UploadFault::Sealed`] once bytes have come.
    pub fn already_held(&mut self, evidence: EvidenceId, digest: Digest, now: Timestamp) -> Result<(), UploadFault> {
        if self.state != UploadState::Receiving || self.offset().0 > 0 || self.length.is_none() {
            return Err(UploadFault::Sealed);
        }
        self.segments.clear();
        self.flowing = false;
        self.state = UploadState::Attached { at: now, digest, evidence, kept: true };
        Ok(())
    }

    /// A whole upload cannot become evidence.
    ///
    /// # Errors
    /// [`UploadFault::NotWhole`].
    pub fn reject(&mut self, fault: EvidenceFault, now: Timestamp) -> Result<(), UploadFault> {
        let UploadState::Whole { .. } = self.state else { return Err(UploadFault::NotWhole) };
        self.state = UploadState::Rejected { at: now, why: Rejection::Fault { fault } };
        Ok(())
    }

    /// The object store has it. Whether that is news.
    pub const fn keep(&mut self) -> bool {
        match &mut self.state {
            UploadState::Attached { kept, .. } if !*kept => {
                *kept = true;
                true
            }
            _ => false,
        }
    }

    /// Its sender ends it, or its time has run out.
    ///
    /// # Errors
    /// [`UploadFault::Sealed`] once it is evidence, [`UploadFault::Gone`] when it has
    /// ended before.
    pub fn end(&mut self, now: Timestamp) -> Result<(), UploadFault> {
        match self.state {
            UploadState::Attached { .. } => Err(UploadFault::Sealed),
            UploadState::Ended { .. } => Err(UploadFault::Gone),
            _ => {
                self.state = UploadState::Ended { at: now };
                Ok(())
            }
        }
    }

    /// The length of what is put together from these parts.
    ///
    /// # Errors
    /// [`UploadFault::NotAPart`] when one is no part or not whole, or when there is
    /// none; [`UploadFault::Gone`] when one has ended.
    pub fn joined(parts: &[Self], now: Timestamp) -> Result<ByteCount, UploadFault> {
        if parts.is_empty() {
            return Err(UploadFault::NotAPart);
        }
        for part in parts {
            part.is_alive(now)?;
            if part.shape != Shape::Partial || !matches!(part.state, UploadState::Whole { .. }) {
                return Err(UploadFault::NotAPart);
            }
        }
        Ok(ByteCount(parts.iter().map(|part| part.offset().0).sum()))
    }
}

/// Whether somebody who has so much on its way may announce more.
///
/// # Errors
/// [`UploadFault::QuotaFull`].
pub const fn quota(on_its_way: ByteCount, more: ByteCount, limit: ByteCount) -> Result<(), UploadFault> {
    if on_its_way.0.saturating_add(more.0) > limit.0 {
        return Err(UploadFault::QuotaFull { limit });
    }
    Ok(())
}

/// Whether somebody who has so many files on the way may announce one more.
///
/// # Errors
/// [`UploadFault::TooMany`].
pub fn one_more(on_the_way: u64, limit: u16) -> Result<(), UploadFault> {
    if on_the_way >= u64::from(limit) { Err(UploadFault::TooMany { limit }) } else { Ok(()) }
}
