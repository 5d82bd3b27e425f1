//! Static files: inside the program in release builds, from the disk in debug
//! builds.

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::headers::WORKER;

/// What `cargo xtask build` put together.
#[derive(RustEmbed)]
#[folder = "$WUGAN_SITE_DIR"]
#[allow_missing = true]
struct Site;

/// Compressed twins and their encodings, the best first.
const TWINS: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Answers for files of the site and passes everything else on.
pub async fn serve(request: Request, next: Next) -> Response {
    let asked = matches!(*request.method(), Method::GET | Method::HEAD);
    let Some(path) = request.uri().path().strip_prefix('/').filter(|path| asked && path.contains('.')) else {
        return next.run(request).await;
    };
    // A twin is reached through its original only.
    let kind = media_type(path);
    match (kind, Site::get(path)) {
        (Some(kind), Some(file)) => answer(path, kind, file, request.headers(), request.method() == Method::HEAD),
        _ => next.run(request).await,
    }
}

fn answer(path: &str, kind: &'static str, file: EmbeddedFile, asked: &HeaderMap, head: bool) -> Response {
    let twin = TWINS.iter().find_map(|(encoding, suffix)| {
        accepts(asked, encoding).then(|| Site::get(&format!("{path}.{suffix}"))).flatten().map(|twin| (*encoding, twin))
    });
    let (encoding, file) = twin.map_or((None, file), |(encoding, twin)| (Some(encoding), twin));
    // Each form of a file has its own tag: they are different bytes.
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let mut headers = HeaderMap::new();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(freshness(path)));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if kind == SCRIPT {
        // Also where nothing has changed: what such an answer says replaces what the browser kept (RFC 9111, 3.2).
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(WORKER));
    }
    if matches(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(file.data.len()));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    let body = match file.data {
        _ if head => Body::empty(),
        std::borrow::Cow::Borrowed(bytes) => Body::from(bytes),
        std::borrow::Cow::Owned(bytes) => Body::from(bytes),
    };
    (headers, body).into_response()
}

/// Style, scripts and wasm belong to one build and are asked for anew with every
/// page; their tags make that cheap. Pictures may wait a day.
fn freshness(path: &str) -> &'static str {
    if path.starts_with("pkg/") { "public, no-cache" } else { "public, max-age=86400" }
}

fn media_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit('.').next()? {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => SCRIPT,
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        _ => return None,
    })
}

/// Whether the client takes an encoding (RFC 9110, 12.5.3).
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|offer| {
            let mut parts = offer.split(';');
            let name = parts.next().unwrap_or_default().trim();
            let refused = parts.any(|weight| {
                weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0)
            });
            name.eq_ignore_ascii_case(encoding) && !refused
        })
}

/// Whether the client has these bytes already (RFC 9110, 13.1.2).
fn matches(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|known| known.trim().trim_start_matches("W/"))
        .any(|known| known == tag || known == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_used_only_where_it_is_taken() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            headers
        };
        assert!(accepts(&of("gzip, deflate, br"), "br"));
        assert!(accepts(&of("gzip;q=0.5"), "gzip"));
        assert!(!accepts(&of("br;q=0, gzip"), "br"));
        assert!(!accepts(&HeaderMap::new(), "br"));
    }
}
