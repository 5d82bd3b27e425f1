//! It was sent: the number, and what happens next.

use domain::ids::CaseId;
use leptos::prelude::*;

use super::param;
use crate::{
    api::Cx,
    components::*,
    context::{screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// 自查已提交.
#[component]
pub(super) fn SentPage() -> impl IntoView {
    let id = param::<CaseId>("id");
    view! { <AsyncPage load=move || async move {
        let (cx, w) = (Cx::here()?, wording());
        let (actor, id) = (cx.actor()?, id?);
        let view = cx.portal.cases().get(&actor, id).await?;
        if view.case.takes_answers() || view.case.submitted_at.is_none() {
            leptos_axum::redirect(&routes::case(id));
            return Ok(().into_any());
        }
        let lang = screen().lang;
        let due = view.case.due().map(|due| format::day_short(lang, due.date()));
        let agency = view.agency.name.as_str();
        let message = due.as_ref().map_or_else(|| w.sent_to(agency), |due| w.sent_to_by(agency, due));
        let mut next: Vec<String> = Vec::new();
        next.extend(due.map(|due| w.sent_next_review(&due)));
        let rounds = cx.portal.settings().review.supplement_rounds;
        next.extend((rounds > 0).then(|| w.sent_next_more(rounds)));
        next.extend([w.sent_next_result(), w.sent_next_where()].map(str::to_owned));
        Ok::<_, AppError>(view! {
            <Page title=w.sent_title()>
                <ConfirmPanel title=message reference_label=w.sent_number()
                    reference=view.case.number.to_string() next=next/>
                <p class="actions-line">
                    <a class="button" href=routes::case(id)>{w.case_events()}</a>
                    <a class="button button-second" href=routes::CASES>{w.sent_back()}</a>
                </p>
            </Page>
        }.into_any())
    }/> }
}
