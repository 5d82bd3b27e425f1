//! What the sender of files is told.

use std::collections::BTreeMap;

use app::{
    api::Flash,
    components::{ERRORS, FormState},
    error::{AppError, FieldError},
    routes,
    wording::Wording,
};
use axum::{
    Json,
    response::{IntoResponse, Redirect, Response},
};
use domain::{actor::Actor, capture::CaptureGrade, evidence::EvidenceFault, ids::EvidenceId};
use http::{HeaderMap, Request, StatusCode, request::Parts};
use leptos::prelude::{Owner, provide_context};
use portal::services::evidences::Receipt;
use serde::Serialize;
use tower_sessions::Session;

use crate::http::{faults, forms::wants_page, preferences};

/// What came of an upload.
#[derive(Default)]
pub(super) struct Upload {
    /// Each file, in the order in which they came.
    pub(super) taken: Vec<Taken>,
    /// The other fields of the form.
    pub(super) typed: BTreeMap<String, Vec<String>>,
    /// The file field where nothing was chosen.
    pub(super) empty: Option<String>,
}

/// What came of one file.
pub(super) struct Taken {
    /// The form's field.
    pub(super) field: String,
    /// What the sender calls it.
    pub(super) name: String,
    /// Taken, or why not.
    pub(super) result: portal::Result<Receipt>,
}

impl Upload {
    /// The rest of the upload was not taken.
    pub(super) fn refused(&mut self, error: portal::Error) {
        self.taken.push(Taken { field: String::new(), name: String::new(), result: Err(error) });
    }
}

/// What a script is told of a file.
#[derive(Serialize)]
struct Told {
    name: String,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<EvidenceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    duplicate: bool,
    /// How it came about, of `a` to `d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<CaptureGrade>,
    /// Why the code that came with it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A portal's error in the reader's language.
pub fn in_words(headers: &HeaderMap, error: portal::Error) -> AppError {
    let mut parts = Request::new(()).into_parts().0;
    parts.headers = headers.clone();
    Owner::new().with(|| {
        provide_context(parts);
        AppError::from(error)
    })
}

/// Nobody is logged in.
pub(super) fn login(parts: &Parts, page: &str) -> Response {
    if wants_page(&parts.headers) {
        let back = preferences::back(&parts.headers, page);
        return Redirect::to(&routes::login_then(&back)).into_response();
    }
    (StatusCode::UNAUTHORIZED, Json(AppError::LoginRequired)).into_response()
}

/// Tells each file's fate.
pub(super) async fn give(parts: &Parts, session: &Session, page: &str, upload: Upload) -> Response {
    if wants_page(&parts.headers) { form(parts, session, page, upload).await } else { script(parts, upload) }
}

fn script(parts: &Parts, upload: Upload) -> Response {
    let w = Wording(faults::lang(&parts.headers));
    let mut status = StatusCode::OK;
    let mut told = Vec::new();
    for file in upload.taken {
        let receipt = file.receipt();
        let mut line = Told {
            ok: receipt.is_some(),
            id: receipt.map(|receipt| receipt.evidence.id),
            size: receipt.map(|receipt| receipt.evidence.size.0),
            sha256: receipt.map(|receipt| receipt.evidence.digest.to_string()),
            duplicate: receipt.is_some_and(|receipt| receipt.duplicate),
            grade: receipt.map(|receipt| receipt.evidence.grade()),
            note: receipt.and_then(|receipt| receipt.evidence.origin.unused).map(|fault| w.fault_code(fault)),
            name: receipt.map_or_else(|| file.name.clone(), |receipt| receipt.evidence.name.to_string()),
            error: None,
        };
        if let Err(error) = file.result {
            let plain = match &error {
                portal::Error::Evidence(EvidenceFault::TooLarge { .. } | EvidenceFault::TooMuchAtOnce { .. }) => {
                    Some(StatusCode::PAYLOAD_TOO_LARGE)
                }
                portal::Error::Full => Some(StatusCode::INSUFFICIENT_STORAGE),
                _ => None,
            };
            let error = in_words(&parts.headers, error);
            let own = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            status = status.max(plain.unwrap_or(own));
            line.error = Some(w.app_error(&error));
        }
        told.push(line);
    }
    if told.is_empty() {
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    // One status cannot tell of several files; each has its own line.
    if told.len() > 1 && status != StatusCode::OK {
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    (status, Json(told)).into_response()
}

async fn form(parts: &Parts, session: &Session, page: &str, upload: Upload) -> Response {
    let w = Wording(faults::lang(&parts.headers));
    let back = preferences::back(&parts.headers, page);
    let mut errors = Vec::new();
    let mut there = Vec::new();
    let mut new = 0;
    let mut unused = None;
    let nothing = upload.taken.is_empty();
    for file in upload.taken {
        match file.result {
            Ok(receipt) if receipt.duplicate => there.push(receipt.evidence.name.to_string()),
            Ok(receipt) => {
                new += 1;
                unused = unused.or(receipt.evidence.origin.unused);
            }
            Err(error) => {
                let why = w.app_error(&in_words(&parts.headers, error));
                let message = if file.name.is_empty() { why } else { w.upload_not_taken(&file.name, &why) };
                errors.push(FieldError::new(file.field, message));
            }
        }
    }
    if nothing {
        errors.push(FieldError::new(upload.empty.unwrap_or_default(), w.upload_no_file()));
    }
    let mut notice = Vec::new();
    if new > 0 {
        notice.push(w.upload_saved(new));
    }
    if let Some(fault) = unused {
        notice.push(w.fault_code(fault));
    }
    if !there.is_empty() {
        notice.push(w.upload_already_there(&w.list(&there)));
    }
    let failed = !errors.is_empty();
    let flash = Flash {
        path: back.split(['?', '#']).next().unwrap_or(&back).to_owned(),
        // What was typed beside the files comes back in either case.
        form: Some(FormState { values: upload.typed, errors }),
        notice: (!notice.is_empty()).then(|| notice.join(w.pick("", " "))),
        person: parts.extensions.get::<Actor>().map(|actor| actor.account),
    };
    if let Err(error) = session.insert(Flash::KEY, flash).await {
        return faults::internal(&parts.headers, &error);
    }
    Redirect::to(&if failed { format!("{back}#{ERRORS}") } else { back }).into_response()
}
