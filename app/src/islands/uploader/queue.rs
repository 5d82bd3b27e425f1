//! The files that were chosen, and their way to the portal.

use std::{collections::HashMap, time::Duration};

use leptos::prelude::*;
use web_sys::{DomParser, File, SupportedType, Url};

use super::{Setup, UploadKind, resume::give_up};
use crate::islands::browser::{Answer, Request};

/// How many go out at once: weak networks gain nothing from more.
const AT_ONCE: usize = 3;
/// Without a byte moving for so long, a connection is taken for broken.
const STALLED_MS: f64 = 30_000.0;
/// How often that is looked at.
const LOOK: Duration = Duration::from_secs(10);

/// Where a file stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    Waiting,
    /// Bytes out, bytes in a second.
    Sending(f64, f64),
    Done,
    /// Why, and whether trying again can help.
    Failed(String, bool),
}

/// A file in the queue.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) size: f64,
    /// The address of its picture in this browser.
    pub(super) picture: Option<String>,
    pub(super) state: RwSignal<State>,
}

impl Item {
    fn is(&self, wanted: fn(&State) -> bool) -> bool {
        self.state.with_untracked(wanted)
    }
}

/// A request on its way, and when a byte of it last moved.
struct Moving {
    request: Request,
    moved: f64,
}

/// A value of the browser's own, which must stay on one thread. On the server,
/// where a page may end on another thread than it began on, there is none: what
/// would be dropped elsewhere would tear the answer down with it.
struct InBrowser<T: 'static>(Option<StoredValue<T, LocalStorage>>);

impl<T> Clone for InBrowser<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for InBrowser<T> {}

impl<T: Default + 'static> InBrowser<T> {
    fn new() -> Self {
        Self(cfg!(target_arch = "wasm32").then(|| StoredValue::new_local(T::default())))
    }

    fn update_value(self, change: impl FnOnce(&mut T)) {
        if let Some(value) = self.0 {
            value.update_value(change);
        }
    }

    fn try_update_value<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.0.and_then(|value| value.try_update_value(change))
    }

    fn with_value<R: Default>(self, read: impl FnOnce(&T) -> R) -> R {
        self.0.map(|value| value.with_value(read)).unwrap_or_default()
    }
}

/// The queue; a handle that can be copied about.
#[derive(Clone, Copy)]
pub(super) struct Queue {
    /// In the order they were chosen.
    pub(super) items: RwSignal<Vec<Item>>,
    /// What is said to those who do not see it.
    pub(super) said: RwSignal<String>,
    /// The connection broke; nothing new is begun.
    pub(super) paused: RwSignal<bool>,
    pub(super) setup: StoredValue<Setup>,
    files: InBrowser<HashMap<u32, File>>,
    moving: InBrowser<HashMap<u32, Moving>>,
    /// Where the portal waits for the rest of a file.
    addresses: InBrowser<HashMap<u32, String>>,
    /// How often a file has failed in a row.
    tries: InBrowser<HashMap<u32, i32>>,
    next: StoredValue<u32>,
    received: StoredValue<usize>,
    watching: StoredValue<bool>,
}

