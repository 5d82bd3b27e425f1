//! The ledger of visits avoided (A6): entries, never counters.
//!
//! An entry exists only where a concrete visit was due ([`DueVisit`]) and a case
//! made it unnecessary. It is claimed when the case is decided, confirmed after a
//! quiet period, and reversed when the case is converted or the site visited
//! after all. Several items of one agency, looked at together, are one visit.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::Date;

use crate::{
    case::{Case, Outcome},
    ids::{AgencyId, CaseId, DueVisitId, EnterpriseId, ItemId, LedgerEntryId},
    text::Note,
    time::Timestamp,
};

/// Why a visit was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueReason {
    /// The yearly plan.
    Plan,
    /// A random draw.
    RandomDraw,
    /// A task of a published campaign.
    Campaign,
    /// Checking a rectification.
    Recheck,
    /// A complaint to look into.
    Complaint,
}

impl DueReason {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::Plan, Self::RandomDraw, Self::Campaign, Self::Recheck, Self::Complaint];
}

/// What makes a visit beyond the yearly cap lawful (十二条措施, art. 5; the cap of
/// 国办发〔2024〕54号 and its exceptions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraGround {
    /// A higher law asks for it.
    HigherLaw,
    /// A special campaign that a superior has ordered.
    SuperiorCampaign,
    /// A complaint, an incident or a clue to a violation (个案检查).
    Clue,
}

impl ExtraGround {
    /// Every ground.
    pub const ALL: [Self; 3] = [Self::HigherLaw, Self::SuperiorCampaign, Self::Clue];
}

/// Whether another visit of an agency to an enterprise for an item may be planned
/// or recorded after `done` in the year.
///
/// # Errors
/// [`LedgerError::OverCap`] when the cap is reached and there is no ground.
pub const fn within_cap(done: u32, cap: u8, ground: Option<ExtraGround>) -> Result<(), LedgerError> {
    if done >= cap as u32 && ground.is_none() {
        return Err(LedgerError::OverCap { done, cap });
    }
    Ok(())
}

/// What became of a due visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum DueVisitState {
    /// Nothing yet.
    Open,
    /// A case stands in for it.
    Covered {
        /// Which.
        case: CaseId,
    },
    /// The case made it unnecessary.
    Avoided {
        /// Which.
        case: CaseId,
    },
    /// It took place.
    Visited {
        /// When.
        at: Timestamp,
    },
}

/// A concrete visit that was due: one agency, one enterprise, some items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueVisit {
    /// Its id.
    pub id: DueVisitId,
    /// To whom.
    pub enterprise: EnterpriseId,
    /// By whom.
    pub agency: AgencyId,
    /// For what.
    pub items: Vec<ItemId>,
    /// Why.
    pub reason: DueReason,
    /// The number of the plan, draw or task, so that it can be looked up.
    pub reference: Note,
    /// The last day of the period in which it was to take place.
    pub until: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// What allows it beyond the yearly cap, where it is.
    #[serde(default)]
    pub ground: Option<ExtraGround>,
    /// What became of it.
    pub state: DueVisitState,
}

impl DueVisit {
    /// Whether a visit for these items did all that was due. Where it did not, the
    /// rest is still due.
    pub fn is_done_by(&self, items: &[ItemId]) -> bool {
        self.items.iter().all(|item| items.contains(item))
    }

    /// Whether it counts to the cap of a year beside the visits that took place: it is still
    /// to be made, or a remote check stands in for it and such checks count.
    pub fn counts_to_cap(&self, year: i32, remote_counts: bool) -> bool {
        let counts = match self.state {
            DueVisitState::Open => true,
            DueVisitState::Covered { .. } | DueVisitState::Avoided { .. } => remote_counts,
            DueVisitState::Visited { .. } => false,
        };
        counts && self.until.year() == year
    }

    /// What becomes of it when the site was visited for these items.
    pub fn visited(&mut self, items: &[ItemId], at: Timestamp) {
        if self.is_done_by(items) {
            self.state = DueVisitState::Visited { at };
        } else if matches!(self.state, DueVisitState::Avoided { .. }) {
            // Nothing avoided it after all.
            self.state = DueVisitState::Open;
        }
    }
}

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum EntryState {
    /// Claimed; the quiet period runs.
    Claimed {
        /// When it ends.
        confirm_after: Timestamp,
    },
    /// The quiet period passed without a visit.
    Confirmed {
        /// When.
        at: Timestamp,
        /// When the quiet period had ended.
        confirm_after: Timestamp,
    },
    /// There was a visit after all.
    Reversed {
        /// When.
        at: Timestamp,
        /// Why.
        why: Reversal,
    },
}

