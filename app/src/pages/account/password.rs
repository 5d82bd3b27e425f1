//! A new password.

use domain::policy::Denied;
use leptos::{prelude::*, server_fn::ServerFn};

use super::enterprise_form::new_password_fields;
use crate::{
    api::{Cx, account::ChangePassword},
    components::*,
    context::{actor, returned_form, wording},
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn PasswordPage() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let temporary = actor()?.temporary_password.then(|| {
                view! { <Notice kind=Kind::Attention title=w.fault_denied(Denied::TemporaryPassword)/> }
            });
            let cx = Cx::here()?;
            Ok(view! {
                <Page title=w.password_page() back=routes::ACCOUNT back_label=w.account()>
                    {temporary}
                    <Form action=ChangePassword::url() state=returned_form()>
                        <PasswordField name="old_password" label=w.password_old()/>
                        {new_password_fields(&cx, w.password_new())}
                        <SubmitBar label=w.password_page() effect=w.password_effect()>
                            <a class="button button-second" href=routes::ACCOUNT>{w.cancel()}</a>
                        </SubmitBar>
                    </Form>
                </Page>
            }.into_any())
        }/>
    }
}
