//! The bytes of a file for whoever may see its record: the original to take along, and
//! the forms that were made of it to look at.

mod range;

use app::{error::AppError, pages::plain::Plain, routes};
use axum::{
    body::Body,
    extract::{Extension, Path, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    actor::Actor,
    dossier::Dossier,
    evidence::{Evidence, FileName, MediaType},
    examination::{Derivative, DerivedForm},
    ids::{Digest, EvidenceId},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use portal::{
    objects::Shown,
    services::{examinations::form_of, logs::Form},
};

use self::range::{Part, has, part};
use super::{Web, faults, forms::wants_page, uploads};

/// What somebody sent can do nothing when it is opened by itself, except be seen.
const SEALED: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

/// `GET /evidence/{id}`: the original, to be downloaded.
pub async fn evidence(
    State(web): State<Web>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Some(Extension(actor)) = actor else { return login(&headers, &format!("/evidence/{id}")) };
    let asked = Asked { web: &web, actor: &actor, method: &method, headers: &headers };
    match asked.original(&id).await {
        Ok(piece) => asked.answer(&piece).await,
        Err(error) => asked.refuse(error),
    }
}

/// `GET /evidence/{id}/{form}`: a form that was made of it, to be shown.
pub async fn derived(
    State(web): State<Web>,
    actor: Option<Extension<Actor>>,
    Path((id, form)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let Some(Extension(actor)) = actor else { return login(&headers, &format!("/evidence/{id}/{form}")) };
    let asked = Asked { web: &web, actor: &actor, method: &method, headers: &headers };
    match asked.form(&id, &form).await {
        Ok(piece) => asked.answer(&piece).await,
        Err(error) => asked.refuse(error),
    }
}

/// Nobody is logged in: people are sent to the login and back, scripts are told.
pub(super) fn login(headers: &HeaderMap, next: &str) -> Response {
    if wants_page(headers) {
        return Redirect::to(&routes::login_then(next)).into_response();
    }
    (StatusCode::UNAUTHORIZED, axum::Json(AppError::LoginRequired)).into_response()
}

/// Bytes that may be handed out.
struct Piece {
    /// The record of the file they belong to.
    evidence: Evidence,
    digest: Digest,
    size: u64,
    mime: &'static str,
    disposition: String,
    /// The form they are; none for the original.
    derived: Option<Derivative>,
}

/// Who asks for what.
struct Asked<'a> {
    web: &'a Web,
    actor: &'a Actor,
    method: &'a Method,
    headers: &'a HeaderMap,
}

impl Asked<'_> {
    /// The record of a file that is not in quarantine.
    async fn find(&self, id: &str) -> portal::Result<(Evidence, Option<Dossier>)> {
        let id: EvidenceId = id.parse().map_err(|_| portal::Error::NotFound)?;
        let evidence = self.web.portal.evidences().get(self.actor, id).await?;
        let dossier = self.web.portal.examinations().of([&evidence]).await?.remove(&evidence.digest);
        if dossier.as_ref().is_some_and(Dossier::is_quarantined) {
            return Err(portal::Error::Quarantined);
        }
        Ok((evidence, dossier))
    }

    async fn original(&self, id: &str) -> portal::Result<Piece> {
        let (evidence, _) = self.find(id).await?;
        Ok(Piece {
            digest: evidence.digest,
            size: evidence.size.0,
            mime: evidence.media.mime(),
            disposition: disposition("attachment", &evidence.name, evidence.media),
            derived: None,
            evidence,
        })
    }

    async fn form(&self, id: &str, form: &str) -> portal::Result<Piece> {
        let form = form_of(form).ok_or(portal::Error::NotFound)?;
        let (evidence, dossier) = self.find(id).await?;
        let made = dossier.as_ref().and_then(|dossier| dossier.derivative(form)).ok_or(portal::Error::NotFound)?;
        let media = if form == DerivedForm::Film { MediaType::Mp4 } else { MediaType::Jpeg };
        Ok(Piece {
            digest: made.digest,
            size: made.size.0,
            mime: form.mime(),
            disposition: disposition("inline", &evidence.name, media),
            derived: Some(made.clone()),
            evidence,
        })
    }

    /// Puts on record that somebody opens a file, before any of its bytes go out. Questions
    /// about it are no opening, and neither is going on with what is open already.
    async fn note(&self, piece: &Piece, goes_on: bool) -> portal::Result<()> {
        if *self.method == Method::HEAD {
            return Ok(());
        }
        let form = piece.derived.as_ref().map_or(Form::Original, |made| Form::Derived(made.form));
        let logs = self.web.portal.logs();
        if goes_on {
            logs.went_on(self.actor, &piece.evidence, form).await
        } else {
            logs.opened(self.actor, &piece.evidence, form).await
        }
    }

    async fn answer(&self, piece: &Piece) -> Response {
        let (size, asked) = (piece.size, self.headers);
        // The bytes of a digest never change: the strongest tag there is.
        let tag = format!("\"{}\"", piece.digest);
        let mut headers = HeaderMap::new();
        let mut put = |name: header::HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        put(header::ETAG, &tag);
        put(header::ACCEPT_RANGES, "bytes");
        put(header::CACHE_CONTROL, "private, no-cache");
        put(header::CONTENT_TYPE, piece.mime);
        put(header::CONTENT_DISPOSITION, &piece.disposition);
        put(header::CONTENT_SECURITY_POLICY, SEALED);

        if has(asked, header::IF_NONE_MATCH, &tag) {
            headers.remove(header::CONTENT_TYPE);
            // Whoever has the bytes already looks at them once more.
            return match self.note(piece, false).await {
                Ok(()) => (StatusCode::NOT_MODIFIED, headers).into_response(),
                Err(error) => self.refuse(error),
            };
        }
        // A part of something else would not fit the part that is there.
        let fits = !asked.contains_key(header::IF_RANGE) || has(asked, header::IF_RANGE, &tag);
        let range = asked.get(header::RANGE).filter(|_| fits && *self.method == Method::GET);
        let (status, part) =
            match range.and_then(|range| range.to_str().ok()).map_or(Part::Whole, |range| part(range, size)) {
                Part::Whole => (StatusCode::OK, 0..size),
                Part::Of(part) => {
                    let of = format!("bytes {}-{}/{size}", part.start, part.end - 1);
                    if let Ok(value) = HeaderValue::from_str(&of) {
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
        if *self.method == Method::HEAD {
            return (status, headers).into_response();
        }
        let there = self.at_the_store(piece).await;
        // Whoever is sent to the store can read all of it there, whatever part they asked us for.
        let goes_on = there.is_none() && part.start > 0;
        if let Err(error) = self.note(piece, goes_on).await {
            return self.refuse(error);
        }
        if let Some(there) = there {
            return there;
        }
        let part = (status == StatusCode::PARTIAL_CONTENT).then_some(part);
        let bytes = match &piece.derived {
            None => self.web.portal.evidences().open(piece.digest, part).await,
            Some(made) => self.web.portal.examinations().open(made, part).await,
        };
        match bytes {
            Ok(bytes) => (status, headers, Body::from_stream(bytes)).into_response(),
            Err(error) => faults::internal(asked, &error),
        }
    }

    /// The answer that sends whoever may open a file to the object store itself, where it is set
    /// to: for some seconds. It goes out when the access is on record. A store that does not have
    /// the file yet, or does not answer, is nobody's trouble: the bytes come through us.
    async fn at_the_store(&self, piece: &Piece) -> Option<Response> {
        let how_long = self.web.config.signed_for()?;
        let (media, disposition) = (piece.mime, piece.disposition.as_str());
        let shown = Shown { media, disposition, derived: piece.derived.is_some() };
        match self.web.portal.objects().signed(piece.digest, how_long, shown).await {
            Ok(address) => {
                let location = HeaderValue::from_str(&address?).ok()?;
                let headers =
                    [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
                Some((StatusCode::FOUND, headers).into_response())
            }
            Err(error) => {
                tracing::warn!(%error, "the object store gives out no address");
                None
            }
        }
    }

    fn refuse(&self, error: portal::Error) -> Response {
        faults::page(self.headers, &Plain::Fault(uploads::in_words(self.headers, error)))
    }
}

/// Shown or downloaded, under its own name (RFC 6266), with an ASCII name for clients
/// that know no other.
fn disposition(way: &str, name: &FileName, media: MediaType) -> String {
    /// What RFC 8187 lets stand as it is.
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let plain = name.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-._ ()".contains(&b));
    let ascii = if plain { name.as_str().to_owned() } else { format!("file.{}", media.extension()) };
    format!("{way}; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name.as_str(), KEPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_fits_into_the_header() {
        let name = |text| disposition("attachment", &FileName::from_sender(text), MediaType::Jpeg);
        assert_eq!(name("a b.jpg"), "attachment; filename=\"a b.jpg\"; filename*=UTF-8''a%20b.jpg");
        let chinese = name("灭火器\"\r\nX: y.jpg");
        assert!(chinese.starts_with("attachment; filename=\"file.jpg\"; filename*=UTF-8''%E7%81%AD"));
        assert!(HeaderValue::from_str(&chinese).is_ok());
    }
}
