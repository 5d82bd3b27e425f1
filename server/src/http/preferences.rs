//! How people want to see the portal, and the way out.

use app::routes;
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use tower_sessions::Session;

use super::{Web, faults};

/// What a person chose.
#[derive(Debug, Deserialize)]
pub struct Choice {
    lang: Option<String>,
    care: Option<String>,
    /// Where the person was.
    back: Option<String>,
}

/// Keeps language and 关怀版 in cookies of a year, and goes back. Under https they are
/// sent over nothing else, as the session's is.
pub async fn save(State(web): State<Web>, headers: HeaderMap, Form(choice): Form<Choice>) -> Response {
    const YEAR: u32 = 365 * 24 * 60 * 60;
    let secure = if web.config.is_https() { "; Secure" } else { "" };
    let mut kept = Vec::new();
    if let Some(lang) = choice.lang.as_deref().filter(|lang| matches!(*lang, "zh" | "en")) {
        kept.push(format!("lang={lang}"));
    }
    if let Some(care) = choice.care.as_deref().filter(|care| matches!(*care, "0" | "1")) {
        kept.push(format!("care={care}"));
    }
    let to = choice.back.map_or_else(|| back(&headers, routes::HOME), |back| routes::safe_next(&back).to_owned());
    let mut response = Redirect::to(&to).into_response();
    for pair in kept {
        let cookie = format!("{pair}; Path=/; Max-Age={YEAR}; SameSite=Lax; HttpOnly{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Ends the session.
pub async fn logout(headers: HeaderMap, session: Session) -> Response {
    if session.id().is_some()
        && let Err(error) = session.flush().await
    {
        return faults::internal(&headers, &error);
    }
    Redirect::to(routes::HOME).into_response()
}

/// The path of the page that sent a form.
pub fn back(headers: &HeaderMap, otherwise: &str) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let address = referer.and_then(|referer| referer.parse::<http::Uri>().ok());
    let path = address.and_then(|address| address.path_and_query().map(ToString::to_string));
    path.map_or_else(|| otherwise.to_owned(), |path| routes::safe_next(&path).to_owned())
}
