//! The officers' side: the queue, the desk, the outcome, and the lists beside it.
//!
//! Supervisors read the same pages; what a person may not do is not shown to them,
//! and the service decides all the same.

mod came_about;
mod conduct;
mod desk;
mod enrolment;
mod enrolments;
mod finding;
mod findings;
mod first_violations;
mod history;
mod known;
mod media;
mod outcome;
mod parts;
mod queue;
mod registration;
mod registrations;

use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute},
    components::Route,
    path,
};

/// The officers' pages.
#[component(transparent)]
pub fn ReviewRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/review") view=queue::QueuePage ssr=SsrMode::Async/>
        <Route path=path!("/review/enrolments") view=enrolments::EnrolmentsPage ssr=SsrMode::Async/>
        <Route path=path!("/review/enrolments/:id") view=enrolment::EnrolmentPage ssr=SsrMode::Async/>
        <Route path=path!("/review/registrations") view=registrations::RegistrationsPage ssr=SsrMode::Async/>
        <Route path=path!("/review/registrations/:id") view=registration::RegistrationPage ssr=SsrMode::Async/>
        <Route path=path!("/review/findings") view=findings::FindingsPage ssr=SsrMode::Async/>
        <Route path=path!("/review/findings/:id") view=finding::FindingPage ssr=SsrMode::Async/>
        <Route path=path!("/review/:id") view=desk::DeskPage ssr=SsrMode::Async/>
        <Route path=path!("/review/:id/outcome") view=outcome::OutcomePage ssr=SsrMode::Async/>
        <Route path=path!("/first-violations") view=first_violations::FirstViolationsPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
