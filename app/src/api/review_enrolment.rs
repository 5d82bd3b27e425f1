//! Applications: deciding them, and what may happen to an enrolment afterwards.

use domain::ids::EnrolmentId;
use leptos::prelude::*;

use super::{
    Cx, Done, post,
    review_fields::{notes, reason as reason_of},
};
use crate::{error::AppError, routes};

fn decided(id: EnrolmentId, said: &'static str) -> Done {
    Done::at(routes::review_enrolment(id)).saying(said)
}

fn id_of(cx: &Cx, id: &str) -> Result<EnrolmentId, AppError> {
    cx.id(id)
}

/// Accepts an application; the first round of self-checks begins at once.
#[server(endpoint = "review/enrolment/accept")]
pub async fn accept_enrolment(enrolment: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = id_of(cx, &enrolment)?;
        cx.portal.enrolments().accept(&cx.actor()?, id).await?;
        Ok(decided(id, cx.w.did_accept_enrolment()))
    })
    .await
}

/// Sends an application back with everything that is missing, one thing per line.
#[server(endpoint = "review/enrolment/return")]
pub async fn return_enrolment(enrolment: String, #[server(default)] missing: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = id_of(cx, &enrolment)?;
        let mut fields = cx.fields();
        let missing = notes(&mut fields, "missing", cx.w.enrolment_missing(), &missing);
        fields.done()?;
        cx.portal.enrolments().return_(&cx.actor()?, id, missing).await?;
        Ok(decided(id, cx.w.did_return_enrolment()))
    })
    .await
}

/// Refuses an application with a reason that can be answered.
#[server(endpoint = "review/enrolment/refuse")]
pub async fn refuse_enrolment(enrolment: String, #[server(default)] refuse_reason: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = id_of(cx, &enrolment)?;
        let reason = reason_of(cx, "refuse_reason", &refuse_reason)?;
        cx.portal.enrolments().refuse(&cx.actor()?, id, reason).await?;
        Ok(decided(id, cx.w.did_refuse_enrolment()))
    })
    .await
}

/// Suspends an active enrolment.
#[server(endpoint = "review/enrolment/suspend")]
pub async fn suspend_enrolment(enrolment: String, #[server(default)] suspend_reason: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = id_of(cx, &enrolment)?;
        let reason = reason_of(cx, "suspend_reason", &suspend_reason)?;
        cx.portal.enrolments().suspend(&cx.actor()?, id, reason).await?;
        Ok(decided(id, cx.w.did_suspend_enrolment()))
    })
    .await
}

/// Lets a suspended enrolment run again.
#[server(endpoint = "review/enrolment/resume")]
pub async fn resume_enrolment(enrolment: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = id_of(cx, &enrolment)?;
        cx.portal.enrolments().resume(&cx.actor()?, id).await?;
        Ok(decided(id, cx.w.did_resume_enrolment()))
    })
    .await
}

/// Ends an enrolment against the enterprise's wish.
#[server(endpoint = "review/enrolment/revoke")]
pub async fn revoke_enrolment(enrolment: String, #[server(default)] revoke_reason: String) -> Result<(), AppError> {
    post(async |cx| {
        let id = id_of(cx, &enrolment)?;
        let reason = reason_of(cx, "revoke_reason", &revoke_reason)?;
        cx.portal.enrolments().revoke(&cx.actor()?, id, reason).await?;
        Ok(decided(id, cx.w.did_revoke_enrolment()))
    })
    .await
}
