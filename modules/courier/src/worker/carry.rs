//! The way of one file: hashed, announced, sent, and after a break asked for and gone on
//! with (tus 1.0).

use std::{cell::Cell, rc::Rc};

use js_sys::Uint8Array;
use sha2::{Digest, Sha256};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{
    Courier,
    held::Held,
    shelf::About,
    wait::{answer, scope, sleep},
};
use crate::{
    message::{Stage, Why},
    place::{becomes_evidence, pairs},
    request::{Answer, Request},
    retry::{Verdict, judge},
};

/// Where uploads are announced.
const UPLOADS: &str = "/api/v1/uploads";
/// How much of a file is in memory at a time while it is hashed.
const STEP: f64 = 4.0 * 1024.0 * 1024.0;
/// Without a byte moving for so long, a connection is taken for broken: a dead one does
/// not always say so.
const STALLED_MS: f64 = 30_000.0;
/// How often that is looked at.
const LOOK_MS: f64 = 5_000.0;
/// What carries no bytes is answered within so many milliseconds, or not at all.
const ANSWER_MS: u32 = 15_000;

/// Tells the portal the digest of a file, and where it belongs.
pub(super) async fn commit(courier: Rc<Courier>, held: Rc<Held>) {
    if held.about.borrow().digest.is_none() {
        let Some(digest) = hash(&held).await else {
            let unreadable = Verdict { why: Why::Unreadable, again: false, anew: true };
            return courier.failed(&held, unreadable).await;
        };
        held.about.borrow_mut().digest = Some(digest);
        courier.note(&held).await;
    }
    // Taken out before anybody was told of it.
    if held.gone.get() {
        return;
    }
    let Some(request) = announcement(&held) else { return stuck(&courier, &held).await };
    let answer = moving(&held, &request, Request::send).await;
    match answer {
        None => stuck(&courier, &held).await,
        Some(answer) if is(&answer, 201) && is_evidence(&answer) => courier.arrived(&held).await,
        Some(answer) if is(&answer, 201) => match address(&answer) {
            Some(address) => {
                held.about.borrow_mut().address = Some(address);
                held.offset.set(offset(&answer));
                held.stage.replace(Stage::Waiting);
                courier.failures.set(0);
                courier.note(&held).await;
                courier.tell(&held);
            }
            None => stuck(&courier, &held).await,
        },
        Some(answer) => courier.failed(&held, verdict(&answer)).await,
    }
}

/// Sends a file from where the portal has it to.
pub(super) async fn send(courier: Rc<Courier>, held: Rc<Held>) {
    let Some(address) = held.about.borrow().address.clone() else {
        held.stage.replace(Stage::Reading);
        return;
    };
    let size = held.size();
    sending(&courier, &held, held.offset.get().unwrap_or(0.0), 0.0);
    let from = match held.offset.take() {
        Some(offset) => offset,
        None => match ask(&held, &address).await {
            Ok(Some(offset)) => offset,
            Ok(None) => return courier.arrived(&held).await,
            Err(verdict) => return courier.failed(&held, verdict).await,
        },
    };
    if from > held.reached.get() {
        held.reached.set(from);
        held.failures.set(0);
    }
    let whole = from >= size;
    if whole && !becomes_evidence(&held.about.borrow().place) {
        return courier.arrived(&held).await;
    }
    // Every byte may be there and the file no evidence yet: a piece without bytes asks for it.
    let rest = held.bytes.borrow().slice_with_f64(from);
    let request = request(&held.about.borrow(), "PATCH", &address);
    let (Ok(rest), Some(request)) = (rest, request) else { return stuck(&courier, &held).await };
    request.header("Content-Type", "application/offset+octet-stream");
    request.header("Upload-Offset", &digits(from));
    let (began, moved) = (js_sys::Date::now(), Rc::new(Cell::new(js_sys::Date::now())));
    {
        let (courier, held, moved) = (courier.clone(), held.clone(), moved.clone());
        request.on_progress(move |sent| {
            moved.set(js_sys::Date::now());
            courier.failures.set(0);
            let seconds = ((js_sys::Date::now() - began) / 1000.0).max(0.2);
            sending(&courier, &held, from + sent, sent / seconds);
        });
    }
    watch(request.clone(), Rc::downgrade(&moved));
    let answer = moving(&held, &request, |request| request.send_bytes(&rest)).await;
    drop(moved);
    match answer {
        None => stuck(&courier, &held).await,
        Some(answer) if is(&answer, 204) && is_safe(&held, &answer) => courier.arrived(&held).await,
        // The portal has every byte, and has not done with them what they are for; or it did so just now, and
        // takes nothing more. The next question tells.
        Some(answer) if is(&answer, 204) || (whole && is(&answer, 403)) => stuck(&courier, &held).await,
        Some(answer) => courier.failed(&held, verdict(&answer)).await,
    }
}

/// Whether the copy here may go, now that the portal has taken the last piece.
fn is_safe(held: &Held, answer: &Answer) -> bool {
    is_evidence(answer) || !becomes_evidence(&held.about.borrow().place)
}

/// Tells the portal that a file is not wanted any more. Whether it has heard that; if it never
/// does, the upload runs out by itself.
pub(super) async fn give_up(about: &About) -> bool {
    let Some(address) = &about.address else { return true };
    let Some(request) = request(about, "DELETE", address) else { return false };
    answer(&request, Request::send).await.is_some_and(|answer| verdict(&answer).is_heard())
}

