//! Waiting for what the browser promises.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::Poll,
};

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{DedicatedWorkerGlobalScope, IdbRequest, IdbTransaction};

use crate::request::{Answer, Request};

/// The worker's own surroundings.
pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Waits.
pub(super) async fn sleep(ms: f64) {
    let promise = Promise::new(&mut |resolve, _| {
        let set_timeout = Reflect::get(&js_sys::global(), &"setTimeout".into());
        if let Some(set_timeout) = set_timeout.ok().and_then(|it| it.dyn_into::<Function>().ok()) {
            // Where there are no timers the promise stays open, and nothing is tried too early.
            let _ = set_timeout.call2(&JsValue::NULL, &resolve, &ms.into());
        }
    });
    let _ = JsFuture::from(promise).await;
}

/// What comes of some work, unless it takes longer than so long: then it is given up.
pub(super) async fn within<T>(ms: f64, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut time = pin!(sleep(ms));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => time.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Waits for some work, but no longer than so long; it goes on all the same. Whether it has ended.
pub(super) async fn no_longer_than(ms: f64, work: impl Future<Output = ()> + 'static) -> bool {
    let work = future_to_promise(async move {
        work.await;
        Ok(JsValue::UNDEFINED)
    });
    within(ms, JsFuture::from(work)).await.is_some()
}

/// Waits until everything that a transaction of the browser's store is for has been written.
pub(super) async fn ended(transaction: &IdbTransaction) -> Result<(), JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    JsFuture::from(promise).await.map(|_| ())
}

/// The result of a request to the browser's store.
pub(super) async fn stored(request: &IdbRequest) -> Result<JsValue, JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    JsFuture::from(promise).await?;
    request.result()
}

/// Sends a request, with what `send` adds to it, and waits for its end.
pub(super) async fn answer(request: &Request, send: impl FnOnce(&Request) -> bool) -> Option<Answer> {
    let slot = Rc::new(Cell::new(None));
    let promise = Promise::new(&mut |resolve, reject| {
        let slot = slot.clone();
        request.on_end(move |answer| {
            slot.set(Some(answer));
            let _ = resolve.call0(&JsValue::NULL);
        });
        drop(reject);
    });
    if !send(request) {
        return None;
    }
    let _ = JsFuture::from(promise).await;
    slot.take()
}

/// Does the work while no other page of this browser does work of that name; `false`
/// where another does. Browsers that know no locks do it anyway: the portal lets the
/// newest request win.
pub(super) async fn alone(name: &str, work: impl Future<Output = ()> + 'static) -> bool {
    let property = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok().filter(JsValue::is_truthy);
    let locks = property(&scope(), "navigator").and_then(|navigator| property(&navigator, "locks"));
    let request = locks.as_ref().and_then(|locks| property(locks, "request")?.dyn_into::<Function>().ok());
    let (Some(locks), Some(request)) = (locks, request) else {
        work.await;
        return true;
    };
    let options = Object::new();
    // Fails only for frozen objects.
    let _ = Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE);
    let got = Rc::new(Cell::new(false));
    let inside = got.clone();
    let held = Closure::once_into_js(move |lock: JsValue| {
        if lock.is_null() {
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        inside.set(true);
        future_to_promise(async move {
            work.await;
            Ok(JsValue::UNDEFINED)
        })
    });
    if let Ok(promise) = request.call3(&locks, &name.into(), &options, &held) {
        let _ = JsFuture::from(promise.unchecked_into::<Promise>()).await;
    }
    got.get()
}
