//! What is known of the bytes of a file beyond their digest: what they are or why they
//! are not taken ([`Unfit`]), what they claim of themselves ([`Claims`]), what is odd
//! about them ([`Oddity`]), what was made of them ([`Derivative`]), and whether somebody
//! looked for malware in them ([`Scan`]).
//!
//! It is about bytes, not about a piece of evidence: the same bytes are examined once,
//! whoever sends them for whatever. What they say of time and place is the sender's
//! camera speaking, never proof: a claim that is missing is missing, and means nothing
//! else (messengers, pickers and phones drop it; A8).

use serde::{Deserialize, Serialize};

use crate::{
    enterprise::Coordinates,
    evidence::MediaType,
    ids::{ByteCount, Digest},
    time::Timestamp,
};

/// What a file is that we do not take, so that its sender can be told what to send
/// instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize)]
#[error("{self:?}")]
#[serde(rename_all = "snake_case", tag = "unfit")]
pub enum Unfit {
    /// A web page.
    Html,
    /// A drawing that can hold scripts.
    Svg,
    /// XML of another kind.
    Xml,
    /// A script or a program's source.
    Script,
    /// A program.
    Program,
    /// Files packed together (ZIP, RAR, 7z, gzip, tar).
    Archive,
    /// A document with macros (DOCM, XLSM, or hidden in another).
    Macros,
    /// A document of old Office versions (DOC, XLS, PPT), or of a kind we do not take (PPTX).
    OtherDocument,
    /// A picture of a kind we do not take (GIF, BMP, TIFF, AVIF, raw).
    OtherPicture,
    /// A film of a kind we do not take (AVI, MKV, `WebM`).
    OtherVideo,
    /// Sound alone.
    Sound,
    /// Plain text.
    PlainText,
    /// Needs a password to be opened.
    Encrypted,
    /// It is what it claims, but its end is missing.
    Incomplete {
        /// What it would be.
        media: MediaType,
    },
    /// It begins like this type and does not go on like it.
    Damaged {
        /// What it would be.
        media: MediaType,
    },
    /// It is built to unpack into more than any camera or office makes: too many pixels,
    /// entries or levels.
    Excessive {
        /// What it claims to be.
        media: MediaType,
    },
    /// Nothing we know.
    Unknown,
}

/// What a file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Claims {
    /// When it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<ClaimedTime>,
    /// Where it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<ClaimedPlace>,
    /// With what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<ClaimedDevice>,
    /// Width and height as it is to be seen: after it was turned upright.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pixels: Option<(u32, u32)>,
    /// How a picture is to be turned (EXIF orientation, 1 to 8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orientation: Option<u8>,
    /// How long a film is, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Pages of a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u32>,
    /// How a film's pictures are coded, as `avc1` or `hvc1` (ISO/IEC 14496-15).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codec: Option<String>,
}

/// Where in a file a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimSource {
    /// EXIF (CIPA DC-008).
    Exif,
    /// The film's container (ISO/IEC 14496-12, `QuickTime`).
    Container,
    /// A document's own properties.
    Document,
}

/// What is known of the zone of a claimed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "zone")]
pub enum ClaimedZone {
    /// The file says it: minutes east of UTC.
    Told {
        /// Minutes.
        minutes: i16,
    },
    /// The format says UTC; many telephones write local time all the same.
    ByFormat,
    /// The time of a satellite (GPS), which is UTC.
    Satellite,
    /// Not known; read as the time of China.
    Unknown,
}

/// A time as a file claims it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedTime {
    /// As it stands there; at most 64 characters.
    pub raw: String,
    /// The instant it means, where it can be read.
    pub at: Option<Timestamp>,
    /// By which clock.
    pub zone: ClaimedZone,
    /// Where it stands.
    pub source: ClaimSource,
}

/// A place as a file claims it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedPlace {
    /// Where.
    pub at: Coordinates,
    /// How far off it may be, in metres, where the file says it.
    pub accuracy_m: Option<u32>,
    /// Where it stands.
    pub source: ClaimSource,
}

/// A device as a file claims it. Every text has at most 128 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimedDevice {
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// Its model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The program that wrote the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
}

