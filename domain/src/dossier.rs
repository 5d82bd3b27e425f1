//! The dossier of some bytes: everything that is known of them, and how far their
//! examination is.
//!
//! ```text
//! waiting → working → done
//!    ↑         ↓
//!    └── (crashed, or its time ran out) → given up after the second time
//! ```
//! Examining is work beside the way of a file: whoever sent it has the receipt long
//! before. A file that brings its examiner down is tried once more, and then left as it
//! is: the original stays the evidence, there is only no picture of it.

use serde::{Deserialize, Serialize};

use crate::{
    evidence::MediaType,
    examination::{Claims, Derivative, DerivedForm, Fingerprint, NotScanned, Oddity, Scan},
    ids::{ByteCount, Digest, DossierId},
    time::Timestamp,
};

/// How often an examination is begun at most.
pub const ATTEMPTS: u8 = 2;
/// Minutes until a file is tried again whose examiner ended.
pub const AGAIN_MINUTES: i64 = 1;
/// Minutes until the search for malware is tried again where the engine was down or had not come to it, or the file
/// could not be read.
pub const RESCAN_MINUTES: i64 = 10;
/// Minutes until a file that could not be read is looked for malware again.
pub const UNREADABLE_MINUTES: i64 = 24 * 60;

/// How far an examination is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Work {
    /// Nobody is at it.
    Waiting {
        /// When it may be begun.
        next: Timestamp,
        /// How often it was begun.
        attempts: u8,
    },
    /// Somebody is at it.
    Working {
        /// Until when; a process that ends leaves it to others then.
        until: Timestamp,
        /// How often it was begun, with this time.
        attempts: u8,
    },
    /// Everything that can be known is known.
    Done {
        /// Since when.
        at: Timestamp,
    },
    /// It brought its examiner down too often.
    GivenUp {
        /// Since when.
        at: Timestamp,
    },
}

/// Why there is no picture of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoPicture {
    /// Files of its type are not pictured.
    NotPictured,
    /// This machine has no program for it.
    NoTool,
    /// It cannot be decoded.
    Damaged,
    /// It would take more memory or pixels than an examiner may use.
    TooLarge,
    /// It took too long.
    TooSlow,
    /// It brought its examiner down.
    Crashed,
    /// Something was found in it, so nobody opens it.
    Quarantined,
}

/// What an examination came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What the file says of itself.
    pub claims: Claims,
    /// What is odd about it.
    pub oddities: Vec<Oddity>,
    /// What was made of it.
    pub derived: Vec<Derivative>,
    /// Why nothing was made of it, or not everything.
    pub no_picture: Option<NoPicture>,
    /// What it looks like, upright; none for what is nearly empty.
    pub fingerprint: Option<Fingerprint>,
}

/// Everything that is known of some bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossier {
    /// Its id.
    pub id: DossierId,
    /// SHA-256 of the bytes.
    pub digest: Digest,
    /// How many there are.
    pub size: ByteCount,
    /// What they are.
    pub media: MediaType,
    /// When they came for the first time.
    pub since: Timestamp,
    /// How far the examination is.
    pub work: Work,
    /// What they say of themselves.
    #[serde(default)]
    pub claims: Claims,
    /// What is odd about them.
    #[serde(default)]
    pub oddities: Vec<Oddity>,
    /// What was made of them.
    #[serde(default)]
    pub derived: Vec<Derivative>,
    /// Why nothing was made of them, or not everything.
    #[serde(default)]
    pub no_picture: Option<NoPicture>,
    /// What they look like.
    #[serde(default)]
    pub fingerprint: Option<Fingerprint>,
    /// What the search for malware came to; none before it was tried.
    #[serde(default)]
    pub scan: Option<Scan>,
    /// When the search may be taken on again where it is to be: somebody is at it until then, or could not read
    /// the file. None where nobody has tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescan: Option<Timestamp>,
}

/// What is to be done with a file now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Look for malware, and examine it.
    Examine,
    /// Only look for malware: the engine was down before, or had not come to it.
    Rescan,
}

impl Dossier {
    /// The dossier of bytes that have just come.
    pub fn begin(id: DossierId, digest: Digest, size: ByteCount, media: MediaType, now: Timestamp) -> Self {
        Self {
            id,
            digest,
            size,
            media,
            since: now,
            work: Work::Waiting { next: now, attempts: 0 },
            claims: Claims::default(),
            oddities: Vec::new(),
            derived: Vec::new(),
            no_picture: None,
            fingerprint: None,
            scan: None,
            rescan: None,
        }
    }

    /// When something is to be done with it next; `None` when nothing is.
    pub fn due(&self) -> Option<Timestamp> {
        match self.work {
            Work::Waiting { next, .. } => Some(next),
            Work::Working { until, .. } => Some(until),
            Work::Done { .. } | Work::GivenUp { .. } => {
                let since = self.waits_for_the_engine()?;
                Some(self.rescan.unwrap_or_else(|| since.plus_minutes(RESCAN_MINUTES)))
            }
        }
    }

