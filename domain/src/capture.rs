//! Live capture: a picture taken by a page of ours after a one-time code was given out.
//!
//! The code is shown while the picture is taken and stands in it. It is bound to a
//! person, a login, and the line or finding it is for; it lives for minutes and serves
//! one file. What that shows is that the picture was taken *after* the code was given
//! out; it does not show what the picture is of, and nothing here says so.
//!
//! ```text
//! issued → claimed → used         claimed: the digest of the file is on record,
//!    ↓                            or the upload that brings it
//!  replaced, expired (by time)
//! ```
//! A code that does not count never keeps a file away: the file is taken as one that was
//! chosen ([`CaptureGrade::D`]), with the reason beside it ([`Origin::unused`]).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    enterprise::Coordinates,
    ids::{AccountId, CaptureId, CaseId, Digest, EvidenceId, UploadId},
    time::Timestamp,
    upload::Place,
};

/// How a file came about, the weakest first, so that a stronger one is greater. Not to
/// be taken for the grade of an enterprise ([`crate::grade::Grade`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureGrade {
    /// Chosen from a gallery or a folder: it existed when it was received.
    #[default]
    D,
    /// Taken through the phone's camera within minutes of a code, without the code in
    /// it: gallery programs can step in between.
    C,
    /// Taken by the camera of our page, with the code in it: after the code was given out.
    B,
    /// Live video led by an officer, recorded by the portal.
    A,
}

impl CaptureGrade {
    /// Every grade, the strongest first.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// What a line can ask for today: there is no live video yet, and D is what
    /// everybody sends anyway.
    pub const REQUIRABLE: [Self; 2] = [Self::B, Self::C];
}

/// The characters of codes: common, of different shape, and none that reads like
/// another at arm's length.
const CHARACTERS: [char; 64] = [
    '春', '夏', '秋', '冬', '东', '西', '南', '北', '山', '水', '云', '雨', '风', '雪', '雷', '星', '花', '草', '竹',
    '松', '梅', '兰', '荷', '桃', '鱼', '鹤', '虎', '龙', '象', '鹿', '船', '桥', '门', '窗', '灯', '钟', '书', '琴',
    '茶', '酒', '米', '豆', '瓜', '糖', '红', '黄', '蓝', '绿', '金', '银', '雁', '帆', '江', '湖', '海', '塔', '城',
    '园', '街', '亭', '光', '歌', '月', '石',
];

/// A one-time code: six digits and two characters, as `482913 春河`.
///
/// It is a mark to be seen in a picture, not a password: whoever may see the file sees
/// it, and knowing it lets nobody do anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

/// The text is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("six digits, a space and two characters of the table")]
pub struct NotACode;

impl Code {
    /// How many different numbers there are.
    pub const NUMBERS: u32 = 1_000_000;
    /// How many different characters there are.
    pub const CHARACTERS: u8 = 64;

    /// The code of these draws. A draw beyond its range counts from the start again.
    pub fn drawn(number: u32, characters: [u8; 2]) -> Self {
        let [first, second] = characters.map(|index| CHARACTERS[usize::from(index % Self::CHARACTERS)]);
        Self(format!("{:06} {first}{second}", number % Self::NUMBERS))
    }

    /// As it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        let (number, characters) = text.split_once(' ').ok_or(NotACode)?;
        let good_number = number.len() == 6 && number.bytes().all(|byte| byte.is_ascii_digit());
        let good_characters = characters.chars().count() == 2 && characters.chars().all(|c| CHARACTERS.contains(&c));
        if good_number && good_characters { Ok(Self(text.to_owned())) } else { Err(NotACode) }
    }
}

impl TryFrom<String> for Code {
    type Error = NotACode;

    fn try_from(text: String) -> Result<Self, NotACode> {
        text.parse()
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Something small to do while the picture is taken, drawn with the code: an older
/// picture is unlikely to show it. A person looks whether it was done; nothing is
/// refused for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// From the left, at an angle.
    FromTheLeft,
    /// From the right, at an angle.
    FromTheRight,
    /// Two steps back, so that one sees what is around.
    StepBack,
    /// A hand beside it.
    WithAHand,
    /// The thing itself in the left half of the picture.
    InTheLeftHalf,
    /// The thing itself in the lower half of the picture.
    InTheLowerHalf,
}

impl Task {
    /// Every task.
    pub const ALL: [Self; 6] = [
        Self::FromTheLeft,
        Self::FromTheRight,
        Self::StepBack,
        Self::WithAHand,
        Self::InTheLeftHalf,
        Self::InTheLowerHalf,
    ];

