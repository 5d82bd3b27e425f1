//! What pages and their worker ask of the browser: listening, and requests. Those are
//! `XMLHttpRequest`s, because `fetch` cannot tell how much of an upload has gone out.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Event, EventTarget, ProgressEvent, XmlHttpRequest};

/// Listens for as long as the page lives.
pub fn listen(target: &EventTarget, event: &str, act: impl FnMut(Event) + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(act).into_js_value();
    // Fails only for something that is no listener.
    let _ = target.add_event_listener_with_callback(event, listener.unchecked_ref());
}

/// What the portal answered.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status; 0 when there was no answer at all.
    pub status: u16,
    /// The body.
    pub text: String,
    request: XmlHttpRequest,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<String> {
        self.request.get_response_header(name).ok().flatten()
    }

    /// Whether there was an answer at all.
    pub const fn arrived(&self) -> bool {
        self.status != 0
    }

    /// Whether it was done.
    pub const fn is_good(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// Why it was not done: an error of the portal's pages as it stands on the wire,
    /// a sentence alone, or a list with a sentence for each file.
    pub fn refusal(&self) -> Refusal {
        let text = |of: &JsValue, key: &str| js_sys::Reflect::get(of, &key.into()).ok()?.as_string();
        let part = |of: &JsValue, key: &str| js_sys::Reflect::get(of, &key.into()).ok().filter(JsValue::is_object);
        let Ok(body) = js_sys::JSON::parse(&self.text) else { return Refusal::default() };
        if let Some(files) = body.dyn_ref::<js_sys::Array>() {
            let first = Some(files.get(0)).filter(JsValue::is_object);
            return Refusal { login: false, message: first.and_then(|file| text(&file, "error")) };
        }
        if !body.is_object() {
            return Refusal::default();
        }
        if let Some(message) = text(&body, "message") {
            return Refusal { login: false, message: Some(message) };
        }
        let login = text(&body, "error").as_deref() == Some("login_required");
        // Faults of fields are a list.
        let about = part(&body, "about").map(|about| match about.dyn_ref::<js_sys::Array>() {
            Some(fields) => fields.get(0),
            None => about,
        });
        let about = about.filter(JsValue::is_object);
        let message = about.and_then(|about| text(&about, "message").or_else(|| text(&about, "reason")));
        Refusal { login, message }
    }
}

/// Why the portal did not do it.
#[derive(Debug, Default)]
pub struct Refusal {
    /// The login has ended.
    pub login: bool,
    /// In words.
    pub message: Option<String>,
}

/// A request on its way; a handle that can be copied about.
#[derive(Clone, Debug)]
pub struct Request(XmlHttpRequest);

impl Request {
    /// Begins a request that asks for an answer of the media type `accept`.
    pub fn new(method: &str, address: &str, accept: &str) -> Option<Self> {
        let request = XmlHttpRequest::new().ok()?;
        request.open(method, address).ok()?;
        let request = Self(request);
        request.header("Accept", accept);
        Some(request)
    }

    /// Sets a header.
    pub fn header(&self, name: &str, value: &str) {
        // Fails only for values that HTTP does not allow; ours are encoded.
        let _ = self.0.set_request_header(name, value);
    }

    /// Ends it by itself when it takes longer than so many milliseconds.
    pub fn limit(&self, ms: u32) {
        self.0.set_timeout(ms);
    }

    /// Calls `tell` with the bytes that have gone out.
    pub fn on_progress(&self, mut tell: impl FnMut(f64) + 'static) {
        if let Ok(upload) = self.0.upload() {
            let listener = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| tell(event.loaded()));
            upload.set_onprogress(Some(listener.into_js_value().unchecked_ref()));
        }
    }

    /// Calls `tell` once, however it ends.
    pub fn on_end(&self, tell: impl FnOnce(Answer) + 'static) {
        let request = self.0.clone();
        let listener = Closure::once_into_js(move || {
            let status = request.status().unwrap_or(0);
            let text = request.response_text().ok().flatten().unwrap_or_default();
            tell(Answer { status, text, request });
        });
        self.0.set_onloadend(Some(listener.unchecked_ref()));
    }

    /// Sends it with a text. Whether it began.
    pub fn send_text(&self, text: &str) -> bool {
        self.0.send_with_opt_str(Some(text)).is_ok()
    }

    /// Sends it with the bytes of a file. Whether it began.
    pub fn send_bytes(&self, bytes: &web_sys::Blob) -> bool {
        self.0.send_with_opt_blob(Some(bytes)).is_ok()
    }

    /// Sends it. Whether it began.
    pub fn send(&self) -> bool {
        self.0.send().is_ok()
    }

    /// Ends it; whoever waits for its end is told.
    pub fn abort(&self) {
        let _ = self.0.abort();
    }
}
