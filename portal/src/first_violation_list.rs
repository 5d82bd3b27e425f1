//! The published list (免罚清单) as rows.

use domain::{
    first_violation::{Answers, ListEntry},
    ids::CaseId,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A line of the list under a key of its own; notices copy the line as it stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstViolationEntry {
    /// The row's key.
    pub id: Uuid,
    /// What the line says.
    pub entry: ListEntry,
}

/// What an officer proposed under the list, until a colleague confirms it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstViolationDraft {
    /// The case; a case has one draft at most.
    pub case: CaseId,
    /// The line of the list, as it stood when it was proposed.
    pub entry: FirstViolationEntry,
    /// The answered conditions.
    pub answers: Answers,
}