    /// Since when it is to be shown to the engine once more, where it is.
    const fn waits_for_the_engine(&self) -> Option<Timestamp> {
        match self.scan {
            Some(Scan::NotScanned { at, why: NotScanned::EngineDown | NotScanned::Waiting }) => Some(at),
            _ => None,
        }
    }

    /// Takes it on for so many minutes; `None` when there is nothing to do now, or
    /// somebody else is at it.
    pub fn take(&mut self, now: Timestamp, minutes: i64) -> Option<Task> {
        if self.due().is_none_or(|due| due > now) {
            return None;
        }
        match self.work {
            Work::Waiting { attempts, .. } | Work::Working { attempts, .. } if attempts < ATTEMPTS => {
                self.work = Work::Working { until: now.plus_minutes(minutes), attempts: attempts + 1 };
                Some(Task::Examine)
            }
            // Whoever was at it the last time has ended without a word.
            Work::Waiting { .. } | Work::Working { .. } => {
                self.give_up(now);
                None
            }
            Work::Done { .. } | Work::GivenUp { .. } => {
                self.rescan = Some(now.plus_minutes(minutes));
                Some(Task::Rescan)
            }
        }
    }

    /// The examination came to its end.
    pub fn finish(&mut self, found: Findings, now: Timestamp) {
        let Findings { claims, oddities, derived, no_picture, fingerprint } = found;
        self.work = Work::Done { at: now };
        self.claims = claims;
        self.oddities = oddities;
        self.derived = derived;
        self.no_picture = no_picture;
        self.fingerprint = fingerprint;
    }

    /// The examiner ended without an answer: once more, or never again.
    pub fn fail(&mut self, why: NoPicture, now: Timestamp) {
        match self.work {
            Work::Working { attempts, .. } if attempts < ATTEMPTS => {
                self.work = Work::Waiting { next: now.plus_minutes(AGAIN_MINUTES), attempts };
            }
            _ => {
                self.give_up(now);
                self.no_picture = Some(why);
            }
        }
    }

    /// The search for malware was tried again and came to this; `false` where somebody else was quicker.
    pub fn rescanned(&mut self, scan: Scan) -> bool {
        let waits = self.is_over() && self.waits_for_the_engine().is_some();
        if waits {
            self.scan = Some(scan);
            self.rescan = None;
        }
        waits
    }

    /// Something outside failed, such as a disk: it is tried again, and does not count
    /// against the file.
    pub fn put_back(&mut self, now: Timestamp) {
        match self.work {
            Work::Working { attempts, .. } => {
                let attempts = attempts.saturating_sub(1);
                self.work = Work::Waiting { next: now.plus_minutes(AGAIN_MINUTES), attempts };
            }
            Work::Waiting { .. } => {}
            Work::Done { .. } | Work::GivenUp { .. } => {
                if self.waits_for_the_engine().is_some() {
                    self.rescan = Some(now.plus_minutes(RESCAN_MINUTES));
                }
            }
        }
    }

    /// Its bytes could not be read: the same, and where only the search for malware is left, not before tomorrow, so
    /// that whatever a store has lost does not keep what it has from being looked through.
    pub fn put_off(&mut self, now: Timestamp) {
        self.put_back(now);
        if self.is_over() && self.waits_for_the_engine().is_some() {
            self.rescan = Some(now.plus_minutes(UNREADABLE_MINUTES));
        }
    }

    const fn give_up(&mut self, now: Timestamp) {
        self.work = Work::GivenUp { at: now };
        self.no_picture = Some(NoPicture::Crashed);
    }

    /// Whether the examination is over, whatever it came to.
    pub const fn is_over(&self) -> bool {
        matches!(self.work, Work::Done { .. } | Work::GivenUp { .. })
    }

    /// Whether the examination is over and nobody could look through the file: that nothing odd is known of it says
    /// nothing then.
    pub fn is_unread(&self) -> bool {
        match self.work {
            Work::Waiting { .. } | Work::Working { .. } => false,
            Work::GivenUp { .. } => true,
            Work::Done { .. } => match self.no_picture {
                Some(NoPicture::Quarantined) => true,
                // Of a picture that cannot be decoded at least the size is known.
                Some(NoPicture::Damaged) if self.claims == Claims::default() => true,
                // Whoever looks through a PDF counts its pages.
                _ => self.media == MediaType::Pdf && self.claims.pages.is_none(),
            },
        }
    }

    /// Whether the file must not be handed to anybody.
    pub fn is_quarantined(&self) -> bool {
        self.scan.as_ref().is_some_and(Scan::is_quarantined)
    }

    /// A form that was made.
    pub fn derivative(&self, form: DerivedForm) -> Option<&Derivative> {
        self.derived.iter().find(|made| made.form == form)
    }

    /// The form by which the file is known among others; none of what is in quarantine.
    pub fn face(&self) -> Option<DerivedForm> {
        let mut faces = [DerivedForm::View, DerivedForm::Poster, DerivedForm::Page { number: 1 }].into_iter();
        faces.find(|form| !self.is_quarantined() && self.derivative(*form).is_some())
    }

    /// The pages that were made of a document, in their order.
    pub fn pages(&self) -> impl Iterator<Item = &Derivative> {
        self.derived.iter().filter(|made| matches!(made.form, DerivedForm::Page { .. }))
    }
}
