//! Administration: accounts, working days, the audit trail.

pub mod account;
pub mod account_new;
pub mod accounts;
pub mod audit;
pub mod calendar;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    path,
};

/// Accounts, calendar, audit.
#[component(transparent)]
pub fn AdminRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/admin/accounts") view=accounts::AccountsPage ssr=SsrMode::Async/>
        <Route path=path!("/admin/accounts/new") view=account_new::NewAccountPage ssr=SsrMode::Async/>
        <Route path=path!("/admin/accounts/:id") view=account::AccountPage ssr=SsrMode::Async/>
        <Route path=path!("/admin/calendar") view=calendar::CalendarPage ssr=SsrMode::Async/>
        <Route path=path!("/audit") view=audit::AuditPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
