//! One finding: before and after side by side, and the officer's answer.

use std::collections::HashMap;

use domain::{
    evidence::{Evidence, EvidenceState, Moment as Side, Purpose},
    finding::FindingState,
    ids::{EvidenceId, FindingId},
    policy::Action,
    time::Timestamp,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::services::{examinations::Known, findings::FindingView};

use super::{
    desk,
    history::{self, History},
    media::LargeFile,
    parts::{FormName, Here, Hidden, left_over, param, state_of},
};
use crate::{
    api::review_finding::{ReturnFinding, TransferFinding, VerifyFinding},
    components::*,
    error::AppError,
    islands::Shortcuts,
    pages::AsyncPage,
    routes,
};

/// One finding.
#[component]
pub(super) fn FindingPage() -> impl IntoView {
    let id = param::<FindingId>();
    view! { <AsyncPage load=move || load(id)/> }
}

async fn load(id: Result<FindingId, AppError>) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    if here.actor.enterprise().is_some() {
        return Err(AppError::NotFound);
    }
    let view = here.portal.findings().get(&here.actor, id?).await?;
    let entries = here.portal.cases().history(&here.actor, view.case.id).await?;
    let w = here.w;
    let events = history::of_finding(w, &view.finding, &entries);
    let finding = view.finding.clone();
    let title = view.item.content.line(finding.line).map(|line| line.title.to_string()).unwrap_or_default();
    let acts = here.may(Action::VerifyFinding) && here.certified() && !finding.is_settled();
    let resubmitted = matches!(finding.state, FindingState::Resubmitted { .. });
    let texts = [("return_reason", w.return_finding_reason()), ("transfer_reason", w.transfer_reason())];
    let strays = left_over(w, &[("return", acts && resubmitted), ("transfer", acts)], &texts);
    let overdue = finding.is_overdue(here.now).then(|| view! { <StateBadge kind=Kind::Problem word=w.is_overdue()/> });
    let escalated = finding.escalation.map(|escalation| {
        view! {
            <StateBadge kind=Kind::Attention word=w.escalation_level(escalation.level)/>
            <span class="beside"><Moment at=escalation.at short=true/></span>
        }
    });
    let act = here.may(Action::VerifyFinding).then(|| act(&here, &view));
    let (stage, due) = (finding.stage(), finding.due().map(|due| here.due(due)));
    let mut known = HashMap::new();
    for file in &view.evidence {
        known.insert(file.id, here.portal.examinations().known(&here.actor, file).await?);
    }
    let (standing, sides, about) = (standing(&here, &view), sides(&here, &view, &known), about(&here, &view));
    let told = desk::problem_shown(w, &finding.problem, &view.evidence);
    let history = (!events.is_empty()).then(|| view! { <History events=events title=w.desk_history()/> });
    Ok(view! {
        <Page title=title over=format!("{} · {}", view.enterprise.name, view.item.content.name)
            back=routes::REVIEW_FINDINGS back_label=w.nav_review_findings() wide=true>
            {strays}
            <p class="actions-line">
                <StateBadge kind=stage word=w.finding_stage(stage)/>
                {due.map(|due| view! { <DueBadge due=due/> })}
                {overdue}{escalated}
            </p>
            <Group title=w.finding_told()>{told}</Group>
            {standing}
            {sides}
            {act}
            <Group title=w.finding_about()><DefinitionList rows=about/></Group>
            {history}
            <Shortcuts/>
        </Page>
    }
    .into_any())
}

/// Where it belongs.
fn about(here: &Here, view: &FindingView) -> Vec<Row> {
    let w = here.w;
    let finding = &view.finding;
    let mut rows = vec![
        Row::new(
            w.case_number_column(),
            view! { <a href=routes::review_outcome(view.case.id)>{view.case.number.to_string()}</a> },
        ),
        Row::new(w.found_at_row(), view! { <Moment at=finding.found_at/> }),
    ];
    rows.extend(view.document.as_ref().map(|document| {
        let name = format!("《{}》{}", w.document_kind(document.kind), document.number);
        Row::new(w.document_column(), view! { <a href=routes::document(document.id)>{name}</a> })
    }));
    rows.extend(finding.self_disclosed_at.map(|at| Row::new(w.self_reported(), view! { <Moment at=at/> })));
    rows.extend(
        view.first_violation
            .as_ref()
            .map(|first| Row::new(w.category(first.entry.category), w.first_violation_state(&first.state))),
    );
    rows
}

