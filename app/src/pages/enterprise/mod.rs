//! The enterprise's side: applications, self-checks, findings.

mod camera;
mod case;
mod cases;
mod check;
mod enrolment;
mod enrolment_new;
mod enrolments;
mod files;
mod finding;
mod findings;
mod history;
mod line;
mod line_state;
mod promise;
mod sent;

use domain::time::Timestamp;
use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    hooks::{use_params_map, use_query_map},
    path,
};
use portal::Portal;

use crate::{
    components::{ErrorSummary, FormState},
    context::screen,
    error::AppError,
    format,
};

/// Applications, self-checks and findings.
#[component(transparent)]
pub fn EnterpriseRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/enrolments") view=enrolments::Enrolments ssr=SsrMode::Async/>
        <Route path=path!("/enrolments/new") view=enrolment_new::NewEnrolment ssr=SsrMode::Async/>
        <Route path=path!("/enrolments/:id") view=enrolment::EnrolmentPage ssr=SsrMode::Async/>
        <Route path=path!("/cases") view=cases::Cases ssr=SsrMode::Async/>
        <Route path=path!("/cases/:id") view=case::CasePage ssr=SsrMode::Async/>
        <Route path=path!("/cases/:id/lines/:line") view=line::LinePage ssr=SsrMode::Async/>
        <Route path=path!("/cases/:id/lines/:line/camera") view=camera::LineCamera ssr=SsrMode::Async/>
        <Route path=path!("/cases/:id/check") view=check::CheckPage ssr=SsrMode::Async/>
        <Route path=path!("/cases/:id/sent") view=sent::SentPage ssr=SsrMode::Async/>
        <Route path=path!("/findings") view=findings::Findings ssr=SsrMode::Async/>
        <Route path=path!("/findings/:id") view=finding::FindingPage ssr=SsrMode::Async/>
        <Route path=path!("/findings/:id/camera") view=camera::FindingCamera ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}

/// An id out of the address; one that is none belongs to no record.
fn param<T: std::str::FromStr>(name: &str) -> Result<T, AppError> {
    let value = use_params_map().read_untracked().get(name);
    value.and_then(|value| value.parse().ok()).ok_or(AppError::NotFound)
}

/// A value of the address' query; nothing typed is nothing.
fn query(name: &str) -> Option<String> {
    use_query_map().read_untracked().get(name).filter(|value| !value.is_empty())
}

/// The page of a list that is asked for, from 1.
fn page_number() -> u32 {
    query("page").and_then(|page| page.parse().ok()).filter(|page| *page > 0).unwrap_or(1)
}

/// How many pages a list has.
fn pages_of(total: u64) -> u32 {
    u32::try_from(total.div_ceil(portal::store::Page::SIZE)).unwrap_or(u32::MAX).max(1)
}

/// A term as people read it.
fn due(portal: &Portal, at: Timestamp) -> format::Due {
    format::due(screen().lang, portal.calendar(), at, portal.now())
}

/// What came back, if it came back for the form of this name. Each form of a page
/// with several says its name in a field `form`.
fn returned_to(form: &str, returned: &FormState) -> FormState {
    if returned.value("form") == Some(form) { returned.clone() } else { FormState::default() }
}

/// What came back for none of the page's forms: a button's answer.
fn stray(forms: &[&str], returned: &FormState) -> AnyView {
    let theirs = returned.value("form").is_some_and(|form| forms.contains(&form));
    let errors = if theirs { Vec::new() } else { returned.errors.clone() };
    view! { <ErrorSummary errors=errors/> }.into_any()
}
