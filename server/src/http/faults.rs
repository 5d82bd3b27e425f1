//! Pages for what goes wrong before or outside of the app.

use app::{
    context::cookie,
    pages::plain::{Plain, plain_page},
    wording::Lang,
};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::headers::policy;

/// The reader's language, as the app decides it.
pub fn lang(headers: &HeaderMap) -> Lang {
    match cookie(headers, "lang") {
        Some("en") => Lang::En,
        Some(_) => Lang::Zh,
        None => Lang::accepted(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())),
    }
}

/// A page that says what happened and what to do.
pub fn page(headers: &HeaderMap, what: &Plain) -> Response {
    let status = StatusCode::from_u16(what.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let care = cookie(headers, "care") == Some("1");
    let mut response = (status, Html(plain_page(lang(headers), care, what))).into_response();
    let answer = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&policy(None, None)) {
        answer.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A fault of ours, logged under a number that the person can tell us.
pub fn internal(headers: &HeaderMap, error: &dyn std::error::Error) -> Response {
    match app::api::internal(error) {
        app::error::AppError::Internal { incident } => page(headers, &Plain::Incident(incident)),
        // `internal` makes nothing else.
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
