//! The agency's own work: its items, and visits that are due or took place.

mod compare;
mod edit;
mod enterprise;
pub mod item;
pub mod item_form;
pub mod items;
pub mod plan;
pub mod record;
pub mod visits;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    path,
};

/// Items and visits.
#[component(transparent)]
pub fn AgencyRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/agency/visits") view=visits::Visits ssr=SsrMode::Async/>
        <Route path=path!("/agency/visits/plan") view=plan::Plan ssr=SsrMode::Async/>
        <Route path=path!("/agency/visits/record") view=record::Record ssr=SsrMode::Async/>
        <Route path=path!("/agency/items") view=items::OwnItems ssr=SsrMode::Async/>
        <Route path=path!("/agency/items/new") view=item_form::NewItem ssr=SsrMode::Async/>
        <Route path=path!("/agency/items/:id") view=item::OwnItem ssr=SsrMode::Async/>
        <Route path=path!("/agency/items/:id/edit") view=item_form::EditItem ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
