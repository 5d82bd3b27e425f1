//! Uploads that can be resumed, over HTTP: tus 1.0 at `/api/v1/uploads`.
//!
//! A thin door: headers are read ([`head`]), one service is called, the answer is
//! written ([`reply`]). Whoever sends is known by the login, by a token, or by the
//! secret part of the upload's address, which goes on working when the login has ended.

mod head;
mod reply;

use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use app::{context::SessionKey, wording::Wording};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{
    actor::Actor,
    ids::{ByteCount, UploadId},
    upload::{Shape, Upload, UploadState},
};
use futures::{Stream, StreamExt};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use http_body_util::BodyStream;
use portal::{
    services::uploads::{Appended, Claim, Created, Live, NewUpload, Part, Piece},
    token::TokenScope,
};

use super::{
    Web,
    bearer::{self, Bearer},
    faults, health, uploads,
};
use head::Concat;
use reply::{Refusal, Told, ours, put};

/// Where uploads are.
pub(super) const PLACE: &str = "/api/v1/uploads";

/// Around everything that is answered at the address of uploads, also by what stands before
/// them: every answer says that it speaks the protocol, and a body that nobody wants is taken
/// all the same, so that its sender hears why instead of a broken connection.
pub async fn around(State(web): State<Web>, request: Request, next: Next) -> Response {
    let below = request.uri().path().strip_prefix(PLACE);
    if !below.is_some_and(|below| below.is_empty() || below.starts_with('/')) {
        return next.run(request).await;
    }
    let idle = web.config.upload_idle();
    // How much there may be is known where the upload is.
    let request = request.map(|body| uploads::patient(body, idle, u64::MAX));
    ours(next.run(request).await)
}

/// `/api/v1/uploads`: what can be done, and new uploads.
pub async fn all(State(web): State<Web>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match parts.method {
        Method::OPTIONS => options(&web),
        Method::POST => {
            let answer = create(&web, &parts, body).await;
            answer.unwrap_or_else(|refusal| refusal.answer(&parts.headers))
        }
        _ => not_allowed("OPTIONS, POST"),
    }
}

/// `/api/v1/uploads/{id}`: one of them.
pub async fn one(State(web): State<Web>, Path(key): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // Some networks let only GET and POST through.
    let method = match parts.headers.get("x-http-method-override").map(http::HeaderValue::as_bytes) {
        Some(name) if parts.method == Method::POST => Method::from_bytes(name).unwrap_or(Method::POST),
        _ => parts.method.clone(),
    };
    let answer = match method {
        Method::OPTIONS => return options(&web),
        Method::HEAD => look(&web, &parts, &key).await,
        Method::PATCH => append(&web, &parts, &key, body).await,
        Method::DELETE => end(&web, &parts, &key).await,
        _ => return not_allowed("OPTIONS, HEAD, PATCH, DELETE"),
    };
    answer.unwrap_or_else(|refusal| refusal.answer(&parts.headers))
}

/// `/api/v1/uploads/{id}/place`: a whole upload that was announced without a place gets the one
/// that `Upload-Metadata` names, as at an announcement.
pub async fn place(State(web): State<Web>, Path(key): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match parts.method {
        Method::POST => {
            let answer = attach(&web, &parts, &key).await;
            answer.unwrap_or_else(|refusal| refusal.answer(&parts.headers))
        }
        _ => not_allowed("POST"),
    }
}

fn not_allowed(allowed: &'static str) -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)]).into_response()
}

/// Everybody may ask what the server can do, also without a login and a version.
fn options(web: &Web) -> Response {
    let mut headers = HeaderMap::new();
    put(&mut headers, "tus-version", reply::VERSION);
    put(&mut headers, "tus-extension", reply::EXTENSIONS);
    put(&mut headers, "tus-max-size", &web.portal.uploads().largest().0.to_string());
    put(&mut headers, "tus-checksum-algorithm", "sha1,sha256");
    (StatusCode::OK, headers).into_response()
}

