//! Only our own pages may post.
//!
//! Browsers say where a request comes from (`Sec-Fetch-Site`, and `Origin` in
//! older ones); a page elsewhere cannot change either. So no token is needed in
//! any form, and no form can go stale.

use app::pages::plain::Plain;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, Method, header};

use super::{Web, bearer, faults, guard};

/// Refuses what changes something and does not come from our own pages.
pub async fn check(State(web): State<Web>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe
        || bearer::is_program(request.uri().path(), request.headers())
        || is_own(
            request.headers(),
            request.uri().authority().map(http::uri::Authority::as_str),
            &web.config.public_url(),
        )
    {
        return next.run(request).await;
    }
    let path = guard::logged(request.uri().path());
    tracing::warn!(method = %request.method(), path = &*path, "refused: not from our own pages");
    faults::page(request.headers(), &Plain::Elsewhere)
}

fn is_own(headers: &HeaderMap, authority: Option<&str>, public_url: &str) -> bool {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        // `none`: the person's own doing, such as a reloaded page.
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = text(header::ORIGIN) else { return false };
    let host = authority.or_else(|| text(header::HOST));
    let of_host = origin.split_once("://").is_some_and(|(_, name)| Some(name) == host);
    of_host || origin == public_url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), http::HeaderValue::from_static(value)));
        is_own(&headers.collect(), None, "https://wugan.example.gov.cn")
    }

    #[test]
    fn only_our_own_pages_may_post() {
        assert!(own(&[("sec-fetch-site", "same-origin"), ("host", "a")]));
        assert!(own(&[("sec-fetch-site", "none")]));
        assert!(own(&[("origin", "http://127.0.0.1:3000"), ("host", "127.0.0.1:3000")]));
        // A proxy may have changed the host.
        assert!(own(&[("origin", "https://wugan.example.gov.cn"), ("host", "backend:3000")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
        assert!(!own(&[("sec-fetch-site", "cross-site"), ("origin", "http://a"), ("host", "a")]));
        assert!(!own(&[("origin", "https://evil.example"), ("host", "wugan.example.gov.cn")]));
        assert!(!own(&[("origin", "null"), ("host", "a")]));
        assert!(!own(&[("host", "a")]));
    }
}
