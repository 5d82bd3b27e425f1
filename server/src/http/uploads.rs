//! Files on their way in, over HTTP.
//!
//! A form sends several files at once (`multipart/form-data`) and is answered
//! with the page it stood on, or with a result for each file where no page is
//! wanted. Every file stands for itself: one that is not taken loses none of the
//! others. No file is ever whole in memory. Scripts send in pieces instead
//! ([`tus`](super::tus)).

mod answer;
mod stream;

use axum::{
    body::Body,
    extract::{FromRequest, Multipart, Path, Request, State},
    response::Response,
};
use domain::{
    actor::Actor,
    evidence::{EvidenceFault, Moment},
    ids::{ByteCount, CaptureId, CaseId, FindingId, LineId},
};
use http::{HeaderMap, header, request::Parts};
use portal::services::evidences::{Admission, Receipt, Slot};
use tower_sessions::Session;

pub use answer::in_words;
pub(super) use stream::patient;

use super::{Web, health};
use answer::{Taken, Upload};
use app::{context::SessionKey, pages::plain::Plain, routes};

/// What a form has around its files, and its other fields.
const OVERHEAD: u64 = 1024 * 1024;
/// Text fields are remembered up to this size, together.
const TEXT: usize = 64 * 1024;
/// The field of a form that names the code its files were taken with.
const CODE: &str = "capture";

/// `POST /upload/case/{case}/{line}`.
pub async fn case_line(
    State(web): State<Web>,
    session: Session,
    Path((case, line)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (Ok(case), Ok(line)) = (case.parse::<CaseId>(), line.parse::<LineId>()) else { return unknown(request) };
    take(&web, session, Slot::Line(case, line), routes::case_line(case, line), request).await
}

/// `POST /upload/finding/{finding}/{before|after}`.
pub async fn finding(
    State(web): State<Web>,
    session: Session,
    Path((finding, moment)): Path<(String, String)>,
    request: Request,
) -> Response {
    let Ok(finding) = finding.parse::<FindingId>() else { return unknown(request) };
    let moment = match moment.as_str() {
        "before" => Moment::Before,
        "after" => Moment::After,
        _ => return unknown(request),
    };
    take(&web, session, Slot::Finding(finding, moment), routes::finding(finding), request).await
}

fn unknown(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    stream::drain(body);
    super::faults::page(&parts.headers, &Plain::Fault(app::error::AppError::NotFound))
}

async fn take(web: &Web, session: Session, slot: Slot, page: String, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut upload = Upload::default();
    let Some(actor) = parts.extensions.get::<Actor>().cloned() else {
        stream::drain(body);
        return answer::login(&parts, &page);
    };
    if !is_form(&parts.headers) {
        stream::drain(body);
        return super::faults::page(&parts.headers, &Plain::FormUnreadable);
    }
    if let Err(error) = several(web, &actor, slot, &parts, body, &mut upload).await {
        upload.refused(error);
    }
    answer::give(&parts, &session, &page, upload).await
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

/// How many bytes the client says it sends.
fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Whether the actor may send files there at all; if not, the rest of the body is
/// read and thrown away in the background, so that the answer is heard.
async fn admit(web: &Web, actor: &Actor, slot: Slot, parts: &Parts, body: Body) -> portal::Result<(Admission, Body)> {
    let admission = match web.portal.evidences().admit(actor, slot, None).await {
        // Where nothing is declared, the disk has to take the largest there may be.
        Ok(admission) => {
            let bytes = declared(&parts.headers).unwrap_or(admission.limit().0).min(most(web, &admission));
            match health::takes_beside_others(&web.portal, &web.config, bytes).await {
                Ok(true) => Ok(admission),
                Ok(false) => {
                    tracing::error!(bytes, "a file was refused: the disk is nearly full");
                    Err(portal::Error::Full)
                }
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    };
    match admission {
        Ok(admission) => Ok((admission, body)),
        Err(error) => {
            stream::drain(body);
            Err(error)
        }
    }
}

/// The bytes of the largest form there may be: as many files as fit on a line, each as large as it may be.
fn most(web: &Web, admission: &Admission) -> u64 {
    let files = web.portal.settings().evidence.files_per_line.into();
    admission.limit().0.saturating_mul(files).saturating_add(OVERHEAD)
}

/// The files of a form, one after another.
async fn several(
    web: &Web,
    actor: &Actor,
    slot: Slot,
    parts: &Parts,
    body: Body,
    upload: &mut Upload,
) -> portal::Result<()> {
    let (mut admission, body) = admit(web, actor, slot, parts, body).await?;
    let most = most(web, &admission);
    if let Some(size) = declared(&parts.headers).filter(|size| *size > most) {
        stream::drain(body);
        let (files, limit) = (web.portal.settings().evidence.files_per_line, admission.limit());
        return Err(EvidenceFault::TooMuchAtOnce { size: ByteCount(size), files, limit }.into());
    }
    let body = patient(body, web.config.upload_idle(), most);
    let request = Request::from_parts(parts.clone(), body);
    let Ok(mut form) = Multipart::from_request(request, &()).await else {
        return Err(EvidenceFault::CutOff.into());
    };
    let mut room = TEXT;
    loop {
        let mut field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => return Ok(()),
            Err(error) => {
                tracing::info!(%error, "an upload broke");
                // Whoever was told of a file that is too large knows why it ended.
                let known = upload.taken.last().is_some_and(|taken| taken.result.is_err());
                return if known { Ok(()) } else { Err(EvidenceFault::CutOff.into()) };
            }
        };
        let input = field.name().unwrap_or_default().to_owned();
        let Some(name) = field.file_name().map(str::to_owned) else {
            let mut text = Vec::new();
            while let Ok(Some(chunk)) = field.chunk().await {
                let fits = chunk.len().min(room);
                room -= fits;
                text.extend_from_slice(&chunk[..fits]);
            }
            let text = String::from_utf8_lossy(&text).into_owned();
            // The code stands before the files that were taken with it.
            if input == CODE
                && let Ok(capture) = text.parse::<CaptureId>()
            {
                let session = parts.extensions.get::<SessionKey>().map(|key| key.0.as_str());
                admission = web.portal.captures().brought_by_form(&admission, capture, session);
            }
            upload.typed.entry(input).or_default().push(text);
            continue;
        };
        // A file field where nothing was chosen arrives as a file without a name.
        if name.is_empty() {
            upload.empty = Some(input);
            continue;
        }
        let result = web.portal.evidences().receive(actor, &admission, &name, &mut field).await;
        let cut_off = matches!(result, Err(portal::Error::Evidence(EvidenceFault::CutOff)));
        upload.taken.push(Taken { field: input, name, result });
        if cut_off {
            return Ok(());
        }
    }
}

impl Taken {
    /// The receipt, if the file was taken.
    fn receipt(&self) -> Option<&Receipt> {
        self.result.as_ref().ok()
    }
}