fn speaks(headers: &HeaderMap) -> Result<(), Refusal> {
    let version = headers.get("tus-resumable").map(http::HeaderValue::as_bytes);
    if version == Some(reply::VERSION.as_bytes()) { Ok(()) } else { Err(Refusal::Version) }
}

/// Who sends, by token or login. A page whose person has changed since says whose files it sends: they are not
/// taken for those of whoever is logged in by then.
async fn sender(web: &Web, parts: &Parts) -> Result<Option<Actor>, Refusal> {
    match bearer::who(&web.portal, &parts.headers, TokenScope::Uploads).await? {
        Bearer::Of(actor) => Ok(Some(*actor)),
        Bearer::Bad => Err(Refusal::Nobody),
        Bearer::None => {
            let actor = parts.extensions.get::<Actor>().cloned();
            Ok(actor.filter(|actor| head::is_of(&parts.headers, actor.account)))
        }
    }
}

async fn create(web: &Web, parts: &Parts, body: Body) -> Result<Response, Refusal> {
    let (mut new, concat, piece) = announced(&parts.headers)?;
    if let Some(live) = &mut new.live {
        // A code is bound to a login; a program's token is none.
        let session = parts.extensions.get::<SessionKey>().filter(|_| bearer::token(&parts.headers).is_none());
        live.session = session.map(|key| key.0.clone());
    }
    let actor = sender(web, parts).await?.ok_or(Refusal::Nobody)?;
    let Created { mut upload, capability } = make(web, &actor, new, concat).await?;
    let location = format!("{}{PLACE}/{}.{capability}", origin(web, &parts.headers), upload.id);
    let mut headers = HeaderMap::new();
    put(&mut headers, "location", &location);
    let done = matches!(upload.state, UploadState::Attached { .. });
    if let Some(piece) = piece.filter(|_| !done) {
        let claim = Claim { actor: None, capability: Some(&capability) };
        match send(web, claim, upload.id, piece, body).await {
            Ok(appended) => upload = appended.upload,
            // It was created; where it goes on is told with what went wrong.
            Err(refusal) => {
                let mut answer = refusal.answer(&parts.headers);
                put(answer.headers_mut(), "location", &location);
                return Ok(answer);
            }
        }
    }
    if let UploadState::Rejected { why, .. } = upload.state {
        return Err(Refusal::of(why));
    }
    reply::standing(&mut headers, &upload);
    // The file is taken all the same; that its code does not count is said at once.
    if let Some(fault) = upload.capture.and_then(|offer| offer.fault) {
        let w = Wording(faults::lang(&parts.headers));
        let told = Told { message: w.fault_code(fault) };
        return Ok((StatusCode::CREATED, headers, axum::Json(told)).into_response());
    }
    Ok((StatusCode::CREATED, headers).into_response())
}

/// What the headers of a creation announce.
fn announced(headers: &HeaderMap) -> Result<(NewUpload, Concat, Option<Piece>), Refusal> {
    speaks(headers)?;
    let concat = head::concat(headers)?;
    let metadata = head::metadata(headers)?;
    let length = match concat {
        // Its length is that of its parts.
        Concat::Final(_) if headers.contains_key("upload-length") => return Err(Refusal::Header("upload-length")),
        Concat::Final(_) => None,
        _ => head::length_or_defer(headers)?,
    };
    let piece = if head::has_body(headers) {
        if !head::is_piece(headers) {
            return Err(Refusal::ContentType);
        }
        Some(piece(headers, ByteCount(0))?)
    } else {
        // Nothing to wait for: it is whole at once.
        (length == Some(ByteCount(0))).then(Piece::default)
    };
    let shape = match concat {
        Concat::Alone => Shape::Whole,
        Concat::Partial => Shape::Partial,
        Concat::Final(_) => Shape::Final,
    };
    let new = NewUpload {
        // A part has no place of its own.
        place: metadata.place.filter(|_| shape != Shape::Partial),
        shape,
        name: metadata.name,
        metadata: metadata.raw,
        declared: metadata.declared,
        length,
        live: metadata.capture.map(|capture| Live { capture, session: None, taken_at: metadata.taken_at }),
    };
    Ok((new, concat, piece))
}

