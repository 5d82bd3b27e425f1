//! Checks bundles and receipts in the browser. The file stays where it is: nothing that is
//! asked of the portal has anything of it.
//!
//! One module for both sides: the page that shows, and the worker that reads, so that a
//! large bundle neither fills the memory nor stops the page.

mod message;
mod page;
mod slices;
mod worker;

use wasm_bindgen::{JsCast, closure::Closure, prelude::wasm_bindgen};
use web_sys::{DedicatedWorkerGlobalScope, Event, EventTarget};

/// Begins, as whichever side this is.
#[wasm_bindgen(start)]
fn start() {
    match js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() {
        Ok(scope) => worker::start(&scope),
        Err(_) => page::start(),
    }
}

/// Listens for as long as the page lives.
fn listen(target: &EventTarget, event: &str, act: impl FnMut(Event) + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(act).into_js_value();
    // Fails only for something that is no listener.
    let _ = target.add_event_listener_with_callback(event, listener.unchecked_ref());
}