/// What was said last, by whom.
fn standing(here: &Here, view: &FindingView) -> AnyView {
    let w = here.w;
    let person = |account| view.names.get(&account).map(ToString::to_string).unwrap_or_default();
    match &view.finding.state {
        FindingState::Guided { .. } => view! { <Notice title=w.finding_waits_for_enterprise()/> }.into_any(),
        FindingState::Resubmitted { at, note, in_time, .. } => {
            let (kind, word) =
                if *in_time { (Kind::Done, w.proof_in_time()) } else { (Kind::Attention, w.proof_late()) };
            view! {
                <section class="answered" aria-label=w.enterprise_reports()>
                    <p class="answered-line"><span class="beside">{w.enterprise_reports()}" · "<Moment at=*at/></span><StateBadge kind=kind word=word/></p>
                    <blockquote>{note.to_string()}</blockquote>
                </section>
            }
            .into_any()
        }
        FindingState::Returned { at, by, reason, .. } => {
            told(Kind::Attention, w.finding_was_returned(), reason.to_string(), person(*by), *at)
        }
        FindingState::Verified { at, by, in_time, .. } => {
            let word = if *in_time { w.proof_in_time() } else { w.proof_late() };
            told(Kind::Done, w.finding_stage(view.finding.stage()), word.to_owned(), person(*by), *at)
        }
        FindingState::Transferred { at, by, reason } => {
            told(Kind::Problem, w.finding_stage(view.finding.stage()), reason.to_string(), person(*by), *at)
        }
    }
}

fn told(kind: Kind, title: &'static str, text: String, person: String, at: Timestamp) -> AnyView {
    view! {
        <Notice kind=kind title=title><p>{text}</p><p class="beside">{person}" · "<Moment at=at/></p></Notice>
    }
    .into_any()
}

/// Before on the left, after on the right; what was not sent yet is not shown.
fn sides(here: &Here, view: &FindingView, known: &HashMap<EvidenceId, Known>) -> AnyView {
    let w = here.w;
    let files = |side: Side| -> Vec<Evidence> {
        let belongs = |file: &&Evidence| match file.purpose {
            Purpose::Rectification { moment, .. } => moment == side,
            // The files that showed the problem are how it was before.
            Purpose::SelfCheck { .. } => side == Side::Before,
        };
        let sent = |file: &&Evidence| matches!(file.state, EvidenceState::Sealed { .. });
        view.evidence.iter().filter(sent).filter(belongs).cloned().collect()
    };
    let site = &view.enterprise.site;
    let pane = |side: Side, none: &'static str| {
        let files = files(side);
        let content = if files.is_empty() {
            view! { <p class="evidence-none"><Icon name=IconName::Info/>{none}</p> }.into_any()
        } else {
            files
                .into_iter()
                .map(|file| {
                    let uploader = view.names.get(&file.uploader).map(ToString::to_string);
                    let known = known.get(&file.id).cloned().unwrap_or_default();
                    view! { <LargeFile file=file known=known site=site.clone() uploader=uploader/> }
                })
                .collect_view()
                .into_any()
        };
        view! { <section class="side"><h2>{w.evidence_moment(side)}</h2>{content}</section> }
    };
    view! { <div class="columns sides">{pane(Side::Before, w.no_file_before())}{pane(Side::After, w.no_file_after())}</div> }.into_any()
}

fn act(here: &Here, view: &FindingView) -> AnyView {
    let w = here.w;
    let finding = &view.finding;
    if finding.is_settled() {
        return ().into_any();
    }
    if !here.certified() {
        let about = w.fault_finding(&domain::finding::FindingError::NoCertificate);
        return view! { <Notice kind=Kind::Attention title=w.desk_no_certificate()><p>{about}</p></Notice> }.into_any();
    }
    let id = finding.id.to_string();
    let (returned, transferred) = (state_of("return"), state_of("transfer"));
    let (return_open, transfer_open) = (!returned.errors.is_empty(), !transferred.errors.is_empty());
    let check = matches!(finding.state, FindingState::Resubmitted { .. }).then(|| {
        let until = here.day_in(here.portal.settings().clocks.supplement);
        let (id_verify, id_return) = (id.clone(), id.clone());
        view! {
            <Form action=VerifyFinding::url()>
                <Hidden name="finding" value=id_verify/>
                <SubmitBar label=w.verify_finding() effect=w.verify_finding_effect()/>
            </Form>
            <Fold title=w.return_finding() open=return_open>
                <Form action=ReturnFinding::url() state=returned>
                    <FormName name="return"/>
                    <Hidden name="finding" value=id_return/>
                    <TextArea name="return_reason" label=w.return_finding_reason() hint=w.return_finding_hint() rows=3/>
                    <p class="submit-effect">{w.return_finding_effect(&until)}</p>
                    <p><button type="submit" class="button button-second">{w.return_finding()}</button></p>
                </Form>
            </Fold>
        }
    });
    view! {
        <Group title=w.check_finding()>
            {check}
            <Fold title=w.transfer_finding() open=transfer_open>
                <Form action=TransferFinding::url() state=transferred>
                    <FormName name="transfer"/>
                    <Hidden name="finding" value=id/>
                    <TextArea name="transfer_reason" label=w.transfer_reason() rows=3/>
                    <p class="submit-effect">{w.transfer_effect()}</p>
                    <p><button type="submit" class="button button-grave">{w.transfer_finding()}</button></p>
                </Form>
            </Fold>
        </Group>
    }
    .into_any()
}
