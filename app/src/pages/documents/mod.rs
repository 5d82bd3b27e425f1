//! Issued documents: the list and the sheet.

mod bodies;
mod document;
mod list;
mod pictures;

pub(crate) use document::alone as document_alone;
use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    path,
};

/// 我的文书.
#[component(transparent)]
pub fn DocumentRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/documents") view=list::Documents ssr=SsrMode::Async/>
        <Route path=path!("/documents/:id") view=document::DocumentPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
