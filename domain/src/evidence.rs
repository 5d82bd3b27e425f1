//! Uploaded files: what they are, what they are for, what may be sent.
//!
//! The bytes of a file never change after it was received; a correction is a new
//! file. What a file *is* is decided by its content ([`MediaType`]), what it was
//! called is only remembered ([`FileName`]).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    capture::{CaptureGrade, Origin},
    examination::Unfit,
    ids::{AccountId, ByteCount, CaseId, Digest, EnterpriseId, EvidenceId, FindingId, LineId},
    item::{EvidenceKind, EvidenceRequest},
    settings::EvidenceLimits,
    time::Timestamp,
};

macro_rules! media_types {
    ($($(#[$doc:meta])* $name:ident, $kind:ident, $mime:literal, $extension:literal;)+) => {
        /// A type of file we accept, recognised by content.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum MediaType {$($(#[$doc])* $name),+}

        impl MediaType {
            /// Every type we accept.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What kind of evidence it can be.
            pub const fn kind(self) -> EvidenceKind {
                match self {$(Self::$name => EvidenceKind::$kind),+}
            }

            /// Its media type (RFC 6838).
            pub const fn mime(self) -> &'static str {
                match self {$(Self::$name => $mime),+}
            }

            /// The usual ending of its file names, without the dot.
            pub const fn extension(self) -> &'static str {
                match self {$(Self::$name => $extension),+}
            }
        }
    };
}

media_types! {
    /// JPEG (ISO/IEC 10918-1).
    Jpeg, Photo, "image/jpeg", "jpg";
    /// PNG (W3C).
    Png, Photo, "image/png", "png";
    /// WebP (RFC 9649).
    Webp, Photo, "image/webp", "webp";
    /// HEIC (ISO/IEC 23008-12).
    Heic, Photo, "image/heic", "heic";
    /// MP4 (ISO/IEC 14496-14).
    Mp4, Video, "video/mp4", "mp4";
    /// `QuickTime`.
    Mov, Video, "video/quicktime", "mov";
    /// PDF (ISO 32000).
    Pdf, Document, "application/pdf", "pdf";
    /// OFD (GB/T 33190).
    Ofd, Document, "application/ofd", "ofd";
    /// Word (ISO/IEC 29500).
    Docx, Document, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx";
    /// Excel (ISO/IEC 29500).
    Xlsx, Document, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx";
}

impl MediaType {
    /// Whether every browser we serve can show it in a page.
    pub const fn shows_in_browser(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp | Self::Mp4)
    }
}

/// A file's name as its sender had it: at most 255 characters, without control
/// characters and without anything that a file system or a header could take for
/// a path. It is shown, never used to find a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct FileName(String);

impl FileName {
    /// Makes a showable name of anything; nothing at all becomes `file`.
    pub fn from_sender(sent: &str) -> Self {
        let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        // Bidirectional overrides can make `exe` look like `jpg`.
        let unsafe_char = |c: char| {
            // Line and paragraph separators break lines without being control characters.
            c.is_control()
                || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let clean: String = last.chars().filter(|c| !unsafe_char(*c)).collect();
        let clean = clean.trim_matches(|c: char| c == '.' || c.is_whitespace());
        if clean.is_empty() {
            return Self("file".into());
        }
        let length = clean.chars().count();
        if length <= 255 {
            return Self(clean.to_owned());
        }
        // Keep the beginning and the ending: both help a person to recognise it.
        let head: String = clean.chars().take(240).collect();
        let tail: String = clean.chars().skip(length - 14).collect();
        Self(format!("{head}…{tail}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for FileName {
    fn from(sent: String) -> Self {
        Self::from_sender(&sent)
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a file is evidence for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "purpose")]
pub enum Purpose {
    /// A line of a self-check.
    SelfCheck {
        /// Which line.
        line: LineId,
        /// The round it was sent in; 0 is the first.
        round: u8,
    },
    /// Proof that a finding was put right.
    Rectification {
        /// Which finding.
        finding: FindingId,
        /// The state before or after.
        moment: Moment,
    },
}

/// Before or after a rectification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before.
    Before,
    /// After.
    After,
}

/// Where a file stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum EvidenceState {
    /// Received whole; its sender may still take it out of the draft.
    Received,
    /// Taken out before it was submitted. The bytes stay.
    Removed {
        /// When.
        at: Timestamp,
    },
    /// Part of what was submitted; fixed.
    Sealed {
        /// Since when.
        at: Timestamp,
    },
}

/// One uploaded file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its id.
    pub id: EvidenceId,
    /// The case it belongs to.
    pub case: CaseId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// What it is for.
    pub purpose: Purpose,
    /// What its sender called it.
    pub name: FileName,
    /// What it is, by content.
    pub media: MediaType,
    /// How large it is.
    pub size: ByteCount,
    /// SHA-256 of the bytes, computed while they were received.
    pub digest: Digest,
    /// When the last byte had arrived, by the server's clock.
    pub received_at: Timestamp,
    /// Who sent it.
    pub uploader: AccountId,
    /// How it came about.
    #[serde(default)]
    pub origin: Origin,
    /// Where it stands.
    pub state: EvidenceState,
}

impl Evidence {
    /// How much its origin says.
    pub fn grade(&self) -> CaptureGrade {
        self.origin.grade()
    }
}

/// Why a file is not taken. Sizes are told, so that the message can name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum EvidenceFault {
    /// No byte arrived.
    #[error("empty")]
    Empty,
    /// Larger than allowed for its kind.
    #[error("{size:?} is over {limit:?}")]
    TooLarge {
        /// How large, as far as known.
        size: ByteCount,
        /// How large it may be.
        limit: ByteCount,
        /// The kind that the limit is for; `None` while the kind is unknown.
        kind: Option<EvidenceKind>,
    },
    /// More in one form than a line could take, however it is shared out.
    #[error("{size:?} at once")]
    TooMuchAtOnce {
        /// How large the form is.
        size: ByteCount,
        /// How many files a line takes.
        files: u16,
        /// How large each may be.
        limit: ByteCount,
    },
    /// Not one of the accepted types, by content.
    #[error("not taken: {why:?}")]
    Unfit {
        /// What it is instead, or what is wrong with it.
        why: Unfit,
    },
    /// An accepted type, but not one this line asks for.
    #[error("{kind:?} is not asked for")]
    NotAskedFor {
        /// What it is.
        kind: EvidenceKind,
    },
    /// The line has as many files as it may have.
    #[error("at most {limit} files on a line")]
    LineFull {
        /// How many it may have.
        limit: u16,
    },
    /// The line has as many files of this kind as it takes in one round.
    #[error("at most {limit} files of {kind:?} on the line in one round")]
    KindFull {
        /// Which kind.
        kind: EvidenceKind,
        /// How many it takes.
        limit: u16,
    },
    /// The case has as many files as it may have.
    #[error("at most {limit} files in a case")]
    CaseFull {
        /// How many it may have.
        limit: u16,
    },
    /// The line is not open for files now.
    #[error("the line is closed")]
    Closed,
    /// The connection ended before the last byte.
    #[error("cut off")]
    CutOff,
    /// The files of the case, with those taken out again, are as large as they
    /// may be together.
    #[error("at most {limit:?} in a case")]
    CaseTooLarge {
        /// How large they may be together.
        limit: ByteCount,
    },
}