/// Why an entry was reversed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reversal")]
pub enum Reversal {
    /// In the quiet period a case of the same enterprise and agency for one of the items was
    /// converted to a site visit.
    Converted {
        /// Which.
        case: CaseId,
    },
    /// A site visit of the same agency for the same items took place.
    Visited {
        /// When.
        at: Timestamp,
        /// What was recorded about it.
        note: Note,
    },
    /// What the case had found was not put right and went on as a case of its own
    /// (立案): advice was not all that was needed.
    Transferred {
        /// The case that found it.
        case: CaseId,
    },
}

/// The name of a state, for lists and filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStage {
    /// See [`EntryState::Claimed`].
    Claimed,
    /// See [`EntryState::Confirmed`].
    Confirmed,
    /// See [`EntryState::Reversed`].
    Reversed,
}

impl EntryStage {
    /// Every stage.
    pub const ALL: [Self; 3] = [Self::Claimed, Self::Confirmed, Self::Reversed];
}

/// One visit avoided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Its id.
    pub id: LedgerEntryId,
    /// The visit that was due.
    pub due_visit: DueVisitId,
    /// The case that made it unnecessary.
    pub case: CaseId,
    /// Whose visit it would have been.
    pub enterprise: EnterpriseId,
    /// By whom.
    pub agency: AgencyId,
    /// For what.
    pub items: Vec<ItemId>,
    /// What the case came to.
    pub outcome: Outcome,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// Minutes the visit would have taken the enterprise: the items' standard minutes.
    pub standard_minutes: u32,
    /// Minutes the enterprise spent on the case instead: its share, where the case made
    /// several visits unnecessary.
    pub spent_minutes: u32,
    /// Where it stands.
    pub state: EntryState,
}

/// Why a decided case is no visit avoided. These are answers, not failures: most
/// of them describe a remote service that is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum NotCounted {
    /// The case is not decided.
    #[error("not decided")]
    NotDecided,
    /// The outcome leads to a visit or a procedure anyway.
    #[error("the outcome does not avoid a visit")]
    Outcome,
    /// The problem is not yet put right (首违 counts once resolved).
    #[error("not resolved yet")]
    Unresolved,
    /// No concrete visit was due: a voluntary self-check.
    #[error("no visit was due")]
    NothingDue,
    /// The due visit is not open or not covered by this case.
    #[error("the due visit is settled otherwise")]
    DueVisitSettled,
    /// The agency has visited the enterprise for one of the items since the visit
    /// became due.
    #[error("a visit took place")]
    Visited,
    /// The due visit is another enterprise's or agency's.
    #[error("the due visit does not match the case")]
    Mismatch,
    /// The case looked at some of the visit's items only: for the others the
    /// visit is still due.
    #[error("the case does not cover every item of the due visit")]
    PartlyCovered,
}

/// What a case and a due visit amount to. `resolved` says that every finding
/// was verified; `minutes` is the sum of the standard minutes of the due visit's
/// items; `visits` are the times of the agency's site visits to the enterprise
/// for one of them; `confirm_after` ends the quiet period.
///
/// # Errors
/// [`NotCounted`] says why there is no entry.
#[expect(clippy::too_many_arguments, reason = "facts from four places; a struct would be taken apart at once")]
pub fn claim(
    id: LedgerEntryId,
    case: &Case,
    due: &DueVisit,
    resolved: bool,
    minutes: u32,
    visits: &[Timestamp],
    confirm_after: Timestamp,
    now: Timestamp,
) -> Result<LedgerEntry, NotCounted> {
    let decision = case.decision().ok_or(NotCounted::NotDecided)?;
    match decision.outcome {
        Outcome::NoIssue | Outcome::Guidance => {}
        Outcome::FirstViolation if resolved => {}
        Outcome::FirstViolation => return Err(NotCounted::Unresolved),
        Outcome::OrderToCorrect | Outcome::FiledCase => return Err(NotCounted::Outcome),
    }
    if due.enterprise != case.enterprise || due.agency != case.agency {
        return Err(NotCounted::Mismatch);
    }
    if !case.items.iter().any(|item| item.due_visit == Some(due.id)) {
        return Err(NotCounted::NothingDue);
    }
    let covered = |wanted| case.items.iter().any(|item| item.item == wanted && item.due_visit == Some(due.id));
    if !due.items.iter().copied().all(covered) {
        return Err(NotCounted::PartlyCovered);
    }
    if due.state != (DueVisitState::Covered { case: case.id }) {
        return Err(NotCounted::DueVisitSettled);
    }
    if visits.iter().any(|at| *at >= due.recorded_at) {
        return Err(NotCounted::Visited);
    }
    // Several visits avoided by one case share what it took.
    let together: BTreeSet<DueVisitId> = case.items.iter().filter_map(|item| item.due_visit).collect();
    let together = u32::try_from(together.len()).unwrap_or(u32::MAX).max(1);
    Ok(LedgerEntry {
        id,
        due_visit: due.id,
        case: case.id,
        enterprise: due.enterprise,
        agency: due.agency,
        items: due.items.clone(),
        outcome: decision.outcome,
        claimed_at: now,
        standard_minutes: minutes,
        spent_minutes: case.burden.minutes().div_ceil(together),
        state: EntryState::Claimed { confirm_after },
    })
}

