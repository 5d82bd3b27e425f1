//! Applications for supervision without a visit (申请无感监管).
//!
//! ```text
//! draft → submitted → active | returned (→ submitted) | refused (→ submitted, once answered)
//!                     active → suspended → active
//!                     active, suspended → ended
//! ```
//! "Accepted" is not a state of its own: an accepted enrolment is active at once,
//! and the acceptance stands in its facts.

use serde::{Deserialize, Serialize};
use time::Date;

use crate::{
    eligibility::{Assessment, Qualification},
    ids::{AccountId, AgencyId, EnrolmentId, EnterpriseId, ItemId},
    text::Note,
    time::{Timestamp, plus_months},
};

/// An item that an enterprise applies for, with the version it read and how it
/// stood when it applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedItem {
    /// Which item.
    pub item: ItemId,
    /// Which version of it.
    pub version: u32,
    /// Line by line, on the day it was signed, and once it is accepted on that day.
    pub assessment: Assessment,
    /// When its next self-check begins, once there was a first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_round: Option<Timestamp>,
}

/// The signed commitment (真实性承诺).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// Who signed.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Which version of the commitment's words.
    pub wording: u16,
}

/// Where an application stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum EnrolmentState {
    /// Being written.
    Draft,
    /// Waits for the agency.
    Submitted {
        /// Since when.
        at: Timestamp,
        /// When the agency must have decided.
        due: Timestamp,
        /// The signed commitment.
        commitment: Commitment,
        /// What the enterprise says to an earlier return or refusal.
        answer: Option<Note>,
    },
    /// Sent back; everything missing is named at once (一次性告知).
    Returned {
        /// When.
        at: Timestamp,
        /// By whom.
        by: AccountId,
        /// Everything that is missing.
        missing: Vec<Note>,
    },
    /// Refused, with a reason that can be answered.
    Refused {
        /// When.
        at: Timestamp,
        /// By whom.
        by: AccountId,
        /// Why, for the enterprise to read.
        reason: Note,
    },
    /// Accepted and in force.
    Active {
        /// When it was accepted.
        at: Timestamp,
        /// By whom.
        by: AccountId,
        /// The last day it is valid.
        valid_to: Date,
    },
    /// Not in force for the time being.
    Suspended {
        /// Since when.
        at: Timestamp,
        /// By whom.
        by: AccountId,
        /// Why.
        reason: Note,
        /// The last day it would be valid.
        valid_to: Date,
    },
    /// Over.
    Ended {
        /// When.
        at: Timestamp,
        /// Why.
        why: Ending,
    },
}

/// Why an enrolment is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ending")]
pub enum Ending {
    /// Its time ran out.
    Expired,
    /// The enterprise took it back.
    Withdrawn,
    /// The agency ended it.
    Revoked {
        /// Why.
        reason: Note,
    },
}

/// The name of a state, for lists and filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentStage {
    /// See [`EnrolmentState::Draft`].
    Draft,
    /// See [`EnrolmentState::Submitted`].
    Submitted,
    /// See [`EnrolmentState::Returned`].
    Returned,
    /// See [`EnrolmentState::Refused`].
    Refused,
    /// See [`EnrolmentState::Active`].
    Active,
    /// See [`EnrolmentState::Suspended`].
    Suspended,
    /// See [`EnrolmentState::Ended`].
    Ended,
}

/// What can happen to an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EnrolmentEvent {
    /// The enterprise signs and sends it.
    Submit {
        /// When the agency must have decided.
        due: Timestamp,
        /// Its commitment.
        commitment: Commitment,
        /// Its answer to a return or refusal.
        answer: Option<Note>,
    },
    /// The agency accepts.
    Accept {
        /// By whom.
        by: AccountId,
        /// Months of validity.
        valid_months: u16,
    },
    /// The agency sends it back.
    Return {
        /// By whom.
        by: AccountId,
        /// Everything that is missing.
        missing: Vec<Note>,
    },
    /// The agency refuses.
    Refuse {
        /// By whom.
        by: AccountId,
        /// Why.
        reason: Note,
    },
    /// The agency suspends it.
    Suspend {
        /// By whom.
        by: AccountId,
        /// Why.
        reason: Note,
    },
    /// The agency lets it run again.
    Resume {
        /// By whom.
        by: AccountId,
    },
    /// It is over.
    End {
        /// Why.
        why: Ending,
    },
}

