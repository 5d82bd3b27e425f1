//! What this browser has not sent yet, beside a form that goes without it.
//!
//! Until a file is announced the portal does not know of it, and only the browser can say that a form would leave it
//! behind. Without scripts no file waits in a browser.

use std::time::Duration;

use courier::request::listen;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlFormElement, HtmlInputElement};

use super::{
    Setup, UploaderWords, fields, is_chosen,
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
    let looking = RwSignal::new(false);
    let (held, free, searching) = (words.held.clone(), words.free.clone(), words.looking.clone());
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
            // However often somebody presses, the form goes once.
            if looking.get_untracked() {
                event.prevent_default();
                return;
            }
            // Some browsers tick a box again that was ticked before the page was fetched anew, also one nobody sees.
            let seen = offered || kept.get_untracked();
            let ticked = around.query_selector("input:checked").ok().flatten();
            let ticked = ticked.and_then(|ticked| ticked.dyn_into::<HtmlInputElement>().ok());
            if let Some(ticked) = ticked.as_ref().filter(|_| !seen) {
                ticked.set_checked(false);
            }
            let left = seen && ticked.is_some();
            if !left && untrack(|| any_asking() || any_waiting()) {
                event.prevent_default();
                looking.set(true);
                send(sent.clone(), kept, looking, LOOKS);
            }
        });
    });
    let waits = move || kept.get() && any_waiting();
    let over = move || kept.get() && !any_waiting();
    let closed = move || !offered && !kept.get();
    view! {
        <div class="group unsent" node_ref=around>
            {shown(queue)}
            <p role="status" class:unseen=move || !looking.get()>
                {move || if looking.get() { searching.clone() } else { String::new() }}
            </p>
            <p class="notice is-attention" role="alert" tabindex="-1" hidden=move || !waits()>{held}</p>
            <p class="notice is-done" hidden=move || !over()>{free}</p>
            // What is in a closed one is not sent along.
            <fieldset disabled=closed hidden=closed>{children()}</fieldset>
        </div>
    }
}

/// Sends a form as soon as it is known what waits in the browser, or keeps it where that is something.
fn send(form: HtmlFormElement, kept: RwSignal<bool>, looking: RwSignal<bool>, looks: u32) {
    if looks > 0 && untrack(any_asking) {
        set_timeout(move || send(form, kept, looking, looks - 1), LOOK_AGAIN);
        return;
    }
    // Before the form goes: browsers bring a page back as it was left, and it may be sent again.
    looking.set(false);
    if untrack(any_waiting) {
        kept.set(true);
        // Why stands in the form, perhaps off the screen, and is not shown before this has ended.
        set_timeout(move || show_why(&form), Duration::ZERO);
    } else {
        // Fails only for a form that has left the page.
        let _ = form.submit();
    }
}

/// Brings why a form was kept onto the screen, and before those who do not see it.
fn show_why(form: &HtmlFormElement) {
    let why = form.query_selector(".unsent [role=alert]").ok().flatten();
    if let Some(why) = why.and_then(|why| why.dyn_into::<HtmlElement>().ok()) {
        why.scroll_into_view();
        // Where that fails it is on the screen all the same.
        let _ = why.focus();
    }
}

/// Whether files have not arrived: those the page shows, and those chosen where no worker has taken them.
fn any_waiting() -> bool {
    any_open() || document().document_element().is_some_and(|page| fields(&page).iter().any(is_chosen))
}
