//! Keys for what already stands on the page: a key clicks the link or button that
//! names it in `data-shortcut`, or chooses and focuses the field that does.
//!
//! The page says which keys there are, with a `KeyHint` beside each action; this
//! piece knows none of them. Keys do nothing while somebody types.

use courier::request::listen;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Where letters belong to the text that is being typed.
const TYPING: &str =
    "textarea, select, [contenteditable=true], input:not([type=radio], [type=checkbox], [type=button], [type=submit])";

/// Wakes every `data-shortcut` of the page. `data-then` on the same element names,
/// as a selector, what gets the focus afterwards.
#[island]
pub fn Shortcuts() -> impl IntoView {
    let (awake, set_awake) = signal(false);
    Effect::new(move || {
        listen(&document(), "keydown", |event| press(event.unchecked_ref()));
        set_awake.set(true);
        show_current();
    });
    // Until then, and without scripts, the style hides the hints for keys that do nothing.
    view! { <span class="shortcuts" class:shortcuts-on=move || awake.get() hidden=true></span> }
}

/// Brings the open entry of a list that scrolls by itself into sight, without
/// moving the page.
fn show_current() {
    let current = document().query_selector(".lines [aria-current=true]").ok().flatten();
    let Some(current) = current.and_then(|current| current.dyn_into::<HtmlElement>().ok()) else { return };
    let Some(pane) = current.closest("section").ok().flatten() else { return };
    let (place, frame) = (current.get_bounding_client_rect(), pane.get_bounding_client_rect());
    if place.bottom() > frame.bottom() {
        pane.set_scroll_top(current.offset_top() - pane.client_height() / 2);
    }
}

fn press(event: &KeyboardEvent) {
    let typed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let typing = typed.is_some_and(|element| element.matches(TYPING).unwrap_or(false));
    if typing || event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing() || event.repeat() {
        return;
    }
    let key = event.key().to_lowercase();
    // The key becomes part of a selector: one plain character only.
    if key.chars().count() != 1 || key.contains(['"', '\\']) {
        return;
    }
    if let Some(element) = find(&key) {
        event.prevent_default();
        act(&element);
    }
}

/// The element of a key: of those in an open dialog, else the first in sight,
/// else the first.
fn find(key: &str) -> Option<HtmlElement> {
    let modal = document().query_selector("dialog[open]").ok().flatten();
    let within = if modal.is_some() { "dialog[open] " } else { "" };
    let all = document().query_selector_all(&format!("{within}[data-shortcut=\"{key}\"]:not(:disabled)")).ok()?;
    let all: Vec<HtmlElement> =
        (0..all.length()).filter_map(|index| all.get(index)?.dyn_into::<HtmlElement>().ok()).collect();
    all.iter().find(|element| in_sight(element)).or(all.first()).cloned()
}

fn in_sight(element: &HtmlElement) -> bool {
    let place = element.get_bounding_client_rect();
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::MAX);
    place.width() > 0.0 && place.bottom() > 0.0 && place.top() < height
}

fn act(element: &HtmlElement) {
    element.click();
    let then = element.get_attribute("data-then");
    let next = then.and_then(|selector| document().query_selector(&selector).ok().flatten());
    match next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        Some(next) => focus(&next),
        None if element.matches("input, textarea, select").unwrap_or(false) => focus(element),
        None => {}
    }
}

fn focus(element: &HtmlElement) {
    // Fails only for an element that has left the page.
    let _ = element.focus();
}