impl Queue {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            paused: RwSignal::new(false),
            setup: StoredValue::new(setup),
            files: InBrowser::new(),
            moving: InBrowser::new(),
            addresses: InBrowser::new(),
            tries: InBrowser::new(),
            next: StoredValue::new(0),
            received: StoredValue::new(0),
            watching: StoredValue::new(false),
        }
    }

    /// One of the strings, with what belongs into it.
    pub(super) fn say(self, word: fn(&Setup) -> &str, values: &[(&str, &str)]) -> String {
        self.setup.with_value(|setup| {
            values.iter().fold(word(setup).to_owned(), |text, (name, value)| text.replace(name, value))
        })
    }

    /// Whether something would be lost by leaving.
    pub(super) fn is_busy(self) -> bool {
        let unsent = |state: &State| matches!(state, State::Waiting | State::Sending(..) | State::Failed(_, true));
        self.items.with_untracked(|items| items.iter().any(|item| item.is(unsent)))
    }

    /// Takes files in, and says at once which cannot be sent.
    pub(super) fn add(self, files: impl Iterator<Item = File>) {
        let mut taken = 0;
        let room = self.setup.with_value(|setup| setup.room);
        for file in files {
            let used = self.received.get_value() + self.count(|state| !matches!(state, State::Failed(_, false)));
            let fault = if used >= room {
                Some(self.say(|setup| &setup.words.too_many, &[("{limit}", &room.to_string())]))
            } else {
                self.fault(&file)
            };
            let id = self.next.get_value();
            self.next.set_value(id + 1);
            let picture = file.type_().starts_with("image/").then(|| Url::create_object_url_with_blob(&file).ok());
            let name = file.name();
            taken += usize::from(fault.is_none());
            let state = match fault {
                Some(why) => {
                    self.tell(|setup| &setup.words.one_failed, &[("{name}", &name), ("{why}", &why)]);
                    State::Failed(why, false)
                }
                None => State::Waiting,
            };
            let item = Item { id, name, size: file.size(), picture: picture.flatten(), state: RwSignal::new(state) };
            self.files.update_value(|files| {
                files.insert(id, file);
            });
            self.items.update(|items| items.push(item));
        }
        if taken > 0 {
            self.tell(|setup| &setup.words.begun, &[("{count}", &taken.to_string())]);
        }
        self.resume();
    }

    fn tell(self, word: fn(&Setup) -> &str, values: &[(&str, &str)]) {
        self.said.set(self.say(word, values));
    }

    fn count(self, wanted: fn(&State) -> bool) -> usize {
        self.items.with_untracked(|items| items.iter().filter(|item| item.is(wanted)).count())
    }

    /// What speaks against a file before a byte of it is sent. Its content is
    /// the portal's to judge.
    fn fault(self, file: &File) -> Option<String> {
        let (size, kinds) = (file.size(), self.setup.with_value(|setup| setup.kinds.clone()));
        if size == 0.0 {
            return Some(self.say(|setup| &setup.words.empty, &[]));
        }
        let (mime, name) = (file.type_(), file.name().to_lowercase());
        let known = kinds.iter().find(|kind| kind.mime == mime);
        let known = known.or_else(|| kinds.iter().find(|kind| name.ends_with(&format!(".{}", kind.ending))));
        let largest = kinds.iter().map(|kind| kind.limit).fold(0.0, f64::max);
        let limit = match known {
            Some(UploadKind { limit, .. }) => *limit,
            // Phones do not always know what they have.
            None if mime.is_empty() => largest,
            None => return Some(self.say(|setup| &setup.words.wrong_type, &[("{kinds}", &self.kinds())])),
        };
        let words = [("{size}", megabytes(size)), ("{limit}", megabytes(limit))];
        let words = words.each_ref().map(|(name, value)| (*name, value.as_str()));
        (size > limit).then(|| self.say(|setup| &setup.words.too_large, &words))
    }

    fn kinds(self) -> String {
        self.say(|setup| &setup.words.kinds, &[])
    }

    /// Begins as many as may go out at once.
    pub(super) fn resume(self) {
        self.paused.set(false);
        let lost = |item: &&Item| item.is(|state| matches!(state, State::Failed(_, true)));
        for item in self.items.get_untracked().iter().filter(lost) {
            item.state.set(State::Waiting);
        }
        self.go_on();
    }

    fn go_on(self) {
        while !self.paused.get_untracked() && self.count(|state| matches!(state, State::Sending(..))) < AT_ONCE {
            let items = self.items.get_untracked();
            let Some(next) = items.into_iter().find(|item| item.is(|state| *state == State::Waiting)) else { break };
            self.begin(&next);
        }
        let going = self.count(|state| matches!(state, State::Waiting | State::Sending(..)));
        if going == 0 && self.count(|state| *state == State::Done) > 0 {
            self.renew_list();
        }
    }

    fn begin(self, item: &Item) {
        item.state.set(State::Sending(0.0, 0.0));
        let known = self.addresses.with_value(|addresses| addresses.get(&item.id).cloned());
        match known {
            Some(address) => self.ask(item.clone(), address),
            None => self.announce(item.clone()),
        }
    }

    pub(super) fn file(self, id: u32) -> Option<File> {
        self.files.with_value(|files| files.get(&id).cloned())
    }

    /// The portal knows the file under this address, or not any more.
    pub(super) fn known_as(self, id: u32, address: Option<String>) {
        self.addresses.update_value(|addresses| match address {
            Some(address) => {
                addresses.insert(id, address);
            }
            None => {
                addresses.remove(&id);
            }
        });
    }

    /// A request is on its way.
    pub(super) fn moves(self, id: u32, request: Request) {
        self.moving.update_value(|moving| {
            moving.insert(id, Moving { request, moved: js_sys::Date::now() });
        });
        self.watch();
    }

    /// A byte of it has moved.
    pub(super) fn moved(self, id: u32) {
        self.moving.update_value(|moving| {
            if let Some(moving) = moving.get_mut(&id) {
                moving.moved = js_sys::Date::now();
            }
        });
    }

    /// A request has ended. Whether its file is still wanted.
    pub(super) fn came_back(self, id: u32) -> bool {
        self.moving.update_value(|moving| {
            moving.remove(&id);
        });
        let wanted = self.items.with_untracked(|items| items.iter().any(|item| item.id == id));
        if !wanted {
            self.go_on();
        }
        wanted
    }

    /// A file has arrived whole.
    pub(super) fn arrived(self, item: &Item) {
        item.state.set(State::Done);
        self.tries.update_value(|tries| {
            tries.remove(&item.id);
        });
        self.go_on();
    }

    /// The browser does not even let it begin.
    pub(super) fn stuck(self, item: &Item) {
        item.state.set(State::Failed(self.say(|setup| &setup.words.failed, &[]), true));
        self.paused.set(true);
    }

    /// A file did not arrive.
    pub(super) fn failed(self, item: &Item, answer: &Answer) {
        let refusal = answer.refusal();
        let login = refusal.login || answer.status == 401;
        // Only what the portal decided stays so; everything else may be tried again.
        let again = login || !answer.arrived() || answer.status >= 500 || [409, 423, 429].contains(&answer.status);
        let why = match refusal.message {
            _ if login => self.say(|setup| &setup.words.login_ended, &[]),
            Some(message) => message,
            None if answer.arrived() => self.say(|setup| &setup.words.failed, &[]),
            None => self.say(|setup| &setup.words.cut_off, &[]),
        };
        self.tell(|setup| &setup.words.one_failed, &[("{name}", &item.name), ("{why}", &why)]);
        item.state.set(State::Failed(why, again));
        if again {
            self.paused.set(true);
            if !login {
                self.later(item.id);
            }
        }
        self.go_on();
    }

    /// Tries again by itself after a while: longer every time, and not all phones of a
    /// street at the same moment.
    fn later(self, id: u32) {
        let times = self.tries.try_update_value(|tries| {
            let times = tries.entry(id).or_insert(0_i32);
            *times += 1;
            *times
        });
        let seconds = 2_f64.powi(times.unwrap_or(1).min(5)) * (0.5 + js_sys::Math::random() / 2.0);
        set_timeout(
            move || {
                if self.paused.get_untracked() {
                    self.resume();
                }
            },
            Duration::from_secs_f64(seconds),
        );
    }

    /// Ends requests of which no byte has moved for long: a dead connection does
    /// not always say so.
    fn watch(self) {
        if self.watching.get_value() {
            return;
        }
        self.watching.set_value(true);
        set_timeout(
            move || {
                self.watching.set_value(false);
                let now = js_sys::Date::now();
                self.moving.with_value(|moving| {
                    for moving in moving.values().filter(|moving| now - moving.moved > STALLED_MS) {
                        moving.request.abort();
                    }
                });
                if !self.moving.with_value(HashMap::is_empty) {
                    self.watch();
                }
            },
            LOOK,
        );
    }

    /// Takes a file out of the queue, also one that is on its way.
    pub(super) fn remove(self, id: u32) {
        let request = self.moving.try_update_value(|moving| moving.remove(&id)).flatten();
        let address = self.addresses.try_update_value(|addresses| addresses.remove(&id)).flatten();
        self.forget(|item| item.id == id);
        if let Some(moving) = request {
            moving.request.abort();
        }
        if let Some(address) = address {
            give_up(&address);
        }
        self.go_on();
    }

    fn forget(self, gone: impl Fn(&Item) -> bool) {
        let items = self.items.get_untracked();
        let (gone, kept): (Vec<_>, Vec<_>) = items.into_iter().partition(gone);
        for item in &gone {
            if let Some(picture) = &item.picture {
                // An address that is none keeps nothing in memory.
                let _ = Url::revoke_object_url(picture);
            }
        }
        self.files.update_value(|files| {
            for item in &gone {
                files.remove(&item.id);
            }
        });
        self.addresses.update_value(|addresses| {
            for item in &gone {
                addresses.remove(&item.id);
            }
        });
        self.items.set(kept);
    }

    /// Everything has arrived: the list of received files is fetched with the
    /// page and put in place, so that nothing typed elsewhere is touched.
    fn renew_list(self) {
        let done = self.count(|state| *state == State::Done);
        let list = self.setup.with_value(|setup| setup.list.clone());
        let here = window().location().href().unwrap_or_default();
        let Some(request) = Request::new("GET", &here, "text/html") else { return };
        request.on_end(move |answer| {
            let renewed = answer.is_good().then(|| renew(&list, &answer.text)).flatten();
            // Where that fails the files stay in the queue as received, which they are.
            if renewed.is_some() {
                self.received.update_value(|received| *received += done);
                self.forget(|item| item.is(|state| *state == State::Done));
            }
            if self.items.with_untracked(Vec::is_empty) || renewed.is_none() {
                self.tell(|setup| &setup.words.all_done, &[("{count}", &done.to_string())]);
            }
        });
        request.send();
    }
}

/// Puts the part of a fetched page with this id in the place of ours.
fn renew(id: &str, page: &str) -> Option<()> {
    let page = DomParser::new().ok()?.parse_from_string(page, SupportedType::TextHtml).ok()?;
    let fresh = page.get_element_by_id(id)?;
    document().get_element_by_id(id)?.set_inner_html(&fresh.inner_html());
    Some(())
}

/// Megabytes of 1 000 000 bytes with one decimal, rounded up as everywhere.
pub(super) fn megabytes(bytes: f64) -> String {
    format!("{} MB", (bytes / 100_000.0).ceil() / 10.0)
}
