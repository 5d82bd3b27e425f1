//! The own applications.

use domain::enrolment::{Enrolment, EnrolmentState};
use leptos::prelude::*;

use super::due;
use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    format,
    pages::AsyncPage,
    routes,
};

/// 无感申请: where each stands, and what comes next.
#[component]
pub(super) fn Enrolments() -> impl IntoView {
    view! { <AsyncPage load=|| async {
        let (cx, w) = (Cx::here()?, wording());
        let actor = cx.actor()?;
        let enrolments = cx.portal.enrolments().mine(&actor).await?;
        let agencies = cx.portal.catalogue().agencies().await?;
        let mut tasks = Vec::new();
        for enrolment in enrolments.iter().rev() {
            let agency = agencies.iter().find(|agency| agency.id == enrolment.agency);
            let title = agency.map_or_else(String::new, |agency| w.enrolment_to(agency.name.as_str()));
            let stage = enrolment.stage();
            tasks.push(view! {
                <Task title=title href=routes::enrolment(enrolment.id) kind=stage word=w.enrolment_stage(stage)
                    hint=next(enrolment) due=enrolment.due().map(|at| due(&cx.portal, at))/>
            });
        }
        let list = if tasks.is_empty() {
            view! {
                <EmptyState title=w.enrolments_none() about=w.enrolments_none_about() href=routes::NEW_ENROLMENT
                    action=w.enrolment_begin()/>
            }.into_any()
        } else {
            view! {
                <TaskList>{tasks}</TaskList>
                <p><a class="button button-second" href=routes::NEW_ENROLMENT>{w.enrolment_new()}</a></p>
            }.into_any()
        };
        Ok(view! { <Page title=w.nav_enrolments() lead=w.enrolments_lead()>{list}</Page> }.into_any())
    }/> }
}

/// What comes next, in a line.
fn next(enrolment: &Enrolment) -> Option<String> {
    let w = wording();
    let lang = screen().lang;
    match &enrolment.state {
        EnrolmentState::Draft => Some(w.enrolment_next_draft().to_owned()),
        EnrolmentState::Submitted { .. } => None,
        EnrolmentState::Returned { .. } => Some(w.enrolment_next_returned().to_owned()),
        EnrolmentState::Refused { .. } => Some(w.enrolment_next_refused().to_owned()),
        EnrolmentState::Active { valid_to, .. } => Some(w.enrolment_valid_to(&format::day(lang, *valid_to))),
        EnrolmentState::Suspended { .. } => Some(w.enrolment_next_suspended().to_owned()),
        EnrolmentState::Ended { why, .. } => Some(w.ending(why).to_owned()),
    }
}
