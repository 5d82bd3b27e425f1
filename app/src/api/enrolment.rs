//! Applications, the enterprise's side.

use domain::{
    ids::{AgencyId, EnrolmentId, ItemId},
    text::Note,
};
use leptos::prelude::*;

use super::{Done, post};
use crate::{error::AppError, format, routes};

/// Begins an application, or changes the items of one.
#[server(endpoint = "enrolment/write")]
pub async fn write_enrolment(
    agency: String,
    #[server(default)] enrolment: Option<String>,
    #[server(default)] items: Vec<String>,
) -> Result<(), AppError> {
    post(async |cx| {
        let agency: AgencyId = cx.id(&agency)?;
        let known: Option<EnrolmentId> = match enrolment.as_deref() {
            None | Some("") => None,
            Some(id) => Some(cx.id(id)?),
        };
        let mut fields = cx.fields();
        if items.is_empty() {
            fields.wrong("items", cx.w.fault_enrolment(&domain::enrolment::EnrolmentError::NoItem));
        }
        fields.done()?;
        let items = items.iter().map(|id| cx.id(id)).collect::<Result<Vec<ItemId>, _>>()?;
        let id = cx.portal.enrolments().write(&cx.actor()?, known, agency, &items).await?;
        Ok(Done::at(routes::enrolment(id)).saying(cx.w.enrolment_written()))
    })
    .await
}

/// Signs the commitment and sends the application.
#[server(endpoint = "enrolment/submit")]
pub async fn submit_enrolment(
    enrolment: String,
    #[server(default)] promise: Option<String>,
    #[server(default)] answer: Option<String>,
) -> Result<(), AppError> {
    post(async |cx| {
        let id: EnrolmentId = cx.id(&enrolment)?;
        let actor = cx.actor()?;
        let mut fields = cx.fields();
        let answer: Option<Note> =
            fields.optional_text("answer", cx.w.enrolment_answer(), answer.as_deref().unwrap_or_default());
        let view = cx.portal.enrolments().get(&actor, id).await?;
        if view.enrolment.stage() == domain::enrolment::EnrolmentStage::Refused && answer.is_none() {
            fields.wrong("answer", cx.w.fault_enrolment(&domain::enrolment::EnrolmentError::NoAnswer));
        }
        if promise.as_deref() != Some("yes") {
            fields.wrong("promise", cx.w.enrolment_promise_missing());
        }
        fields.done()?;
        cx.portal.enrolments().submit(&actor, id, answer).await?;
        let due = cx.portal.enrolments().get(&actor, id).await?.enrolment.due();
        let done = Done::at(routes::enrolment(id));
        Ok(match due {
            Some(due) => done.saying(cx.w.enrolment_submitted(&format::day_short(cx.w.0, due.date()))),
            None => done,
        })
    })
    .await
}

/// Takes an application or enrolment back.
#[server(endpoint = "enrolment/withdraw")]
pub async fn withdraw_enrolment(enrolment: String) -> Result<(), AppError> {
    post(async |cx| {
        let id: EnrolmentId = cx.id(&enrolment)?;
        cx.portal.enrolments().withdraw(&cx.actor()?, id).await?;
        Ok(Done::at(routes::enrolment(id)).saying(cx.w.enrolment_withdrawn_done()))
    })
    .await
}
