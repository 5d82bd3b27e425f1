//! First violations (首违不罚; 行政处罚法 art. 33, A7).
//!
//! The system never decides: it shows which conditions hold and refuses a notice
//! whose conditions do not. A notice is titled 首违不罚告知书, or 轻微违法行为提醒书
//! where the law does not ask for the first ([`Category::asks_for_first`]), and never
//! 警告, which is itself a penalty (行政处罚法 art. 9).
//!
//! "First" is judged by the register: a [`Slot`] per enterprise and scope says
//! when the last first violation was noticed. A slot can be taken by one notice
//! only, so two notices can never both count as first. A notice is judged by the
//! slot of its own scope and takes those of all scopes, so that a later entry of
//! another scope finds it too.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::{
    ids::{AccountId, AgencyId, CaseId, DocumentId, EnterpriseId, EvidenceId, FindingId, FirstViolationId, ItemId},
    item::LegalBasis,
    text::{Name, Note},
    time::Timestamp,
};

/// What a list entry allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// 首违可不罚 (art. 33 ¶1, second sentence): may, with a reason.
    FirstMayBeSpared,
    /// 轻微不罚 (art. 33 ¶1, first sentence): must.
    MinorIsSpared,
    /// 减轻: a penalty all the same, only a smaller one.
    Mitigated,
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 3] = [Self::FirstMayBeSpared, Self::MinorIsSpared, Self::Mitigated];

    /// Whether a violation of this category can go without a penalty.
    pub const fn spares(self) -> bool {
        matches!(self, Self::FirstMayBeSpared | Self::MinorIsSpared)
    }

    /// Whether it asks for a first violation. What is minor, put right in time and
    /// without harm is spared however often it happens (art. 33 ¶1, first sentence).
    pub const fn asks_for_first(self) -> bool {
        !matches!(self, Self::MinorIsSpared)
    }
}

/// What counts as the same violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstScope {
    /// The same inspection item.
    SameItem,
    /// Any item of the same field (领域).
    SameField,
    /// Any item of the same agency.
    AnyOfAgency,
}

impl FirstScope {
    /// Every scope, from the narrowest.
    pub const ALL: [Self; 3] = [Self::SameItem, Self::SameField, Self::AnyOfAgency];
}

/// One line of the published list (免罚清单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListEntry {
    /// Its code on the list.
    pub code: Name,
    /// The list's version.
    pub version: Name,
    /// Whose list.
    pub agency: AgencyId,
    /// The item it belongs to.
    pub item: ItemId,
    /// 领域.
    pub field: Name,
    /// 违法行为.
    pub act: Note,
    /// 违反条款.
    pub violated: LegalBasis,
    /// 处罚条款.
    pub penalty: LegalBasis,
    /// What it allows.
    pub category: Category,
    /// 适用条件, besides "first", "corrected" and "cooperative": each must hold.
    pub conditions: Vec<Note>,
    /// 排除情形: none may hold.
    pub exclusions: Vec<Note>,
    /// 改正期限, in working days.
    pub correct_within_days: u16,
    /// 监管措施.
    pub follow_up: Note,
    /// Months that the look-back covers; `None` looks back without end.
    pub window_months: Option<u16>,
    /// What counts as the same violation.
    pub scope: FirstScope,
    /// First day it may be used.
    pub valid_from: Date,
    /// Last day it may be used.
    pub valid_to: Option<Date>,
}

impl ListEntry {
    /// Whether it may be used on `day`.
    pub fn in_force_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// The key under which "first" is judged.
    pub fn slot_key(&self) -> String {
        self.key_of(self.scope)
    }

    /// The keys that a notice under this entry takes: those of every scope, and
    /// so [`ListEntry::slot_key`] among them.
    pub fn slot_keys(&self) -> [String; 3] {
        FirstScope::ALL.map(|scope| self.key_of(scope))
    }

    fn key_of(&self, scope: FirstScope) -> String {
        match scope {
            FirstScope::SameItem => item_key(self.agency, self.item),
            FirstScope::SameField => format!("{}/field/{}", self.agency, self.field),
            FirstScope::AnyOfAgency => agency_key(self.agency),
        }
    }

    /// The instant before which an earlier notice no longer counts.
    pub fn window_start(&self, now: Timestamp) -> Timestamp {
        self.window_months.map_or(Timestamp(i64::MIN), |months| now.minus_months(months))
    }
}

fn item_key(agency: AgencyId, item: ItemId) -> String {
    format!("{agency}/item/{item}")
}

fn agency_key(agency: AgencyId) -> String {
    format!("{agency}/any")
}

