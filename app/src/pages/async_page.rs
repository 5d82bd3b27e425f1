//! Pages that wait for the portal, and answer with the right status.

use std::future::Future;

use leptos::prelude::*;

use super::error_page::ErrorPage;
use crate::error::AppError;

/// A page whose content must be fetched first. The content names its own
/// [`Page`](crate::components::Page); an error becomes an error page with its
/// status, and a missing login a redirect to it and back.
///
/// Its route must have `ssr=SsrMode::Async`, or the status goes out too early.
#[component]
pub fn AsyncPage<F, Fut>(
    /// What fetches and builds it.
    load: F,
) -> impl IntoView
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<AnyView, AppError>> + Send + 'static,
{
    let content = load();
    Suspend::new(async move {
        match content.await {
            Ok(view) => view,
            Err(error) => view! { <ErrorPage error=error/> }.into_any(),
        }
    })
}
