//! Around every request: its number, its line in the log, its time limit, and a
//! page instead of a broken connection when something panics.

use std::{panic::AssertUnwindSafe, time::Instant};

use app::pages::plain::Plain;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Instrument;

use super::{Web, faults};

/// The header that tells the number.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers the request, logs it, and catches panics.
pub async fn watch(request: Request, next: Next) -> Response {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let span = tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path());
    let mut response = answer(request, next).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

async fn answer(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let headers = HeaderMap::clone(request.headers());
    let response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let said = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "a panic without words".to_owned());
            faults::internal(&headers, &std::io::Error::other(said))
        }
    };
    let status = response.status().as_u16();
    let ms = started.elapsed().as_millis();
    if status >= 500 {
        tracing::warn!(status, ms, "answered");
    } else {
        tracing::debug!(status, ms, "answered");
    }
    response
}

/// Gives up after the time an answer may take.
pub async fn in_time(State(web): State<Web>, request: Request, next: Next) -> Response {
    let headers = HeaderMap::clone(request.headers());
    let limit = web.config.request_time();
    if let Ok(response) = tokio::time::timeout(limit, next.run(request)).await {
        return response;
    }
    tracing::error!(seconds = limit.as_secs(), "gave up: the answer took too long");
    faults::page(&headers, &Plain::TooSlow)
}

/// An address that is there, asked in a way it does not know.
pub async fn wrong_method(headers: HeaderMap) -> Response {
    faults::page(&headers, &Plain::WrongMethod)
}
