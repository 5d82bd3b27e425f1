//! The worker: takes files in, keeps them, and carries them, a few at a time.
//!
//! Every page that can send files has a worker of its own. They share what waits
//! through the browser's store, and a lock for each file keeps two of them from
//! carrying the same one.

mod carry;
mod held;
mod keep;
mod shelf;
mod tabs;
mod wait;

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, File, MessageEvent};

use self::{
    held::Held,
    shelf::{About, Shelf},
    wait::{alone, scope, sleep},
};
use crate::{
    message::{News, Order, Stage, Why},
    place,
    request::listen,
    retry,
    turn::Going,
};

/// Where workers tell each other how far they are.
const CHANNEL: &str = "wugan-courier";
/// What the portal refused for good is shown for so long, in milliseconds. Nothing else is thrown
/// away by the phone's clock, which may be wrong.
const REFUSED_MS: f64 = 30.0 * 86_400_000.0;

/// Begins to listen.
#[wasm_bindgen(start)]
fn start() {
    let courier = Rc::new(Courier::default());
    let listening = courier.clone();
    listen(&scope(), "message", move |event| {
        let Ok(event) = event.dyn_into::<MessageEvent>() else { return };
        // An order, and the files that belong to it.
        let parts: js_sys::Array = event.data().unchecked_into();
        let order = parts.get(0).as_string().and_then(|text| serde_json::from_str(&text).ok());
        let Some(order) = order else { return };
        let more = parts.iter().skip(1).find_map(|part| part.as_string()).unwrap_or_default();
        let files = parts.iter().skip(1).filter_map(|file| file.dyn_into::<File>().ok()).collect();
        spawn_local(listening.clone().obey(order, files, more));
    });
    let heard = courier.clone();
    if let Ok(channel) = BroadcastChannel::new(CHANNEL) {
        listen(&channel, "message", move |event| {
            let Ok(event) = event.dyn_into::<MessageEvent>() else { return };
            let news = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
            if let Some(news) = news {
                spawn_local(heard.clone().hear(news));
            }
        });
        *courier.channel.borrow_mut() = Some(channel);
    }
    let back = courier.clone();
    listen(&scope(), "online", move |_| back.resume());
    tell_page(&News::Ready);
}

/// Who the page belongs to, and what it shows.
#[derive(Clone, Debug, PartialEq)]
struct Me {
    account: String,
    /// What the page is about.
    place: Vec<(String, String)>,
}

/// Whether a page shows a file.
fn shows(me: &Me, about: &About) -> bool {
    place::shows(&me.place, &about.place)
}

#[derive(Default)]
struct Courier {
    me: RefCell<Option<Me>>,
    shelf: RefCell<Option<Shelf>>,
    channel: RefCell<Option<BroadcastChannel>>,
    /// In the order they were chosen; those that failed come last.
    files: RefCell<Vec<Rc<Held>>>,
    /// Those that are to be copied into the store, in that order.
    uncopied: RefCell<VecDeque<Rc<Held>>>,
    /// One of them is being copied.
    copying: Cell<bool>,
    /// The network is away; nothing new is begun.
    paused: Cell<bool>,
    /// The login has ended; nothing new is announced. What was announced needs none.
    logged_out: Cell<bool>,
    /// Pauses in a row without a byte between them.
    failures: Cell<u32>,
    /// Counts pauses, so that an old timer ends no new one.
    pauses: Cell<u32>,
    committing: Cell<bool>,
    sending: Cell<u32>,
}

impl Courier {
    async fn obey(self: Rc<Self>, order: Order, files: Vec<File>, more: String) {
        match order {
            Order::Hello { account, place } => self.hello(account, place).await,
            Order::Add => self.add(files, &more),
            Order::Remove { id } => self.remove(id).await,
            Order::Resume => self.resume(),
        }
    }

    async fn hello(self: Rc<Self>, account: String, place: Vec<(String, String)>) {
        *self.me.borrow_mut() = Some(Me { account: account.clone(), place });
        // Without a store files are carried all the same, for as long as the page is there.
        if let Ok(shelf) = Shelf::open().await {
            *self.shelf.borrow_mut() = Some(shelf.clone());
            for about in shelf.all().await.unwrap_or_default() {
                let mine = about.account == account;
                if about.refused.is_some() && js_sys::Date::now() - about.at > REFUSED_MS {
                    // The next page tries again.
                    let _ = shelf.remove(about.id).await;
                } else if mine && about.removed {
                    spawn_local(self.clone().dispose(about));
                } else if mine {
                    self.take_up(about, &shelf).await;
                }
            }
            // What was handed over before the store was open.
            let here =
                self.files.borrow().iter().filter(|held| !held.kept.get() && !held.copying.get()).cloned().collect();
            spawn_local(self.clone().keep_all(here));
        }
        self.go_on();
        tell_page(&News::Known);
    }

