//! Findings, the enterprise's side.

use domain::{
    finding::FindingError,
    ids::{FindingId, FirstViolationId},
    text::Note,
};
use leptos::prelude::*;

use super::{Done, post};
use crate::{error::AppError, format, routes};

/// Sends proof that a finding was put right.
#[server(endpoint = "finding/resubmit")]
pub async fn resubmit_finding(finding: String, #[server(default)] note: Option<String>) -> Result<(), AppError> {
    post(async |cx| {
        let id: FindingId = cx.id(&finding)?;
        let actor = cx.actor()?;
        let mut fields = cx.fields();
        let note: Option<Note> = fields.text("note", cx.w.finding_note(), note.as_deref().unwrap_or_default());
        let files = cx.portal.evidences().of_finding(&actor, id).await?;
        let after = |file: &domain::evidence::Evidence| {
            use domain::evidence::{EvidenceState, Moment, Purpose};
            // Proof that was sent before and did not convince is none now.
            file.state == EvidenceState::Received
                && matches!(file.purpose, Purpose::Rectification { moment: Moment::After, .. })
        };
        if !files.iter().any(after) {
            fields.wrong("after-file", cx.w.fault_finding(&FindingError::NoProof));
        }
        fields.done()?;
        if let Some(note) = note {
            cx.portal.findings().resubmit(&actor, id, note).await?;
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