/// Why an entry could not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The quiet period still runs.
    #[error("the quiet period runs until {until:?}")]
    StillQuiet {
        /// Until when.
        until: Timestamp,
    },
    /// The agency has visited the enterprise for the item as often as it may in a
    /// year, and a further visit needs a ground.
    #[error("{done} visits of at most {cap}")]
    OverCap {
        /// How often, with what is on the plan and with remote checks where they count.
        done: u32,
        /// How often it may.
        cap: u8,
    },
    /// Confirmed or reversed already; a confirmed entry can still be reversed.
    #[error("not possible in this state")]
    NotNow,
}

impl LedgerEntry {
    /// The name of its state.
    pub const fn stage(&self) -> EntryStage {
        match self.state {
            EntryState::Claimed { .. } => EntryStage::Claimed,
            EntryState::Confirmed { .. } => EntryStage::Confirmed,
            EntryState::Reversed { .. } => EntryStage::Reversed,
        }
    }

    /// Confirms the claim once the quiet period is over.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn confirm(&mut self, now: Timestamp) -> Result<(), LedgerError> {
        match self.state {
            EntryState::Claimed { confirm_after } if confirm_after < now => {
                self.state = EntryState::Confirmed { at: now, confirm_after };
                Ok(())
            }
            EntryState::Claimed { confirm_after } => Err(LedgerError::StillQuiet { until: confirm_after }),
            _ => Err(LedgerError::NotNow),
        }
    }

    /// Takes the entry back because there was a visit after all.
    ///
    /// # Errors
    /// [`LedgerError::NotNow`] when it was reversed before.
    pub fn reverse(&mut self, why: Reversal, now: Timestamp) -> Result<(), LedgerError> {
        if matches!(self.state, EntryState::Reversed { .. }) {
            return Err(LedgerError::NotNow);
        }
        self.state = EntryState::Reversed { at: now, why };
        Ok(())
    }

    /// Whether a case of the same enterprise and agency that goes over to a site visit for
    /// `items` takes the entry back: its quiet period runs, and the visit will be for one of
    /// its items.
    pub fn undone_by_conversion(
        &self,
        enterprise: EnterpriseId,
        agency: AgencyId,
        items: impl IntoIterator<Item = ItemId>,
        now: Timestamp,
    ) -> bool {
        let EntryState::Claimed { confirm_after } = self.state else { return false };
        now <= confirm_after
            && self.enterprise == enterprise
            && self.agency == agency
            && items.into_iter().any(|item| self.items.contains(&item))
    }

    /// When a conversion took it back: the visit that follows is the one that it stood for.
    pub const fn converted_at(&self) -> Option<Timestamp> {
        match self.state {
            EntryState::Reversed { at, why: Reversal::Converted { .. } } => Some(at),
            _ => None,
        }
    }

    /// Whether a site visit of `agency` for `items` at `at` contradicts the
    /// entry: same enterprise and agency, an item in common, `since` the visit
    /// became due and not after the end of the quiet period. What took place before
    /// the claim and is recorded after it contradicts, too.
    pub fn contradicted_by(
        &self,
        since: Timestamp,
        enterprise: EnterpriseId,
        agency: AgencyId,
        items: &[ItemId],
        at: Timestamp,
    ) -> bool {
        let within = match self.state {
            EntryState::Claimed { confirm_after } | EntryState::Confirmed { confirm_after, .. } => at <= confirm_after,
            EntryState::Reversed { .. } => false,
        };
        within
            && self.enterprise == enterprise
            && self.agency == agency
            && since <= at
            && self.items.iter().any(|item| items.contains(item))
    }
}
