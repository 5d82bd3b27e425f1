//! The published list of inspection items (检查事项清单; 十二条措施, art. 1).
//!
//! An item has versions. A published version never changes; a case keeps the
//! version it began with. What may be supervised remotely, and how, is part of
//! the version, because the list says it to the public.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    capture::CaptureGrade,
    eligibility::RuleSet,
    ids::{AccountId, AgencyId, ItemId, LineId},
    text::{Name, Note},
    time::Timestamp,
};

/// How often and why an item is inspected at all (A5, the three lists).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// 无事不扰: no initiated check without cause.
    Undisturbed,
    /// 重点监管: key supervision; not closable remotely unless the agency says so.
    Key,
    /// 随机抽查: drawn at random.
    Random,
}

impl Regime {
    /// Every regime.
    pub const ALL: [Self; 3] = [Self::Undisturbed, Self::Key, Self::Random];
}

/// A way of supervising without a visit (十二条措施, art. 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemoteMethod {
    /// 书面核查.
    Written,
    /// 图片资料.
    Pictures,
    /// 信息共享.
    SharedData,
    /// 视频监管.
    Video,
    /// 智慧管理.
    Smart,
}

impl RemoteMethod {
    /// Every method.
    pub const ALL: [Self; 5] = [Self::Written, Self::Pictures, Self::SharedData, Self::Video, Self::Smart];
}

/// Whether an item can be checked without a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "remote")]
pub enum Remote {
    /// It can, by these methods.
    Suitable {
        /// At least one.
        methods: BTreeSet<RemoteMethod>,
        /// Whether a case may be closed remotely although the regime is
        /// [`Regime::Key`].
        closable_under_key: bool,
    },
    /// It cannot, and the list says why.
    Unsuitable {
        /// For the public to read.
        reason: Note,
    },
}

/// One legal basis of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalBasis {
    /// Title of the act, without book-title marks.
    pub act: Name,
    /// The article, as 第十六条.
    pub article: Name,
}

/// What kind of file counts as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// JPEG, PNG, HEIC or WebP.
    Photo,
    /// MP4 or MOV.
    Video,
    /// PDF, OFD, DOCX or XLSX.
    Document,
}

impl EvidenceKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Photo, Self::Video, Self::Document];
}

/// What a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRequest {
    /// Which kind of file.
    pub kind: EvidenceKind,
    /// How many at least; zero is "welcome, not required".
    pub at_least: u8,
    /// How many at most.
    pub at_most: u8,
}

/// A picture that shows what is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Key of the picture among the catalogue's own pictures.
    pub picture: Name,
    /// What one sees on it, also for those who cannot see it.
    pub caption: Name,
}

/// One line of a checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistLine {
    /// Stable across versions.
    pub id: LineId,
    /// What is checked, in a few words.
    pub title: Name,
    /// The standard in plain words.
    pub standard: Note,
    /// The clause that is broken when the standard is not met.
    pub clause: LegalBasis,
    /// The files asked for.
    pub requests: Vec<EvidenceRequest>,
    /// How a good photo looks.
    pub good_example: Option<Example>,
    /// How a photo looks that will be sent back.
    pub bad_example: Option<Example>,
    /// Whether "not applicable" is an answer.
    pub allows_not_applicable: bool,
    /// How to put a problem right, step by step; the draft of every guidance.
    pub how_to_fix: Vec<Note>,
    /// How its photos must have come about, where any way will not do.
    #[serde(default)]
    pub least_grade: Option<CaptureGrade>,
    /// Whether its photos need the place where they were taken.
    #[serde(default)]
    pub needs_place: bool,
}

impl ChecklistLine {
    /// How many photos it asks for at least.
    pub fn photos(&self) -> u16 {
        let photos = self.requests.iter().filter(|request| request.kind == EvidenceKind::Photo);
        photos.map(|request| u16::from(request.at_least)).sum()
    }

    /// Whether its photos must be taken in a page of ours.
    pub const fn wants_capture(&self) -> bool {
        self.least_grade.is_some() || self.needs_place
    }
}

