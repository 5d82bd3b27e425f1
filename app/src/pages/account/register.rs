//! Registration of an enterprise by its credit code.

use leptos::{prelude::*, server_fn::ServerFn};

use super::enterprise_form::{contact_fields, licence_fields, new_password_fields, site_fields};
use crate::{
    api::{Cx, enterprise::Register},
    components::*,
    context::{returned_form, screen, wording},
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn RegisterPage() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            if screen().actor.is_some() {
                leptos_axum::redirect(routes::TODO);
            }
            let cx = Cx::here()?;
            let days = cx.portal.settings().clocks.registration;
            Ok(view! {
                <Page title=w.register_page() lead=w.register_lead()>
                    <Form action=Register::url() state=returned_form()>
                        <h2>{w.register_licence()}</h2>
                        <TextField name="credit_code" label=w.register_code() hint=w.register_code_hint() width="code"
                            autocomplete="off" maxlength=40/>
                        <Fold title=w.register_legacy()><p>{w.register_legacy_about()}</p></Fold>
                        {licence_fields(None)}
                        <h2>{w.register_site()}</h2>
                        {site_fields(None)}
                        <h2>{w.register_contact()}</h2>
                        {contact_fields(None)}
                        <h2>{w.register_account()}</h2>
                        <TextField name="login" label=w.register_login() hint=w.register_login_hint() autocomplete="username"
                            maxlength=100/>
                        {new_password_fields(&cx, w.register_password())}
                        <SubmitBar label=w.register_submit() effect=w.register_effect(days)/>
                    </Form>
                </Page>
            }.into_any())
        }/>
    }
}
