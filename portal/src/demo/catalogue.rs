//! The twelve items and the list of first violations, read from the data files
//! beside this module. Ids of lines and entries come from their keys, so that a
//! second version of an item keeps its lines.

use std::collections::BTreeSet;

use domain::{
    actor::Actor,
    capture::CaptureGrade,
    eligibility::RuleSet,
    first_violation::{Category, FirstScope, ListEntry},
    ids::{AgencyId, ItemId, LineId},
    item::{
        ChecklistLine, EvidenceKind, EvidenceRequest, Example, ItemContent, LegalBasis, Regime, Remote, RemoteMethod,
    },
    text::{Name, Note},
};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use time::Date;
use uuid::Uuid;

use super::pictures::Scene;
use crate::{
    Portal,
    error::{Error, Result},
    first_violation_list::FirstViolationEntry,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    items: Vec<RawItem>,
    entries: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    key: String,
    name: Name,
    basis: Vec<(Name, Name)>,
    subject: Name,
    content: Note,
    standard: Note,
    regime: Regime,
    #[serde(default)]
    closable_under_key: bool,
    yearly_cap: u8,
    #[serde(default)]
    methods: BTreeSet<RemoteMethod>,
    unsuitable: Option<Note>,
    industries: Vec<Name>,
    minutes: u16,
    days: u16,
    months: u8,
    first: Option<First>,
    eligibility: RuleSet,
    lines: Vec<RawLine>,
}

/// What was different in the first version; lines with `since = 2` were missing.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    yearly_cap: u8,
    months: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLine {
    key: String,
    since: Option<u32>,
    title: Name,
    standard: Note,
    clause: (Name, Name),
    requests: Vec<(EvidenceKind, u8, u8)>,
    scene: Scene,
    good: Name,
    bad: Name,
    problem: Option<String>,
    #[serde(default)]
    not_applicable: bool,
    /// How its photos must have come about.
    least_grade: Option<CaptureGrade>,
    #[serde(default)]
    needs_place: bool,
    fix: Vec<Note>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    code: Name,
    item: String,
    field: Name,
    act: Note,
    violated: (Name, Name),
    penalty: (Name, Name),
    category: Category,
    conditions: Vec<Note>,
    exclusions: Vec<Note>,
    days: u16,
    follow_up: Note,
    window_months: Option<u16>,
    scope: FirstScope,
}

/// A line as those who fill it in and review it know it.
pub(super) struct Line {
    pub(super) id: LineId,
    pub(super) standard: Note,
    pub(super) clause: LegalBasis,
    pub(super) requests: Vec<EvidenceRequest>,
    pub(super) scene: Scene,
    /// How a picture looks that does not suffice.
    pub(super) bad: String,
    /// What a typical problem is.
    pub(super) problem: String,
    pub(super) not_applicable: bool,
    /// Whether its photos are to be taken live.
    pub(super) live: bool,
    pub(super) fix: Vec<Note>,
}

/// A published item.
pub(super) struct Item {
    pub(super) id: ItemId,
    pub(super) key: String,
    pub(super) days: u16,
    pub(super) lines: Vec<Line>,
    /// Whether enterprises can apply for it.
    pub(super) suitable: bool,
    /// Whether a case of it may end at the desk.
    pub(super) closable: bool,
    /// The current content.
    pub(super) content: ItemContent,
    /// Whether a second version follows in the course of the year.
    pub(super) second: bool,
}

/// What one agency has published.
pub(super) struct Shelf {
    pub(super) items: Vec<Item>,
    pub(super) entries: Vec<FirstViolationEntry>,
}

impl Shelf {
    pub(super) fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    pub(super) fn line(&self, id: LineId) -> Option<(&Item, &Line)> {
        self.items.iter().find_map(|item| Some((item, item.lines.iter().find(|line| line.id == id)?)))
    }
}

