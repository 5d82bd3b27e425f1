//! A page that could not be shown, and why.

use http::{HeaderValue, StatusCode, header};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::{
    components::{ErrorSummary, Page},
    context::{screen, wording},
    error::AppError,
    routes,
};

/// Says what happened, what is safe and what to do, and sets the status of the
/// answer. [`AppError::LoginRequired`] redirects to the login.
#[component]
pub fn ErrorPage(
    /// Why.
    error: AppError,
) -> impl IntoView {
    let w = wording();
    set_status(&error);
    let (title, about) = match &error {
        AppError::NotFound => (w.error_not_found(), w.error_not_found_about().to_owned()),
        AppError::Forbidden { reason } => (w.error_forbidden(), reason.clone()),
        AppError::LoginRequired => (w.error_login(), String::new()),
        AppError::PasswordChangeRequired => (w.password_page(), w.app_error(&error)),
        AppError::Conflict { message } => (w.error_conflict(), message.clone()),
        AppError::Invalid(_) => (w.error_invalid(), String::new()),
        AppError::Refused { message } => (w.error_refused(), message.clone()),
        AppError::Internal { .. } => (w.error_internal(), w.error_internal_about().to_owned()),
    };
    let login = error == AppError::LoginRequired;
    let target = error_target(&error);
    let mut fields = Vec::new();
    let mut number = None;
    match error {
        AppError::Invalid(errors) => fields = errors,
        AppError::Internal { incident } => number = Some(incident),
        _ => {}
    }
    let (href, label) = match target {
        Some(address) if login => (address, w.login()),
        Some(address) => (address, w.password_page()),
        None => (routes::HOME.to_owned(), w.go_home()),
    };
    view! {
        <Page title=title lead=about>
            {number.map(|number| view! { <p class="incident">{w.incident_number()}" "<code>{number}</code></p> })}
            <ErrorSummary errors=fields/>
            <p><a class="button" href=href>{label}</a></p>
        </Page>
    }
}

fn set_status(error: &AppError) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    response.set_status(StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if let Some(Ok(location)) = error_target(error).map(|address| HeaderValue::from_str(&address)) {
        response.insert_header(header::LOCATION, location);
    }
}

/// Where a person has to go first.
fn error_target(error: &AppError) -> Option<String> {
    match error {
        AppError::LoginRequired => Some(routes::login_then(&screen().address)),
        AppError::PasswordChangeRequired => Some(routes::ACCOUNT_PASSWORD.to_owned()),
        _ => None,
    }
}
