//! What this browser has not sent yet, beside a form that goes without it.
//!
//! Until a file is announced the portal does not know of it, and only the browser can say that a form would leave it
//! behind. Without scripts no file waits in a browser.

use std::time::Duration;

use courier::request::listen;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

use super::{
    Setup, UploaderWords,
    queue::{Queue, any_asking, any_open},
    shown,
};

/// How often a form that somebody sends looks whether it is known by now what waits in the browser.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// So often: a store or a worker that does not answer within ten seconds keeps nobody from sending a form.
const LOOKS: u32 = 50;

/// Shows the files that are still to be sent from this browser, sends them, and keeps the form around it until they
/// have arrived, unless the box inside is ticked.
#[island]
pub fn Unsent(
    /// Who sends: what somebody else left on the same phone is not touched.
    account: String,
    /// What the files are for, as the portal is told. Nothing where the page's uploaders show them already.
    place: Vec<(String, String)>,
    /// The id of the part of the page that is renewed when all have arrived.
    list: String,
    /// Whether the box is there before a form was kept.
    offered: bool,
    /// Its strings.
    words: UploaderWords,
    /// The box that says to leave them.
    children: Children,
) -> impl IntoView {
    let around = NodeRef::<html::Div>::new();
    let kept = RwSignal::new(false);
    let (held, free) = (words.held.clone(), words.free.clone());
    let carries = !place.is_empty();
    let queue = Queue::new(Setup { account, place, kinds: Vec::new(), room: 0, list, words });
    Effect::new(move |_| {
        let Some(around) = around.get() else { return };
        if carries {
            queue.start(&around, Box::new(|| {}));
        }
        let form = around.closest("form").ok().flatten().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form else { return };
        let sent = form.clone();
        listen(&form, "submit", move |event| {
            // Some browsers tick a box again that was ticked before the page was fetched anew, also one nobody sees.
            let seen = offered || kept.get_untracked();
            let left = seen && matches!(around.query_selector(":checked"), Ok(Some(_)));
            if !left && untrack(|| any_asking() || any_open()) {
                event.prevent_default();
                send(sent.clone(), kept, LOOKS);
            }
        });
    });
    let waits = move || kept.get() && any_open();
    let over = move || (kept.get() || !queue.said.with(String::is_empty)) && !any_open();
    view! {
        <div class="group unsent" node_ref=around>
            {shown(queue)}
            <p class="notice is-attention" role="alert" hidden=move || !waits()>{held}</p>
            <p class="notice is-done" hidden=move || !over()>{free}</p>
            <div hidden=move || !offered && !kept.get()>{children()}</div>
        </div>
    }
}

/// Sends a form as soon as it is known what waits in the browser, or keeps it where that is something.
fn send(form: HtmlFormElement, kept: RwSignal<bool>, looks: u32) {
    if looks > 0 && untrack(any_asking) {
        set_timeout(move || send(form, kept, looks - 1), LOOK_AGAIN);
    } else if untrack(any_open) {
        kept.set(true);
        // Why, and the box, stand in the form, perhaps below what is on the screen.
        form.scroll_into_view();
    } else {
        // Fails only for a form that has left the page.
        let _ = form.submit();
    }
}