/// An id that comes from a key.
fn id_of(key: &str) -> Uuid {
    let digest = Sha256::digest(key);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn basis((act, article): &(Name, Name)) -> LegalBasis {
    LegalBasis { act: act.clone(), article: article.clone() }
}

fn example(scene: Scene, good: bool, caption: &Name) -> Result<Example> {
    let key = format!("{}-{}", scene.key(), if good { "good" } else { "bad" });
    Ok(Example { picture: super::name(&key)?, caption: caption.clone() })
}

fn line_id(item: &str, line: &str) -> LineId {
    LineId(id_of(&format!("line/{item}/{line}")))
}

impl RawItem {
    fn lines(&self, version: u32) -> impl Iterator<Item = &RawLine> {
        self.lines.iter().filter(move |line| line.since.unwrap_or(1) <= version)
    }

    fn content(&self, version: u32) -> Result<ItemContent> {
        let first = self.first.filter(|_| version == 1);
        let remote = match &self.unsuitable {
            Some(reason) => Remote::Unsuitable { reason: reason.clone() },
            None => Remote::Suitable { methods: self.methods.clone(), closable_under_key: self.closable_under_key },
        };
        let lines = self.lines(version).map(|line| {
            Ok(ChecklistLine {
                id: line_id(&self.key, &line.key),
                title: line.title.clone(),
                standard: line.standard.clone(),
                clause: basis(&line.clause),
                requests: line.requests(),
                good_example: Some(example(line.scene, true, &line.good)?),
                bad_example: Some(example(line.scene, false, &line.bad)?),
                allows_not_applicable: line.not_applicable,
                how_to_fix: line.fix.clone(),
                least_grade: line.least_grade,
                needs_place: line.needs_place,
            })
        });
        Ok(ItemContent {
            name: self.name.clone(),
            legal_basis: self.basis.iter().map(basis).collect(),
            subject: self.subject.clone(),
            content: self.content.clone(),
            standard: self.standard.clone(),
            regime: self.regime,
            yearly_cap: first.map_or(self.yearly_cap, |first| first.yearly_cap),
            remote,
            industries: self.industries.clone(),
            standard_minutes: self.minutes,
            rectification_days: self.days,
            self_check_months: first.map_or(self.months, |first| first.months),
            eligibility: self.eligibility.clone(),
            lines: lines.collect::<Result<_>>()?,
        })
    }
}

impl RawLine {
    fn requests(&self) -> Vec<EvidenceRequest> {
        let request = |&(kind, at_least, at_most): &(EvidenceKind, u8, u8)| EvidenceRequest { kind, at_least, at_most };
        self.requests.iter().map(request).collect()
    }
}

/// Publishes what a data file holds, as the head of its agency. `tick` moves the
/// clock on between two steps.
pub(super) async fn publish(
    portal: &Portal,
    head: &Actor,
    agency: AgencyId,
    text: &str,
    valid_from: Date,
    mut tick: impl FnMut(),
) -> Result<Shelf> {
    let file: File =
        toml::from_str(text).map_err(|error| Error::Impossible(format!("demonstration items: {error}")))?;
    let mut items = Vec::new();
    for raw in &file.items {
        tick();
        let id = portal.catalogue().write_draft(head, None, raw.content(1)?).await?;
        tick();
        portal.catalogue().publish(head, id).await?;
        let content = raw.content(2)?;
        let lines = raw.lines(2).map(|line| Line {
            id: line_id(&raw.key, &line.key),
            standard: line.standard.clone(),
            clause: basis(&line.clause),
            requests: line.requests(),
            scene: line.scene,
            bad: line.bad.to_string(),
            problem: line.problem.clone().unwrap_or_else(|| line.bad.to_string()),
            not_applicable: line.not_applicable,
            live: line.least_grade.is_some() || line.needs_place,
            fix: line.fix.clone(),
        });
        items.push(Item {
            id,
            key: raw.key.clone(),
            days: raw.days,
            lines: lines.collect(),
            suitable: raw.unsuitable.is_none(),
            closable: content.remotely_closable(),
            second: raw.first.is_some(),
            content,
        });
    }
    let mut entries = Vec::new();
    for raw in file.entries {
        let item = items.iter().find(|item| item.key == raw.item);
        let item = item.ok_or_else(|| Error::Impossible(format!("no item {}", raw.item)))?.id;
        let entry = FirstViolationEntry {
            id: id_of(&format!("entry/{}", raw.code)),
            entry: ListEntry {
                code: raw.code,
                version: super::name("示范清单第一版")?,
                agency,
                item,
                field: raw.field,
                act: raw.act,
                violated: basis(&raw.violated),
                penalty: basis(&raw.penalty),
                category: raw.category,
                conditions: raw.conditions,
                exclusions: raw.exclusions,
                correct_within_days: raw.days,
                follow_up: raw.follow_up,
                window_months: raw.window_months,
                scope: raw.scope,
                valid_from,
                valid_to: None,
            },
        };
        tick();
        portal.catalogue().add_first_violation_entry_locally(&entry).await?;
        entries.push(entry);
    }
    Ok(Shelf { items, entries })
}
