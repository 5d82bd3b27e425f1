//! A new password.

use domain::policy::Denied;
use leptos::{prelude::*, server_fn::ServerFn};

use super::enterprise_form::new_password_fields;
use crate::{
    api::{Cx, account::ChangePassword},
    components::*,
    context::{actor, returned_form, wording},
    error::AppError,
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn PasswordPage() -> impl IntoView {
    view! {
        <AsyncPage load=|| async {
            let w = wording();
            let actor = actor()?;
            let cx = Cx::here()?;
            let account = cx.portal.accounts().own(&actor).await.map_err(AppError::from)?;
            let days = cx.portal.settings().login.password_days;
            let outdated = account.password_outdated(days, cx.portal.now());
            let why = if actor.temporary_password {
                Some(w.fault_denied(Denied::TemporaryPassword))
            } else {
                outdated.then(|| w.password_outdated(days))
            };
            let why = why.map(|why| view! { <Notice kind=Kind::Attention title=why/> });
            Ok(view! {
                <Page title=w.password_page() back=routes::ACCOUNT back_label=w.account()>
                    {why}
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
