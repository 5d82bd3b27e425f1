//! Pages that need no account.

pub mod accessibility;
pub mod check_bundle;
pub mod checklist;
pub mod help;
pub mod item;
pub mod items;
pub mod log;
pub mod rights;
pub mod verify;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    path,
};

pub use rights::Rights;

/// The published list, verification, help.
#[component(transparent)]
pub fn PublicRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/items") view=items::Items ssr=SsrMode::Async/>
        <Route path=path!("/items/:id") view=item::ItemPage ssr=SsrMode::Async/>
        <Route path=path!("/verify") view=verify::Verify ssr=SsrMode::Async/>
        <Route path=path!("/verify/bundle") view=check_bundle::CheckBundle ssr=SsrMode::Async/>
        <Route path=path!("/log") view=log::LogPage ssr=SsrMode::Async/>
        <Route path=path!("/verify/:code") view=verify::Verified ssr=SsrMode::Async/>
        <Route path=path!("/help") view=help::Help ssr=SsrMode::Async/>
        <Route path=path!("/accessibility") view=accessibility::Accessibility ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
