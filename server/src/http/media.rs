//! The original bytes of a file, for whoever may see its record.

use std::ops::Range;

use app::{error::AppError, pages::plain::Plain, routes};
use axum::{
    body::Body,
    extract::{Extension, Path, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    actor::Actor,
    evidence::{Evidence, FileName, MediaType},
    ids::EvidenceId,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use portal::services::logs::Form;

use super::{Web, faults, forms::wants_page, uploads};

/// What somebody sent can do nothing when it is opened by itself, except be seen.
const SEALED: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/// Browsers show PDF in a viewer of their own, which a sandbox would keep from
/// starting; scripts of the document have no way to us from there.
const SEALED_PDF: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// `GET /evidence/{id}`.
pub async fn evidence(
    State(web): State<Web>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Some(Extension(actor)) = actor else { return login(&headers, &format!("/evidence/{id}")) };
    match find(&web, &actor, &id, &method, &headers).await {
        Ok(file) => answer(&web, &file, &method, &headers).await,
        Err(error) => faults::page(&headers, &Plain::Fault(uploads::in_words(&headers, error))),
    }
}

/// Nobody is logged in: people are sent to the login and back, scripts are told.
pub(super) fn login(headers: &HeaderMap, next: &str) -> Response {
    if wants_page(headers) {
        return Redirect::to(&routes::login_then(next)).into_response();
    }
    (StatusCode::UNAUTHORIZED, axum::Json(AppError::LoginRequired)).into_response()
}

/// The record of a file, once it is on record too that somebody opens it. A later part of
/// a film that runs already is no new opening, and neither are questions about it.
async fn find(web: &Web, actor: &Actor, id: &str, method: &Method, asked: &HeaderMap) -> portal::Result<Evidence> {
    let id: EvidenceId = id.parse().map_err(|_| portal::Error::NotFound)?;
    let evidence = web.portal.evidences().get(actor, id).await?;
    let range = asked.get(header::RANGE).and_then(|range| range.to_str().ok());
    let later = range.is_some_and(|range| matches!(part(range, evidence.size.0), Part::Of(part) if part.start > 0));
    if *method == Method::GET && !later {
        web.portal.logs().opened(actor, &evidence, Form::Original).await?;
    }
    Ok(evidence)
}

async fn answer(web: &Web, file: &Evidence, method: &Method, asked: &HeaderMap) -> Response {
    let size = file.size.0;
    // The bytes of a digest never change: the strongest tag there is.
    let tag = format!("\"{}\"", file.digest);
    let mut headers = HeaderMap::new();
    let mut put = |name: header::HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::ETAG, &tag);
    put(header::ACCEPT_RANGES, "bytes");
    put(header::CACHE_CONTROL, "private, no-cache");
    put(header::CONTENT_TYPE, file.media.mime());
    put(header::CONTENT_DISPOSITION, &disposition(file.media, &file.name));
    put(header::CONTENT_SECURITY_POLICY, if file.media == MediaType::Pdf { SEALED_PDF } else { SEALED });

    if has(asked, header::IF_NONE_MATCH, &tag) {
        headers.remove(header::CONTENT_TYPE);
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    // A part of something else would not fit the part that is there.
    let fits = !asked.contains_key(header::IF_RANGE) || has(asked, header::IF_RANGE, &tag);
    let range = asked.get(header::RANGE).filter(|_| fits && *method == Method::GET);
    let (status, part) =
        match range.and_then(|range| range.to_str().ok()).map_or(Part::Whole, |range| part(range, size)) {
            Part::Whole => (StatusCode::OK, 0..size),
            Part::Of(part) => {
                if let Ok(value) = HeaderValue::from_str(&format!("bytes {}-{}/{size}", part.start, part.end - 1)) {
                    headers.insert(header::CONTENT_RANGE, value);
                }
                (StatusCode::PARTIAL_CONTENT, part)
            }
            Part::Beyond => {
                let mut headers = HeaderMap::new();
                if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
                    headers.insert(header::CONTENT_RANGE, value);
                }
                return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
            }
        };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(part.end - part.start));
    if *method == Method::HEAD {
        return (status, headers).into_response();
    }
    let part = (status == StatusCode::PARTIAL_CONTENT).then_some(part);
    match web.portal.evidences().open(file.digest, part).await {
        Ok(bytes) => (status, headers, Body::from_stream(bytes)).into_response(),
        Err(error) => faults::internal(asked, &error),
    }
}