/// How far the portal has a file; `None` when it is evidence already.
async fn ask(held: &Held, address: &str) -> Result<Option<f64>, Verdict> {
    let request = request(&held.about.borrow(), "HEAD", address).ok_or_else(failed)?;
    let answer = moving(held, &request, Request::send).await.ok_or_else(failed)?;
    match offset(&answer) {
        _ if is(&answer, 200) && is_evidence(&answer) => Ok(None),
        Some(offset) if is(&answer, 200) => Ok(Some(offset)),
        _ => Err(verdict(&answer)),
    }
}

/// Ends a request of which no byte has moved for long. `moved` is gone when it has ended.
fn watch(request: Request, moved: std::rc::Weak<Cell<f64>>) {
    spawn_local(async move {
        loop {
            sleep(LOOK_MS).await;
            let Some(moved) = moved.upgrade() else { return };
            if js_sys::Date::now() - moved.get() > STALLED_MS {
                return request.abort();
            }
        }
    });
}

async fn moving(held: &Held, request: &Request, send: impl FnOnce(&Request) -> bool) -> Option<Answer> {
    held.moves(Some(request.clone()));
    let answer = answer(request, send).await;
    held.moves(None);
    answer
}

/// The SHA-256 of a file, in hexadecimal digits; `None` when the phone does not give its
/// bytes.
async fn hash(held: &Held) -> Option<String> {
    let (bytes, size) = (held.bytes.borrow().clone(), held.size());
    let (mut hash, mut at) = (Sha256::new(), 0.0);
    while at < size {
        let piece = bytes.slice_with_f64_and_f64(at, (at + STEP).min(size)).ok()?;
        let piece = Uint8Array::new(&JsFuture::from(piece.array_buffer()).await.ok()?);
        if piece.length() == 0 {
            return None;
        }
        hash.update(piece.to_vec());
        at += f64::from(piece.length());
    }
    Some(hex::encode(hash.finalize()))
}

fn announcement(held: &Held) -> Option<Request> {
    let about = held.about.borrow();
    let request = request(&about, "POST", UPLOADS)?;
    let (place, more) = (pairs(&about.place), pairs(&about.more));
    let known = [("filename", Some(&about.name)), ("filetype", Some(&about.mime)), ("sha256", about.digest.as_ref())];
    let known = known.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let place = place.iter().chain(&more).map(|(name, value)| (name.as_str(), value));
    let told: Vec<String> = known.chain(place).map(|(name, value)| format!("{name} {}", base64(value))).collect();
    request.header("Upload-Length", &digits(held.size()));
    request.header("Upload-Metadata", &told.join(","));
    Some(request)
}

/// A request of the protocol. It says whose file it is about: somebody else may be logged in by now.
fn request(about: &About, method: &str, address: &str) -> Option<Request> {
    let request = Request::new(method, address, "application/json")?;
    request.header("Tus-Resumable", "1.0.0");
    request.header("Wugan-Account", &about.account);
    // Bytes take the time they need, and are watched.
    if method != "PATCH" {
        request.limit(ANSWER_MS);
    }
    Some(request)
}

fn sending(courier: &Courier, held: &Held, sent: f64, speed: f64) {
    held.stage.replace(Stage::Sending { sent, speed });
    courier.tell(held);
}

fn failed() -> Verdict {
    Verdict { why: Why::Failed, again: true, anew: false }
}

/// It did not get on, for no reason that lasts: the browser does not even let it begin, or the
/// portal is not done with it.
async fn stuck(courier: &Rc<Courier>, held: &Rc<Held>) {
    courier.failed(held, failed()).await;
}

fn verdict(answer: &Answer) -> Verdict {
    let refusal = answer.refusal();
    judge(answer.status, is_ours(answer), refusal.login, refusal.message)
}

/// The path alone: we may stand behind another name than the portal thinks.
fn address(answer: &Answer) -> Option<String> {
    let address = answer.header("Location")?;
    Some(address[address.find("/api/")?..].to_owned())
}

/// How far the portal has a file.
fn offset(answer: &Answer) -> Option<f64> {
    answer.header("Upload-Offset")?.parse::<u64>().ok().map(|bytes| {
        #[expect(clippy::cast_precision_loss, reason = "exact up to 9 PB")]
        let bytes = bytes as f64;
        bytes
    })
}

/// Whether the portal itself answered so.
fn is(answer: &Answer, status: u16) -> bool {
    answer.status == status && is_ours(answer)
}

/// Every answer of the portal says which version of the protocol it speaks; what stands between
/// does not know it.
fn is_ours(answer: &Answer) -> bool {
    answer.header("Tus-Resumable").is_some()
}

fn is_evidence(answer: &Answer) -> bool {
    answer.header("Wugan-Evidence").is_some()
}

/// A number of bytes as headers have it.
fn digits(bytes: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are whole")]
    let bytes = bytes as u64;
    bytes.to_string()
}

/// Base64 of a text's UTF-8.
fn base64(text: &str) -> String {
    let bytes: String = text.bytes().map(char::from).collect();
    scope().unchecked_ref::<web_sys::WorkerGlobalScope>().btoa(&bytes).unwrap_or_default()
}
