//! The worker: takes files in, keeps them, and carries them, a few at a time.
//!
//! Every page that can send files has a worker of its own. They share what waits
//! through the browser's store, and a lock for each file keeps two of them from
//! carrying the same one.

mod carry;
mod held;
mod shelf;
mod wait;

use std::{
    cell::{Cell, RefCell},
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
    request::listen,
    retry,
};

/// How many go out at once: weak networks gain nothing from more.
const AT_ONCE: u32 = 3;
/// Where workers tell each other how far they are.
const CHANNEL: &str = "wugan-courier";
/// What waited for so long, in milliseconds, is not sent any more: the portal has forgotten it.
const FORGOTTEN_MS: f64 = 30.0 * 86_400_000.0;
/// How long until a file is looked at again that another page is sending.
const LOOK_AGAIN_MS: f64 = 3_000.0;

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
    place: String,
}

#[derive(Default)]
struct Courier {
    me: RefCell<Option<Me>>,
    shelf: RefCell<Option<Shelf>>,
    channel: RefCell<Option<BroadcastChannel>>,
    /// In the order they were chosen.
    files: RefCell<Vec<Rc<Held>>>,
    /// The network is away; nothing new is begun.
    paused: Cell<bool>,
    /// Failures in a row.
    failures: Cell<u32>,
    /// Counts pauses, so that an old timer ends no new one.
    pauses: Cell<u32>,
    committing: Cell<bool>,
    sending: Cell<u32>,
}

impl Courier {
    async fn obey(self: Rc<Self>, order: Order, files: Vec<File>, more: String) {
        match order {
            Order::Hello { account, place } => self.hello(account, &place).await,
            Order::Add => self.add(files, more).await,
            Order::Remove { id } => self.remove(id).await,
            Order::Resume => self.resume(),
        }
    }

    async fn hello(self: Rc<Self>, account: String, place: &[(String, String)]) {
        let place = serde_json::to_string(place).unwrap_or_default();
        *self.me.borrow_mut() = Some(Me { account: account.clone(), place });
        // Without a store files are carried all the same, for as long as the page is there.
        let Ok(shelf) = Shelf::open().await else { return };
        let waiting = shelf.all().await.unwrap_or_default();
        *self.shelf.borrow_mut() = Some(shelf.clone());
        for about in waiting {
            if js_sys::Date::now() - about.at > FORGOTTEN_MS {
                // The next page tries again.
                let _ = shelf.remove(about.id).await;
            } else if about.account == account {
                self.take_up(about, &shelf).await;
            }
        }
        self.go_on();
    }

    /// Takes a file up that was kept.
    async fn take_up(&self, about: About, shelf: &Shelf) {
        if self.find(about.id).is_some() {
            return;
        }
        let Ok(bytes) = shelf.bytes(about.id).await else { return };
        let held = Rc::new(Held::new(about, bytes, true));
        self.files.borrow_mut().push(held.clone());
        self.tell(&held);
    }

    async fn add(self: Rc<Self>, files: Vec<File>, more: String) {
        let Some(me) = self.me.borrow().clone() else { return };
        let mut taken = Vec::new();
        for file in files {
            let about = About {
                id: number(),
                account: me.account.clone(),
                place: me.place.clone(),
                more: more.clone(),
                name: file.name(),
                mime: file.type_(),
                at: js_sys::Date::now(),
                digest: None,
                address: None,
                refused: None,
            };
            let held = Rc::new(Held::new(about, file.into(), false));
            held.copying.set(true);
            self.files.borrow_mut().push(held.clone());
            self.tell(&held);
            taken.push(held);
        }
        let shelf = self.shelf.borrow().clone();
        for held in taken {
            if let Some(shelf) = &shelf {
                let (about, bytes) = (held.about.borrow().clone(), held.bytes.borrow().clone());
                // A full disk, or a private window: it is sent from where it lies.
                if let Ok(copy) = shelf.put(&about, &bytes).await {
                    *held.bytes.borrow_mut() = copy;
                    held.kept.set(true);
                }
            }
            held.copying.set(false);
            if held.gone.get() {
                self.forget(held.id()).await;
            } else {
                self.tell(&held);
                self.go_on();
            }
        }
    }

    async fn remove(self: Rc<Self>, id: u32) {
        let Some(held) = self.find(id) else { return };
        held.gone.set(true);
        held.stop();
        let address = held.about.borrow().address.clone();
        self.drop_held(id);
        self.announce(&News::Gone { id });
        self.forget(id).await;
        if let Some(address) = address {
            carry::give_up(&address).await;
        }
        self.go_on();
    }

    /// Takes a file off the shelf.
    async fn forget(&self, id: u32) {
        let shelf = self.shelf.borrow().clone();
        if let Some(shelf) = shelf {
            // What stays there is found by the next page, and the portal says that it has it.
            let _ = shelf.remove(id).await;
        }
    }