fn piece(headers: &HeaderMap, at: ByteCount) -> Result<Piece, Refusal> {
    Ok(Piece {
        at,
        size: head::body_size(headers),
        length: None,
        checksum: head::checksum(headers)?,
        checked_after: head::checked_after(headers),
    })
}

async fn make(web: &Web, actor: &Actor, new: NewUpload, concat: Concat) -> Result<Created, Refusal> {
    let uploads = web.portal.uploads();
    let wanted = match &concat {
        // What is put together is a copy of its parts.
        Concat::Final(parts) => uploads.together(parts).await?,
        // Where no length is told, the disk has to take the largest there may be.
        _ => new.length.unwrap_or_else(|| uploads.largest()),
    }
    .0;
    if !health::takes_beside_others(&web.portal, &web.config, wanted).await? {
        tracing::error!(bytes = wanted, "an upload was refused: the disk is nearly full");
        return Err(portal::Error::Full.into());
    }
    Ok(match concat {
        Concat::Final(parts) => uploads.join(actor, new, &parts).await?,
        _ => uploads.create(actor, new).await?,
    })
}

/// The address that the client reached us by: absolute, because several clients cannot
/// follow a relative one.
fn origin(web: &Web, headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let known = |scheme: &str, host: &str| {
        let plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        (plain && !host.is_empty() && ["http", "https"].contains(&scheme)).then(|| format!("{scheme}://{host}"))
    };
    if !web.config.public_url.is_empty() {
        return web.config.public_url();
    }
    if web.config.forwarded_headers
        && let (Some(scheme), Some(host)) = (text("x-forwarded-proto"), text("x-forwarded-host"))
        && let Some(origin) = known(scheme, host)
    {
        return origin;
    }
    text("host").and_then(|host| known("http", host)).unwrap_or_else(|| web.config.public_url())
}

/// The upload that an address names.
fn named(key: &str) -> Result<(UploadId, Option<&str>), Refusal> {
    head::key(key).ok_or(Refusal::Portal(portal::Error::NotFound))
}

/// Who goes on with an upload: whoever is logged in, or knows the secret in its address. A
/// program that knows the secret needs no look at its token for every piece: without the
/// token it could go on as well.
async fn actor(web: &Web, parts: &Parts, capability: Option<&str>) -> Result<Option<Actor>, Refusal> {
    if capability.is_some() && bearer::token(&parts.headers).is_some() {
        return Ok(None);
    }
    let actor = sender(web, parts).await?;
    // Somebody who is not logged in and has no secret is asked to log in.
    if actor.is_none() && capability.is_none() { Err(Refusal::Nobody) } else { Ok(actor) }
}

async fn look(web: &Web, parts: &Parts, key: &str) -> Result<Response, Refusal> {
    speaks(&parts.headers)?;
    let (id, capability) = named(key)?;
    let actor = actor(web, parts, capability).await?;
    let claim = Claim { actor: actor.as_ref(), capability };
    let upload = web.portal.uploads().look(claim, id).await?;
    let mut headers = HeaderMap::new();
    reply::standing(&mut headers, &upload);
    reply::length(&mut headers, upload.length);
    if let Some(metadata) = &upload.metadata {
        put(&mut headers, "upload-metadata", metadata);
    }
    match upload.shape {
        Shape::Whole => {}
        Shape::Partial => put(&mut headers, "upload-concat", "partial"),
        Shape::Final => {
            let parts: Vec<String> = upload.parts.iter().map(|part| format!("{PLACE}/{part}")).collect();
            put(&mut headers, "upload-concat", &format!("final;{}", parts.join(" ")));
        }
    }
    Ok((StatusCode::OK, headers).into_response())
}

