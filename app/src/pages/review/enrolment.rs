//! One application: whether the enterprise qualifies, line by line, and the
//! decision.

use domain::{
    eligibility::{Assessment, LineResult},
    enrolment::{Ending, EnrolmentState},
    ids::EnrolmentId,
    item::ItemVersion,
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};
use portal::services::enrolments::EnrolmentView;

use super::{
    conduct,
    parts::{FormName, Here, Hidden, left_over, param, state_of},
};
use crate::{
    api::review_enrolment::{
        AcceptEnrolment, RefuseEnrolment, ResumeEnrolment, ReturnEnrolment, RevokeEnrolment, SuspendEnrolment,
    },
    components::*,
    error::AppError,
    format,
    pages::AsyncPage,
    routes,
    wording::Wording,
};

/// One application.
#[component]
pub(super) fn EnrolmentPage() -> impl IntoView {
    let id = param::<EnrolmentId>();
    view! { <AsyncPage load=move || load(id)/> }
}

async fn load(id: Result<EnrolmentId, AppError>) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    let view = here.portal.enrolments().get(&here.actor, id?).await?;
    let w = here.w;
    let items = view
        .items
        .iter()
        .zip(&view.enrolment.items)
        .zip(&view.today)
        .map(|((version, applied), today)| item(w, version, &applied.assessment, today))
        .collect_view();
    let (submitted, active, suspended) = match view.enrolment.state {
        EnrolmentState::Submitted { .. } => (here.may(Action::DecideEnrolment), false, false),
        EnrolmentState::Active { .. } => (false, here.may(Action::ManageEnrolment), false),
        EnrolmentState::Suspended { .. } => (false, false, here.may(Action::ManageEnrolment)),
        _ => (false, false, false),
    };
    let shown = [("return", submitted), ("refuse", submitted), ("suspend", active), ("revoke", active || suspended)];
    let texts = [
        ("missing", w.enrolment_missing()),
        ("refuse_reason", w.refuse_reason()),
        ("suspend_reason", w.suspend_reason()),
        ("revoke_reason", w.revoke_reason()),
    ];
    let strays = left_over(w, &shown, &texts);
    let facts = conduct::facts(w, &view.enterprise);
    let enterprise_link = here.may(Action::SeeEnterprise).then(|| {
        view! { <p><a href=routes::review_registration(view.enterprise.id)>{w.to_registration()}</a></p> }
    });
    let registration = conduct::registration(w, &view.enterprise);
    let (stage, due) = (view.enrolment.stage(), view.enrolment.due().map(|due| here.due(due)));
    let (standing, act) = (standing(w, &view), act(&here, &view));
    Ok(view! {
        <Page title=view.enterprise.name.to_string() over=w.application_to(view.agency.name.as_str())
            back=routes::REVIEW_ENROLMENTS back_label=w.nav_review_enrolments() wide=true>
            {strays}
            <p class="actions-line">
                <StateBadge kind=stage word=w.enrolment_stage(stage)/>
                {due.map(|due| view! { <DueBadge due=due/> })}
            </p>
            {standing}
            {items}
            <Group title=w.enterprise_facts()>
                <DefinitionList rows=registration/>
                <DefinitionList rows=facts/>
                {enterprise_link}
            </Group>
            {act}
        </Page>
    }
    .into_any())
}

/// What happened to it last.
fn standing(w: Wording, view: &EnrolmentView) -> AnyView {
    match &view.enrolment.state {
        EnrolmentState::Draft => ().into_any(),
        EnrolmentState::Submitted { at, answer, .. } => {
            let mut rows = vec![
                Row::new(w.sent_at_row(), view! { <Moment at=*at/> }),
                Row::new(w.commitment_row(), w.commitment_signed()),
            ];
            rows.extend(answer.as_ref().map(|answer| Row::new(w.enterprise_answers(), answer.to_string())));
            view! { <DefinitionList rows=rows/> }.into_any()
        }
        EnrolmentState::Returned { at, missing, .. } => {
            let missing = missing.iter().map(|note| view! { <li>{note.to_string()}</li> }).collect_view();
            let at = *at;
            view! {
                <Notice kind=Kind::Attention title=w.enrolment_missing()>
                    <ul class="plain-list">{missing}</ul><p class="beside"><Moment at=at/></p>
                </Notice>
            }
            .into_any()
        }
        EnrolmentState::Refused { at, reason, .. } => told(Kind::Problem, w.refuse_reason(), &reason.to_string(), *at),
        EnrolmentState::Active { at, valid_to, .. } => view! {
            <DefinitionList rows=vec![
                Row::new(w.accepted_at(), view! { <Moment at=*at/> }),
                Row::new(w.valid_to_row(), view! { <Day date=*valid_to/> }),
            ]/>
        }
        .into_any(),
        EnrolmentState::Suspended { at, reason, .. } => {
            told(Kind::Attention, w.suspend_reason(), &reason.to_string(), *at)
        }
        EnrolmentState::Ended { at, why } => {
            let text = match why {
                Ending::Revoked { reason } => reason.to_string(),
                Ending::Expired | Ending::Withdrawn => String::new(),
            };
            told(Kind::Neutral, w.ending(why), &text, *at)
        }
    }
}

fn told(kind: Kind, title: &'static str, text: &str, at: domain::time::Timestamp) -> AnyView {
    let text = text.to_owned();
    view! { <Notice kind=kind title=title><p>{text}</p><p class="beside"><Moment at=at/></p></Notice> }.into_any()
}