    /// What another page's worker says.
    async fn hear(self: Rc<Self>, news: News) {
        match news {
            News::Item(item) => match self.find(item.id) {
                Some(held) if !held.busy.get() => {
                    let done = item.stage == Stage::Done;
                    held.stage.replace(item.stage);
                    self.tell_own(&held);
                    if done {
                        self.drop_held(item.id);
                    }
                }
                None if item.kept && item.stage.is_open() => {
                    let (shelf, me) = (self.shelf.borrow().clone(), self.me.borrow().clone());
                    let (Some(shelf), Some(me)) = (shelf, me) else { return };
                    let all = shelf.all().await.unwrap_or_default();
                    if let Some(about) =
                        all.into_iter().find(|about| about.id == item.id && about.account == me.account)
                    {
                        self.take_up(about, &shelf).await;
                    }
                }
                Some(_) | None => {}
            },
            News::Gone { id } => {
                if let Some(held) = self.find(id) {
                    held.gone.set(true);
                    held.stop();
                    self.drop_held(id);
                    tell_page(&News::Gone { id });
                }
            }
            News::Ready | News::Others { .. } => {}
        }
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
        self.tell_own(held);
        if let Some(channel) = &*self.channel.borrow() {
            let news = News::Item(held.item());
            // Others look for themselves from time to time.
            let _ = channel.post_message(&json(&news));
        }
    }

    fn tell_own(&self, held: &Held) {
        let shown = self.me.borrow().as_ref().is_some_and(|me| me.place == held.about.borrow().place);
        if shown {
            tell_page(&News::Item(held.item()));
        } else {
            self.count_others();
        }
    }

    fn count_others(&self) {
        let Some(me) = self.me.borrow().clone() else { return };
        let files = self.files.borrow();
        let others = files.iter().filter(|held| held.about.borrow().place != me.place && held.stage.borrow().is_open());
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
        for held in &*self.files.borrow() {
            let failed = matches!(&*held.stage.borrow(), Stage::Failed { again: true, .. });
            if failed && !held.busy.get() {
                held.stage.replace(held.before_sending());
                self.tell(held);
            }
        }
        self.go_on();
    }

    /// Begins what may begin.
    fn go_on(self: &Rc<Self>) {
        if self.paused.get() {
            return;
        }
        if !self.committing.get()
            && let Some(held) = self.next(|stage| *stage == Stage::Reading)
        {
            self.committing.set(true);
            let courier = self.clone();
            self.work_on(held, move || courier.committing.set(false), carry::commit);
        }
        while self.sending.get() < AT_ONCE
            && let Some(held) = self.next(|stage| *stage == Stage::Waiting)
        {
            self.sending.set(self.sending.get() + 1);
            let courier = self.clone();
            self.work_on(held, move || courier.sending.set(courier.sending.get() - 1), carry::send);
        }
    }

    fn next(&self, wanted: impl Fn(&Stage) -> bool) -> Option<Rc<Held>> {
        let files = self.files.borrow();
        files.iter().find(|held| held.is_free() && wanted(&held.stage.borrow())).cloned()
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
                async move { step(courier, held).await }
            };
            let mine = alone(&format!("{CHANNEL}-{}", held.id()), work).await;
            held.busy.set(false);
            after();
            if !mine {
                courier.clone().look_again(held);
            }
            courier.go_on();
        });
    }

    /// Another page sends the file: leaves it alone for a while, and then sees whether it
    /// is still there.
    fn look_again(self: Rc<Self>, held: Rc<Held>) {
        held.elsewhere.set(true);
        spawn_local(async move {
            sleep(LOOK_AGAIN_MS).await;
            held.elsewhere.set(false);
            let shelf = self.shelf.borrow().clone();
            let all = match shelf {
                Some(shelf) => shelf.all().await.ok(),
                None => None,
            };
            match all.map(|all| all.into_iter().find(|about| about.id == held.id())) {
                // It has arrived, or somebody took it out: the page asks the portal.
                Some(None) => {
                    held.stage.replace(Stage::Done);
                    self.tell_own(&held);
                    self.drop_held(held.id());
                }
                Some(Some(about)) => {
                    held.about.replace(about);
                }
                None => {}
            }
            self.go_on();
        });
    }

    /// Notes what is known of a file.
    async fn note(&self, held: &Held) {
        let shelf = self.shelf.borrow().clone().filter(|_| held.kept.get() && !held.gone.get());
        if let Some(shelf) = shelf {
            let about = held.about.borrow().clone();
            // Then it is hashed or announced once more after the page was left.
            let _ = shelf.note(&about).await;
        }
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
    async fn failed(self: &Rc<Self>, held: &Held, verdict: retry::Verdict) {
        if held.gone.get() {
            return;
        }
        let retry::Verdict { why, again, anew } = verdict;
        if anew {
            let mut about = held.about.borrow_mut();
            (about.address, about.digest) = (None, None);
        }
        if let (Why::Refused { message }, false) = (&why, again) {
            held.about.borrow_mut().refused = Some(message.clone());
        }
        let login = why == Why::LoginEnded;
        held.stage.replace(Stage::Failed { why, again });
        self.note(held).await;
        self.tell(held);
        if again {
            self.pause(!login);
        }
    }

    /// Begins nothing new for a while; for ever, where only a login helps.
    fn pause(self: &Rc<Self>, for_a_while: bool) {
        self.paused.set(true);
        self.failures.set(self.failures.get() + 1);
        self.pauses.set(self.pauses.get() + 1);
        if for_a_while {
            let (courier, pause) = (self.clone(), self.pauses.get());
            let ms = retry::wait(self.failures.get(), js_sys::Math::random());
            spawn_local(async move {
                sleep(ms).await;
                if courier.paused.get() && courier.pauses.get() == pause {
                    courier.resume();
                }
            });
        }
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
