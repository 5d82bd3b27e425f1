//! One finding: what, why, how to put it right; proof before and after.

use domain::{
    evidence::{Evidence, FileName, Moment, Purpose, size_limit},
    finding::FindingState,
    ids::FindingId,
    item::EvidenceKind,
    policy::Action,
    upload::Place,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::{Portal, services::findings::FindingView};

use super::{
    due,
    files::{Slot, received, received_with, upload},
    param,
    promise::promise,
    returned_to, stray,
};
use crate::{
    api::{Cx, cases::LEAVE, findings::ResubmitFinding},
    components::*,
    context::{returned_form, screen, wording},
    error::{AppError, FieldError},
    format,
    islands::Unsent,
    pages::AsyncPage,
    routes,
};

/// The forms of the page.
const FORMS: [&str; 4] = ["promise", "before", "after", "proof"];

/// One finding, as its enterprise sees it.
#[component]
pub(super) fn FindingPage() -> impl IntoView {
    let id = param::<FindingId>("id");
    view! { <AsyncPage load=move || async move {
        let (cx, w, returned) = (Cx::here()?, wording(), returned_form());
        let (actor, id) = (cx.actor()?, id?);
        if actor.enterprise().is_none() {
            leptos_axum::redirect(&routes::review_finding(id));
            return Ok(().into_any());
        }
        let view = cx.portal.findings().get(&actor, id).await?;
        let acting = view.finding.waits_for_enterprise() && screen().may_ever(Action::AnswerFinding);
        let unfinished = if acting { cx.portal.findings().unfinished(&actor, id).await? } else { Vec::new() };
        let stage = view.finding.stage();
        let term = view.finding.due().map(|at| view! { <DueBadge due=due(&cx.portal, at)/> });
        let line = view.item.content.line(view.finding.line).map(|line| line.title.to_string());
        let title = line.unwrap_or_else(|| view.item.content.name.to_string());
        let promise = view.first_violation.as_ref().map(|first| promise(first, returned_to("promise", &returned)));
        let proof = if acting { proof(&cx.portal, &view, &unfinished, &returned) } else { sent(&view) };
        Ok::<_, AppError>(view! {
            <Page title=title back=routes::FINDINGS back_label=w.nav_findings()
                over=w.finding_of_case(view.case.number.as_str())>
                <p class="actions-line"><StateBadge kind=stage word=w.finding_stage(stage)/>{term}</p>
                // Where there is no form for it any more, what came back for it is told above.
                {stray(if acting { &FORMS[..] } else { &FORMS[..1] }, &returned)}
                {notice(&cx.portal, &view)}
                {facts(&view)}
                {promise}
                {proof}
            </Page>
        }.into_any())
    }/> }
}

fn notice(portal: &Portal, view: &FindingView) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    match &view.finding.state {
        FindingState::Guided { due, .. } if *due < portal.now() => view! {
            <Notice kind=Kind::Problem title=w.finding_now_overdue()><p>{w.finding_now_overdue_about()}</p></Notice>
        }
        .into_any(),
        FindingState::Guided { .. } => view! { <Notice kind=Kind::Attention title=w.finding_now_guided()/> }.into_any(),
        FindingState::Resubmitted { note, .. } => {
            let note = note.to_string();
            view! {
                <Notice kind=Kind::Waiting title=w.finding_now_resubmitted()>
                    <p>{w.finding_now_resubmitted_about()}</p>
                    <p>{w.finding_said()}</p>
                    <p class="said">{note}</p>
                </Notice>
            }
            .into_any()
        }
        FindingState::Returned { reason, .. } => {
            let reason = reason.to_string();
            view! { <Notice kind=Kind::Attention title=w.finding_now_returned()><p class="said">{reason}</p></Notice> }
                .into_any()
        }
        FindingState::Verified { at, .. } => {
            let about = w.finding_now_verified_about(&format::day(lang, at.date()));
            view! { <Notice kind=Kind::Done title=w.finding_now_verified()><p>{about}</p></Notice> }.into_any()
        }
        FindingState::Transferred { reason, .. } => {
            let reason = reason.to_string();
            view! {
                <Notice kind=Kind::Problem title=w.finding_now_transferred()>
                    <p class="said">{reason}</p>
                    <p>{w.finding_now_transferred_about()}</p>
                </Notice>
            }
            .into_any()
        }
    }
}

/// Fact, photo, how to put it right, then the rest.
fn facts(view: &FindingView) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let finding = &view.finding;
    let shown: Vec<&Evidence> =
        view.evidence.iter().filter(|file| matches!(file.purpose, Purpose::SelfCheck { .. })).collect();
    let steps = finding.problem.how_to_fix.iter().map(|step| view! { <li>{step.to_string()}</li> }).collect_view();
    let disclosed = finding.self_disclosed_at.map(|at| {
        view! { <StateBadge kind=Kind::Done word=w.finding_self_disclosed(&format::day(lang, at.date()))/> }
    });
    let document = view! { <a href=routes::document(finding.document)>{w.finding_see_document()}</a> };
    let rows = vec![
        Row::new(w.finding_clause(), finding.problem.clause.to_string()),
        Row::new(w.finding_why(), view! { <p class="said">{finding.problem.why.to_string()}</p> }),
        Row::new(w.finding_item(), view.item.content.name.to_string()),
        Row::new(w.finding_found_on(), format::day(lang, finding.found_at.date())),
        Row::new(w.finding_document(), document),
    ];
    let fact = finding.problem.fact.to_string();
    let shown = (!shown.is_empty()).then(|| received("shown", &shown, &view.enterprise.site, &view.known, false, ""));
    view! {
        <Group title=w.finding_fact()>
            <p class="said">{fact}</p>
            {disclosed}
            {shown}
        </Group>
        <Group title=w.finding_how()><ol class="steps">{steps}</ol></Group>
        <DefinitionList rows=rows/>
    }
    .into_any()
}

