//! Check your answers, and send.

use domain::{
    case::{CaseStage, LineFault},
    ids::{CaseId, LineId},
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::services::cases::CaseView;

use super::{due, param};
use crate::{
    api::{Cx, cases::SubmitCase},
    components::*,
    context::{returned_form, screen, wording},
    error::AppError,
    pages::AsyncPage,
    routes,
};

/// 核对并提交.
#[component]
pub(super) fn CheckPage() -> impl IntoView {
    let id = param::<CaseId>("id");
    view! { <AsyncPage load=move || async move {
        let (cx, w, returned) = (Cx::here()?, wording(), returned_form());
        let (actor, id) = (cx.actor()?, id?);
        let view = cx.portal.cases().get(&actor, id).await?;
        if !view.case.takes_answers() || actor.enterprise().is_none() {
            leptos_axum::redirect(&routes::case(id));
            return Ok(().into_any());
        }
        let faults = view.faults();
        let term = view.case.due().map(|at| view! { <p><DueBadge due=due(&cx.portal, at)/></p> });
        let more = view.case.stage() == CaseStage::MoreEvidence;
        let label = if more { w.check_submit_more() } else { w.check_submit() };
        let settings = cx.portal.settings();
        let planned = view.case.items.iter().any(|item| item.due_visit.is_some());
        let (agency, days) = (view.agency.name.as_str(), settings.clocks.review);
        let effect = if planned && settings.ledger.remote_counts_to_cap {
            w.check_effect_planned(agency, days)
        } else {
            w.check_effect(agency, days)
        };
        let send = screen().may_ever(Action::SubmitCase).then(|| view! {
            <Form action=SubmitCase::url()>
                <input type="hidden" name="case" value=id.to_string()/>
                <SubmitBar label=label effect=effect/>
            </Form>
        });
        let tried = !returned.errors.is_empty();
        // What came back says again what the page says anyway, unless it is something else.
        let other: Vec<_> = returned.errors.into_iter().filter(|error| error.field.is_empty()).collect();
        Ok::<_, AppError>(view! {
            <Page title=w.check_title() back=routes::case(id) back_label=w.line_to_list() over=view.case.number.to_string()
                lead=w.check_lead()>
                {term}
                {missing(&view, &faults, tried.then_some(other.is_empty()))}
                <ErrorSummary errors=other/>
                {answers(&view, &faults)}
                {send}
            </Page>
        }.into_any())
    }/> }
}

/// Everything that is missing, each linked to its line. `tried` when it came back, and whether for nothing else.
fn missing(view: &CaseView, faults: &[(LineId, LineFault)], tried: Option<bool>) -> AnyView {
    let w = wording();
    if faults.is_empty() {
        return view! { <Notice kind=Kind::Done title=w.check_ready()/> }.into_any();
    }
    let count = u16::try_from(faults.len()).unwrap_or(u16::MAX);
    let links = faults.iter().map(|(line, fault)| {
        let title = view.checklist(*line).map(|line| line.title.to_string()).unwrap_or_default();
        let text = w.check_fault(&title, &w.fault_line(fault));
        view! { <li><a href=routes::case_line(view.case.id, *line)>{text}</a></li> }
    });
    let links = links.collect_view();
    // Calm before the first try, plain after it.
    if let Some(alone) = tried {
        return view! {
            <div class="error-summary" id=alone.then_some(ERRORS) role="alert" aria-labelledby="missing-title" tabindex="-1">
                <h2 id="missing-title"><Icon name=IconName::Problem/>{w.check_faults(count)}</h2>
                <ul>{links}</ul>
            </div>
        }
        .into_any();
    }
    view! {
        <Notice kind=Kind::Attention title=w.check_faults(count)><ul class="missing">{links}</ul></Notice>
    }
    .into_any()
}

/// Every line of the round, by item.
fn answers(view: &CaseView, faults: &[(LineId, LineFault)]) -> AnyView {
    let w = wording();
    let groups = view.items.iter().filter_map(|version| {
        let lines: Vec<_> = view.case.lines.iter().filter(|line| line.item == version.item && line.open).collect();
        if lines.is_empty() {
            return None;
        }
        let rows = lines.into_iter().map(|line| {
            let title = view.checklist(line.line).map(|line| line.title.to_string()).unwrap_or_default();
            let files = u16::try_from(view.files(line.line).count()).unwrap_or(u16::MAX);
            let answer = line.answer.map_or_else(|| w.line_no_answer(), |answer| w.answer(answer));
            let note = line.note.as_ref().map(|note| view! { <p class="said">{note.to_string()}</p> });
            let wrong: Vec<_> = faults.iter().filter(|(of, _)| *of == line.line).map(|(_, fault)| {
                view! { <p class="field-error"><Icon name=IconName::Problem/><span>{w.fault_line(fault)}</span></p> }
            }).collect();
            let value = view! {
                <div id=format!("line-{}", line.line)>
                    <p>{answer}{(files > 0).then(|| format!(" · {}", w.line_files(files)))}</p>
                    {note}
                    {wrong}
                </div>
            };
            Row::new(title, value).change(routes::case_line(view.case.id, line.line), w.change())
        });
        let rows = rows.collect();
        Some(view! { <Group title=version.content.name.to_string()><DefinitionList rows=rows/></Group> })
    });
    groups.collect::<Vec<_>>().into_any()
}