/// Why an event was not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// The event does not exist in this state.
    #[error("not possible while {stage:?}")]
    NotNow {
        /// The state it is in.
        stage: EnrolmentStage,
    },
    /// No item chosen.
    #[error("no item")]
    NoItem,
    /// An item for which the enterprise does not qualify is among them.
    #[error("item {position} does not qualify")]
    DoesNotQualify {
        /// Position, from 1.
        position: usize,
    },
    /// The enterprise lies outside the agency's region.
    #[error("outside the agency's region")]
    OtherRegion,
    /// The enterprise's registration is not confirmed, or not any more.
    #[error("the registration is not confirmed")]
    Unconfirmed,
    /// An item that can only be checked on site, by now or ever.
    #[error("item {position} cannot be checked without a visit")]
    NotRemote {
        /// Position, from 1.
        position: usize,
    },
    /// An item is under supervision or applied for already.
    #[error("item {position} is enrolled already")]
    Twice {
        /// Position, from 1.
        position: usize,
    },
    /// An item for which the enterprise qualified when it applied, and does not on
    /// the day of acceptance.
    #[error("item {position} does not qualify any more")]
    NoLongerQualifies {
        /// Position, from 1.
        position: usize,
    },
    /// Sent back without saying what is missing.
    #[error("nothing named as missing")]
    NothingMissing,
    /// A refusal that is answered needs an answer.
    #[error("a refusal must be answered")]
    NoAnswer,
    /// It has not run out yet.
    #[error("has not run out")]
    NotExpired,
}

/// An application and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Its id.
    pub id: EnrolmentId,
    /// Who applies.
    pub enterprise: EnterpriseId,
    /// To whom.
    pub agency: AgencyId,
    /// For what.
    pub items: Vec<AppliedItem>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When the next round of self-checks is due to begin, while it is active.
    pub next_round: Option<Timestamp>,
    /// Where it stands.
    pub state: EnrolmentState,
}

impl Enrolment {
    /// The name of its state.
    pub const fn stage(&self) -> EnrolmentStage {
        match self.state {
            EnrolmentState::Draft => EnrolmentStage::Draft,
            EnrolmentState::Submitted { .. } => EnrolmentStage::Submitted,
            EnrolmentState::Returned { .. } => EnrolmentStage::Returned,
            EnrolmentState::Refused { .. } => EnrolmentStage::Refused,
            EnrolmentState::Active { .. } => EnrolmentStage::Active,
            EnrolmentState::Suspended { .. } => EnrolmentStage::Suspended,
            EnrolmentState::Ended { .. } => EnrolmentStage::Ended,
        }
    }

    /// Whether the enterprise may still change the chosen items.
    pub const fn is_editable(&self) -> bool {
        matches!(self.state, EnrolmentState::Draft | EnrolmentState::Returned { .. } | EnrolmentState::Refused { .. })
    }

    /// Whether it was accepted and has not ended.
    pub const fn is_running(&self) -> bool {
        matches!(self.state, EnrolmentState::Active { .. } | EnrolmentState::Suspended { .. })
    }

    /// Whether it is in force on `day`.
    pub fn in_force_on(&self, day: Date) -> bool {
        matches!(self.state, EnrolmentState::Active { valid_to, .. } if day <= valid_to)
    }

    /// The term that runs, and for whom it runs.
    pub const fn due(&self) -> Option<Timestamp> {
        match self.state {
            EnrolmentState::Submitted { due, .. } => Some(due),
            _ => None,
        }
    }

    /// Whether a round of self-checks is due to begin.
    pub fn round_is_due(&self, now: Timestamp) -> bool {
        self.in_force_on(now.date()) && self.next_round.is_some_and(|at| at <= now)
    }

    /// The items whose self-check is due now, with those whose own would be within so many
    /// days after it: an enterprise is asked once.
    pub fn items_due(&self, together_days: u16, now: Timestamp) -> Vec<ItemId> {
        if self.round_is_due(now) { self.items_due_soon(together_days, now) } else { Vec::new() }
    }