/// How large one file of a kind may be.
pub const fn size_limit(kind: EvidenceKind, limits: &EvidenceLimits) -> ByteCount {
    match kind {
        EvidenceKind::Photo => limits.photo,
        EvidenceKind::Video => limits.video,
        EvidenceKind::Document => limits.document,
    }
}

/// The largest file of any kind: what can be refused before the type is known.
pub fn largest(limits: &EvidenceLimits) -> ByteCount {
    limits.photo.max(limits.video).max(limits.document)
}

/// Whether a wholly received file may be kept.
///
/// # Errors
/// [`EvidenceFault`] naming the first rule it breaks.
pub fn admit(
    size: ByteCount,
    media: Result<MediaType, Unfit>,
    wanted: &[EvidenceKind],
    limits: &EvidenceLimits,
) -> Result<MediaType, EvidenceFault> {
    if size.0 == 0 {
        return Err(EvidenceFault::Empty);
    }
    let media = media.map_err(|why| EvidenceFault::Unfit { why })?;
    let kind = media.kind();
    if !wanted.is_empty() && !wanted.contains(&kind) {
        return Err(EvidenceFault::NotAskedFor { kind });
    }
    let limit = size_limit(kind, limits);
    if size > limit {
        return Err(EvidenceFault::TooLarge { size, limit, kind: Some(kind) });
    }
    Ok(media)
}

/// Whether a file fits into what a case may hold. Files that were taken out again
/// keep their bytes, so they count; the same bytes count once.
///
/// # Errors
/// [`EvidenceFault::CaseTooLarge`].
pub const fn budget(held: ByteCount, more: ByteCount, limits: &EvidenceLimits) -> Result<(), EvidenceFault> {
    if held.0.saturating_add(more.0) > limits.bytes_per_case.0 {
        return Err(EvidenceFault::CaseTooLarge { limit: limits.bytes_per_case });
    }
    Ok(())
}

/// How many files of a kind a line takes in one round, by what it asks for.
pub fn most(requests: &[EvidenceRequest], kind: EvidenceKind) -> u16 {
    requests.iter().filter(|request| request.kind == kind).map(|request| u16::from(request.at_most)).sum()
}

/// Whether another file of a kind fits on a line of which `there` arrived in this
/// round. A line that asks for nothing in particular takes anything.
///
/// # Errors
/// [`EvidenceFault::KindFull`].
pub fn kind_room(requests: &[EvidenceRequest], kind: EvidenceKind, there: u64) -> Result<(), EvidenceFault> {
    let limit = most(requests, kind);
    if requests.is_empty() || there < u64::from(limit) {
        return Ok(());
    }
    Err(EvidenceFault::KindFull { kind, limit })
}

/// Whether another file fits on a line and in a case.
///
/// # Errors
/// [`EvidenceFault::LineFull`] or [`EvidenceFault::CaseFull`].
pub const fn room(on_line: u64, in_case: u64, limits: &EvidenceLimits) -> Result<(), EvidenceFault> {
    if on_line >= limits.files_per_line as u64 {
        return Err(EvidenceFault::LineFull { limit: limits.files_per_line });
    }
    if in_case >= limits.files_per_case as u64 {
        return Err(EvidenceFault::CaseFull { limit: limits.files_per_case });
    }
    Ok(())
}