/// One item: every line of its rules, on the day of applying and today.
fn item(w: Wording, version: &ItemVersion, applied: &Assessment, today: &Assessment) -> AnyView {
    let rows: Vec<Vec<AnyView>> = applied
        .lines
        .iter()
        .enumerate()
        .map(|(index, then)| {
            let now = today.lines.iter().find(|now| same(now, then)).or(today.lines.get(index));
            vec![
                cell(w.condition(then.condition.as_ref())),
                cell(w.rule_list(then.list)),
                cell(verdict(w, then)),
                cell(now.map(|now| verdict(w, now))),
            ]
        })
        .collect();
    let name = version.content.name.to_string();
    let caption = w.eligibility_of(&name);
    let (then, now) = (applied.qualification, today.qualification);
    view! {
        <Group title=name>
            <p class="actions-line">
                <span class="beside">{w.on_applying()}</span><StateBadge kind=then word=w.qualification_held(then)/>
                <span class="beside">{w.as_of_today()}</span><StateBadge kind=now word=w.qualification_held(now)/>
            </p>
            <DataTable caption=caption caption_unseen=true dense=true rows=rows columns=vec![
                Column::text(w.eligibility_line()), Column::text(w.eligibility_list()), Column::text(w.on_applying()), Column::text(w.as_of_today()),
            ]/>
        </Group>
    }
    .into_any()
}

fn same(one: &LineResult, other: &LineResult) -> bool {
    one.list == other.list && one.condition == other.condition
}

fn verdict(w: Wording, line: &LineResult) -> AnyView {
    let until =
        line.barred_until.map(|day| view! { " "<span class="beside">{w.barred_until(&format::day(w.0, day))}</span> });
    view! { <StateBadge kind=line.verdict word=w.verdict_on(line.list, line.verdict)/>{until} }.into_any()
}

fn act(here: &Here, view: &EnrolmentView) -> AnyView {
    match &view.enrolment.state {
        EnrolmentState::Submitted { .. } if here.may(Action::DecideEnrolment) => decide(here, view),
        EnrolmentState::Active { .. } | EnrolmentState::Suspended { .. } if here.may(Action::ManageEnrolment) => {
            manage(here, view)
        }
        _ => ().into_any(),
    }
}

fn decide(here: &Here, view: &EnrolmentView) -> AnyView {
    let w = here.w;
    let id = view.enrolment.id.to_string();
    let (returned, refused) = (state_of("return"), state_of("refuse"));
    let (return_open, refuse_open) = (!returned.errors.is_empty(), !refused.errors.is_empty());
    let months =
        view.items.iter().map(|item| item.content.eligibility.valid_months).filter(|m| *m > 0).min().unwrap_or(12);
    let (id_accept, id_return) = (id.clone(), id.clone());
    view! {
        <Group title=w.decide_enrolment()>
            <Form action=AcceptEnrolment::url()>
                <Hidden name="enrolment" value=id_accept/>
                <SubmitBar label=w.accept_enrolment() effect=w.accept_enrolment_effect(months)/>
            </Form>
            <Fold title=w.return_enrolment() open=return_open>
                <Form action=ReturnEnrolment::url() state=returned>
                    <FormName name="return"/>
                    <Hidden name="enrolment" value=id_return/>
                    <TextArea name="missing" label=w.enrolment_missing() hint=w.enrolment_missing_hint() rows=5/>
                    {second_submit(w.return_enrolment(), w.return_enrolment_effect())}
                </Form>
            </Fold>
            <Fold title=w.refuse_enrolment() open=refuse_open>
                <Form action=RefuseEnrolment::url() state=refused>
                    <FormName name="refuse"/>
                    <Hidden name="enrolment" value=id/>
                    <TextArea name="refuse_reason" label=w.refuse_reason() hint=w.refuse_reason_hint() rows=4/>
                    {second_submit(w.refuse_enrolment(), w.refuse_enrolment_effect())}
                </Form>
            </Fold>
        </Group>
    }
    .into_any()
}

/// A submit button that is not the page's main one.
fn second_submit(label: &'static str, effect: &'static str) -> AnyView {
    view! {
        <p class="submit-effect">{effect}</p>
        <p><button type="submit" class="button button-second">{label}</button></p>
    }
    .into_any()
}

fn manage(here: &Here, view: &EnrolmentView) -> AnyView {
    let w = here.w;
    let id = view.enrolment.id.to_string();
    let (suspended, revoked) = (state_of("suspend"), state_of("revoke"));
    let (suspend_open, revoke_open) = (!suspended.errors.is_empty(), !revoked.errors.is_empty());
    let pause = if matches!(view.enrolment.state, EnrolmentState::Suspended { .. }) {
        view! {
            <p class="submit-effect">{w.resume_effect()}</p>
            <p><PostButton action=ResumeEnrolment::url() label=w.resume_enrolment() class="button" fields=vec![("enrolment", id.clone())]/></p>
        }
        .into_any()
    } else {
        let id = id.clone();
        view! {
            <Fold title=w.suspend_enrolment() open=suspend_open>
                <Form action=SuspendEnrolment::url() state=suspended>
                    <FormName name="suspend"/>
                    <Hidden name="enrolment" value=id/>
                    <TextArea name="suspend_reason" label=w.suspend_reason() rows=3/>
                    {second_submit(w.suspend_enrolment(), w.suspend_effect())}
                </Form>
            </Fold>
        }
        .into_any()
    };
    view! {
        <Group title=w.manage_enrolment()>
            {pause}
            <Fold title=w.revoke_enrolment() open=revoke_open>
                <Form action=RevokeEnrolment::url() state=revoked>
                    <FormName name="revoke"/>
                    <Hidden name="enrolment" value=id/>
                    <TextArea name="revoke_reason" label=w.revoke_reason() rows=3/>
                    <p class="submit-effect">{w.revoke_effect()}</p>
                    <p><button type="submit" class="button button-grave">{w.revoke_enrolment()}</button></p>
                </Form>
            </Fold>
        </Group>
    }
    .into_any()
}