/// Everything that the published list says about an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemContent {
    /// Name of the item.
    pub name: Name,
    /// On what law it rests.
    pub legal_basis: Vec<LegalBasis>,
    /// Who is inspected (检查对象).
    pub subject: Name,
    /// What is checked (检查内容).
    pub content: Note,
    /// The standard it is checked against (检查标准).
    pub standard: Note,
    /// The list it stands on.
    pub regime: Regime,
    /// How often one agency may inspect one enterprise in a year.
    pub yearly_cap: u8,
    /// Whether and how it can be done without a visit.
    pub remote: Remote,
    /// Codes or beginnings of codes of GB/T 4754-2017 it applies to; empty is all.
    pub industries: Vec<Name>,
    /// Minutes that a site visit for this item takes an enterprise (A6).
    pub standard_minutes: u16,
    /// Working days for putting a finding right.
    pub rectification_days: u16,
    /// Months between two self-checks of an active enrolment.
    pub self_check_months: u8,
    /// Who qualifies for supervision without a visit.
    pub eligibility: RuleSet,
    /// The checklist.
    pub lines: Vec<ChecklistLine>,
}

/// Why a version cannot be published; all faults are told together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ContentFault {
    /// No legal basis: an item without one must not be on the list.
    #[error("no legal basis")]
    NoLegalBasis,
    /// No checklist line although the item can be done remotely.
    #[error("no checklist line")]
    NoLines,
    /// Suitable for remote checks, but no method named.
    #[error("no remote method")]
    NoMethod,
    /// The yearly cap is zero.
    #[error("a yearly cap of zero")]
    NoCap,
    /// A line asks for more files at least than at most.
    #[error("line {line} asks for more files at least than at most")]
    Counts {
        /// Position, from 1.
        line: usize,
    },
    /// Two lines share an id.
    #[error("line {line} repeats an id")]
    RepeatedLine {
        /// Position, from 1.
        line: usize,
    },
    /// A line says how its photos must have come about and asks for none.
    #[error("line {line} asks for no photo that could be taken live")]
    NothingToCapture {
        /// Position, from 1.
        line: usize,
    },
    /// Self-checks must return after one month or more.
    #[error("no self-check interval")]
    NoInterval,
}

impl ItemContent {
    /// Everything that keeps this content from being published.
    pub fn faults(&self) -> Vec<ContentFault> {
        let mut faults = Vec::new();
        if self.legal_basis.is_empty() {
            faults.push(ContentFault::NoLegalBasis);
        }
        if self.yearly_cap == 0 {
            faults.push(ContentFault::NoCap);
        }
        if self.self_check_months == 0 {
            faults.push(ContentFault::NoInterval);
        }
        if let Remote::Suitable { methods, .. } = &self.remote {
            if methods.is_empty() {
                faults.push(ContentFault::NoMethod);
            }
            if self.lines.is_empty() {
                faults.push(ContentFault::NoLines);
            }
        }
        let mut seen = BTreeSet::new();
        for (index, line) in self.lines.iter().enumerate() {
            if line.requests.iter().any(|request| request.at_least > request.at_most || request.at_most == 0) {
                faults.push(ContentFault::Counts { line: index + 1 });
            }
            if line.wants_capture() && line.photos() == 0 {
                faults.push(ContentFault::NothingToCapture { line: index + 1 });
            }
            if !seen.insert(line.id) {
                faults.push(ContentFault::RepeatedLine { line: index + 1 });
            }
        }
        faults
    }

    /// Whether it can be checked without a visit at all.
    pub const fn is_remote(&self) -> bool {
        matches!(self.remote, Remote::Suitable { .. })
    }

    /// Whether a case of this item may be closed without a visit (A5).
    pub fn remotely_closable(&self) -> bool {
        match &self.remote {
            Remote::Suitable { closable_under_key, .. } => self.regime != Regime::Key || *closable_under_key,
            Remote::Unsuitable { .. } => false,
        }
    }

    /// Whether the item applies to an industry.
    pub fn applies_to(&self, industry: &crate::industry::IndustryCode) -> bool {
        self.industries.is_empty() || self.industries.iter().any(|prefix| industry.starts_with(prefix.as_str()))
    }

    /// The line with this id.
    pub fn line(&self, id: LineId) -> Option<&ChecklistLine> {
        self.lines.iter().find(|line| line.id == id)
    }
}

/// Where a version stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum VersionState {
    /// May still be changed; not public.
    Draft,
    /// Public and fixed.
    Published {
        /// Since when.
        at: Timestamp,
        /// By whom.
        by: AccountId,
    },
    /// No longer the current one; public as history, cases keep it.
    Superseded {
        /// When it was published.
        published_at: Timestamp,
        /// When a later version took its place.
        at: Timestamp,
    },
}