/// The keys that a violation takes which was found and not spared: "first" means
/// first *found* (A7), whatever came of it. `entries` are lines of the list, which
/// say to what fields the item belongs. In one order for everybody, so that two
/// officers who write the same keys cannot wait for each other.
pub fn keys_of_found<'a>(
    agency: AgencyId,
    item: ItemId,
    entries: impl IntoIterator<Item = &'a ListEntry>,
) -> BTreeSet<String> {
    let of_item = entries.into_iter().filter(|entry| entry.agency == agency && entry.item == item);
    let mut keys: BTreeSet<String> = of_item.flat_map(ListEntry::slot_keys).collect();
    // Whether or not the list has the item today: an entry that comes onto it
    // later looks back, too.
    keys.extend([item_key(agency, item), agency_key(agency)]);
    keys
}

/// The conditions that every entry has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommonCondition {
    /// 危害后果轻微.
    HarmMinor,
    /// 及时改正, or promised within the term.
    Corrected,
    /// 配合.
    Cooperative,
}

impl CommonCondition {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 3] = [Self::HarmMinor, Self::Corrected, Self::Cooperative];
}

/// An officer's answer to one condition. Holding without a reference is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionAnswer {
    /// Whether it holds.
    pub holds: bool,
    /// The files that show it.
    pub evidence: Vec<EvidenceId>,
    /// Or the record that shows it, in words.
    pub reference: Option<Note>,
}

impl ConditionAnswer {
    const fn is_referenced(&self) -> bool {
        !self.evidence.is_empty() || self.reference.is_some()
    }
}

/// All answers an officer gives for a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// To [`CommonCondition::ALL`], in that order.
    pub common: [ConditionAnswer; 3],
    /// To the entry's conditions, in their order.
    pub conditions: Vec<ConditionAnswer>,
    /// To the entry's exclusions, in their order: `holds` means "is excluded".
    pub exclusions: Vec<ConditionAnswer>,
    /// Why sparing is right here: discretion needs a reason (art. 33).
    pub reason: Option<Note>,
}

impl Answers {
    /// Every file that an answer refers to.
    pub fn files(&self) -> impl Iterator<Item = EvidenceId> + '_ {
        let answers = self.common.iter().chain(&self.conditions).chain(&self.exclusions);
        answers.flat_map(|answer| answer.evidence.iter().copied())
    }
}

/// One thing that speaks against a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "obstacle")]
pub enum Obstacle {
    /// The entry is not in force.
    NotInForce,
    /// The entry lets a penalty be mitigated, not spared.
    OnlyMitigated,
    /// The register knows an earlier one within the window.
    NotFirst {
        /// When that was.
        earlier: Timestamp,
    },
    /// A common condition does not hold.
    CommonFails {
        /// Which.
        condition: CommonCondition,
    },
    /// A condition of the entry does not hold.
    ConditionFails {
        /// Position, from 1.
        position: usize,
    },
    /// An exclusion applies.
    Excluded {
        /// Position, from 1.
        position: usize,
    },
    /// A line is answered without a reference, or not at all.
    Unreferenced {
        /// Position among all lines of the form, from 1.
        position: usize,
    },
    /// The case has problems of items that the entry is not about; the notice
    /// would spare them too.
    OtherProblems,
    /// The reason is missing.
    ReasonMissing,
}

/// Everything that speaks against a notice; nothing means that it may be
/// proposed. `earlier` is what the register says of the slot.
pub fn obstacles(entry: &ListEntry, answers: &Answers, earlier: Option<Timestamp>, now: Timestamp) -> Vec<Obstacle> {
    let mut found = Vec::new();
    if !entry.in_force_on(now.date()) {
        found.push(Obstacle::NotInForce);
    }
    if !entry.category.spares() {
        found.push(Obstacle::OnlyMitigated);
    }
    let judged = entry.category.asks_for_first();
    if let Some(earlier) = earlier.filter(|at| judged && *at >= entry.window_start(now)) {
        found.push(Obstacle::NotFirst { earlier });
    }
    for (condition, answer) in CommonCondition::ALL.into_iter().zip(&answers.common) {
        if !answer.holds {
            found.push(Obstacle::CommonFails { condition });
        }
    }
    for index in 0..entry.conditions.len() {
        if answers.conditions.get(index).is_some_and(|answer| !answer.holds) {
            found.push(Obstacle::ConditionFails { position: index + 1 });
        }
    }
    for index in 0..entry.exclusions.len() {
        if answers.exclusions.get(index).is_some_and(|answer| answer.holds) {
            found.push(Obstacle::Excluded { position: index + 1 });
        }
    }
    let asked = entry.conditions.len();
    let lines = answers
        .common
        .iter()
        .map(Some)
        .chain((0..asked).map(|index| answers.conditions.get(index)))
        .chain((0..entry.exclusions.len()).map(|index| answers.exclusions.get(index)));
    for (index, answer) in lines.enumerate() {
        if !answer.is_some_and(ConditionAnswer::is_referenced) {
            found.push(Obstacle::Unreferenced { position: index + 1 });
        }
    }
    if answers.reason.is_none() {
        found.push(Obstacle::ReasonMissing);
    }
    found
}

