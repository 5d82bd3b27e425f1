//! Putting a visit on the plan: first the enterprise, then for what.

use domain::{
    policy::{Action, Denied},
    visit_ledger::DueReason,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::enterprise::{Ground, choose, chosen, is_full, items, open_visits};
use crate::{
    api::{
        Cx,
        agency::{PlanVisit, reason_code},
    },
    components::*,
    context::{returned_form, screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn Plan() -> impl IntoView {
    let query = use_query_map().read_untracked().clone();
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let cx = Cx::here()?;
            let actor = cx.actor()?;
            if !screen().may_ever(Action::PlanVisit) {
                return Err(AppError::Forbidden { reason: w.fault_denied(Denied::NotYourRole) });
            }
            let content = match query.get("enterprise").filter(|id| !id.is_empty()) {
                None => {
                    let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
                    choose(&cx, routes::AGENCY_VISIT_PLAN, &query.get("q").unwrap_or_default(), page).await?
                }
                Some(id) => {
                    let outlook = cx.portal.ledgers().outlook(&actor, cx.id(&id)?).await?;
                    let own = cx.portal.catalogue().of_own_agency(&actor).await?;
                    let choices = items(&outlook, &own);
                    let form = if choices.is_empty() {
                        view! { <EmptyState title=w.visit_no_items() about=w.visit_no_items_about()/> }.into_any()
                    } else {
                        form(&id, choices, &format::iso_day(cx.portal.now().date()), is_full(&outlook, &own))
                    };
                    view! { {chosen(&outlook, routes::AGENCY_VISIT_PLAN)}{open_visits(&outlook)}{form} }.into_any()
                }
            };
            Ok(view! {
                <Page title=w.plan_title() lead=w.plan_lead() back=routes::AGENCY_VISITS back_label=w.visits_title()>
                    {content}
                </Page>
            }.into_any())
        }/>
    }
}

fn form(enterprise: &str, items: Vec<Choice>, today: &str, full: bool) -> AnyView {
    let w = wording();
    let reasons =
        DueReason::ALL.into_iter().map(|reason| Choice::new(reason_code(reason), w.due_reason(reason))).collect();
    let (enterprise, today) = (enterprise.to_owned(), today.to_owned());
    view! {
        <Form action=PlanVisit::url() state=returned_form()>
            <input type="hidden" name="enterprise" value=enterprise/>
            <CheckGroup name="items" label=w.visit_items() hint=w.visit_items_hint() options=items/>
            <RadioGroup name="reason" label=w.plan_reason() options=reasons/>
            <TextField name="reference" label=w.plan_reference() hint=w.plan_reference_hint() maxlength=200/>
            <DateField name="until" label=w.plan_until() min=today/>
            <Ground full=full/>
            <SubmitBar label=w.plan_submit() effect=w.plan_effect()>
                <a class="button button-second" href=routes::AGENCY_VISITS>{w.cancel()}</a>
            </SubmitBar>
        </Form>
    }
    .into_any()
}
