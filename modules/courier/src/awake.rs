//! Keeps the screen on while files are on their way: a phone that falls asleep stops
//! sending (Screen Wake Lock API). Browsers that cannot do without.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::Window;

/// The lock, once it was asked for.
#[derive(Default)]
pub struct Awake(Option<Promise>);

impl Awake {
    /// Asks for the screen to stay on, or lets it go.
    pub fn keep(&mut self, busy: bool) {
        match (busy, self.0.take()) {
            (true, None) => self.0 = ask(),
            (false, Some(lock)) => release(&lock),
            (_, lock) => self.0 = lock,
        }
    }

    /// Browsers let the screen go when the page is hidden; asks anew the next time.
    pub fn lost(&mut self) {
        self.0 = None;
    }
}

fn call(of: &JsValue, method: &str, with: &JsValue) -> Option<JsValue> {
    Reflect::get(of, &method.into()).ok()?.dyn_into::<Function>().ok()?.call1(of, with).ok()
}

fn ask() -> Option<Promise> {
    let navigator = js_sys::global().unchecked_into::<Window>().navigator();
    // What waits here is not thrown away when the phone needs room (Storage Standard).
    let storage = Reflect::get(&navigator, &"storage".into()).ok();
    storage.and_then(|storage| call(&storage, "persist", &JsValue::UNDEFINED));
    let locks = Reflect::get(&navigator, &"wakeLock".into()).ok()?;
    let promise = call(&locks, "request", &"screen".into())?;
    // Refused when the battery is low: then the screen goes off as always.
    call(&promise, "catch", &Closure::once_into_js(|_: JsValue| JsValue::NULL))?.dyn_into().ok()
}

fn release(lock: &Promise) {
    let release = Closure::once_into_js(|lock: JsValue| {
        call(&lock, "release", &JsValue::UNDEFINED);
    });
    call(lock, "then", &release);
}
