//! Around every request: its number, its line in the log, its time limit, and a
//! page instead of a broken connection when something panics.

use std::{borrow::Cow, panic::AssertUnwindSafe, time::Instant};

use app::pages::plain::Plain;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Instrument;

use super::{Web, faults, tus};

/// The header that tells the number.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers the request, logs it, and catches panics.
pub async fn watch(request: Request, next: Next) -> Response {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let path = logged(request.uri().path()).into_owned();
    let span = tracing::info_span!("request", %id, method = %request.method(), path);
    let mut response = answer(request, next).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// A path as it may stand in a log: that of an upload without the secret part of its address.
pub(super) fn logged(path: &str) -> Cow<'_, str> {
    let below = path.strip_prefix(tus::PLACE).and_then(|rest| rest.strip_prefix('/'));
    let Some((key, rest)) = below.map(|below| below.split_at(below.find('/').unwrap_or(below.len()))) else {
        return path.into();
    };
    // The dot may come as `%2E`: whatever stands in no id begins the secret.
    match key.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-') {
        Some(end) => format!("{}/{}.{rest}", tus::PLACE, &key[..end]).into(),
        None => path.into(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_an_upload_stands_in_no_log() {
        const ID: &str = "/api/v1/uploads/019368a0-0000-7000-8000-00000000000a";
        for (path, shown) in [
            (format!("{ID}.5ec4e7"), format!("{ID}.")),
            (format!("{ID}.5ec4e7/place"), format!("{ID}./place")),
            (format!("{ID}.5ec.4e7"), format!("{ID}.")),
            (format!("{ID}%2E5ec4e7/place"), format!("{ID}./place")),
        ] {
            assert_eq!(logged(&path), shown);
        }
        for same in [ID, "/api/v1/uploads", "/api/v1/uploads/", "/api/v1/uploadsx/a.b", "/evidence/1.jpg", "/"] {
            assert_eq!(logged(same), same);
        }
    }
}