fn of_moment(view: &FindingView, moment: Moment) -> Vec<&Evidence> {
    let is = |file: &&Evidence| matches!(file.purpose, Purpose::Rectification { moment: of, .. } if of == moment);
    view.evidence.iter().filter(is).collect()
}

/// What came back for the proof. Where nothing is on its way any more, the box is not where an answer is looked for.
fn returned_proof(waits: bool, returned: &FormState) -> FormState {
    let mut proof = returned_to("proof", returned);
    for error in proof.errors.iter_mut().filter(|error| !waits && error.field == LEAVE) {
        *error = FieldError::new("", wording().finding_none_coming());
    }
    proof
}

/// The files of a list that have not arrived, and what to do about them.
fn on_their_way(unfinished: &[(Moment, FileName)], moment: Moment) -> AnyView {
    let w = wording();
    let names: Vec<&str> = unfinished.iter().filter(|(of, _)| *of == moment).map(|(_, name)| name.as_str()).collect();
    if names.is_empty() {
        return ().into_any();
    }
    let count = u16::try_from(names.len()).unwrap_or(u16::MAX);
    let names = w.finding_unfinished(&w.list(&names));
    view! {
        <Notice kind=Kind::Attention title=w.check_unfinished(count)>
            <p>{names}</p>
            <p>{w.finding_unfinished_about()}</p>
        </Notice>
    }
    .into_any()
}

/// The forms for proof.
fn proof(portal: &Portal, view: &FindingView, unfinished: &[(Moment, FileName)], returned: &FormState) -> AnyView {
    let w = wording();
    let limits = &portal.settings().evidence;
    let id = view.finding.id;
    let limit = EvidenceKind::ALL
        .map(|kind| w.finding_limit(w.evidence_kind(kind), &format::size(size_limit(kind, limits))))
        .join(w.pick("；", "; "));
    let limit = format!("{limit}{}", w.pick("。", "."));
    let waits = !unfinished.is_empty();
    let proof = returned_proof(waits, returned);
    let offered = waits || proof.chosen(LEAVE, "yes") == Some(true);
    // The note goes along with every file that is sent, and comes back with the page.
    let note = returned.value("note").filter(|note| !note.is_empty()).map(str::to_owned);
    let keeps = || note.iter().map(|note| ("note", note.clone())).collect::<Vec<_>>();
    let (before, after) = (of_moment(view, Moment::Before), of_moment(view, Moment::After));
    let slot = |name, moment, there, about, missing| {
        let place = Place::Finding { finding: id, moment };
        Slot { place, name, kinds: &[], there, about, missing, keeps: keeps() }
    };
    let before_slot = slot("before", Moment::Before, before.len(), limit.clone(), None);
    let after_about = format!("{}{}{limit}", w.finding_upload_after_about(), w.pick("", " "));
    let missing = proof.error("after-file").map(str::to_owned);
    let after_slot = slot("after", Moment::After, after.len(), after_about, missing);
    let awaited = unfinished.iter().any(|(of, _)| *of == Moment::Before);
    let before_open = !before.is_empty() || awaited || returned.value("form") == Some("before");
    let effect = w.finding_send_effect(portal.settings().clocks.recheck);
    // What has not arrived is told in the list, so that this goes when the list is renewed.
    let (site, known) = (&view.enterprise.site, &view.known);
    let coming = on_their_way(unfinished, Moment::After);
    let after = received_with("after", &after, site, known, true, w.finding_after_none(), coming);
    let after_form = upload(after_slot, limits, returned_to("after", returned));
    let coming = on_their_way(unfinished, Moment::Before);
    let before = received_with("before", &before, site, known, true, w.finding_before_none(), coming);
    let camera = routes::finding_camera(id);
    let before_form = upload(before_slot, limits, returned_to("before", returned));
    view! {
        <Group title=w.finding_upload_after()>
            {after}
            <p><a class="button button-second" href=camera><Icon name=IconName::Camera/>{w.capture_link()}</a></p>
            {after_form}
            <noscript><p class="field-hint">{w.upload_first()}</p></noscript>
        </Group>
        <Fold title=w.finding_upload_before() open=before_open>{before}{before_form}</Fold>
        <Form action=ResubmitFinding::url() state=proof>
            <input type="hidden" name="form" value="proof"/>
            <input type="hidden" name="finding" value=id.to_string()/>
            <TextArea name="note" label=w.finding_note() hint=w.finding_note_hint() value=note rows=3/>
            // The files of this browser are shown where they were chosen.
            <Unsent account=String::new() place=Vec::new() list=String::new() offered=offered words=w.unsent(w.finding_leave())>
                <CheckField name=LEAVE label=w.finding_leave()/>
            </Unsent>
            <SubmitBar label=w.finding_send() effect=effect/>
        </Form>
    }
    .into_any()
}

/// Proof that was sent, before and after side by side.
fn sent(view: &FindingView) -> AnyView {
    let w = wording();
    let (before, after) = (of_moment(view, Moment::Before), of_moment(view, Moment::After));
    if before.is_empty() && after.is_empty() {
        return ().into_any();
    }
    let before = received("before", &before, &view.enterprise.site, &view.known, false, w.finding_before_none());
    let after = received("after", &after, &view.enterprise.site, &view.known, false, w.finding_after_none());
    view! {
        <Group title=w.finding_proof()>
            <div class="columns">
                <section><h3>{w.finding_before()}</h3>{before}</section>
                <section><h3>{w.finding_after()}</h3>{after}</section>
            </div>
        </Group>
    }
    .into_any()
}
