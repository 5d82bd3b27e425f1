//! What goes along with forms: what was typed on the way in, what is to be shown
//! on the way back.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    api::{Flash, FlashNotice, Typed},
    pages::plain::Plain,
};
use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use domain::actor::Actor;
use http::{HeaderMap, Method, StatusCode, header};
use tower_sessions::Session;

use super::faults;

/// The largest form without files.
const LARGEST: usize = 1024 * 1024;

/// The largest of somebody who is not logged in, or no longer: what is wrong with
/// it is kept in a session of its own, and anybody can begin those.
const LARGEST_OF_STRANGERS: usize = 64 * 1024;

/// Whether the answer is for a person at a browser.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Reads a posted form into [`Typed`] and passes it on. Passwords are left out.
///
/// Boxes that are ticked together send one name several times. The parser of
/// server functions takes that for an error unless the name ends in `[]`, so only
/// the first value of such a name goes on; the function finds all of them in
/// [`Typed`].
pub async fn typed(request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !is_form(request.headers()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let largest = if parts.extensions.get::<Actor>().is_some() { LARGEST } else { LARGEST_OF_STRANGERS };
    let Ok(bytes) = axum::body::to_bytes(body, largest).await else {
        return faults::page(&parts.headers, &Plain::FormTooLarge);
    };
    let mut typed = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in form_urlencoded::parse(&bytes) {
        if !name.contains("password") {
            typed.entry(name.into_owned()).or_default().push(value.into_owned());
        }
    }
    let repeats = typed.iter().any(|(name, values)| values.len() > 1 && !name.ends_with("[]"));
    let bytes = if repeats { once_each(&bytes).into() } else { bytes };
    parts.extensions.insert(Typed(typed));
    let headers = HeaderMap::clone(&parts.headers);
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    to_page(&headers, response)
}

/// The same form with the first value of every name that is no list.
fn once_each(form: &[u8]) -> Vec<u8> {
    let mut seen = BTreeSet::new();
    let pairs = form_urlencoded::parse(form);
    let once = pairs.filter(|(name, _)| name.ends_with("[]") || seen.insert(name.clone().into_owned()));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(once).finish().into_bytes()
}

/// Leptos answers a form with 302, which says nothing of the method that follows;
/// 303 does (RFC 9110, 15.4.4). And a form that its server function cannot read
/// would go back to its page with an error in the address that nobody shows.
fn to_page(headers: &HeaderMap, mut response: Response) -> Response {
    if response.status() != StatusCode::FOUND {
        return response;
    }
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    if location.is_some_and(|location| location.contains("__err=")) {
        return faults::page(headers, &Plain::FormUnreadable);
    }
    *response.status_mut() = StatusCode::SEE_OTHER;
    // What the function gave is for scripts.
    response.headers_mut().remove(header::CONTENT_TYPE);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::empty();
    response
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Hands the page what waits for it in the session, once.
pub async fn flash(session: Session, mut request: Request, next: Next) -> Response {
    if request.method() == Method::GET && wants_page(request.headers()) {
        // What an older program kept there is not worth failing over.
        let waiting = session.get::<Flash>(Flash::KEY).await.unwrap_or_default();
        let reader = request.extensions().get::<Actor>().map(|actor| actor.account);
        let waiting = waiting.filter(|flash| flash.person.is_none() || flash.person == reader);
        if let Some(flash) = waiting.filter(|flash| flash.path == request.uri().path()) {
            if let Err(error) = session.remove_value(Flash::KEY).await {
                tracing::warn!(%error, "what was shown stays in the session");
            }
            if let Some(form) = flash.form {
                request.extensions_mut().insert(form);
            }
            if let Some(notice) = flash.notice {
                request.extensions_mut().insert(FlashNotice(notice));
            }
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_ticked_together_go_on_once_and_lists_whole() {
        let form = b"account=1&roles=a%20b&roles=c&items%5B%5D=1&items%5B%5D=2";
        assert_eq!(once_each(form), b"account=1&roles=a+b&items%5B%5D=1&items%5B%5D=2");
    }
}