    /// The items whose self-check is due within so many days, for whoever asks the enterprise
    /// anyway.
    pub fn items_due_soon(&self, together_days: u16, now: Timestamp) -> Vec<ItemId> {
        if !self.in_force_on(now.date()) {
            return Vec::new();
        }
        let until = now.plus_days(i64::from(together_days));
        let due = |item: &&AppliedItem| item.next_round.is_none_or(|at| at <= until);
        self.items.iter().filter(due).map(|item| item.item).collect()
    }

    /// Notes that a round of these items began at `now`; the next one of each follows after
    /// its own months.
    pub fn round_began(&mut self, began: &[(ItemId, u16)], now: Timestamp) {
        for item in &mut self.items {
            if let Some((_, months)) = began.iter().find(|(id, _)| *id == item.item) {
                item.next_round = Some(Timestamp::start_of(plus_months(now.date(), *months)));
            }
        }
        // One that never had a round is due with the next sweep.
        let next = self.items.iter().map(|item| item.next_round.unwrap_or(now)).min();
        self.next_round = next.or(self.next_round);
    }

    /// Lets `event` happen at `now`.
    ///
    /// # Errors
    /// [`EnrolmentError`]; the enrolment is then unchanged.
    pub fn apply(&mut self, event: EnrolmentEvent, now: Timestamp) -> Result<(), EnrolmentError> {
        use EnrolmentEvent as E;
        use EnrolmentState as S;
        let stage = self.stage();
        let not_now = Err(EnrolmentError::NotNow { stage });
        self.state = match (event, &self.state) {
            (E::Submit { due, commitment, answer }, S::Draft | S::Returned { .. } | S::Refused { .. }) => {
                if self.items.is_empty() {
                    return Err(EnrolmentError::NoItem);
                }
                if stage == EnrolmentStage::Refused && answer.is_none() {
                    return Err(EnrolmentError::NoAnswer);
                }
                if let Some(position) = self.unfit() {
                    return Err(EnrolmentError::DoesNotQualify { position });
                }
                S::Submitted { at: now, due, commitment, answer }
            }
            (E::Accept { by, valid_months }, S::Submitted { .. }) => {
                if let Some(position) = self.unfit() {
                    return Err(EnrolmentError::NoLongerQualifies { position });
                }
                // The first round begins at once.
                self.next_round = Some(now);
                S::Active { at: now, by, valid_to: plus_months(now.date(), valid_months) }
            }
            (E::Return { by, missing }, S::Submitted { .. }) => {
                if missing.is_empty() {
                    return Err(EnrolmentError::NothingMissing);
                }
                S::Returned { at: now, by, missing }
            }
            (E::Refuse { by, reason }, S::Submitted { .. }) => S::Refused { at: now, by, reason },
            (E::Suspend { by, reason }, S::Active { valid_to, .. }) => {
                S::Suspended { at: now, by, reason, valid_to: *valid_to }
            }
            (E::Resume { by }, S::Suspended { valid_to, .. }) if now.date() <= *valid_to => {
                S::Active { at: now, by, valid_to: *valid_to }
            }
            (E::End { why: Ending::Expired }, S::Active { valid_to, .. } | S::Suspended { valid_to, .. }) => {
                if now.date() <= *valid_to {
                    return Err(EnrolmentError::NotExpired);
                }
                S::Ended { at: now, why: Ending::Expired }
            }
            (E::End { why: why @ Ending::Revoked { .. } }, S::Active { .. } | S::Suspended { .. }) => {
                S::Ended { at: now, why }
            }
            (E::End { why: Ending::Expired | Ending::Revoked { .. } }, _) | (_, S::Ended { .. }) => return not_now,
            (E::End { why: Ending::Withdrawn }, _) => S::Ended { at: now, why: Ending::Withdrawn },
            _ => return not_now,
        };
        Ok(())
    }
    /// The position of the first item that does not qualify, from 1.
    fn unfit(&self) -> Option<usize> {
        let unfit = |item: &AppliedItem| item.assessment.qualification == Qualification::DoesNotQualify;
        self.items.iter().position(unfit).map(|index| index + 1)
    }
}