/// One version of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemVersion {
    /// Which item.
    pub item: ItemId,
    /// Whose item.
    pub agency: AgencyId,
    /// Counts from 1.
    pub number: u32,
    /// What it says.
    pub content: ItemContent,
    /// Where it stands.
    pub state: VersionState,
}

/// Why a version could not be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// Published versions never change.
    #[error("published versions never change")]
    Fixed,
    /// The content cannot be published.
    #[error("the content has faults")]
    Faults(Vec<ContentFault>),
}

impl ItemVersion {
    /// Replaces the content of a draft.
    ///
    /// # Errors
    /// [`VersionError::Fixed`] when the version is no draft.
    pub fn edit(&mut self, content: ItemContent) -> Result<(), VersionError> {
        if self.state != VersionState::Draft {
            return Err(VersionError::Fixed);
        }
        self.content = content;
        Ok(())
    }

    /// Makes a draft public.
    ///
    /// # Errors
    /// [`VersionError::Fixed`] when it is no draft, [`VersionError::Faults`]
    /// with everything that is missing.
    pub fn publish(&mut self, by: AccountId, at: Timestamp) -> Result<(), VersionError> {
        if self.state != VersionState::Draft {
            return Err(VersionError::Fixed);
        }
        let faults = self.content.faults();
        if !faults.is_empty() {
            return Err(VersionError::Faults(faults));
        }
        self.state = VersionState::Published { at, by };
        Ok(())
    }

    /// Takes a published version out of use because a later one is out.
    ///
    /// # Errors
    /// [`VersionError::Fixed`] when it is not the published one.
    pub fn supersede(&mut self, at: Timestamp) -> Result<(), VersionError> {
        let VersionState::Published { at: published_at, .. } = self.state else { return Err(VersionError::Fixed) };
        self.state = VersionState::Superseded { published_at, at };
        Ok(())
    }

    /// Whether new cases may begin with it.
    pub const fn is_current(&self) -> bool {
        matches!(self.state, VersionState::Published { .. })
    }
}

/// An item with all of its versions, the oldest first. At most one is a draft
/// and at most one is current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// Whose item.
    pub agency: AgencyId,
    /// Its versions, numbered from 1 without gaps.
    pub versions: Vec<ItemVersion>,
}

impl Item {
    /// A new item with a first draft.
    pub fn draft(id: ItemId, agency: AgencyId, content: ItemContent) -> Self {
        let first = ItemVersion { item: id, agency, number: 1, content, state: VersionState::Draft };
        Self { id, agency, versions: vec![first] }
    }

    /// The published version.
    pub fn current(&self) -> Option<&ItemVersion> {
        self.versions.iter().find(|version| version.is_current())
    }

    /// The version with this number.
    pub fn version(&self, number: u32) -> Option<&ItemVersion> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// The draft, if there is one.
    pub fn open_draft(&self) -> Option<&ItemVersion> {
        self.versions.iter().find(|version| version.state == VersionState::Draft)
    }

    /// Replaces the content of the draft, or begins one as the next version.
    pub fn write_draft(&mut self, content: ItemContent) {
        if let Some(draft) = self.versions.iter_mut().find(|version| version.state == VersionState::Draft) {
            draft.content = content;
            return;
        }
        let number = self.versions.last().map_or(1, |last| last.number + 1);
        let (item, agency) = (self.id, self.agency);
        self.versions.push(ItemVersion { item, agency, number, content, state: VersionState::Draft });
    }

    /// Publishes the draft; the version before it is superseded in the same step.
    ///
    /// # Errors
    /// [`VersionError::Fixed`] when there is no draft, [`VersionError::Faults`]
    /// with everything that is missing.
    pub fn publish_draft(&mut self, by: AccountId, at: Timestamp) -> Result<(), VersionError> {
        let mut next = self.clone();
        for version in next.versions.iter_mut().filter(|version| version.is_current()) {
            version.supersede(at)?;
        }
        let draft = next.versions.iter_mut().find(|version| version.state == VersionState::Draft);
        draft.ok_or(VersionError::Fixed)?.publish(by, at)?;
        *self = next;
        Ok(())
    }
}
