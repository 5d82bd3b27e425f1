//! What an enterprise says about itself, as fields; correcting it; adding people.

use domain::{
    enterprise::{Enterprise, Registration},
    industry::COMMON,
    policy::Action,
    region::RegionCode,
};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        Cx,
        enterprise::{AddOperator, Correct},
    },
    components::*,
    context::{actor, returned_form, wording},
    error::AppError,
    pages::AsyncPage,
    routes,
};

/// Name, district and industry, as the licence has them.
pub fn licence_fields(known: Option<&Enterprise>) -> AnyView {
    let w = wording();
    let name = known.map(|known| known.name.to_string());
    let regions = RegionCode::all()
        .filter(|region| *region != RegionCode::CHANGCHUN)
        .map(|region| Choice::new(region.as_str(), w.region(region)))
        .collect();
    let industries =
        COMMON.iter().map(|(code, zh, en)| Choice::new(*code, format!("{} {code}", w.pick(*zh, *en)))).collect();
    let code = known.map(|known| known.industry.to_string());
    let (common, rare) = match known {
        Some(known) if known.industry.common_names().is_some() => (code, None),
        _ => (None, code),
    };
    view! {
        <TextField name="name" label=w.register_name() hint=w.register_name_hint() value=name autocomplete="organization" maxlength=100/>
        <SelectField name="region" label=w.register_region() hint=w.register_region_hint() empty=w.choose() options=regions
            value=known.map(|known| known.region.as_str())/>
        <SelectField name="industry" label=w.register_industry() hint=w.register_industry_hint() options=industries
            empty=w.register_industry_other() value=common/>
        <TextField name="industry_code" label=w.register_industry_code() hint=w.register_industry_code_hint() value=rare
            width="short" maxlength=8 optional=true/>
    }
    .into_any()
}

/// Address and position.
pub fn site_fields(known: Option<&Enterprise>) -> AnyView {
    let w = wording();
    let address = known.map(|known| known.site.address.to_string());
    let place = known.and_then(|known| known.site.coordinates);
    view! {
        <TextField name="address" label=w.register_address() hint=w.register_address_hint() value=address
            autocomplete="street-address" maxlength=100/>
        <fieldset class="field-set">
            <legend class="field-label">{w.register_coordinates()}<span class="field-optional">{w.optional_mark()}</span></legend>
            <p class="field-hint">{w.register_coordinates_hint()}</p>
            <div class="field-pair">
                <TextField name="latitude" label=w.register_latitude() hint=w.register_latitude_hint() inputmode="decimal"
                    width="short" optional=true value=place.map(|place| place.latitude().to_string())/>
                <TextField name="longitude" label=w.register_longitude() hint=w.register_longitude_hint() inputmode="decimal"
                    width="short" optional=true value=place.map(|place| place.longitude().to_string())/>
            </div>
        </fieldset>
    }
    .into_any()
}

/// Whom to call.
pub fn contact_fields(known: Option<&Enterprise>) -> AnyView {
    let w = wording();
    view! {
        <TextField name="contact" label=w.register_person() hint=w.register_person_hint() autocomplete="name" maxlength=100
            value=known.map(|known| known.contact.to_string())/>
        <TextField name="phone" label=w.register_phone() hint=w.register_phone_hint() kind="tel" autocomplete="tel"
            width="short" maxlength=40 value=known.map(|known| known.phone.to_string())/>
    }
    .into_any()
}

/// A new password, typed twice; its rules are told beforehand. Like all fields it is made among the children of its
/// form: only there it knows what was typed and what was wrong.
pub fn new_password_fields(cx: &Cx, label: &'static str) -> AnyView {
    let w = wording();
    let rules = &cx.portal.settings().login.password;
    view! {
        <PasswordField name="password" label=label hint=w.password_rules(rules.min_length, rules.classes) new=true/>
        <PasswordField name="password_again" label=w.register_password_again() hint=w.register_password_again_hint() new=true/>
    }
    .into_any()
}

/// Correcting the own registration.
#[component]
pub fn EditPage() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let actor = actor()?;
            let cx = Cx::here()?;
            let own = cx.portal.enterprises().own(&actor).await.map_err(AppError::from)?;
            let effect = match &own.registration {
                Registration::Confirmed { .. } => w.edit_effect(),
                _ => w.edit_effect_rejected(),
            };
            let reason = match &own.registration {
                Registration::Rejected { reason, .. } => {
                    let reason = reason.to_string();
                    Some(view! { <Notice kind=Kind::Attention title=w.own_rejected()><p>{reason}</p></Notice> })
                }
                _ => None,
            };
            let lead = w.edit_lead(own.credit_code.as_str());
            Ok(view! {
                <Page title=w.own_edit() lead=lead back=routes::ENTERPRISE back_label=w.own_enterprise()>
                    {reason}
                    <Form action=Correct::url() state=returned_form()>
                        {licence_fields(Some(&own))}
                        {site_fields(Some(&own))}
                        {contact_fields(Some(&own))}
                        <SubmitBar label=w.edit_save() effect=effect>
                            <a class="button button-second" href=routes::ENTERPRISE>{w.cancel()}</a>
                        </SubmitBar>
                    </Form>
                </Page>
            }.into_any())
        }/>
    }
}

/// Adding an operator.
#[component]
pub fn OperatorPage() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let actor = actor()?;
            let cx = Cx::here()?;
            cx.portal.enterprises().own(&actor).await.map_err(AppError::from)?;
            if !domain::policy::ever(&actor, Action::ManageOperators) {
                return Err(AppError::Forbidden { reason: w.operator_owner_only().to_owned() });
            }
            Ok(view! {
                <Page title=w.operator_page() lead=w.operator_lead() back=routes::ENTERPRISE back_label=w.own_enterprise()>
                    <Form action=AddOperator::url() state=returned_form()>
                        <TextField name="name" label=w.operator_name() autocomplete="off" maxlength=100/>
                        <TextField name="login" label=w.register_login() hint=w.operator_login_hint() autocomplete="off" maxlength=100/>
                        {new_password_fields(&cx, w.operator_password())}
                        <SubmitBar label=w.operator_submit() effect=w.operator_effect()>
                            <a class="button button-second" href=routes::ENTERPRISE>{w.cancel()}</a>
                        </SubmitBar>
                    </Form>
                </Page>
            }.into_any())
        }/>
    }
}