    /// Takes a file up that was kept, unless it is here already.
    async fn take_up(&self, about: About, shelf: &Shelf) -> Option<Rc<Held>> {
        let bytes = shelf.bytes(about.id).await.ok()?;
        // Only now: it may have been taken up while its bytes were looked for.
        if self.find(about.id).is_some() {
            return None;
        }
        let held = Rc::new(Held::new(about, bytes, true));
        self.files.borrow_mut().push(held.clone());
        self.tell_own(&held);
        Some(held)
    }

    fn add(self: &Rc<Self>, files: Vec<File>, more: &str) {
        let Some(me) = self.me.borrow().clone() else { return };
        let place = serde_json::to_string(&me.place).unwrap_or_default();
        let mut chosen = Vec::new();
        for file in files {
            let about = About {
                id: number(),
                account: me.account.clone(),
                place: place.clone(),
                more: more.to_owned(),
                name: file.name(),
                mime: file.type_(),
                at: js_sys::Date::now(),
                digest: None,
                address: None,
                refused: None,
                removed: false,
            };
            let held = Rc::new(Held::new(about, file.into(), false));
            held.copying.set(true);
            self.files.borrow_mut().push(held.clone());
            self.tell(&held);
            chosen.push(held);
        }
        spawn_local(self.clone().keep_all(chosen));
    }

    async fn remove(self: Rc<Self>, id: u32) {
        let Some(held) = self.find(id) else { return };
        self.let_go(&held);
        self.announce(&News::Gone { id });
        let about = held.about.borrow().clone();
        if held.busy.get() {
            // The portal is told when that has ended. Where this page is left before, the next one does it, if the
            // portal's address for it is known by then.
            self.set_aside(&about).await;
        } else {
            self.clone().dispose(about).await;
        }
        self.go_on();
    }

    /// Nobody wants a file any more. One that is just being announced is heard out: only the answer
    /// says where the portal would wait for it.
    fn let_go(&self, held: &Held) {
        held.gone.set(true);
        held.about.borrow_mut().removed = true;
        let announced = held.about.borrow().address.is_some();
        if announced {
            held.stop();
        }
        self.drop_held(held.id());
    }

    fn find(&self, id: u32) -> Option<Rc<Held>> {
        self.files.borrow().iter().find(|held| held.id() == id).cloned()
    }

    fn drop_held(&self, id: u32) {
        self.files.borrow_mut().retain(|held| held.id() != id);
        self.count_others();
    }

    /// Tells the page, if it shows the file, and every other page.
    fn tell(&self, held: &Held) {
        // Of what was taken out only that it was too late for that.
        if held.gone.get() && *held.stage.borrow() != Stage::Done {
            return;
        }
        self.tell_own(held);
        if let Some(channel) = &*self.channel.borrow() {
            let news = News::Item(held.item());
            // Others look for themselves from time to time.
            let _ = channel.post_message(&json(&news));
        }
    }

    fn tell_own(&self, held: &Held) {
        let shown = self.me.borrow().as_ref().is_some_and(|me| shows(me, &held.about.borrow()));
        if shown {
            tell_page(&News::Item(held.item()));
        } else {
            self.count_others();
        }
    }

    fn count_others(&self) {
        let me = self.me.borrow();
        let Some(me) = &*me else { return };
        let files = self.files.borrow();
        let others = files.iter().filter(|held| !shows(me, &held.about.borrow()) && held.stage.borrow().is_open());
        let count = u32::try_from(others.count()).unwrap_or(u32::MAX);
        tell_page(&News::Others { count });
    }

    fn announce(&self, news: &News) {
        tell_page(news);
        if let Some(channel) = &*self.channel.borrow() {
            let _ = channel.post_message(&json(news));
        }
    }

    /// Tries everything again that may succeed now.
    fn resume(self: &Rc<Self>) {
        self.paused.set(false);
        self.logged_out.set(false);
        for held in &*self.files.borrow() {
            self.revive(held);
        }
        self.go_on();
    }

    /// A file that failed waits for its turn again, where that can help.
    fn revive(&self, held: &Held) {
        let failed = matches!(*held.stage.borrow(), Stage::Failed { again: true, .. });
        if failed && !held.busy.get() {
            held.elsewhere.set(false);
            held.stage.replace(held.before_sending());
            self.tell(held);
        }
    }

    /// Begins what may begin.
    fn go_on(self: &Rc<Self>) {
        if self.paused.get() {
            return;
        }
        if self.going().announces()
            && let Some(held) = self.next(&Stage::Reading)
        {
            self.committing.set(true);
            let courier = self.clone();
            self.work_on(held, move || courier.committing.set(false), carry::commit);
        }
        while self.going().sends()
            && let Some(held) = self.next(&Stage::Waiting)
        {
            self.sending.set(self.sending.get() + 1);
            let courier = self.clone();
            self.work_on(held, move || courier.sending.set(courier.sending.get() - 1), carry::send);
        }
    }

