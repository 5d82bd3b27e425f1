//! Pages about one file.

mod receipt;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    path,
};

/// Receipts.
#[component(transparent)]
pub fn EvidenceRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/evidence/:id/receipt") view=receipt::ReceiptPage ssr=SsrMode::Async/> }
        .into_inner()
        .into_any_nested_route()
}
