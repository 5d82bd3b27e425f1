//! Numbers and the ledger behind them.

mod asked;
mod charts;
pub mod dashboard;
pub mod entry;
pub mod ledger;
pub mod records;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    path,
};

/// Dashboard, ledger, and the records of each number.
#[component(transparent)]
pub fn NumbersRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/dashboard") view=dashboard::Dashboard ssr=SsrMode::Async/>
        <Route path=path!("/dashboard/records") view=records::Records ssr=SsrMode::Async/>
        <Route path=path!("/ledger") view=ledger::Ledger ssr=SsrMode::Async/>
        <Route path=path!("/ledger/:id") view=entry::Entry ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
