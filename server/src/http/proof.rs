//! What lets others check the evidence: receipts, bundles, and the log's public side.

use std::{
    io::{self, BufWriter, Write},
    time::Duration,
};

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
use futures::{Stream, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::{
    runtime::Handle,
    sync::{
        Semaphore,
        mpsc::{self, error::SendTimeoutError},
    },
    time::timeout,
};

use super::{Web, faults, media, uploads};

/// Bundles that are written at a time, each by a thread of its own.
static WRITING: Semaphore = Semaphore::const_new(4);
/// How long somebody waits for one of them to be over.
const PATIENCE: Duration = Duration::from_secs(3);
/// Whoever takes nothing of a bundle for so long is gone.
const SILENCE: Duration = Duration::from_mins(1);
/// Pieces that may wait for a slow receiver.
const WAITING: usize = 4;
/// At once to the receiver.
const PIECE: usize = 256 * 1024;

/// A piece of a bundle; none after the last one.
type Piece = Option<Bytes>;

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
    let Ok(case) = id.parse::<CaseId>() else { return refused(&headers, portal::Error::NotFound) };
    // Whoever may not see the case is told so at once.
    if let Err(error) = web.portal.cases().get(&actor, case).await {
        return refused(&headers, error);
    }
    let Ok(Ok(turn)) = timeout(PATIENCE, WRITING.acquire()).await else { return busy(&headers) };
    // That they take the files goes on record with this: it comes after all that could keep them from it.
    let contents = match web.portal.bundles().contents(&actor, case).await {
        Ok(contents) => contents,
        Err(error) => return refused(&headers, error),
    };
    let pages = bundle::pages(Wording(faults::lang(&headers)), &web.config.public_url(), &contents);
    let (sender, receiver) = mpsc::channel(WAITING);
    let portal = web.portal.clone();
    tokio::task::spawn_blocking(move || {
        // Until everything is written, also what is written when it breaks off.
        let _turn = turn;
        let mut out = BufWriter::with_capacity(PIECE, Pieces { sender: Some(sender), silence: SILENCE });
        let written = portal.bundles().write(&contents, &pages, &mut out).map_err(io::Error::other);
        let ended = written.and_then(|()| out.flush()).and_then(|()| out.get_mut().hand(None));
        if let Err(error) = ended {
            tracing::error!(case = %contents.case, %error, "a bundle broke off");
        }
    });
    attached(&format!("bundle-{id}.zip"), "application/zip", Body::from_stream(body(receiver)))
}

/// The answer while the server writes as many bundles as it writes at a time.
fn busy(headers: &HeaderMap) -> Response {
    let mut response = faults::page(headers, &Plain::Crowded);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// The body of an answer. Without the last piece it breaks off: nobody takes a part of a bundle for the whole.
fn body(receiver: mpsc::Receiver<Piece>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::try_unfold(receiver, |mut receiver| async move {
        match receiver.recv().await {
            Some(piece) => Ok(piece.map(|bytes| (bytes, receiver))),
            None => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        }
    })
}

/// Hands pieces to whoever receives the bundle, for as long as they take them. Blocks.
struct Pieces {
    /// None once they take no more.
    sender: Option<mpsc::Sender<Piece>>,
    silence: Duration,
}

impl Pieces {
    fn hand(&mut self, piece: Piece) -> io::Result<()> {
        let Some(sender) = &self.sender else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let why = match Handle::current().block_on(sender.send_timeout(piece, self.silence)) {
            Ok(()) => return Ok(()),
            Err(SendTimeoutError::Timeout(_)) => io::ErrorKind::TimedOut,
            Err(SendTimeoutError::Closed(_)) => io::ErrorKind::BrokenPipe,
        };
        // What is still in buffers is written when these are dropped, and must not wait once more.
        self.sender = None;
        Err(why.into())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hand(Some(Bytes::copy_from_slice(bytes)))?;
        Ok(bytes.len())
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

#[cfg(test)]
mod tests {
    use futures::StreamExt;

    use super::*;

    #[tokio::test]
    async fn a_receiver_who_takes_nothing_ends_the_bundle_and_does_not_take_it_for_whole() {
        let (sender, receiver) = mpsc::channel(1);
        let written = tokio::task::spawn_blocking(move || {
            let mut pieces = Pieces { sender: Some(sender), silence: Duration::from_millis(100) };
            let mut write = || pieces.write(b"bytes").map_err(|error| error.kind());
            [write(), write(), write()]
        });
        let told = timeout(Duration::from_secs(20), written).await.expect("it waits no longer").unwrap();
        assert_eq!(told, [Ok(5), Err(io::ErrorKind::TimedOut), Err(io::ErrorKind::BrokenPipe)]);
        let received: Vec<_> = body(receiver).collect().await;
        assert!(matches!(received.as_slice(), [Ok(_), Err(_)]), "{received:?}");
    }

    #[tokio::test]
    async fn a_bundle_that_was_taken_to_its_end_is_whole() {
        let (sender, receiver) = mpsc::channel(1);
        let written = tokio::task::spawn_blocking(move || {
            let mut pieces = Pieces { sender: Some(sender), silence: Duration::from_secs(20) };
            pieces.write_all(b"some")?;
            pieces.write_all(b"more")?;
            pieces.hand(None)
        });
        let received: Vec<_> = body(receiver).map(Result::unwrap).collect().await;
        assert_eq!(received.concat(), b"somemore");
        written.await.unwrap().unwrap();
    }
}