    /// The task of this draw. A draw beyond the list counts from the start again.
    pub const fn drawn(index: usize) -> Self {
        Self::ALL[index % Self::ALL.len()]
    }
}

/// How a file with a code was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By the camera of our page, which writes the code into the picture.
    InPage,
    /// By the phone's own camera, called from our page.
    PhoneCamera,
}

impl Way {
    /// The grade that it gives.
    pub const fn grade(self) -> CaptureGrade {
        match self {
            Self::InPage => CaptureGrade::B,
            Self::PhoneCamera => CaptureGrade::C,
        }
    }
}

/// The login that somebody acts in, as the digest of its key: sessions are known to
/// nobody but the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoginKey(pub Digest);

/// Whom a code was given to, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// To whom.
    pub account: AccountId,
    /// In which login.
    pub login: LoginKey,
    /// For which line or finding.
    pub place: Place,
}

/// What holds a code that was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Claimant {
    /// The file with this digest, whenever its bytes come.
    Bytes {
        /// SHA-256 as it was announced.
        digest: Digest,
    },
    /// The upload itself, whose digest nobody has announced: its first byte must come in time.
    Upload {
        /// Which.
        upload: UploadId,
    },
}

/// Where a code stands. That it has expired is told by its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum CaptureState {
    /// Given out.
    Issued,
    /// A file holds it.
    Claimed {
        /// Since when.
        at: Timestamp,
        /// Which.
        claimant: Claimant,
    },
    /// The file is evidence.
    Used {
        /// Since when.
        at: Timestamp,
        /// As which.
        evidence: EvidenceId,
    },
    /// Another was given out in its place.
    Replaced {
        /// When.
        at: Timestamp,
    },
}

/// A code, whom it is for, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// Its id.
    pub id: CaptureId,
    /// The case it belongs to.
    pub case: CaseId,
    /// Whom it was given to, and for what.
    pub binding: Binding,
    /// The code.
    pub code: Code,
    /// What to do while the picture is taken.
    pub task: Task,
    /// When it was given out.
    pub issued_at: Timestamp,
    /// From when on it does not count any more.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: CaptureState,
}

/// Why a code does not count for a file. The file is taken all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeFault {
    /// There is no such code, or it was given to somebody else.
    #[error("no code of this person")]
    Unknown,
    /// It is for another line or finding.
    #[error("for another place")]
    OtherPlace,
    /// It was given out in another login.
    #[error("of another login")]
    OtherLogin,
    /// Its time was over before the file, or its digest, came.
    #[error("expired")]
    Expired,
    /// A newer one had taken its place.
    #[error("replaced")]
    Replaced,
    /// It serves another file already.
    #[error("used")]
    Used,
    /// It is no photo.
    #[error("no photo")]
    NotAPhoto,
    /// The very same file was here before the code was given out.
    #[error("the file is older than the code")]
    OlderFile,
    /// The page's camera was to tell the place with it, and did not.
    #[error("without the place that the line asks for")]
    NoPlace,
}

impl Capture {
    /// Whether it can still be used by its own page.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state == CaptureState::Issued && now < self.expires_at
    }

    /// Another one takes its place. Whether that is news.
    pub fn replace(&mut self, now: Timestamp) -> bool {
        let live = self.is_live(now);
        if live {
            self.state = CaptureState::Replaced { at: now };
        }
        live
    }

    /// A file claims it at an instant: that of the announcement of its digest, or of
    /// its first byte. The same file may say so again at any time.
    ///
    /// # Errors
    /// [`CodeFault`]; nothing changes then.
    pub fn claim(&mut self, binding: &Binding, claimant: Claimant, at: Timestamp) -> Result<(), CodeFault> {
        if binding.account != self.binding.account {
            return Err(CodeFault::Unknown);
        }
        if binding.place != self.binding.place {
            return Err(CodeFault::OtherPlace);
        }
        match self.state {
            CaptureState::Claimed { claimant: holder, .. } if holder == claimant => return Ok(()),
            CaptureState::Claimed { .. } | CaptureState::Used { .. } => return Err(CodeFault::Used),
            CaptureState::Replaced { .. } => return Err(CodeFault::Replaced),
            CaptureState::Issued => {}
        }
        if binding.login != self.binding.login {
            return Err(CodeFault::OtherLogin);
        }
        if at >= self.expires_at {
            return Err(CodeFault::Expired);
        }
        self.state = CaptureState::Claimed { at, claimant };
        Ok(())
    }

    /// The file that claimed it has become evidence.
    ///
    /// # Errors
    /// [`CodeFault`]; nothing changes then, and the file is one that was chosen.
    pub fn take(&mut self, file: &Arrival, evidence: EvidenceId, now: Timestamp) -> Result<Taken, CodeFault> {
        let CaptureState::Claimed { at, claimant } = self.state else {
            return Err(match self.state {
                CaptureState::Replaced { .. } => CodeFault::Replaced,
                CaptureState::Used { .. } => CodeFault::Used,
                _ => CodeFault::Unknown,
            });
        };
        let since = match claimant {
            Claimant::Bytes { digest } if digest == file.digest => at,
            Claimant::Upload { upload } if Some(upload) == file.upload => {
                file.first_byte_at.filter(|at| *at < self.expires_at).ok_or(CodeFault::Expired)?
            }
            _ => return Err(CodeFault::Used),
        };
        if file.known_since.is_some_and(|known| known <= self.issued_at) {
            return Err(CodeFault::OlderFile);
        }
        self.state = CaptureState::Used { at: now, evidence };
        let Self { id, ref code, task, issued_at, .. } = *self;
        Ok(Taken { capture: id, way: file.way, code: code.clone(), task, issued_at, claimed_at: since })
    }
}

