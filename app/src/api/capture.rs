//! Codes for live capture.

use domain::{
    evidence::Moment,
    ids::{CaseId, FindingId, LineId},
    upload::Place,
};
use leptos::prelude::*;

use super::{Cx, Done, post};
use crate::{context::SessionKey, error::AppError, routes};

/// Gives out a code for a line of a self-check.
#[server(endpoint = "capture/line")]
pub async fn code_for_line(case: String, line: String) -> Result<(), AppError> {
    post(async |cx| {
        let (case, line): (CaseId, LineId) = (cx.id(&case)?, cx.id(&line)?);
        issue(cx, Place::Line { case, line }).await?;
        Ok(Done::at(routes::case_camera(case, line)))
    })
    .await
}

/// Gives out a code for a picture of what was put right.
#[server(endpoint = "capture/finding")]
pub async fn code_for_finding(finding: String) -> Result<(), AppError> {
    post(async |cx| {
        let finding: FindingId = cx.id(&finding)?;
        issue(cx, Place::Finding { finding, moment: Moment::After }).await?;
        Ok(Done::at(routes::finding_camera(finding)))
    })
    .await
}

async fn issue(cx: &Cx, place: Place) -> Result<(), AppError> {
    let SessionKey(session) = cx.extension().ok_or(AppError::LoginRequired)?;
    cx.portal.captures().issue(&cx.actor()?, place, &session).await?;
    Ok(())
}
