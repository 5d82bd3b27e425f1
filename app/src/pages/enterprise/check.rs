//! Check your answers, and send.

use domain::{
    case::{CaseStage, LineFault},
    evidence::FileName,
    ids::{CaseId, LineId},
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::services::cases::CaseView;

use super::{due, param};
use crate::{
    api::{
        Cx,
        cases::{LEAVE, SubmitCase},
    },
    components::*,
    context::{returned_form, screen, wording},
    error::{AppError, FieldError},
    islands::Unsent,
    pages::AsyncPage,
    routes,
};

/// The id of what the page says of the round: it is renewed when the files of this browser have arrived.
const ROUND: &str = "round";

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
        let unfinished = cx.portal.cases().unfinished(&actor, id).await?;
        let waits = !unfinished.is_empty();
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
        let tried = !returned.errors.is_empty();
        let ticked = returned.chosen(LEAVE, "yes") == Some(true);
        // Where everything has arrived meanwhile, there is nothing to be left any more.
        let not_left = returned.errors.iter().find(|error| waits && error.field == LEAVE).cloned();
        let wrong = not_left.as_ref().map(|error| error.message.clone());
        let offered = waits || ticked;
        let (account, place) = (actor.account.to_string(), vec![("case".to_owned(), id.to_string())]);
        let send = screen().may_ever(Action::SubmitCase).then(|| view! {
            <Form action=SubmitCase::url()>
                <input type="hidden" name="case" value=id.to_string()/>
                <Unsent account=account place=place list=ROUND.to_owned() offered=offered
                    words=w.unsent(w.check_leave())>
                    <CheckField name=LEAVE label=w.check_leave() error=wrong checked=ticked/>
                </Unsent>
                <SubmitBar label=label effect=effect/>
            </Form>
        });
        // What came back says again what the page says anyway, unless it is something else.
        let mut other: Vec<_> = returned.errors.into_iter().filter(|error| error.field.is_empty()).collect();
        if faults.is_empty() {
            other.extend(not_left.clone());
        }
        let top = if faults.is_empty() && waits {
            ().into_any()
        } else {
            missing(&view, &faults, not_left.as_ref(), tried.then_some(other.is_empty()))
        };
        Ok::<_, AppError>(view! {
            <Page title=w.check_title() back=routes::case(id) back_label=w.line_to_list() over=view.case.number.to_string()
                lead=w.check_lead()>
                {term}
                <div class="form" id=ROUND>
                    {top}
                    <ErrorSummary errors=other/>
                    {answers(&view, &faults)}
                    {on_their_way(&view, &unfinished)}
                </div>
                {send}
            </Page>
        }.into_any())
    }/> }
}

/// A number of files or faults, as texts take it.
fn count(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// The files that have not arrived, each line of theirs linked, and what to do about them.
fn on_their_way(view: &CaseView, unfinished: &[(LineId, FileName)]) -> AnyView {
    let w = wording();
    if unfinished.is_empty() {
        return ().into_any();
    }
    let lines = view.case.lines.iter().filter_map(|line| {
        let names: Vec<&str> =
            unfinished.iter().filter(|(of, _)| *of == line.line).map(|(_, name)| name.as_str()).collect();
        if names.is_empty() {
            return None;
        }
        let title = view.checklist(line.line).map(|line| line.title.to_string()).unwrap_or_default();
        let text = w.check_unfinished_line(&title, count(names.len()), &w.list(&names));
        Some(view! { <li><a href=routes::case_line(view.case.id, line.line)>{text}</a></li> })
    });
    let lines = lines.collect_view();
    view! {
        <Notice kind=Kind::Attention title=w.check_unfinished(count(unfinished.len()))>
            <p>{w.check_unfinished_about()}</p>
            <ul class="missing">{lines}</ul>
        </Notice>
    }
    .into_any()
}

/// Everything that is missing, each linked to its line, and that files are still on their way where that came back.
/// `tried` when anything came back, and whether for nothing else.
fn missing(
    view: &CaseView,
    faults: &[(LineId, LineFault)],
    not_left: Option<&FieldError>,
    tried: Option<bool>,
) -> AnyView {
    let w = wording();
    if faults.is_empty() {
        return view! { <Notice kind=Kind::Done title=w.check_ready()/> }.into_any();
    }
    let not_left = not_left.map(|error| {
        let FieldError { field, message } = error.clone();
        view! { <li><a href=format!("#{field}")>{message}</a></li> }
    });
    let count = count(faults.len() + usize::from(not_left.is_some()));
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
                <ul>{links}{not_left}</ul>
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
            let files = count(view.files(line.line).count());
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
