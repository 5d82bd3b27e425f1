//! Login, registration, the own enterprise and the own account.

pub mod enterprise;
pub mod enterprise_form;
pub mod login;
pub mod own;
pub mod password;
pub mod register;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    path,
};

use super::todo::TodoPage;

/// What a person does for themselves.
#[component(transparent)]
pub fn AccountRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/login") view=login::LoginPage ssr=SsrMode::Async/>
        <Route path=path!("/register") view=register::RegisterPage ssr=SsrMode::Async/>
        <Route path=path!("/todo") view=TodoPage ssr=SsrMode::Async/>
        <Route path=path!("/enterprise") view=enterprise::EnterprisePage ssr=SsrMode::Async/>
        <Route path=path!("/enterprise/edit") view=enterprise_form::EditPage ssr=SsrMode::Async/>
        <Route path=path!("/enterprise/operator") view=enterprise_form::OperatorPage ssr=SsrMode::Async/>
        <Route path=path!("/account") view=own::AccountPage ssr=SsrMode::Async/>
        <Route path=path!("/account/password") view=password::PasswordPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
