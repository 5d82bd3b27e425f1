//! What lets others check the evidence: receipts, bundles, and the log's public side.

use std::io::{self, BufWriter, Write};

use app::{api::bundle, pages::plain::Plain, routes, wording::Wording};
use axum::{
    Json,
    body::Body,
    extract::{Extension, Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::{
    actor::Actor,
    ids::{CaseId, EvidenceId},
};
use futures::stream;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, mpsc};

use super::{Web, faults, media, uploads};

/// Bundles that are written at a time, each by a thread of its own.
static WRITING: Semaphore = Semaphore::const_new(4);
/// Pieces that may wait for a slow receiver.
const WAITING: usize = 4;
/// At once to the receiver.
const PIECE: usize = 256 * 1024;

/// `GET /api/v1/evidence/{id}/receipt.json`.
pub async fn receipt(
    State(web): State<Web>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(Extension(actor)) = actor else { return media::login(&headers, &routes::receipt_file(&id)) };
    let found = match id.parse::<EvidenceId>() {
        Ok(id) => web.portal.logs().receipt(&actor, id).await,
        Err(_) => Err(portal::Error::NotFound),
    };
    match found {
        Ok((_, receipt)) => attached(&format!("receipt-{id}.json"), "application/json", pretty(&receipt)),
        Err(error) => refused(&headers, error),
    }
}

/// `GET /api/v1/cases/{id}/bundle.zip`.
pub async fn case_bundle(
    State(web): State<Web>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(Extension(actor)) = actor else { return media::login(&headers, &routes::case_bundle(&id)) };
    // Only an error if it is closed, which it never is.
    let Ok(turn) = WRITING.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let found = match id.parse::<CaseId>() {
        Ok(id) => web.portal.bundles().contents(&actor, id).await,
        Err(_) => Err(portal::Error::NotFound),
    };
    let contents = match found {
        Ok(contents) => contents,
        Err(error) => return refused(&headers, error),
    };
    let pages = bundle::pages(Wording(faults::lang(&headers)), &web.config.public_url(), &contents);
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(WAITING);
    let portal = web.portal.clone();
    tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::with_capacity(PIECE, Pieces(sender.clone()));
        let written = portal.bundles().write(&contents, &pages, &mut out).map_err(io::Error::other);
        if let Err(error) = written.and_then(|()| out.flush()) {
            // Without its end a zip file is none: nobody takes a part of it for the whole.
            tracing::error!(case = %contents.case, %error, "a bundle broke off");
            let _ = sender.blocking_send(Err(error));
        }
        drop(turn);
    });
    let body = stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) });
    attached(&format!("bundle-{id}.zip"), "application/zip", Body::from_stream(body))
}

struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `GET /api/v1/log/checkpoint`: what was signed last. For everybody.
pub async fn checkpoint(State(web): State<Web>, headers: HeaderMap) -> Response {
    match web.portal.logs().latest().await {
        Ok(Some(signed)) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], signed.note).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => refused(&headers, error),
    }
}

/// `GET /api/v1/log/keys`: every key that ever signed. For everybody.
pub async fn keys(State(web): State<Web>, headers: HeaderMap) -> Response {
    match web.portal.logs().keys().await {
        Ok(keys) => Json(keys).into_response(),
        Err(error) => refused(&headers, error),
    }
}

/// Two sizes of the log.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Sizes {
    old: u64,
    new: u64,
}

/// `GET /api/v1/log/consistency?old=…&new=…`: that the log only grew. For everybody.
pub async fn consistency(
    State(web): State<Web>,
    sizes: Result<Query<Sizes>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(Sizes { old, new })) = sizes else { return StatusCode::BAD_REQUEST.into_response() };
    match web.portal.logs().consistency(old, new).await {
        Ok(proof) => Json(proof).into_response(),
        Err(error) => refused(&headers, error),
    }
}

fn refused(headers: &HeaderMap, error: portal::Error) -> Response {
    faults::page(headers, &Plain::Fault(uploads::in_words(headers, error)))
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn attached(name: &str, kind: &'static str, body: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, body.into()).into_response()
}