/// Something about a file that a reviewer should know. None of it is a fault of the
/// sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "oddity")]
pub enum Oddity {
    /// There are bytes behind its end.
    TrailingBytes {
        /// How many.
        count: ByteCount,
    },
    /// It could be read as something else too.
    AlsoReadsAs {
        /// As what.
        what: Unfit,
    },
    /// Another file stands in it or behind it, of a type that is taken by itself.
    AlsoHolds {
        /// Of which type.
        media: MediaType,
    },
    /// A document that does something by itself when it is opened.
    Active {
        /// What.
        what: ActiveContent,
    },
    /// A document with other files inside.
    EmbeddedFiles,
    /// The program named in it edits pictures.
    Edited,
    /// It has the size and the marks of a picture of a screen.
    Screenshot,
}

/// What a document does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActiveContent {
    /// Runs a script.
    JavaScript,
    /// Acts when it is opened or a page of it is shown.
    OnOpening,
    /// Starts a program.
    Launch,
    /// Plays media.
    RichMedia,
    /// A form that is a program (XFA).
    DynamicForm,
    /// Loads something from elsewhere.
    External,
}

/// A form that was made of a file, for looking at. The original stays the evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "form")]
pub enum DerivedForm {
    /// A picture of at most 1600 pixels a side, upright, without place.
    View,
    /// The same of at most 320 pixels.
    Thumbnail,
    /// A still of a film.
    Poster,
    /// A film that every browser plays (H.264 in MP4).
    Film,
    /// A page of a document as a picture.
    Page {
        /// Which, from 1.
        number: u16,
    },
}

/// A form that was made, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivative {
    /// Which.
    #[serde(flatten)]
    pub form: DerivedForm,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// How many there are.
    pub size: ByteCount,
    /// Width and height.
    pub pixels: (u32, u32),
}

impl DerivedForm {
    /// Its media type (RFC 6838).
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Film => "video/mp4",
            Self::View | Self::Thumbnail | Self::Poster | Self::Page { .. } => "image/jpeg",
        }
    }
}

/// What the search for malware came to. A limit that was reached is never "clean".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scan")]
pub enum Scan {
    /// Looked through; nothing found.
    Clean {
        /// When.
        at: Timestamp,
        /// By what, with its version.
        engine: String,
    },
    /// Something was found: nobody is handed the file until somebody has decided on it.
    Found {
        /// When.
        at: Timestamp,
        /// By what, with its version.
        engine: String,
        /// What the engine calls it.
        name: String,
    },
    /// Not looked through.
    NotScanned {
        /// When that was known.
        at: Timestamp,
        /// Why not.
        why: NotScanned,
    },
}

/// Why a file was not looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotScanned {
    /// No engine is set up.
    NotConfigured,
    /// Larger than the engine takes.
    TooLarge,
    /// The engine could not be reached or failed.
    EngineDown,
    /// It has not come to it yet: the engine was set up, or its limit raised, after the file came, or the search ended
    /// without a word.
    Waiting,
}

impl Scan {
    /// Whether the file must not be handed to anybody.
    pub const fn is_quarantined(&self) -> bool {
        matches!(self, Self::Found { .. })
    }
}

/// What a picture looks like, in 64 bits: pictures that look alike differ in few of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub u64);

/// How alike two pictures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The very same bytes.
    Identical,
    /// The same picture, perhaps smaller, turned, mirrored or compressed again.
    Same,
    /// Worth a look.
    Similar,
}

impl Fingerprint {
    /// Bits of 64 in which two fingerprints may differ for pictures to be the same one.
    pub const SAME: u32 = 4;
    /// And for them to be worth a look.
    pub const SIMILAR: u32 = 10;

    /// In how many bits two fingerprints differ.
    pub const fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// How alike the pictures are; `None` when they are not.
    pub const fn likeness(self, other: Self) -> Option<Likeness> {
        match self.distance(other) {
            0..=Self::SAME => Some(Likeness::Same),
            distance if distance <= Self::SIMILAR => Some(Likeness::Similar),
            _ => None,
        }
    }
}
