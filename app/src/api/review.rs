//! The desk: taking cases, reviewing lines, asking for more, going on site.

use domain::{
    case::{CaseError, LineVerdict, OnSiteReason, ProblemDraft},
    ids::{CaseId, EvidenceId, LineId},
    text::Note,
};
use leptos::prelude::*;

use super::{
    Cx, Done, Fields, post,
    review_fields::{about, choice, notes, reason as reason_of},
};
use crate::{error::AppError, routes};

/// The most working days that an officer can give for a rectification.
const MOST_DAYS: u16 = 365;

/// Takes a case to the desk.
#[server(endpoint = "review/take")]
pub async fn take_case(case: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        cx.portal.reviews().take(&cx.actor()?, case).await?;
        // The head of the desk says whose it is.
        Ok(Done::at(routes::review_case(case)))
    })
    .await
}

/// Puts a case back into the queue.
#[server(endpoint = "review/release")]
pub async fn release_case(case: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        cx.portal.reviews().release(&cx.actor()?, case).await?;
        Ok(Done::at(routes::REVIEW).saying(cx.w.case_released()))
    })
    .await
}

/// Goes on with what there is, where more evidence did not come in its term.
#[server(endpoint = "review/go-on")]
pub async fn go_on_without(case: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        cx.portal.reviews().go_on_without(&cx.actor()?, case).await?;
        Ok(Done::at(routes::review_case(case)))
    })
    .await
}

/// Takes over what a colleague has.
#[server(endpoint = "review/take-over")]
pub async fn take_over_case(case: String, #[server(default)] take_over_reason: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        let reason = reason_of(cx, "take_over_reason", &take_over_reason)?;
        cx.portal.reviews().take_over(&cx.actor()?, case, reason).await?;
        Ok(Done::at(routes::review_case(case)))
    })
    .await
}

/// Reviews one line, and goes on to the next one that has no review yet.
#[server(endpoint = "review/line")]
pub async fn review_line(
    case: String,
    line: String,
    #[server(default)] verdict: String,
    #[server(default)] reason: String,
    #[server(default)] fact: String,
    #[server(default)] clause: String,
    #[server(default)] why: String,
    #[server(default)] steps: String,
    #[server(default)] shown_by: Vec<String>,
    #[server(default)] days: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let (case, line) = (cx.id::<CaseId>(&case)?, cx.id::<LineId>(&line)?);
        let mut fields = cx.fields();
        let verdict: Option<LineVerdict> = choice(&mut fields, "verdict", &verdict, cx.w.verdict_missing());
        let mut problem = None;
        let note = match verdict {
            Some(LineVerdict::ProblemFound) => {
                problem = Typed { fact, clause, why, steps, shown_by, days }.problem(cx, &mut fields);
                None
            }
            Some(verdict) if verdict.wants_more() => fields.text(REASON, cx.w.verdict_reason(), &reason),
            _ => fields.optional_text::<2000>(REASON, cx.w.verdict_reason(), &reason),
        };
        fields.done()?;
        let Some(verdict) = verdict else { return Err(AppError::NotFound) };
        let reviewed = cx.portal.reviews().review_line(&cx.actor()?, case, line, verdict, note, problem).await;
        let next = reviewed.map_err(|error| match error {
            portal::Error::Case(CaseError::ReasonMissing) => about(REASON, cx.w.accepting_against_report()),
            other => other.into(),
        })?;
        // The count of lines and what stands beside it say that it was saved; a
        // message on top would push the desk down at every line.
        Ok(Done::at(routes::review_line(case, next.unwrap_or(line))))
    })
    .await
}

const REASON: &str = "reason";

/// A problem as it was typed.
struct Typed {
    fact: String,
    clause: String,
    why: String,
    steps: String,
    shown_by: Vec<String>,
    days: String,
}

impl Typed {
    fn problem(&self, cx: &Cx, fields: &mut Fields) -> Option<ProblemDraft> {
        let w = cx.w;
        let fact: Option<Note> = fields.text("fact", w.draft_fact(), &self.fact);
        let clause = fields.text("clause", w.draft_clause(), &self.clause);
        let why = fields.text("why", w.draft_why(), &self.why);
        let how_to_fix = notes(fields, "steps", w.draft_steps(), &self.steps);
        let days = self.days.trim().parse::<u16>().ok().filter(|days| (1..=MOST_DAYS).contains(days));
        if days.is_none() {
            fields.wrong("days", w.draft_days_wrong(MOST_DAYS));
        }
        let shown_by: Vec<EvidenceId> = self.shown_by.iter().filter_map(|id| id.parse().ok()).collect();
        Some(ProblemDraft { fact: fact?, clause: clause?, why: why?, how_to_fix, shown_by, days: days? })
    }
}

/// Asks for more evidence on every line that wants it.
#[server(endpoint = "review/more")]
pub async fn ask_more(case: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        cx.portal.reviews().ask_more(&cx.actor()?, case).await?;
        Ok(Done::at(routes::review_case(case)).saying(cx.w.more_asked()))
    })
    .await
}

/// Proposes a site visit.
#[server(endpoint = "review/on-site")]
pub async fn propose_on_site(
    case: String,
    #[server(default)] on_site_reason: String,
    #[server(default)] on_site_note: String,
) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        let mut fields = cx.fields();
        let reason: Option<OnSiteReason> =
            choice(&mut fields, "on_site_reason", &on_site_reason, cx.w.on_site_reason_missing());
        let note: Option<Note> = fields.text("on_site_note", cx.w.on_site_note(), &on_site_note);
        fields.done()?;
        let (Some(reason), Some(note)) = (reason, note) else { return Err(AppError::NotFound) };
        cx.portal.reviews().propose_on_site(&cx.actor()?, case, reason, note).await?;
        Ok(Done::at(routes::review_case(case)).saying(cx.w.on_site_proposed()))
    })
    .await
}

/// Approves a proposed site visit.
#[server(endpoint = "review/on-site-approve")]
pub async fn approve_on_site(case: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        cx.portal.reviews().approve_on_site(&cx.actor()?, case).await?;
        Ok(Done::at(routes::review_case(case)).saying(cx.w.on_site_approved()))
    })
    .await
}

/// Declines a proposed site visit, with a reason.
#[server(endpoint = "review/on-site-decline")]
pub async fn decline_on_site(case: String, #[server(default)] decline_reason: String) -> Result<(), AppError> {
    post(async |cx| {
        let case = cx.id::<CaseId>(&case)?;
        let reason = reason_of(cx, "decline_reason", &decline_reason)?;
        cx.portal.reviews().decline_on_site(&cx.actor()?, case, reason).await?;
        Ok(Done::at(routes::review_case(case)).saying(cx.w.on_site_declined()))
    })
    .await
}
