//! Self-checks, the enterprise's side.

use domain::{
    case::{Answer, Case, CaseError, LineFault, Sheet},
    ids::{CaseId, EvidenceId, LineId},
    text::Note,
};
use leptos::prelude::*;

use super::{Cx, Done, post};
use crate::{
    error::{AppError, FieldError},
    routes,
};

/// An answer as forms send it.
pub const fn answer_value(answer: Answer) -> &'static str {
    match answer {
        Answer::Conforms => "conforms",
        Answer::DoesNot => "does_not",
        Answer::NotApplicable => "not_applicable",
    }
}

/// What a form says of how often its line had been written.
pub const SEEN: &str = "seen";

/// Saves a line. A draft may be incomplete; what is saved by hand is told what it
/// lacks, and is saved all the same. Missing files keep nobody on the page: they
/// are often still to be taken.
#[server(endpoint = "case/answer")]
pub async fn answer_line(
    case: String,
    line: String,
    #[server(default)] answer: Option<String>,
    #[server(default)] note: Option<String>,
    #[server(default)] excuse: Option<String>,
    #[server(default)] draft: Option<String>,
    #[server(default)] page: Option<String>,
    #[server(default)] seen: Option<String>,
) -> Result<(), AppError> {
    post(async |cx| {
        let (case, line): (CaseId, LineId) = (cx.id(&case)?, cx.id(&line)?);
        let actor = cx.actor()?;
        let answer = Answer::ALL.into_iter().find(|known| Some(answer_value(*known)) == answer.as_deref());
        let mut fields = cx.fields();
        let note: Option<Note> = fields.optional_text("note", cx.w.line_note(), note.as_deref().unwrap_or_default());
        let said: Option<Note> =
            fields.optional_text("excuse", cx.w.capture_excuse(), excuse.as_deref().unwrap_or_default());
        fields.done()?;
        let sheet = page.and_then(|page| page.parse().ok()).zip(seen.and_then(|seen| seen.parse().ok()));
        let sheet = sheet.map(|(page, seen)| Sheet { page, seen });
        let excuse = excuse.map(|_| said);
        match cx.portal.cases().answer_from(&actor, case, line, (answer, note), excuse, sheet).await {
            Err(portal::Error::Case(CaseError::WrittenElsewhere)) => {
                let view = cx.portal.cases().get(&actor, case).await?;
                let said = view.case.line(line).ok_or(AppError::NotFound)?;
                return Err(AppError::field(SEEN, cx.w.line_written_elsewhere(said, draft.is_some())));
            }
            done => done?,
        }
        if draft.is_some() {
            return Ok(Done::at(routes::case_line(case, line)));
        }
        let view = cx.portal.cases().get(&actor, case).await?;
        let lacking: Vec<LineFault> =
            view.faults().into_iter().filter(|(of, _)| *of == line).map(|(_, fault)| fault).collect();
        let mut fields = cx.fields();
        for fault in &lacking {
            let field = match fault {
                LineFault::Unanswered | LineFault::NotApplicableNotAllowed => "answer",
                LineFault::NoteMissing => "note",
                LineFault::TooFewFiles { .. }
                | LineFault::TooManyFiles { .. }
                | LineFault::NotCaptured { .. }
                | LineFault::NoPlace { .. }
                | LineFault::Unchanged => continue,
            };
            fields.wrong(field, cx.w.fault_line(fault));
        }
        fields.done()?;
        let next = next_after(&view.case, line);
        let done = Done::at(next.map_or_else(|| routes::case_check(case), |next| routes::case_line(case, next)));
        let (Some(_), Some(spec)) = (next, view.checklist(line)) else { return Ok(done) };
        let lacking: Vec<String> = lacking.iter().map(|fault| cx.w.fault_line(fault)).collect();
        Ok(if lacking.is_empty() {
            done
        } else {
            done.saying(cx.w.line_saved_lacking(spec.title.as_str(), &lacking.join(cx.w.pick("", " "))))
        })
    })
    .await
}

/// The open line that comes after this one.
fn next_after(case: &Case, line: LineId) -> Option<LineId> {
    let mut open = case.lines.iter().skip_while(|l| l.line != line).skip(1).filter(|l| l.open);
    open.next().map(|line| line.line)
}

/// The box that says not to wait for files that are still on their way.
pub const LEAVE: &str = "leave";

/// Sends the round; with `leave` also where files are still on their way to it.
#[server(endpoint = "case/submit")]
pub async fn submit_case(case: String, #[server(default)] leave: Option<String>) -> Result<(), AppError> {
    post(async |cx| {
        let id: CaseId = cx.id(&case)?;
        let actor = cx.actor()?;
        let leave = leave.as_deref() == Some("yes");
        match cx.portal.cases().submit(&actor, id, leave).await {
            Ok(()) => Ok(Done::at(routes::case_sent(id))),
            Err(portal::Error::Case(CaseError::Incomplete(faults))) => Err(incomplete(cx, id, &faults, leave).await?),
            Err(portal::Error::Case(error @ CaseError::StillSending { .. })) => {
                Err(AppError::field(LEAVE, cx.w.fault_case(&error)))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// Every fault as a sentence that names its line, and what is still on its way where that is not left.
async fn incomplete(cx: &Cx, id: CaseId, faults: &[(LineId, LineFault)], leave: bool) -> Result<AppError, AppError> {
    let actor = cx.actor()?;
    let view = cx.portal.cases().get(&actor, id).await?;
    let unfinished = cx.portal.cases().unfinished(&actor, id).await?;
    let told = faults.iter().map(|(line, fault)| {
        let title = view.checklist(*line).map(|line| line.title.to_string()).unwrap_or_default();
        FieldError::new(format!("line-{line}"), cx.w.check_fault(&title, &cx.w.fault_line(fault)))
    });
    let mut told: Vec<FieldError> = told.collect();
    if !leave && !unfinished.is_empty() {
        let files = u32::try_from(unfinished.len()).unwrap_or(u32::MAX);
        told.push(FieldError::new(LEAVE, cx.w.fault_case(&CaseError::StillSending { files })));
    }
    Ok(AppError::Invalid(told))
}

/// Takes the case back.
#[server(endpoint = "case/withdraw")]
pub async fn withdraw_case(case: String, #[server(default)] reason: Option<String>) -> Result<(), AppError> {
    post(async |cx| {
        let id: CaseId = cx.id(&case)?;
        let mut fields = cx.fields();
        let reason: Option<Note> =
            fields.text("reason", cx.w.withdraw_case_reason(), reason.as_deref().unwrap_or_default());
        fields.done()?;
        if let Some(reason) = reason {
            cx.portal.cases().withdraw(&cx.actor()?, id, reason).await?;
        }
        Ok(Done::at(routes::case(id)).saying(cx.w.withdraw_case_done()))
    })
    .await
}

/// Takes a file out of a draft.
#[server(endpoint = "evidence/remove")]
pub async fn remove_evidence(evidence: String) -> Result<(), AppError> {
    post(async |cx| {
        let id: EvidenceId = cx.id(&evidence)?;
        let removed = cx.portal.evidences().remove(&cx.actor()?, id).await?;
        Ok(Done::here(cx).saying(cx.w.file_removed(removed.name.as_str())))
    })
    .await
}