/// What the register holds per enterprise and scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The notice that counts as first.
    pub notice: FirstViolationId,
    /// When it was issued.
    pub at: Timestamp,
}

/// Where a noticed first violation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum FirstViolationState {
    /// Noticed; the enterprise may promise to put it right.
    Noticed {
        /// Until when it must be right.
        correct_by: Timestamp,
    },
    /// The enterprise promised (告知承诺).
    Promised {
        /// Until when it must be right.
        correct_by: Timestamp,
        /// Who signed.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
    /// Put right in time: not punished.
    Spared {
        /// When an officer had verified it.
        at: Timestamp,
    },
    /// Not put right in time: the ordinary procedure is open.
    Lapsed {
        /// When.
        at: Timestamp,
    },
}

/// The name of a state, for lists and filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstViolationStage {
    /// See [`FirstViolationState::Noticed`].
    Noticed,
    /// See [`FirstViolationState::Promised`].
    Promised,
    /// See [`FirstViolationState::Spared`].
    Spared,
    /// See [`FirstViolationState::Lapsed`].
    Lapsed,
}

impl FirstViolationStage {
    /// Every stage.
    pub const ALL: [Self; 4] = [Self::Noticed, Self::Promised, Self::Spared, Self::Lapsed];
}

/// One entry of the register (首违登记台账).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstViolation {
    /// Its id.
    pub id: FirstViolationId,
    /// Whose.
    pub enterprise: EnterpriseId,
    /// Which agency noticed it.
    pub agency: AgencyId,
    /// In which case.
    pub case: CaseId,
    /// The findings it covers.
    pub findings: Vec<FindingId>,
    /// The list entry, as it stood.
    pub entry: ListEntry,
    /// The answered conditions.
    pub answers: Answers,
    /// The notice.
    pub document: DocumentId,
    /// When it was noticed.
    pub noticed_at: Timestamp,
    /// Where it stands.
    pub state: FirstViolationState,
}

/// Why an event was not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FirstViolationError {
    /// It is concluded.
    #[error("concluded")]
    Concluded,
    /// Already promised.
    #[error("already promised")]
    AlreadyPromised,
}

impl FirstViolation {
    /// The name of its state.
    pub const fn stage(&self) -> FirstViolationStage {
        match self.state {
            FirstViolationState::Noticed { .. } => FirstViolationStage::Noticed,
            FirstViolationState::Promised { .. } => FirstViolationStage::Promised,
            FirstViolationState::Spared { .. } => FirstViolationStage::Spared,
            FirstViolationState::Lapsed { .. } => FirstViolationStage::Lapsed,
        }
    }

    /// Until when it must be right, while that is open.
    pub const fn correct_by(&self) -> Option<Timestamp> {
        match self.state {
            FirstViolationState::Noticed { correct_by } | FirstViolationState::Promised { correct_by, .. } => {
                Some(correct_by)
            }
            _ => None,
        }
    }

    /// The enterprise signs the promise.
    ///
    /// # Errors
    /// [`FirstViolationError`].
    pub fn promise(&mut self, by: AccountId, now: Timestamp) -> Result<(), FirstViolationError> {
        match self.state {
            FirstViolationState::Noticed { correct_by } => {
                self.state = FirstViolationState::Promised { correct_by, by, at: now };
                Ok(())
            }
            FirstViolationState::Promised { .. } => Err(FirstViolationError::AlreadyPromised),
            _ => Err(FirstViolationError::Concluded),
        }
    }

    /// All findings are settled: spared if every proof was in time, else lapsed.
    ///
    /// # Errors
    /// [`FirstViolationError::Concluded`].
    pub fn conclude(&mut self, all_in_time: bool, now: Timestamp) -> Result<(), FirstViolationError> {
        if self.correct_by().is_none() {
            return Err(FirstViolationError::Concluded);
        }
        self.state =
            if all_in_time { FirstViolationState::Spared { at: now } } else { FirstViolationState::Lapsed { at: now } };
        Ok(())
    }
}
