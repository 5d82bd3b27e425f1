//! One application: check, sign, send; and what became of it.

use domain::{
    case::Case,
    enrolment::{Ending, EnrolmentStage, EnrolmentState},
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::{
    Portal,
    services::{
        cases::CaseRow,
        enrolments::{COMMITMENT_WORDING, EnrolmentView},
    },
    store,
};

use super::{due, enrolment_new::rule_lines, param, returned_to, stray};
use crate::{
    api::{
        Cx,
        enrolment::{SubmitEnrolment, WithdrawEnrolment},
    },
    components::*,
    context::{returned_form, screen, wording},
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
};
use domain::ids::EnrolmentId;

/// One application, as its enterprise sees it.
#[component]
pub(super) fn EnrolmentPage() -> impl IntoView {
    let id = param::<EnrolmentId>("id");
    view! { <AsyncPage load=move || async move {
        let (cx, w, returned) = (Cx::here()?, wording(), returned_form());
        let actor = cx.actor()?;
        let id = id?;
        if actor.enterprise().is_none() {
            leptos_axum::redirect(&routes::review_enrolment(id));
            return Ok(().into_any());
        }
        let view = cx.portal.enrolments().get(&actor, id).await?;
        let rounds = cx.portal.cases().mine(&actor, store::Page::ALL).await?.rows;
        // A round may have begun with another enrolment that was due with this one.
        let own = |case: &Case| {
            let shares = case.items.iter().any(|item| view.enrolment.items.iter().any(|own| own.item == item.item));
            case.enrolment == id
                || view.enrolment.is_running()
                    && case.agency == view.enrolment.agency
                    && view.enrolment.created_at <= case.created_at
                    && shares
        };
        let rounds: Vec<CaseRow> = rounds.into_iter().filter(|row| own(&row.case)).collect();
        let stage = view.enrolment.stage();
        let term = view.enrolment.due().map(|at| view! { <DueBadge due=due(&cx.portal, at)/> });
        let notice = notice(&view);
        let content = if view.enrolment.is_editable() {
            editable(&cx.portal, &view, &returned)
        } else {
            settled(&view, &rounds)
        };
        let withdraw = withdraw(&view);
        Ok::<_, AppError>(view! {
            <Page title=w.enrolment_to(view.agency.name.as_str()) back=routes::ENROLMENTS back_label=w.nav_enrolments()>
                <p class="actions-line"><StateBadge kind=stage word=w.enrolment_stage(stage)/>{term}</p>
                {stray(&["submit"], &returned)}
                {notice}
                {content}
                {withdraw}
            </Page>
        }.into_any())
    }/> }
}

/// Where it stands and what that means.
fn notice(view: &EnrolmentView) -> AnyView {
    let w = wording();
    match &view.enrolment.state {
        EnrolmentState::Draft => ().into_any(),
        EnrolmentState::Submitted { .. } => view! {
            <Notice kind=Kind::Waiting title=w.enrolment_waiting()><p>{w.enrolment_waiting_about()}</p></Notice>
        }
        .into_any(),
        EnrolmentState::Returned { missing, .. } => {
            let missing = missing.iter().map(|line| view! { <li>{line.to_string()}</li> }).collect_view();
            view! {
                <Notice kind=Kind::Attention title=w.enrolment_returned()>
                    <ol class="numbered">{missing}</ol>
                    <p>{w.enrolment_returned_about()}</p>
                    {letter()}
                </Notice>
            }
            .into_any()
        }
        EnrolmentState::Refused { reason, .. } => {
            let reason = reason.to_string();
            view! {
                <Notice kind=Kind::Problem title=w.enrolment_refused()>
                    <p class="said">{reason}</p>
                    <p>{w.enrolment_refused_about()}</p>
                    {letter()}
                </Notice>
            }
            .into_any()
        }
        EnrolmentState::Active { .. } => {
            let (kind, about) = if view.remote.is_empty() {
                (Kind::Attention, w.enrolment_active_on_site())
            } else {
                (Kind::Done, w.enrolment_active_about())
            };
            view! { <Notice kind=kind title=w.enrolment_active()><p>{about}</p>{letter()}</Notice> }.into_any()
        }
        EnrolmentState::Suspended { reason, .. } => {
            let reason = reason.to_string();
            view! {
                <Notice kind=Kind::Attention title=w.enrolment_suspended()>
                    <p class="said">{reason}</p>
                    <p>{w.enrolment_next_suspended()}</p>
                </Notice>
            }
            .into_any()
        }
        EnrolmentState::Ended { why, .. } => {
            let reason = match why {
                Ending::Revoked { reason } => Some(view! { <p class="said">{reason.to_string()}</p> }),
                Ending::Expired | Ending::Withdrawn => None,
            };
            // What was never in force cannot have ended: it was taken back before.
            let never = *why == Ending::Withdrawn && view.enrolment.next_round.is_none();
            let title = if never { w.enrolment_taken_back() } else { w.enrolment_ended() };
            let why = (!never).then(|| view! { <p>{w.ending(why)}</p> });
            view! {
                <Notice title=title>{why}{reason}<p>{w.enrolment_ended_about()}</p></Notice>
            }
            .into_any()
        }
    }
}

/// Where the agency's answer lies as a document.
fn letter() -> AnyView {
    let w = wording();
    view! { <p><a href=routes::DOCUMENTS>{w.enrolment_letter()}</a></p> }.into_any()
}

fn facts(view: &EnrolmentView) -> Vec<Row> {
    let w = wording();
    let enterprise = &view.enterprise;
    let open = view.enrolment.is_editable();
    let changeable = |row: Row| if open { row.change(routes::ENTERPRISE, w.change()) } else { row };
    vec![
        Row::new(w.enrolment_agency(), view.agency.name.to_string()),
        Row::new(w.enrolment_enterprise(), enterprise.name.to_string()),
        Row::new(w.enrolment_code(), enterprise.credit_code.to_string()),
        changeable(Row::new(w.enrolment_site(), enterprise.site.address.to_string())),
        changeable(Row::new(w.enrolment_contact(), format!("{} {}", enterprise.contact, enterprise.phone))),
    ]
}

/// The items with how each stands today.
fn items(view: &EnrolmentView) -> AnyView {
    let w = wording();
    // Who has applied already is not told to apply.
    let open = view.enrolment.is_editable();
    let word = |qualification| if open { w.qualification(qualification) } else { w.qualification_held(qualification) };
    let items = view.items.iter().zip(&view.today).map(|(version, assessment)| {
        let qualification = assessment.qualification;
        let rules = rule_lines(assessment);
        let on_site = (!view.remote.contains(&version.item))
            .then(|| view! { <p class="field-hint">{w.enrolment_item_on_site()}</p> });
        view! {
            <li class="applied">
                <p class="applied-name">
                    <a href=routes::item(version.item)>{version.content.name.to_string()}</a>
                    <span class="quiet">{w.enrolment_version(version.number)}</span>
                </p>
                <StateBadge kind=qualification word=word(qualification)/>
                {on_site}
                <Fold title=w.enrolment_why()>{rules}</Fold>
            </li>
        }
    });
    view! { <ul class="applied-list">{items.collect_view()}</ul> }.into_any()
}

/// Check your answers, the commitment in full, send.
fn editable(portal: &Portal, view: &EnrolmentView, returned: &FormState) -> AnyView {
    let w = wording();
    let id = view.enrolment.id;
    let change = routes::with_query(
        routes::NEW_ENROLMENT,
        &[("agency", &view.agency.id.to_string()), ("enrolment", &id.to_string())],
    );
    let owner = screen().may_ever(Action::SubmitEnrolment);
    let (facts, items) = (facts(view), items(view));
    view! {
        <Group title=w.enrolment_check() lead=w.enrolment_today()>
            <DefinitionList rows=facts/>
            <h3>{w.enrolment_items()}</h3>
            {items}
            <p><a class="button button-second" href=change>{w.enrolment_change_items()}</a></p>
        </Group>
        {if owner {
            sign(portal, view, returned_to("submit", returned))
        } else {
            view! {
                <Notice kind=Kind::Attention title=w.enrolment_owner_only()><p>{w.enrolment_owner_only_about()}</p></Notice>
            }.into_any()
        }}
    }
    .into_any()
}

fn sign(portal: &Portal, view: &EnrolmentView, state: FormState) -> AnyView {
    let w = wording();
    let stage = view.enrolment.stage();
    let text = w.commitment(COMMITMENT_WORDING).unwrap_or_default();
    // Made among the children of the form: only there it knows what was typed and what was wrong.
    let answer = move || {
        match stage {
        EnrolmentStage::Refused => {
            Some(view! { <TextArea name="answer" label=w.enrolment_answer() hint=w.enrolment_answer_refused_hint()/> }.into_any())
        }
        EnrolmentStage::Returned => Some(
            view! {
                <TextArea name="answer" label=w.enrolment_answer() hint=w.enrolment_answer_returned_hint() optional=true/>
            }
            .into_any(),
        ),
        _ => None,
    }
    };
    let label = if stage == EnrolmentStage::Draft { w.enrolment_submit() } else { w.enrolment_submit_again() };
    let effect = w.enrolment_submit_effect(view.agency.name.as_str(), portal.settings().clocks.eligibility_decision);
    let id = view.enrolment.id.to_string();
    view! {
        <Form action=SubmitEnrolment::url() state=state>
            <input type="hidden" name="form" value="submit"/>
            <input type="hidden" name="enrolment" value=id/>
            {answer()}
            <section class="commitment" aria-labelledby="commitment">
                <h2 id="commitment">{w.enrolment_commitment()}</h2>
                <ol class="numbered">{text.iter().map(|line| view! { <li>{*line}</li> }).collect_view()}</ol>
                <p class="quiet">{w.enrolment_commitment_version(COMMITMENT_WORDING)}</p>
            </section>
            <CheckField name="promise" label=w.enrolment_promise()/>
            <SubmitBar label=label effect=effect/>
        </Form>
    }
    .into_any()
}

/// What was sent, and what came of it.
fn settled(view: &EnrolmentView, rounds: &[CaseRow]) -> AnyView {
    let w = wording();
    let lang = screen().lang;
    let mut rows = Vec::new();
    match &view.enrolment.state {
        EnrolmentState::Active { at, valid_to, .. } => {
            rows.push(Row::new(w.enrolment_accepted_on(), format::day(lang, at.date())));
            rows.push(Row::new(w.enrolment_valid(), format::day(lang, *valid_to)));
            let next = match view.enrolment.next_round {
                _ if view.remote.is_empty() => w.enrolment_next_round_on_site().to_owned(),
                Some(at) => format::day(lang, at.date()),
                None => w.enrolment_next_round_none().to_owned(),
            };
            rows.push(Row::new(w.enrolment_next_round(), next));
        }
        EnrolmentState::Suspended { valid_to, .. } => {
            rows.push(Row::new(w.enrolment_valid(), format::day(lang, *valid_to)));
        }
        EnrolmentState::Submitted { answer: Some(answer), .. } => {
            rows.push(Row::new(w.enrolment_answer(), answer.to_string()));
        }
        _ => {}
    }
    rows.extend(facts(view));
    let rounds_list = (!matches!(view.enrolment.stage(), EnrolmentStage::Submitted)).then(|| {
        let tasks = rounds.iter().map(|row| {
            let stage = row.case.stage();
            view! {
                <Task title=row.case.number.to_string() href=routes::case(row.case.id) kind=stage word=w.case_stage(stage)
                    hint=format::day(lang, row.case.created_at.date())/>
            }
        });
        let tasks = tasks.collect_view();
        let none = rounds.is_empty();
        view! {
            <Group title=w.enrolment_rounds()>
                {if none { view! { <p>{w.enrolment_rounds_none()}</p> }.into_any() }
                else { view! { <TaskList>{tasks}</TaskList> }.into_any() }}
            </Group>
        }
    });
    let items = items(view);
    view! {
        {rounds_list}
        <Group title=w.enrolment_facts()>
            <DefinitionList rows=rows/>
            <h3>{w.enrolment_items()}</h3>
            {items}
        </Group>
    }
    .into_any()
}

/// The way out, with its effect.
fn withdraw(view: &EnrolmentView) -> AnyView {
    let w = wording();
    if !screen().may_ever(Action::SubmitEnrolment) {
        return ().into_any();
    }
    let (title, effect) = match view.enrolment.stage() {
        EnrolmentStage::Draft => (w.enrolment_withdraw_title_draft(), w.enrolment_withdraw_effect_draft()),
        EnrolmentStage::Submitted | EnrolmentStage::Returned | EnrolmentStage::Refused => {
            (w.enrolment_withdraw_title_sent(), w.enrolment_withdraw_effect_sent())
        }
        EnrolmentStage::Active | EnrolmentStage::Suspended => {
            (w.enrolment_withdraw_title_active(), w.enrolment_withdraw_effect_active())
        }
        EnrolmentStage::Ended => return ().into_any(),
    };
    let fields = vec![("enrolment", view.enrolment.id.to_string())];
    view! {
        <Fold title=title>
            <p>{effect}</p>
            <PostButton action=WithdrawEnrolment::url() label=w.enrolment_withdraw() fields=fields class="button-grave"/>
        </Fold>
    }
    .into_any()
}
