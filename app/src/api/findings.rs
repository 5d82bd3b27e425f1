//! Findings, the enterprise's side.

use domain::{
    finding::FindingError,
    ids::{FindingId, FirstViolationId},
    text::Note,
};
use leptos::prelude::*;

use super::{Done, cases::LEAVE, post};
use crate::{error::AppError, format, routes};

/// Sends proof that a finding was put right; with `leave` also where files are still on their way to it.
#[server(endpoint = "finding/resubmit")]
pub async fn resubmit_finding(
    finding: String,
    #[server(default)] note: Option<String>,
    #[server(default)] leave: Option<String>,
) -> Result<(), AppError> {
    post(async |cx| {
        let id: FindingId = cx.id(&finding)?;
        let actor = cx.actor()?;
        let leave = leave.as_deref() == Some("yes");
        let mut fields = cx.fields();
        let note: Option<Note> = fields.text("note", cx.w.finding_note(), note.as_deref().unwrap_or_default());
        for fault in cx.portal.findings().check(&actor, id).await? {
            if !(leave && matches!(fault, FindingError::StillSending { .. })) {
                fields.wrong(field_of(fault), cx.w.fault_finding(&fault));
            }
        }
        fields.done()?;
        if let Some(note) = note {
            match cx.portal.findings().resubmit(&actor, id, note, leave).await {
                // Since it was asked for above another file was announced, or one was taken out.
                Err(portal::Error::Finding(error @ (FindingError::NoProof | FindingError::StillSending { .. }))) => {
                    return Err(AppError::field(field_of(error), cx.w.fault_finding(&error)));
                }
                sent => sent?,
            }
        }
        let due = cx.portal.findings().get(&actor, id).await?.finding.due();
        let done = Done::at(routes::finding(id));
        Ok(match due {
            Some(due) => done.saying(cx.w.finding_sent(&format::day_short(cx.w.0, due.date()))),
            None => done,
        })
    })
    .await
}

/// The field of the form that a fault of the proof stands at.
const fn field_of(fault: FindingError) -> &'static str {
    match fault {
        FindingError::NoProof => "after-file",
        FindingError::StillSending { .. } => LEAVE,
        FindingError::NotNow { .. } | FindingError::NoCertificate => "",
    }
}

/// Signs the promise that goes with a first violation (告知承诺).
#[server(endpoint = "finding/promise")]
pub async fn sign_promise(first_violation: String, #[server(default)] promise: Option<String>) -> Result<(), AppError> {
    post(async |cx| {
        let id: FirstViolationId = cx.id(&first_violation)?;
        let mut fields = cx.fields();
        if promise.as_deref() != Some("yes") {
            fields.wrong("promise", cx.w.promise_agree_missing());
        }
        fields.done()?;
        cx.portal.first_violations().promise(&cx.actor()?, id).await?;
        Ok(Done::here(cx).saying(cx.w.promise_thanks()))
    })
    .await
}
