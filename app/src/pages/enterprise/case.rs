//! One self-check: the task list.

use domain::{
    case::{CaseStage, CaseState, LineFault},
    ids::{CaseId, LineId},
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::{Portal, services::cases::CaseView};

use super::{
    due,
    history::happenings,
    line_state::{line_state, lines_at_hand, next_line},
    param, returned_to, stray,
};
use crate::{
    api::{Cx, cases::WithdrawCase},
    components::*,
    context::{returned_form, screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};

/// One case, as its enterprise sees it.
#[component]
pub(super) fn CasePage() -> impl IntoView {
    let id = param::<CaseId>("id");
    view! { <AsyncPage load=move || async move {
        let (cx, w, returned) = (Cx::here()?, wording(), returned_form());
        let (actor, id) = (cx.actor()?, id?);
        if actor.enterprise().is_none() {
            leptos_axum::redirect(&routes::review_case(id));
            return Ok(().into_any());
        }
        let view = cx.portal.cases().get(&actor, id).await?;
        let entries = cx.portal.cases().history(&actor, id).await?;
        let faults = view.faults();
        let stage = view.case.stage();
        let events = happenings(&cx.portal, &view, &entries);
        let term = view.case.due().filter(|_| view.case.takes_answers()).map(|at| view! { <DueBadge due=due(&cx.portal, at)/> });
        let withdraw = withdraw(&view, returned_to("withdraw", &returned));
        Ok::<_, AppError>(view! {
            <Page title=w.case_title(view.agency.name.as_str()) back=routes::CASES back_label=w.nav_cases()
                over=view.case.number.to_string()>
                <p class="actions-line"><StateBadge kind=stage word=w.case_stage(stage)/>{term}</p>
                {stray(&["withdraw"], &returned)}
                {notice(&cx.portal, &view)}
                {lines(&view, &faults)}
                {documents(&view)}
                {bundle(&view)}
                <Group title=w.case_events()><Timeline events=events/></Group>
                {withdraw}
                {next_step(&view, &faults)}
            </Page>
        }.into_any())
    }/> }
}

/// What was sent, to take along.
fn bundle(view: &CaseView) -> Option<AnyView> {
    let w = wording();
    let address = routes::case_bundle(&view.case.id.to_string());
    view.case.submitted_at.map(|_| {
        view! {
            <Group title=w.bundle_title()>
                <p>{w.bundle_about()}</p>
                <p class="actions-line"><a class="button button-second" href=address download="">{w.bundle_download()}</a></p>
            </Group>
        }
        .into_any()
    })
}

/// Where it stands, and what that means for the reader.
fn notice(portal: &Portal, view: &CaseView) -> AnyView {
    let w = wording();
    let waiting = |title: &'static str| {
        let term =
            view.case.due().map(|at| view! { <p>{w.case_reviewed_by()}"：" <DueBadge due=due(portal, at)/></p> });
        view! { <Notice kind=Kind::Waiting title=title>{term}<p>{w.case_now_wait_about()}</p></Notice> }.into_any()
    };
    match &view.case.state {
        CaseState::Open { .. } => view! {
            <Notice kind=Kind::Attention title=w.case_now_open()><p>{w.case_now_open_about()}</p></Notice>
        }
        .into_any(),
        CaseState::MoreEvidence { .. } => {
            let open = view.case.lines.iter().filter(|line| line.open).count();
            let open = u16::try_from(open).unwrap_or(u16::MAX);
            view! {
                <Notice kind=Kind::Attention title=w.case_now_more(open)><p>{w.case_now_more_about()}</p></Notice>
            }
            .into_any()
        }
        CaseState::Submitted { .. } => waiting(w.case_now_submitted()),
        CaseState::InReview { .. } | CaseState::Proposed { .. } => waiting(w.case_now_review()),
        CaseState::OnSiteProposed { .. } => waiting(w.case_now_on_site_proposed()),
        CaseState::Decided { decision } | CaseState::Closed { decision, .. } => {
            let outcome = decision.outcome;
            let spared = view.first_violation.as_ref().map(|first| first.entry.category);
            let about = w.outcome_about_under(outcome, spared);
            let count = u16::try_from(view.findings.len()).unwrap_or(u16::MAX);
            let findings = (count > 0).then(|| match view.findings.as_slice() {
                [only] => routes::finding(only.id),
                _ => routes::FINDINGS.to_owned(),
            });
            view! {
                <Notice kind=outcome title=w.outcome_under(outcome, spared)>
                    <p>{about}</p>
                    {findings.map(|href| view! { <p><a class="button" href=href>{w.case_see_findings(count)}</a></p> })}
                </Notice>
            }
            .into_any()
        }
        CaseState::ConvertedOnSite { reason, note, .. } => {
            let (reason, note) = (w.on_site_reason(*reason), note.to_string());
            view! {
                <Notice kind=Kind::Attention title=w.case_now_on_site()>
                    <p>{reason}</p>
                    <p class="said">{note}</p>
                    <p>{w.case_now_on_site_about()}</p>
                </Notice>
            }
            .into_any()
        }
        CaseState::Withdrawn { reason, .. } => {
            let reason = reason.to_string();
            view! { <Notice title=w.case_now_withdrawn()><p>{w.case_withdrawn_about()}{reason}</p></Notice> }.into_any()
        }
    }
}

/// The lines, by item.
fn lines(view: &CaseView, faults: &[(LineId, LineFault)]) -> AnyView {
    let w = wording();
    let groups = view.items.iter().map(|version| {
        let tasks = view.case.lines.iter().filter(|line| line.item == version.item).map(|line| {
            let (kind, word) = line_state(view, line, faults);
            let title = view.checklist(line.line).map(|line| line.title.to_string()).unwrap_or_default();
            let mut parts: Vec<String> = Vec::new();
            let files = u16::try_from(view.files(line.line).count()).unwrap_or(u16::MAX);
            parts.extend(line.answer.map(|answer| w.answer(answer).to_owned()));
            parts.extend((files > 0).then(|| w.line_files(files)));
            // What is missing, once the reader has begun with the line.
            let begun = line.answer.is_some() || files > 0;
            let missing = faults.iter().find(|(of, _)| *of == line.line && begun);
            parts.extend(missing.map(|(_, fault)| w.fault_line(fault)));
            let hint = (!parts.is_empty()).then(|| parts.join(" · "));
            view! { <Task title=title href=routes::case_line(view.case.id, line.line) kind=kind word=word hint=hint/> }
        });
        let tasks = tasks.collect_view();
        view! { <TaskList title=version.content.name.to_string()>{tasks}</TaskList> }
    });
    groups.collect_view().into_any()
}

fn documents(view: &CaseView) -> AnyView {
    let w = wording();
    if view.documents.is_empty() {
        return ().into_any();
    }
    let lang = screen().lang;
    let tasks = view.documents.iter().map(|document| {
        view! {
            <Task title=w.document_kind(document.kind) href=routes::document(document.id) kind=Kind::Neutral
                word=format::day_short(lang, document.issued_at.date()) hint=document.number.to_string()/>
        }
    });
    let tasks = tasks.collect_view();
    view! { <TaskList title=w.case_documents()>{tasks}</TaskList> }.into_any()
}

/// The one next step, at the lower edge on phones.
fn next_step(view: &CaseView, faults: &[(LineId, LineFault)]) -> AnyView {
    let w = wording();
    if !view.case.takes_answers() || !screen().may_ever(Action::AnswerCase) {
        return ().into_any();
    }
    let lines = lines_at_hand(view);
    let ready = lines.iter().filter(|line| !faults.iter().any(|(of, _)| of == *line)).count();
    let count = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    let (href, label) = match next_line(view, faults) {
        Some(line) => {
            let title = view.checklist(line).map(|line| line.title.to_string()).unwrap_or_default();
            (routes::case_line(view.case.id, line), w.case_continue(&title))
        }
        None => (routes::case_check(view.case.id), w.case_to_check().to_owned()),
    };
    view! {
        <div class="submit-bar">
            <p class="submit-effect">{w.case_progress(count(ready), count(lines.len()))}</p>
            <div class="submit-buttons"><a class="button" href=href>{label}<Icon name=IconName::Next/></a></div>
        </div>
    }
    .into_any()
}

/// The way out, with its effect.
fn withdraw(view: &CaseView, state: FormState) -> AnyView {
    let w = wording();
    let possible = matches!(view.case.stage(), CaseStage::Open | CaseStage::Submitted | CaseStage::MoreEvidence);
    if !possible || !screen().may_ever(Action::SubmitCase) {
        return ().into_any();
    }
    let came_back = !state.errors.is_empty();
    let case = view.case.id.to_string();
    view! {
        <Fold title=w.withdraw_case_about() open=came_back>
            <Form action=WithdrawCase::url() state=state>
                <input type="hidden" name="form" value="withdraw"/>
                <input type="hidden" name="case" value=case/>
                <p>{w.withdraw_case_effect()}</p>
                <TextArea name="reason" label=w.withdraw_case_reason() rows=2/>
                <p><button type="submit" class="button button-grave">{w.withdraw_case()}</button></p>
            </Form>
        </Fold>
    }
    .into_any()
}
