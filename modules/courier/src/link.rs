//! The page's side of the worker: it is started, started again where it could not be
//! fetched, and what is said to it before it listens waits.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, Window, Worker};

use crate::{
    message::{News, Order},
    request::listen,
    retry,
};

/// Where the worker is.
const WORKER: &str = "/pkg/courier.js";

/// The worker of a page, from when the page wants one.
pub struct Link {
    hello: Order,
    hear: Box<dyn Fn(News)>,
    worker: RefCell<Option<Worker>>,
    listens: Cell<bool>,
    waiting: RefCell<Vec<js_sys::Array>>,
    /// Attempts that failed.
    failures: Cell<u32>,
}

impl Link {
    /// Starts the worker. It is told `hello` first; `hear` is told its news, beginning
    /// with [`News::Ready`]. `None` where the browser has no workers.
    pub fn start(hello: Order, hear: impl Fn(News) + 'static) -> Option<Rc<Self>> {
        let link = Rc::new(Self {
            hello,
            hear: Box::new(hear),
            worker: RefCell::default(),
            listens: Cell::default(),
            waiting: RefCell::default(),
            failures: Cell::default(),
        });
        link.fetch().ok()?;
        let here = link.clone();
        listen(&window(), "online", move |_| here.fetch_again());
        Some(link)
    }

    /// Gives the worker an order, and what travels beside it.
    pub fn order(&self, order: &Order, with: &[JsValue]) {
        let message = message(order);
        for part in with {
            message.push(part);
        }
        if self.listens.get() {
            self.post(&message);
        } else {
            self.waiting.borrow_mut().push(message);
        }
    }

    fn fetch(self: &Rc<Self>) -> Result<(), JsValue> {
        let worker = Worker::new(WORKER)?;
        let here = self.clone();
        listen(&worker, "message", move |event| {
            let text = event.dyn_into::<MessageEvent>().ok().and_then(|event| event.data().as_string());
            let news = text.and_then(|text| serde_json::from_str(&text).ok());
            if let Some(news) = news {
                if news == News::Ready {
                    here.ready();
                }
                (here.hear)(news);
            }
        });
        let here = self.clone();
        listen(&worker, "error", move |_| here.failed());
        *self.worker.borrow_mut() = Some(worker);
        Ok(())
    }

    /// The script could not be fetched (its module is fetched again by the script itself).
    /// A fault of a worker that listens is in the log, and no reason to start another.
    fn failed(self: &Rc<Self>) {
        if self.listens.get() {
            return;
        }
        *self.worker.borrow_mut() = None;
        self.failures.set(self.failures.get() + 1);
        let wait = retry::wait(self.failures.get(), js_sys::Math::random());
        let here = self.clone();
        let again = Closure::once_into_js(move || here.fetch_again());
        #[expect(clippy::cast_possible_truncation, reason = "a minute at most")]
        // Fails only for something that is no function.
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(again.unchecked_ref(), wait as i32);
    }

    fn fetch_again(self: &Rc<Self>) {
        if self.worker.borrow().is_none() {
            // It was possible the first time.
            let _ = self.fetch();
        }
    }

    fn ready(&self) {
        self.listens.set(true);
        self.post(&message(&self.hello));
        for order in self.waiting.take() {
            self.post(&order);
        }
    }

    fn post(&self, message: &js_sys::Array) {
        if let Some(worker) = &*self.worker.borrow() {
            // Strings and files can always be handed over.
            let _ = worker.post_message(message);
        }
    }
}

fn message(order: &Order) -> js_sys::Array {
    js_sys::Array::of1(&serde_json::to_string(order).unwrap_or_default().into())
}

fn window() -> Window {
    js_sys::global().unchecked_into()
}
