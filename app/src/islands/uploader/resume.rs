//! The way of one file: announced, sent, and after a break asked for and gone on with
//! (tus 1.0).

use leptos::prelude::*;

use super::queue::{Item, Queue, State};
use crate::islands::browser::{Answer, Request};

/// Where uploads are announced.
const UPLOADS: &str = "/api/v1/uploads";

/// A request of the protocol.
fn request(method: &str, address: &str) -> Option<Request> {
    let request = Request::new(method, address, "application/json")?;
    request.header("Tus-Resumable", "1.0.0");
    Some(request)
}

/// How far the portal has a file.
fn offset(answer: &Answer) -> Option<f64> {
    // JavaScript reads the number: Rust's own way with fractions weighs more than this file.
    let offset = js_sys::Number::parse_float(&answer.header("Upload-Offset")?);
    (!offset.is_nan()).then_some(offset)
}

/// A number of bytes as headers have it.
fn digits(bytes: f64) -> String {
    js_sys::Number::from(bytes).to_string_with_radix(10).map(String::from).unwrap_or_default()
}

/// Base64 of a text's UTF-8.
fn base64(text: &str) -> String {
    let bytes: String = text.bytes().map(char::from).collect();
    window().btoa(&bytes).unwrap_or_default()
}

impl Queue {
    /// Announces a file: the portal says where it wants it, or why not.
    pub(super) fn announce(self, item: Item) {
        let (Some(file), Some(request)) = (self.file(item.id), request("POST", UPLOADS)) else {
            return self.stuck(&item);
        };
        let mut about = vec![format!("filename {}", base64(&item.name)), format!("filetype {}", base64(&file.type_()))];
        self.setup.with_value(|setup| {
            about.extend(setup.place.iter().map(|(name, value)| format!("{name} {}", base64(value))));
        });
        request.header("Upload-Length", &digits(item.size));
        request.header("Upload-Metadata", &about.join(","));
        let id = item.id;
        request.on_end(move |answer| {
            if !self.came_back(id) {
                return;
            }
            // The path alone: we may stand behind another name than the portal thinks.
            let address =
                answer.header("Location").and_then(|address| Some(address[address.find("/api/")?..].to_owned()));
            match (answer.status, address) {
                (201, Some(address)) => {
                    self.known_as(id, Some(address.clone()));
                    self.send(item, address, offset(&answer).unwrap_or(0.0));
                }
                _ => self.failed(&item, &answer),
            }
        });
        request.send();
        self.moves(id, request);
    }

    /// Asks how far the portal has a file, and goes on from there.
    pub(super) fn ask(self, item: Item, address: String) {
        let Some(request) = request("HEAD", &address) else { return self.stuck(&item) };
        let id = item.id;
        request.on_end(move |answer| {
            if !self.came_back(id) {
                return;
            }
            match (answer.status, offset(&answer)) {
                (200, Some(offset)) => self.send(item, address, offset),
                // It has run out meanwhile, and begins anew.
                (404 | 410, _) => {
                    self.known_as(id, None);
                    self.announce(item);
                }
                _ => self.failed(&item, &answer),
            }
        });
        request.send();
        self.moves(id, request);
    }

    /// Sends the rest of a file.
    fn send(self, item: Item, address: String, from: f64) {
        if from >= item.size {
            return self.arrived(&item);
        }
        let rest = self.file(item.id).and_then(|file| file.slice_with_f64(from).ok());
        let (Some(rest), Some(request)) = (rest, request("PATCH", &address)) else { return self.stuck(&item) };
        request.header("Content-Type", "application/offset+octet-stream");
        request.header("Upload-Offset", &digits(from));
        let (id, state, began) = (item.id, item.state, js_sys::Date::now());
        request.on_progress(move |sent| {
            let seconds = ((js_sys::Date::now() - began) / 1000.0).max(0.2);
            state.set(State::Sending(from + sent, sent / seconds));
            self.moved(id);
        });
        request.on_end(move |answer| {
            if !self.came_back(id) {
                return;
            }
            match answer.status {
                204 => self.arrived(&item),
                // What was sent for cannot be used: the next time it begins anew.
                404 | 410 | 413 | 422 | 460 => {
                    self.known_as(id, None);
                    self.failed(&item, &answer);
                }
                _ => self.failed(&item, &answer),
            }
        });
        // A file that is gone from the phone ends the request, and with it this.
        request.send_bytes(&rest);
        self.moves(id, request);
    }
}

/// Tells the portal that a file is not wanted any more; if it does not hear it, the
/// upload runs out by itself.
pub(super) fn give_up(address: &str) {
    if let Some(request) = request("DELETE", address) {
        request.on_end(|_| {});
        request.send();
    }
}
