//! Small words for the page: parts by name, shown, hidden, filled.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, HtmlElement, Window};

use crate::setup::ID;

/// The page's window. A module like this runs in no other place.
pub(super) fn window() -> Window {
    js_sys::global().unchecked_into()
}

pub(super) fn document() -> Document {
    js_sys::Reflect::get(&window(), &"document".into()).unwrap_or_default().unchecked_into()
}

/// A part of the camera's markup by its name.
pub(super) fn part(name: &str) -> Option<HtmlElement> {
    let id = if name == ID { ID.to_owned() } else { format!("{ID}-{name}") };
    document().get_element_by_id(&id)?.dyn_into().ok()
}

pub(super) fn show(name: &str) {
    if let Some(part) = part(name) {
        part.set_hidden(false);
    }
}

pub(super) fn hide(name: &str) {
    if let Some(part) = part(name) {
        part.set_hidden(true);
    }
}

pub(super) fn focus(name: &str) {
    if let Some(part) = part(name) {
        // Only a part that is hidden cannot be focused.
        let _ = part.focus();
    }
}

/// Writes a text where another stands.
pub(super) fn fill(name: &str, text: &str) {
    if let Some(part) = part(name)
        && part.text_content().as_deref() != Some(text)
    {
        part.set_text_content(Some(text));
    }
}

/// Says how things are, to those who do not see it as well.
pub(super) fn say(text: &str) {
    fill("status", text);
}

/// Does something again and again for as long as the page lives.
pub(super) fn every(ms: i32, act: impl FnMut() + 'static) {
    let act = Closure::<dyn FnMut()>::new(act).into_js_value();
    // Fails only for something that is no function.
    let _ = window().set_interval_with_callback_and_timeout_and_arguments_0(act.unchecked_ref(), ms);
}