/// A file that brings a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its digest.
    pub digest: Digest,
    /// The upload it came in, where it came piece by piece.
    pub upload: Option<UploadId>,
    /// When its first byte was here.
    pub first_byte_at: Option<Timestamp>,
    /// When the same bytes were first received from this enterprise, if they were.
    pub known_since: Option<Timestamp>,
    /// How it was taken, as its sender says.
    pub way: Way,
}

/// That a file was taken with a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// With which.
    pub capture: CaptureId,
    /// How.
    pub way: Way,
    /// The code that is to be seen.
    pub code: Code,
    /// What was to be done.
    pub task: Task,
    /// When the code was given out.
    pub issued_at: Timestamp,
    /// When the file's digest was on record, or its first byte here.
    pub claimed_at: Timestamp,
}

/// Where a device says it was when the picture was taken (W3C Geolocation): a claim,
/// kept apart from what the file itself says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenAt {
    /// Where.
    pub point: Coordinates,
    /// How far off it may be, in metres, with 95 % confidence.
    pub accuracy_m: u32,
    /// When, by the device's clock.
    pub at: Timestamp,
}

/// The text is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("latitude,longitude,accuracy in metres,milliseconds since 1970")]
pub struct NotAPlace;

impl FromStr for TakenAt {
    type Err = NotAPlace;

    /// Reads `43.8801,125.3202,12,1795000000000`.
    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let [latitude, longitude, accuracy, at] = parts[..] else { return Err(NotAPlace) };
        let degrees = |text: &str| text.parse::<f64>().map_err(|_| NotAPlace);
        let point = Coordinates::new(degrees(latitude)?, degrees(longitude)?).map_err(|_| NotAPlace)?;
        let accuracy_m = accuracy.parse().map_err(|_| NotAPlace)?;
        Ok(Self { point, accuracy_m, at: Timestamp(at.parse().map_err(|_| NotAPlace)?) })
    }
}

/// How a file came about, as far as the portal can say. Files from before there were
/// codes have none of it: they were chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// With which code, where one counts.
    pub taken: Option<Taken>,
    /// Why the code that came with it does not count.
    pub unused: Option<CodeFault>,
    /// Where the device says it was.
    pub place: Option<TakenAt>,
}

impl Origin {
    /// The grade.
    pub fn grade(&self) -> CaptureGrade {
        self.taken.as_ref().map_or(CaptureGrade::D, |taken| taken.way.grade())
    }
}

/// The mean radius of the earth in metres (IUGG).
const EARTH_M: f64 = 6_371_008.8;

/// Metres between two points along the surface, on a sphere: within half a percent,
/// which is less than what phones are off by.
pub fn metres_between(a: Coordinates, b: Coordinates) -> u32 {
    let radians = |point: Coordinates| (point.latitude().to_radians(), point.longitude().to_radians());
    let ((lat_a, lon_a), (lat_b, lon_b)) = (radians(a), radians(b));
    let half = |from: f64, to: f64| ((to - from) / 2.0).sin().powi(2);
    let chord = half(lat_a, lat_b) + lat_a.cos() * lat_b.cos() * half(lon_a, lon_b);
    let metres = 2.0 * EARTH_M * chord.clamp(0.0, 1.0).sqrt().asin();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most half of the equator")]
    let metres = metres.round() as u32;
    metres
}
