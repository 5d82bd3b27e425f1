//! Login.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use crate::{
    api::account::{Login, failed_login, keeps_form},
    components::*,
    context::{screen, wording},
    pages::AsyncPage,
    routes,
};

/// The route's view.
#[component]
pub fn LoginPage() -> impl IntoView {
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    view! {
        <AsyncPage load=move || async move {
            let w = wording();
            let next = match routes::safe_next(&next) {
                routes::HOME => String::new(),
                next => next.to_owned(),
            };
            if screen().actor.is_some() {
                leptos_axum::redirect(if next.is_empty() { routes::TODO } else { &next });
            }
            let state = failed_login().await?;
            let kept = keeps_form(&next).await?;
            let about = match (next.is_empty(), kept) {
                (true, _) => None,
                (false, true) => Some(view! {
                    <Notice kind=Kind::Attention title=w.login_expired()><p>{w.login_expired_about()}</p></Notice>
                }.into_any()),
                (false, false) => Some(view! { <p class="lead">{w.login_back()}</p> }.into_any()),
            };
            Ok(view! {
                <Page title=w.login_page()>
                    {about}
                    <div class="columns login">
                        <div class="card">
                            <Form action=Login::url() state=state>
                                <input type="hidden" name="next" value=next/>
                                <TextField name="login" label=w.login_name() autocomplete="username" maxlength=100/>
                                <PasswordField name="password" label=w.login_password()/>
                                <SubmitBar label=w.login()/>
                            </Form>
                        </div>
                        <Group title=w.login_no_account()>
                            <p>{w.login_no_account_about()}</p>
                            <p><a class="button button-second" href=routes::REGISTER>{w.register_page()}</a></p>
                        </Group>
                    </div>
                    <Fold title=w.login_trouble()>
                        <p>{w.login_trouble_forgot()}</p>
                        <p>{w.login_trouble_officer()}</p>
                        <p>{w.login_trouble_shared()}</p>
                    </Fold>
                </Page>
            }.into_any())
        }/>
    }
}