    fn going(&self) -> Going {
        // What another page announces is its own concern.
        let unannounced = |held: &Rc<Held>| *held.stage.borrow() == Stage::Reading && !held.elsewhere.get();
        Going {
            logged_out: self.logged_out.get(),
            announcing: self.committing.get(),
            unannounced: self.files.borrow().iter().any(unannounced),
            sending: self.sending.get(),
        }
    }

    /// The next file in this stage; first those with a code, as long as they do not fail.
    fn next(&self, wanted: &Stage) -> Option<Rc<Held>> {
        let files = self.files.borrow();
        let mut free = files.iter().filter(|held| held.is_free() && *held.stage.borrow() == *wanted);
        let first = free.next()?;
        let live = std::iter::once(first).chain(free).find(|held| held.is_live() && held.failures.get() == 0);
        Some(live.unwrap_or(first).clone())
    }

    /// Does a step for a file, and afterwards what comes next.
    fn work_on<F: Future<Output = ()>>(
        self: &Rc<Self>,
        held: Rc<Held>,
        after: impl FnOnce() + 'static,
        step: impl FnOnce(Rc<Self>, Rc<Held>) -> F + 'static,
    ) {
        held.busy.set(true);
        let courier = self.clone();
        spawn_local(async move {
            let work = {
                let (courier, held) = (courier.clone(), held.clone());
                async move {
                    if courier.refresh(&held).await {
                        step(courier, held).await;
                    }
                }
            };
            let mine = alone(&format!("{CHANNEL}-{}", held.id()), work).await;
            held.busy.set(false);
            after();
            if held.is_cut_off() {
                courier.pause();
            }
            if held.gone.get() {
                let about = held.about.borrow().clone();
                spawn_local(courier.clone().dispose(about));
            } else if !mine {
                courier.leave(&held);
            }
            courier.go_on();
        });
    }

    /// A file is where it should be.
    async fn arrived(self: &Rc<Self>, held: &Held) {
        self.failures.set(0);
        held.stage.replace(Stage::Done);
        self.tell(held);
        self.drop_held(held.id());
        self.forget(held.id()).await;
    }

    /// A file did not get there.
    async fn failed(self: &Rc<Self>, held: &Rc<Held>, verdict: retry::Verdict) {
        if held.gone.get() {
            return;
        }
        let retry::Verdict { why, again, anew } = verdict;
        let announced = held.about.borrow().address.is_some();
        if anew {
            let mut about = held.about.borrow_mut();
            (about.address, about.digest) = (None, None);
        }
        if let (Why::Refused { message }, false) = (&why, again) {
            held.about.borrow_mut().refused = Some(message.clone());
        }
        held.failures.set(held.failures.get().saturating_add(1));
        // The others have their turn first. What broke off on its way is gone on with before another is begun, unless it
        // does so again and again without a byte between.
        if why != Why::CutOff || !announced || held.failures.get() > 1 {
            self.put_last(held);
        }
        held.stage.replace(Stage::Failed { why: why.clone(), again });
        self.note(held).await;
        self.tell(held);
        if why == Why::LoginEnded {
            self.logged_out.set(true);
        } else if again && why != Why::CutOff {
            // What was cut off waits for the network with everything else, as soon as this step has ended.
            self.rest(held);
        }
    }

    fn put_last(&self, held: &Rc<Held>) {
        let mut files = self.files.borrow_mut();
        if let Some(at) = files.iter().position(|other| Rc::ptr_eq(other, held)) {
            files[at..].rotate_left(1);
        }
    }

    /// Begins nothing new for a while.
    fn pause(self: &Rc<Self>) {
        // Those that were cut off together have one pause.
        if self.paused.replace(true) {
            return;
        }
        self.failures.set(self.failures.get() + 1);
        self.pauses.set(self.pauses.get() + 1);
        let (courier, pause) = (self.clone(), self.pauses.get());
        let ms = retry::wait(self.failures.get(), js_sys::Math::random());
        spawn_local(async move {
            sleep(ms).await;
            if !courier.paused.get() || courier.pauses.get() != pause {
                return;
            }
            courier.paused.set(false);
            for held in &*courier.files.borrow() {
                if held.is_cut_off() {
                    courier.revive(held);
                }
            }
            courier.go_on();
        });
    }

    /// Tries a file again after a while, longer after every failure. Those behind it go on.
    fn rest(self: &Rc<Self>, held: &Rc<Held>) {
        let (courier, held, failures) = (self.clone(), held.clone(), held.failures.get());
        let ms = retry::wait(failures, js_sys::Math::random());
        spawn_local(async move {
            sleep(ms).await;
            // Unless it was tried again meanwhile, and rests anew.
            if held.failures.get() == failures {
                courier.revive(&held);
                courier.go_on();
            }
        });
    }
}

fn tell_page(news: &News) {
    // The page is gone where this fails, and this worker with it.
    let _ = scope().post_message(&json(news));
}

/// A number that no other file of this browser has.
fn number() -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 2^32")]
    let number = (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    number
}

fn json(news: &News) -> JsValue {
    serde_json::to_string(news).unwrap_or_default().into()
}
