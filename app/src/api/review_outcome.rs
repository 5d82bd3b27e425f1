//! The outcome of a case: proposed by one officer, confirmed by another.

use domain::{
    case::{CaseError, Outcome},
    first_violation::{Answers, CommonCondition, ConditionAnswer, ListEntry, Obstacle},
    ids::CaseId,
};
use leptos::prelude::*;
use portal::{first_violation_list::FirstViolationEntry, services::reviews::FirstViolationProposal};

use super::{
    Cx, Done, Fields, Typed, post,
    review_fields::{about, choice, reason as reason_of},
};
use crate::{error::AppError, routes};

/// The names of the fields of one condition: whether it holds, the files that
/// show it, the record that shows it. `position` counts all conditions from 1.
pub fn condition_fields(position: usize) -> [String; 3] {
    [format!("holds_{position}"), format!("files_{position}[]"), format!("record_{position}")]
}

/// Proposes an outcome other than a first violation.
#[server(endpoint = "review/propose")]
pub async fn propose_outcome(
    case: String,
    #[server(default)] outcome: String,
    #[server(default)] note: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        let mut fields = cx.fields();
        let outcome: Option<Outcome> = choice(&mut fields, "outcome", &outcome, cx.w.outcome_missing());
        let note = fields.optional_text("note", cx.w.outcome_note(), &note);
        fields.done()?;
        let Some(outcome) = outcome else { return Err(AppError::NotFound) };
        let proposed = cx.portal.reviews().propose(&cx.actor()?, case, outcome, note, None).await;
        proposed.map_err(|error| match error {
            portal::Error::Case(error @ CaseError::DeviationUnexplained) => about("note", cx.w.fault_case(&error)),
            other => other.into(),
        })?;
        Ok(Done::at(routes::review_outcome(case)).saying(cx.w.outcome_proposed()))
    })
    .await
}

/// Proposes a first-violation notice. The list entry decides which conditions
/// the form has, so they are read from the form itself.
#[server(endpoint = "review/propose-first")]
pub async fn propose_first(
    case: String,
    #[server(default)] entry: String,
    #[server(default)] note: String,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let actor = cx.actor()?;
        let case = cx.id::<CaseId>(&case)?;
        let options = cx.portal.reviews().first_violation_options(&actor, case).await?;
        let chosen = options.into_iter().find(|(option, _)| option.id.to_string() == entry);
        let Some((FirstViolationEntry { id, entry }, _)) = chosen else {
            return Err(AppError::refused(cx.w.entry_missing()));
        };
        let mut fields = cx.fields();
        let note = fields.optional_text("note", cx.w.outcome_note(), &note);
        let read = Read::all(cx, &mut fields, &entry);
        let reason = fields.optional_text("reason", cx.w.first_reason(), &reason);
        let [common, conditions, exclusions] = read.parts;
        let Ok(common) = <[ConditionAnswer; 3]>::try_from(common) else { return Err(AppError::NotFound) };
        let first = FirstViolationProposal { entry: id, answers: Answers { common, conditions, exclusions, reason } };
        // Everything at once: what was typed wrongly, what was left open, and what
        // the rule says to the rest.
        for obstacle in cx.portal.reviews().obstacles(&actor, case, &first).await? {
            let field = field_of(&obstacle, &entry);
            if !read.open.contains(&field) {
                fields.wrong(&field, cx.w.fault_obstacle(&obstacle));
            }
        }
        let positions = 1..=CommonCondition::ALL.len() + entry.conditions.len() + entry.exclusions.len();
        fields.in_order_of(&positions.flat_map(condition_fields).collect::<Vec<_>>());
        fields.done()?;
        cx.portal.reviews().propose(&actor, case, Outcome::FirstViolation, note, Some(first)).await?;
        Ok(Done::at(routes::review_outcome(case)).saying(cx.w.outcome_proposed()))
    })
    .await
}

/// The conditions as they were answered: common, of the entry, exclusions.
struct Read {
    parts: [Vec<ConditionAnswer>; 3],
    /// Fields of conditions that were not answered at all.
    open: Vec<String>,
}

impl Read {
    fn all(cx: &Cx, fields: &mut Fields, entry: &ListEntry) -> Self {
        let typed = cx.typed();
        let mut open = Vec::new();
        let mut position = 0;
        let parts = [CommonCondition::ALL.len(), entry.conditions.len(), entry.exclusions.len()].map(|count| {
            let mut answers = Vec::with_capacity(count);
            for _ in 0..count {
                position += 1;
                answers.push(Self::one(cx, fields, &typed, position, &mut open));
            }
            answers
        });
        Self { parts, open }
    }

    fn one(cx: &Cx, fields: &mut Fields, typed: &Typed, position: usize, open: &mut Vec<String>) -> ConditionAnswer {
        let values = |name: &str| typed.0.get(name).map(Vec::as_slice).unwrap_or_default();
        let first = |name: &str| values(name).first().map(String::as_str).unwrap_or_default();
        let [holds, files, record] = condition_fields(position);
        let answered = matches!(first(&holds), "yes" | "no");
        if !answered {
            fields.wrong(&holds, cx.w.condition_open(position));
            open.push(holds.clone());
        }
        ConditionAnswer {
            holds: first(&holds) == "yes",
            evidence: values(&files).iter().filter_map(|id| id.parse().ok()).collect(),
            reference: fields.optional_text(&record, cx.w.condition_record(), first(&record)),
        }
    }
}

/// The field that an obstacle is about.
fn field_of(obstacle: &Obstacle, entry: &ListEntry) -> String {
    let common = CommonCondition::ALL.len();
    let [holds, ..] = match obstacle {
        Obstacle::NotInForce | Obstacle::OnlyMitigated | Obstacle::NotFirst { .. } | Obstacle::OtherProblems => {
            return String::new();
        }
        Obstacle::ReasonMissing => return "reason".to_owned(),
        Obstacle::Unreferenced { position } => {
            let [_, _, record] = condition_fields(*position);
            return record;
        }
        Obstacle::CommonFails { condition } => {
            let index = CommonCondition::ALL.iter().position(|c| c == condition).unwrap_or_default();
            condition_fields(index + 1)
        }
        Obstacle::ConditionFails { position } => condition_fields(common + position),
        Obstacle::Excluded { position } => condition_fields(common + entry.conditions.len() + position),
    };
    holds
}

/// Takes the own proposal back.
#[server(endpoint = "review/unpropose")]
pub async fn unpropose_outcome(case: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        cx.portal.reviews().unpropose(&cx.actor()?, case).await?;
        Ok(Done::at(routes::review_outcome(case)).saying(cx.w.outcome_unproposed()))
    })
    .await
}

/// Confirms what a colleague proposed.
#[server(endpoint = "review/confirm")]
pub async fn confirm_outcome(case: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        cx.portal.reviews().confirm(&cx.actor()?, case).await?;
        Ok(Done::at(routes::review_outcome(case)).saying(cx.w.outcome_confirmed()))
    })
    .await
}

/// Does not confirm what a colleague proposed.
#[server(endpoint = "review/disagree")]
pub async fn disagree_outcome(case: String, #[server(default)] disagree_reason: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        let reason = reason_of(cx, "disagree_reason", &disagree_reason)?;
        cx.portal.reviews().disagree(&cx.actor()?, case, reason).await?;
        Ok(Done::at(routes::review_outcome(case)).saying(cx.w.outcome_disagreed()))
    })
    .await
}
