//! A new account of an agency, the city or a district.

use domain::{
    actor::{Actor, Role, Scope, Side},
    agency::Agency,
    policy::{Action, Denied},
    region::RegionCode,
};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        Cx,
        admin::{CreateAccount, role_code, unit_code},
    },
    components::*,
    context::{returned_form, screen, wording},
    error::AppError,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn NewAccountPage() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let cx = Cx::here()?;
            let actor = cx.actor()?;
            if !screen().may_ever(Action::ManageAccounts) {
                return Err(AppError::Forbidden { reason: w.fault_denied(Denied::NotYourRole) });
            }
            let rules = cx.portal.settings().login.password;
            let password_hint = w.admin_new_password_hint(&w.password_rules(rules.min_length, rules.classes));
            let units = units(&actor, &cx.portal.catalogue().agencies().await?);
            let roles = Role::ALL
                .into_iter()
                .filter(|role| role.side() != Side::Enterprise)
                .map(|role| Choice::new(role_code(role), w.role(role)))
                .collect();
            Ok(view! {
                <Page title=w.admin_new() lead=w.admin_new_lead() back=routes::ADMIN_ACCOUNTS back_label=w.admin_accounts()>
                    <Form action=CreateAccount::url() state=returned_form()>
                        <TextField name="name" label=w.admin_name() maxlength=50 autocomplete="off"/>
                        <SelectField name="unit" label=w.admin_unit() empty="" options=units/>
                        <RadioGroup name="role" label=w.admin_new_role() hint=w.admin_new_role_hint() options=roles/>
                        <TextField name="login" label=w.admin_login() hint=w.admin_new_login_hint() maxlength=50 autocomplete="off" width="code"/>
                        <PasswordField name="password" label=w.admin_new_password() hint=password_hint new=true/>
                        <SubmitBar label=w.admin_new_submit() effect=w.admin_new_effect()>
                            <a class="button button-second" href=routes::ADMIN_ACCOUNTS>{w.cancel()}</a>
                        </SubmitBar>
                    </Form>
                </Page>
            }.into_any())
        }/>
    }
}

/// The agencies and jurisdictions that the administrator reaches.
fn units(actor: &Actor, agencies: &[Agency]) -> Vec<Choice> {
    let w = wording();
    let Scope::Jurisdiction(own) = actor.scope else { return Vec::new() };
    let agencies = agencies
        .iter()
        .filter(|agency| own.contains(agency.region))
        .filter_map(|agency| Some(Choice::new(unit_code(Scope::Agency(agency.id))?, agency.name.to_string())));
    let regions = RegionCode::all().filter(|region| own.contains(*region)).filter_map(|region| {
        let name = w.region(region);
        let name =
            if region == RegionCode::CHANGCHUN { w.admin_new_unit_city(name) } else { w.admin_new_unit_district(name) };
        Some(Choice::new(unit_code(Scope::Jurisdiction(region))?, name))
    });
    agencies.chain(regions).collect()
}
