//! The side that reads.

use std::io::Read as _;

use js_sys::Array;
use proof::{
    Hash,
    bundle::{self, Trust},
    merkle::Proof,
    note::{Checkpoint, Growth, KeyRing, Note, RingKey},
    receipt::Receipt,
};
use sha2::{Digest as _, Sha256};
use sm3::Sm3;
use wasm_bindgen::JsCast as _;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent, XmlHttpRequest};

use crate::{
    listen,
    message::{Checked, Kept, News},
    slices::Slices,
};

/// A receipt has no more bytes than this.
const LARGEST_RECEIPT: u64 = 1024 * 1024;
/// At once.
const PIECE: usize = 256 * 1024;

/// Waits for files.
pub(crate) fn start(scope: &DedicatedWorkerGlobalScope) {
    let told = scope.clone();
    listen(scope, "message", move |event| {
        let Ok(event) = event.dyn_into::<MessageEvent>() else { return };
        let files: Vec<File> =
            event.data().unchecked_into::<Array>().iter().filter_map(|file| file.dyn_into().ok()).collect();
        tell(&told, &check(&told, files));
    });
    tell(scope, &News::Ready);
}

fn tell(scope: &DedicatedWorkerGlobalScope, news: &News) {
    if let Ok(text) = serde_json::to_string(news) {
        // The page may have gone.
        let _ = scope.post_message(&text.into());
    }
}

/// Tells how far it is, in steps that can be seen.
fn progress(scope: &DedicatedWorkerGlobalScope) -> impl FnMut(u64, u64) {
    let mut said = 0;
    move |done, total| {
        let percent = done * 100 / total.max(1);
        if percent != said {
            said = percent;
            tell(scope, &News::Read { done, total });
        }
    }
}

fn check(scope: &DedicatedWorkerGlobalScope, mut files: Vec<File>) -> News {
    let published: Option<KeyRing> = get("/api/v1/log/keys").and_then(|text| serde_json::from_str(&text).ok());
    if let [file] = files.as_slice()
        && let Some((note, checkpoint)) = small(file).and_then(|bytes| Checkpoint::kept(str::from_utf8(&bytes).ok()?))
    {
        return News::Kept(kept(&note, checkpoint, published.as_ref()));
    }
    if let Some((at, receipt)) = files.iter().enumerate().find_map(|(at, file)| Some((at, receipt(file)?))) {
        files.remove(at);
        return News::Receipt(Box::new(checked(scope, &receipt, files.pop(), published.as_ref())));
    }
    let Some(mut bundle) = files.pop().and_then(|file| Slices::open(file).ok()) else { return News::Neither };
    let mut head = [0; 4];
    if bundle.read_exact(&mut head).is_err() || head != *b"PK\x03\x04" {
        return News::Neither;
    }
    let report = bundle::verify(bundle, published.as_ref(), &mut progress(scope));
    let grown = published.and_then(|keys| grown(&report.checkpoint()?, &keys));
    News::Bundle { report: Box::new(report), grown }
}

/// The bytes of a file that is no larger than a receipt.
fn small(file: &File) -> Option<Vec<u8>> {
    let mut slices = Slices::open(file.clone()).ok().filter(|slices| slices.size() <= LARGEST_RECEIPT)?;
    let mut bytes = Vec::new();
    slices.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The receipt in a file, where there is one.
fn receipt(file: &File) -> Option<Receipt> {
    serde_json::from_slice(&small(file)?).ok()
}

/// Who signed a checkpoint, and whether the portal's log begins with its log.
fn kept(note: &Note, checkpoint: Checkpoint, published: Option<&KeyRing>) -> Kept {
    let signed = published.map(|keys| keys.checkpoint(note).is_some());
    // What nobody signed says nothing about the log.
    let keys = published.filter(|_| signed == Some(true));
    let grown = keys.and_then(|keys| grown(&checkpoint, keys));
    let Checkpoint { origin, size, at, .. } = checkpoint;
    Kept { origin, size, at, signed, grown }
}

fn checked(
    scope: &DedicatedWorkerGlobalScope,
    receipt: &Receipt,
    file: Option<File>,
    published: Option<&KeyRing>,
) -> Checked {
    let body = &receipt.body;
    let own = || KeyRing { keys: vec![RingKey { key: body.key.clone(), since: 0, until: None }] };
    let verified = published.map_or_else(|| receipt.verify(&own()), |keys| receipt.verify(keys));
    let (fault, grown) = match (verified, published) {
        (Ok(verified), Some(keys)) => (None, grown(&verified.checkpoint, keys)),
        (Ok(_), None) => (None, None),
        (Err(fault), _) => (Some(fault), None),
    };
    Checked {
        name: body.name.clone(),
        sha256: body.sha256.to_string(),
        received_at: body.received_at,
        fault,
        trust: if published.is_some() { Trust::Given } else { Trust::Carried },
        same: file.map(|file| is_same(scope, receipt, file)),
        grown,
    }
}

/// Whether a file has the size and the digests of a receipt. One that cannot be read is
/// not the one.
fn is_same(scope: &DedicatedWorkerGlobalScope, receipt: &Receipt, file: File) -> bool {
    let Ok(mut file) = Slices::open(file) else { return false };
    let body = &receipt.body;
    let (total, mut done, mut progress) = (file.size(), 0, progress(scope));
    if total != body.size {
        return false;
    }
    let (mut first, mut second) = (Sha256::new(), body.sm3.as_ref().map(|_| Sm3::new()));
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => {
                first.update(&piece[..read]);
                if let Some(second) = &mut second {
                    second.update(&piece[..read]);
                }
                done += read as u64;
                progress(done, total);
            }
            Err(_) => return false,
        }
    }
    let second = second.map(|second| hex::encode(second.finalize()));
    Hash(first.finalize().into()) == body.sha256 && second == body.sm3
}

/// Whether the log that the portal shows today begins with the one of a bundle, a receipt or a checkpoint; none
/// where the portal gave no answer that shows it.
fn grown(kept: &Checkpoint, keys: &KeyRing) -> Option<bool> {
    let note = Note::parse(&get("/api/v1/log/checkpoint")?).ok()?;
    let now = Checkpoint::parse(&note.text).ok()?;
    // What the portal shows is the later one, and has no fewer entries.
    if keys.checkpoint(&note).is_none() || now.size < kept.size {
        return Some(false);
    }
    let mut growth = kept.growth(&now, None);
    if growth == Growth::Unproved {
        let proof = get(&format!("/api/v1/log/consistency?old={}&new={}", kept.size, now.size))?;
        let proof: Proof = serde_json::from_str(&proof).ok()?;
        growth = kept.growth(&now, Some(&proof));
    }
    Some(growth == Growth::Grown)
}

/// What the portal says to everybody; waits for it, as a worker may.
fn get(address: &str) -> Option<String> {
    let request = XmlHttpRequest::new().ok()?;
    request.open_with_async("GET", address, false).ok()?;
    request.send().ok()?;
    request.response_text().ok().flatten().filter(|_| request.status() == Ok(200))
}