async fn append(web: &Web, parts: &Parts, key: &str, body: Body) -> Result<Response, Refusal> {
    speaks(&parts.headers)?;
    if !head::is_piece(&parts.headers) {
        return Err(Refusal::ContentType);
    }
    let at = head::offset(&parts.headers)?.ok_or(Refusal::Header("upload-offset"))?;
    let mut piece = piece(&parts.headers, at)?;
    piece.length = head::length(&parts.headers)?;
    let (id, capability) = named(key)?;
    let actor = actor(web, parts, capability).await?;
    let claim = Claim { actor: actor.as_ref(), capability };
    let appended = send(web, claim, id, piece, body).await?;
    let upload: &Upload = &appended.upload;
    if let UploadState::Rejected { why, .. } = upload.state {
        return Err(Refusal::of(why));
    }
    let mut headers = HeaderMap::new();
    reply::standing(&mut headers, upload);
    if appended.cut_off {
        // Whoever still hears this sent less than announced, or was overtaken.
        let w = Wording(faults::lang(&parts.headers));
        let told = Told { message: w.tus_cut_off().to_owned() };
        return Ok((StatusCode::LOCKED, headers, axum::Json(told)).into_response());
    }
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

async fn attach(web: &Web, parts: &Parts, key: &str) -> Result<Response, Refusal> {
    speaks(&parts.headers)?;
    let place = head::metadata(&parts.headers)?.place.ok_or(Refusal::Header("upload-metadata"))?;
    let (id, _) = named(key)?;
    // Whoever brings a file to a case is somebody: the secret of its address is not enough.
    let actor = sender(web, parts).await?.ok_or(Refusal::Nobody)?;
    let upload = web.portal.uploads().attach(&actor, id, place).await?;
    let mut headers = HeaderMap::new();
    reply::standing(&mut headers, &upload);
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

async fn end(web: &Web, parts: &Parts, key: &str) -> Result<Response, Refusal> {
    speaks(&parts.headers)?;
    let (id, capability) = named(key)?;
    let actor = actor(web, parts, capability).await?;
    web.portal.uploads().end(Claim { actor: actor.as_ref(), capability }, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Hands a piece to the portal. That the checksum after it cannot be read is told apart from one
/// that does not fit: its sender would send the same again.
async fn send(web: &Web, claim: Claim<'_>, id: UploadId, piece: Piece, body: Body) -> Result<Appended, Refusal> {
    let unreadable = Arc::new(AtomicBool::new(false));
    let sent = web.portal.uploads().append(claim, id, piece, pieces(body, unreadable.clone())).await;
    match sent {
        Err(portal::Error::Checksum) if unreadable.load(Ordering::Relaxed) => Err(Refusal::Header("upload-checksum")),
        sent => sent.map_err(Refusal::from),
    }
}

/// The body of a piece, with the checksum that may come after it; whether that is one that cannot be read
/// is noted. That it breaks when no byte comes for too long, and that the rest of it is taken when it is
/// refused, [`around`] sees to.
fn pieces(body: Body, unreadable: Arc<AtomicBool>) -> impl Stream<Item = Result<Part, axum::Error>> + Unpin {
    BodyStream::new(body).filter_map(move |frame| {
        ready(match frame {
            Err(error) => Some(Err(error)),
            Ok(frame) => match frame.into_data() {
                Ok(bytes) => Some(Ok(Part::Bytes(bytes))),
                Err(after) => {
                    let checksum = head::checksum(&after.into_trailers().unwrap_or_default());
                    unreadable.fetch_or(checksum.is_err(), Ordering::Relaxed);
                    checksum.ok().flatten().map(|checksum| Ok(Part::Checksum(checksum)))
                }
            },
        })
    })
}
