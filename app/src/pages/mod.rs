//! Pages (server side only): the document, the frame, and a folder per feature.
//!
//! A feature's folder has a transparent component that lists its
//! pages; the README of the components shows the pattern.

#![allow(unreachable_pub, reason = "`#[component]` makes items of its own that are public")]

pub mod account;
pub mod admin;
pub mod agency;
pub mod async_page;
pub mod documents;
pub mod enterprise;
pub mod error_page;
pub mod evidence;
pub mod home;
pub mod layout;
pub mod numbers;
pub mod origin;
pub mod plain;
pub mod public;
pub mod review;
pub mod shell;
pub mod todo;

#[cfg(debug_assertions)]
pub mod gallery;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::{FlatRoutes, Route, Router},
    path,
};

pub use async_page::AsyncPage;
pub use error_page::ErrorPage;
pub use home::{HomeNumbers, HomePage, HomeView, TodoItem};
pub use layout::Layout;
pub use shell::shell;

/// Every page, inside the frame.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <Layout>
                <FlatRoutes fallback=|| view! { <ErrorPage error=crate::error::AppError::NotFound/> }>
                    <HomeRoutes/>
                    <public::PublicRoutes/>
                    <admin::AdminRoutes/>
                    <agency::AgencyRoutes/>
                    <numbers::NumbersRoutes/>
                    <account::AccountRoutes/>
                    <enterprise::EnterpriseRoutes/>
                    <documents::DocumentRoutes/>
                    <evidence::EvidenceRoutes/>
                    <review::ReviewRoutes/>
                    <DebugRoutes/>
                </FlatRoutes>
            </Layout>
        </Router>
    }
}

/// Home.
#[component(transparent)]
fn HomeRoutes() -> AnyNestedRoute {
    view! { <Route path=path!("/") view=home::Home ssr=SsrMode::Async/> }.into_inner().into_any_nested_route()
}

/// The gallery, which release builds do not have.
#[component(transparent)]
fn DebugRoutes() -> AnyNestedRoute {
    #[cfg(debug_assertions)]
    let routes = view! { <gallery::GalleryRoutes/> }.into_inner();
    #[cfg(not(debug_assertions))]
    let routes = ().into_any_nested_route();
    routes
}
