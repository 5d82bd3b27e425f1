//! Answers of the tus protocol: every one says which version it speaks, and why it
//! refuses in a sentence for people.

use app::{error::AppError, wording::Wording};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use domain::{
    evidence::EvidenceFault,
    ids::ByteCount,
    policy::Denied,
    upload::{Rejection, Upload, UploadFault, UploadState},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::http::{faults, uploads::in_words};

/// The version of the protocol.
pub(super) const VERSION: &str = "1.0.0";
/// What it can do beyond the core.
pub(super) const EXTENSIONS: &str = "creation,creation-with-upload,creation-defer-length,checksum,checksum-trailer,expiration,termination,concatenation";

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Another version, or none.
    Version,
    /// A header that is missing or cannot be read.
    Header(&'static str),
    /// The body is of another type.
    ContentType,
    /// Nobody is logged in, and there is no good token.
    Nobody,
    /// What the portal says.
    Portal(portal::Error),
}

impl From<portal::Error> for Refusal {
    fn from(error: portal::Error) -> Self {
        Self::Portal(error)
    }
}

#[derive(Serialize)]
pub(super) struct Told {
    /// Why, in a sentence.
    pub(super) message: String,
}

impl Refusal {
    /// Why an upload that was sent whole is not taken.
    pub(super) fn of(rejection: Rejection) -> Self {
        Self::Portal(match rejection {
            Rejection::OtherBytes { .. } => portal::Error::Checksum,
            Rejection::Fault { fault } => fault.into(),
        })
    }

    fn status(&self) -> StatusCode {
        use portal::Error as E;
        // 460 is the protocol's own.
        let mismatch = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
        match self {
            Self::Version => StatusCode::PRECONDITION_FAILED,
            Self::Header(_) => StatusCode::BAD_REQUEST,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Nobody => StatusCode::UNAUTHORIZED,
            Self::Portal(error) => match error {
                E::NotFound | E::Denied(Denied::Hidden) => StatusCode::NOT_FOUND,
                E::Denied(_) | E::Upload(UploadFault::Sealed) => StatusCode::FORBIDDEN,
                E::Upload(UploadFault::Elsewhere { .. } | UploadFault::NotWhole) => StatusCode::CONFLICT,
                E::Upload(UploadFault::BeyondLength { .. } | UploadFault::TooLong { .. })
                | E::Evidence(EvidenceFault::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
                E::Upload(UploadFault::LengthSettled | UploadFault::NotAPart) => StatusCode::BAD_REQUEST,
                E::Upload(UploadFault::Gone) => StatusCode::GONE,
                E::Upload(UploadFault::Superseded) | E::Busy | E::Changed => StatusCode::LOCKED,
                E::Upload(UploadFault::QuotaFull { .. } | UploadFault::TooMany { .. }) | E::Full => {
                    StatusCode::INSUFFICIENT_STORAGE
                }
                E::Checksum => mismatch,
                E::TooManyAtOnce { .. } => StatusCode::TOO_MANY_REQUESTS,
                E::Crowded => StatusCode::SERVICE_UNAVAILABLE,
                E::Store(_) | E::Objects(_) | E::Disk(_) | E::Impossible(_) | E::Calendar(_) => {
                    StatusCode::INTERNAL_SERVER_ERROR
                }
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            },
        }
    }

    /// The answer, in the language of the request.
    pub(super) fn answer(self, asked: &HeaderMap) -> Response {
        let w = Wording(faults::lang(asked));
        let status = self.status();
        let mut headers = HeaderMap::new();
        match &self {
            Self::Version => put(&mut headers, "tus-version", VERSION),
            Self::Portal(portal::Error::Upload(UploadFault::Elsewhere { offset })) => {
                put(&mut headers, "upload-offset", &offset.0.to_string());
            }
            Self::Portal(portal::Error::TooManyAtOnce { .. } | portal::Error::Busy) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Self::Portal(portal::Error::Crowded) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            Self::Nobody => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"wugan\""));
            }
            _ => {}
        }
        let message = match self {
            Self::Version => w.tus_version().to_owned(),
            Self::Header(name) => w.tus_header(name),
            Self::ContentType => w.tus_content_type().to_owned(),
            Self::Nobody => w.app_error(&AppError::LoginRequired),
            Self::Portal(portal::Error::Full) => w.tus_disk_full().to_owned(),
            Self::Portal(error) => w.app_error(&in_words(asked, error)),
        };
        (status, headers, Json(Told { message })).into_response()
    }
}

/// What every answer of the protocol carries.
pub(super) fn ours(mut response: Response) -> Response {
    let headers = response.headers_mut();
    put(headers, "tus-resumable", VERSION);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies must not gather what is to go on after a break.
    put(headers, "x-accel-buffering", "no");
    response
}

/// Sets a header; what cannot stand in one is left out.
pub(super) fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// Where an upload stands: `Upload-Offset`, and until when it is waited for.
pub(super) fn standing(headers: &mut HeaderMap, upload: &Upload) {
    put(headers, "upload-offset", &upload.offset().0.to_string());
    if matches!(upload.state, UploadState::Receiving | UploadState::Whole { .. }) {
        put(headers, "upload-expires", &http_date(upload.expires_at));
    }
    if let UploadState::Attached { evidence, .. } = &upload.state {
        put(headers, "wugan-evidence", &evidence.to_string());
    }
    if let Some(digest) = upload.digest() {
        put(headers, "wugan-sha256", &digest.to_string());
    }
}

/// `Upload-Length` or `Upload-Defer-Length`.
pub(super) fn length(headers: &mut HeaderMap, length: Option<ByteCount>) {
    match length {
        Some(length) => put(headers, "upload-length", &length.0.to_string()),
        None => put(headers, "upload-defer-length", "1"),
    }
}

/// An instant as headers have it (RFC 9110, 5.6.7).
fn http_date(at: domain::time::Timestamp) -> String {
    use time::{OffsetDateTime, macros::format_description};
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let moment = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_http_has_them() {
        assert_eq!(http_date(domain::time::Timestamp(784_111_777_000)), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn a_crowd_is_asked_to_wait() {
        let answer = Refusal::from(portal::Error::Crowded).answer(&HeaderMap::new());
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "5");
    }
}
