//! One registration: confirm or reject it, and record what is known.

use domain::{
    enterprise::{Enterprise, Registration},
    ids::EnterpriseId,
    policy::Action,
};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    conduct,
    parts::{FormName, Here, Hidden, left_over, param, state_of},
};
use crate::{
    api::review_registration::{ConfirmRegistration, RejectRegistration},
    components::*,
    error::AppError,
    pages::AsyncPage,
    routes,
    wording::Wording,
};

/// One registration.
#[component]
pub(super) fn RegistrationPage() -> impl IntoView {
    let id = param::<EnterpriseId>();
    view! { <AsyncPage load=move || load(id)/> }
}

async fn load(id: Result<EnterpriseId, AppError>) -> Result<AnyView, AppError> {
    let here = Here::get()?;
    let enterprise = here.portal.enterprises().get(&here.actor, id?).await?;
    let w = here.w;
    let pending = matches!(enterprise.registration, Registration::Pending { .. });
    let shown =
        [("reject", pending && here.may(Action::ConfirmEnterprise)), ("conduct", here.may(Action::RecordConduct))];
    let strays = left_over(w, &shown, &[("reject_reason", w.reject_reason())]);
    let act = (pending && here.may(Action::ConfirmEnterprise)).then(|| settle(w, &enterprise));
    let record = if here.may(Action::RecordConduct) {
        conduct::form(w, &enterprise, here.now.date())
    } else {
        view! { <DefinitionList rows=conduct::facts(w, &enterprise)/> }.into_any()
    };
    Ok(view! {
        <Page title=enterprise.name.to_string() back=routes::REVIEW_REGISTRATIONS back_label=w.nav_review_registrations()>
            {strays}
            {standing(&here, &enterprise)}
            {warning(w, &enterprise)}
            <Group title=w.registration_facts()>
                <DefinitionList rows=conduct::registration(w, &enterprise)/>
            </Group>
            {act}
            <Group title=w.conduct_title() lead=w.conduct_lead()>{record}</Group>
        </Page>
    }
    .into_any())
}

fn standing(here: &Here, enterprise: &Enterprise) -> AnyView {
    let w = here.w;
    let word = w.registration(&enterprise.registration);
    match &enterprise.registration {
        Registration::Pending { since } => {
            let due = here.portal.calendar().deadline(*since, here.portal.settings().clocks.registration);
            view! {
                <p class="actions-line"><StateBadge kind=Kind::Waiting word=word/><DueBadge due=here.due(due)/></p>
            }
            .into_any()
        }
        Registration::Confirmed { at, .. } => {
            view! { <p class="actions-line"><StateBadge kind=Kind::Done word=word/><Moment at=*at/></p> }.into_any()
        }
        Registration::Rejected { at, reason, .. } => {
            let (at, reason) = (*at, reason.to_string());
            view! {
                <Notice kind=Kind::Attention title=word><p>{reason}</p><p class="beside"><Moment at=at/></p></Notice>
            }
            .into_any()
        }
    }
}

/// The organisation code within has a check character of its own. One that does
/// not fit is a reason to look at the licence, not to refuse (A12).
fn warning(w: Wording, enterprise: &Enterprise) -> AnyView {
    if enterprise.credit_code.organisation_check_holds() {
        return ().into_any();
    }
    view! { <Notice kind=Kind::Attention title=w.organisation_check()><p>{w.organisation_check_about()}</p></Notice> }
        .into_any()
}

fn settle(w: Wording, enterprise: &Enterprise) -> AnyView {
    let id = enterprise.id.to_string();
    let state = state_of("reject");
    let open = !state.errors.is_empty();
    let id_confirm = id.clone();
    view! {
        <Group title=w.settle_registration()>
            <Form action=ConfirmRegistration::url()>
                <Hidden name="enterprise" value=id_confirm/>
                <p class="submit-effect">{w.confirm_registration_effect()}</p>
                <p><button type="submit" class="button">{w.confirm_registration()}</button></p>
            </Form>
            <Fold title=w.reject_registration() open=open>
                <Form action=RejectRegistration::url() state=state>
                    <FormName name="reject"/>
                    <Hidden name="enterprise" value=id/>
                    <TextArea name="reject_reason" label=w.reject_reason() hint=w.reject_reason_hint() rows=3/>
                    <p><button type="submit" class="button button-second">{w.reject_registration()}</button></p>
                </Form>
            </Fold>
        </Group>
    }
    .into_any()
}