/// The part a client wants.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Of(Range<u64>),
    Beyond,
}

/// Reads a `Range` header (RFC 9110, 14.1.2). What cannot be read, and several
/// ranges at once, are answered with the whole, as the standard allows.
fn part(range: &str, size: u64) -> Part {
    let Some(spec) = range.trim().strip_prefix("bytes=").filter(|spec| !spec.contains(',')) else { return Part::Whole };
    let Some((first, last)) = spec.trim().split_once('-') else { return Part::Whole };
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().unwrap_or(u64::MAX));
    match (first, last) {
        ("", "") => Part::Whole,
        ("", suffix) => match number(suffix) {
            None => Part::Whole,
            Some(0) => Part::Beyond,
            Some(_) if size == 0 => Part::Beyond,
            Some(count) => Part::Of(size.saturating_sub(count)..size),
        },
        (first, last) => {
            let Some(start) = number(first) else { return Part::Whole };
            let end = match last {
                "" => Some(u64::MAX),
                last => number(last),
            };
            match end {
                None => Part::Whole,
                Some(end) if end < start => Part::Whole,
                Some(_) if start >= size => Part::Beyond,
                Some(end) => Part::Of(start..end.saturating_add(1).min(size)),
            }
        }
    }
}

fn has(headers: &HeaderMap, name: header::HeaderName, tag: &str) -> bool {
    let mut known =
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    known.any(|known| matches!(known.trim(), "*") || known.trim() == tag)
}

/// Shown in the browser where that is safe, else downloaded; under its own name
/// (RFC 6266), with an ASCII name for clients that know no other.
pub fn disposition(media: MediaType, name: &FileName) -> String {
    /// What RFC 8187 lets stand as it is.
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let way = if media.shows_in_browser() || media == MediaType::Pdf { "inline" } else { "attachment" };
    let plain = name.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-._ ()".contains(&b));
    let ascii = if plain { name.as_str().to_owned() } else { format!("file.{}", media.extension()) };
    format!("{way}; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name.as_str(), KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(part("bytes=0-0", 10), Part::Of(0..1));
        assert_eq!(part("bytes=2-", 10), Part::Of(2..10));
        assert_eq!(part("bytes=2-99", 10), Part::Of(2..10));
        assert_eq!(part("bytes=-3", 10), Part::Of(7..10));
        assert_eq!(part("bytes=-99", 10), Part::Of(0..10));
        assert_eq!(part("bytes=10-", 10), Part::Beyond);
        assert_eq!(part("bytes=-0", 10), Part::Beyond);
        assert_eq!(part("bytes=99999999999999999999-", 10), Part::Beyond);
        for whole in ["bytes=5-2", "bytes=a-b", "items=0-1", "bytes=0-1,3-4", "bytes=-", "bytes=+1-2", ""] {
            assert_eq!(part(whole, 10), Part::Whole, "{whole}");
        }
    }

    #[test]
    fn any_name_fits_into_the_header() {
        let name = |text| disposition(MediaType::Jpeg, &FileName::from_sender(text));
        assert_eq!(name("a b.jpg"), "inline; filename=\"a b.jpg\"; filename*=UTF-8''a%20b.jpg");
        let chinese = name("灭火器\"\r\nX: y.jpg");
        assert!(chinese.starts_with("inline; filename=\"file.jpg\"; filename*=UTF-8''%E7%81%AD"));
        assert!(HeaderValue::from_str(&chinese).is_ok());
        assert!(disposition(MediaType::Docx, &FileName::from_sender("x.docx")).starts_with("attachment"));
    }
}
