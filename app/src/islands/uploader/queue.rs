//! The files that were chosen, as the page shows them. The worker beside it
//! ([`courier`]) keeps them and carries them.

use std::{cell::RefCell, rc::Rc};

use courier::{
    awake::Awake,
    link::Link,
    message::{Item, News, Order, Stage},
    request::{Request, listen},
};
use leptos::prelude::*;
use web_sys::{DomParser, Element, File, SupportedType};

use super::{Setup, UploadKind};

thread_local! {
    /// The queues of the page that have a worker: a form that goes without files waits for all of them.
    static QUEUES: RefCell<Vec<Queue>> = const { RefCell::new(Vec::new()) };
}

/// A file in the queue.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its number; below zero for one that was never given to the worker.
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) size: f64,
    /// The address of its picture in this browser.
    pub(super) picture: Option<String>,
    pub(super) state: RwSignal<State>,
}

/// Where a file stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    /// With the worker, and whether it outlives the page.
    Carried(Stage, bool),
    /// It cannot be sent from here, and why.
    Refused(String),
}

impl State {
    fn is_open(&self) -> bool {
        matches!(self, Self::Carried(stage, _) if stage.is_open())
    }

    fn is_done(&self) -> bool {
        matches!(self, Self::Carried(Stage::Done, _))
    }
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
}

/// The queue; a handle that can be copied about.
#[derive(Clone, Copy)]
pub(super) struct Queue {
    /// In the order they were chosen.
    pub(super) rows: RwSignal<Vec<Row>>,
    /// What is said to those who do not see it.
    pub(super) said: RwSignal<String>,
    /// Files for other places that are on their way too.
    pub(super) others: RwSignal<u32>,
    pub(super) setup: StoredValue<Setup>,
    /// The worker has not told yet what waits in the browser.
    asking: RwSignal<bool>,
    link: InBrowser<Option<Rc<Link>>>,
    awake: InBrowser<Awake>,
    refused: StoredValue<i64>,
    received: StoredValue<usize>,
}

impl Queue {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            rows: RwSignal::new(Vec::new()),
            said: RwSignal::new(String::new()),
            others: RwSignal::new(0),
            setup: StoredValue::new(setup),
            asking: RwSignal::new(false),
            link: InBrowser::new(),
            awake: InBrowser::new(),
            refused: StoredValue::new(0),
            received: StoredValue::new(0),
        }
    }

    /// Starts the worker; `ready` is called when it listens, and `around` is marked when it has told what waited.
    /// Where there are no workers neither is ever done, and the plain form does the work.
    pub(super) fn start(self, around: &Element, ready: Box<dyn FnOnce()>) {
        let (account, place) = self.setup.with_value(|setup| (setup.account.clone(), setup.place.clone()));
        let (around, ready) = (around.clone(), RefCell::new(Some(ready)));
        let link = Link::start(Order::Hello { account, place }, move |news| match news {
            News::Ready => {
                if let Some(ready) = ready.take() {
                    ready();
                }
            }
            News::Known => {
                self.asking.set(false);
                // Fails only for what is no name.
                let _ = around.set_attribute("data-known", "");
            }
            News::Item(item) => self.show(item),
            News::Gone { id } => self.forget(|row| row.id == i64::from(id)),
            News::Others { count } => self.others.set(count),
        });
        self.asking.set(link.is_some());
        self.link.update_value(|mine| *mine = link);
        QUEUES.with_borrow_mut(|queues| queues.push(self));
        listen(&window(), "online", move |_| self.resume());
        listen(&document(), "visibilitychange", move |_| self.looked_at());
    }

    fn order(self, order: &Order, files: Vec<File>) {
        let files: Vec<_> = files.into_iter().map(Into::into).collect();
        self.link.update_value(|link| {
            if let Some(link) = link {
                link.order(order, &files);
            }
        });
    }

    /// One of the strings, with what belongs into it.
    pub(super) fn say(self, word: fn(&Setup) -> &str, values: &[(&str, &str)]) -> String {
        self.setup.with_value(|setup| {
            values.iter().fold(word(setup).to_owned(), |text, (name, value)| text.replace(name, value))
        })
    }

    fn tell(self, word: fn(&Setup) -> &str, values: &[(&str, &str)]) {
        self.said.set(self.say(word, values));
    }

    /// Whether something would be lost by leaving.
    pub(super) fn is_losable(self) -> bool {
        self.any(|state| state.is_open() && matches!(state, State::Carried(_, false)))
    }

    /// How many files have not arrived, and are not given up.
    pub(super) fn open(self) -> usize {
        self.rows.with(|rows| rows.iter().filter(|row| row.state.with(State::is_open)).count())
    }

    /// Whether something is on its way.
    pub(super) fn is_busy(self) -> bool {
        self.open() > 0 || self.others.get() > 0
    }

    fn any(self, wanted: fn(&State) -> bool) -> bool {
        self.rows.with_untracked(|rows| rows.iter().any(|row| row.state.with_untracked(wanted)))
    }

    /// How many bytes of all files have gone out, and how many there are.
    pub(super) fn total(self) -> (f64, f64) {
        let (mut sent, mut all) = (0.0, 0.0);
        self.rows.with(|rows| {
            for row in rows {
                let size = row.size;
                let gone = row.state.with(|state| match state {
                    State::Carried(Stage::Sending { sent, .. }, _) => Some(*sent),
                    State::Carried(Stage::Done, _) => Some(size),
                    State::Carried(stage, _) if stage.is_open() => Some(0.0),
                    _ => None,
                });
                if let Some(gone) = gone {
                    sent += gone;
                    all += size;
                }
            }
        });
        (sent, all)
    }

    /// Takes files in, and says at once which cannot be sent.
    pub(super) fn add(self, files: impl Iterator<Item = File>) {
        let mut taken = Vec::new();
        let room = self.setup.with_value(|setup| setup.room);
        let used = self.received.get_value()
            + self.rows.with_untracked(|rows| {
                rows.iter().filter(|row| row.state.with_untracked(|state| state.is_open() || state.is_done())).count()
            });
        for file in files {
            let fault = if used + taken.len() >= room {
                Some(self.say(|setup| &setup.words.too_many, &[("{limit}", &room.to_string())]))
            } else {
                self.fault(&file)
            };
            let Some(why) = fault else {
                taken.push(file);
                continue;
            };
            let name = file.name();
            self.tell(|setup| &setup.words.one_failed, &[("{name}", &name), ("{why}", &why)]);
            self.refused.update_value(|number| *number -= 1);
            let id = self.refused.get_value();
            let row = Row { id, name, size: file.size(), picture: None, state: RwSignal::new(State::Refused(why)) };
            self.rows.update(|rows| rows.push(row));
        }
        if !taken.is_empty() {
            self.tell(|setup| &setup.words.begun, &[("{count}", &taken.len().to_string())]);
            self.order(&Order::Add, taken);
        }
        self.order(&Order::Resume, Vec::new());
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
            None => {
                let kinds = self.say(|setup| &setup.words.kinds, &[]);
                return Some(self.say(|setup| &setup.words.wrong_type, &[("{kinds}", &kinds)]));
            }
        };
        let words = [("{size}", megabytes(size)), ("{limit}", megabytes(limit))];
        let words = words.each_ref().map(|(name, value)| (*name, value.as_str()));
        (size > limit).then(|| self.say(|setup| &setup.words.too_large, &words))
    }

    /// Shows where a file stands.
    fn show(self, item: Item) {
        let Item { id, name, size, picture, stage, kept } = item;
        let id = i64::from(id);
        if let Stage::Failed { why, .. } = &stage {
            let why = super::row::why(why, kept, self);
            self.tell(|setup| &setup.words.one_failed, &[("{name}", &name), ("{why}", &why)]);
        }
        let state = State::Carried(stage, kept);
        let known = self.rows.with_untracked(|rows| rows.iter().find(|row| row.id == id).map(|row| row.state));
        if let Some(known) = known {
            known.set(state);
        } else {
            let row = Row { id, name, size, picture, state: RwSignal::new(state) };
            self.rows.update(|rows| rows.push(row));
        }
        let busy = self.any(State::is_open);
        self.awake.update_value(|awake| awake.keep(busy));
        if !busy && self.any(State::is_done) {
            self.renew_list();
        }
    }

    /// Tries everything again that may succeed now.
    pub(super) fn resume(self) {
        self.order(&Order::Resume, Vec::new());
    }

    /// Somebody has come back to the page, or left it.
    pub(super) fn looked_at(self) {
        if document().visibility_state() == web_sys::VisibilityState::Visible {
            let busy = self.any(State::is_open);
            self.awake.update_value(|awake| {
                awake.lost();
                awake.keep(busy);
            });
            self.resume();
        }
    }

    /// Takes a file out of the queue, also one that is on its way.
    pub(super) fn remove(self, id: i64) {
        match u32::try_from(id) {
            Ok(id) => self.order(&Order::Remove { id }, Vec::new()),
            Err(_) => self.forget(|row| row.id == id),
        }
    }

    fn forget(self, gone: impl Fn(&Row) -> bool) {
        self.rows.update(|rows| rows.retain(|row| !gone(row)));
    }

    /// Everything has arrived: the list of received files is fetched with the
    /// page and put in place, so that nothing typed elsewhere is touched.
    fn renew_list(self) {
        let list = self.setup.with_value(|setup| setup.list.clone());
        let here = window().location().href().unwrap_or_default();
        let Some(request) = Request::new("GET", &here, "text/html") else { return };
        let done: Vec<i64> = self.rows.with_untracked(|rows| {
            rows.iter().filter(|row| row.state.with_untracked(State::is_done)).map(|row| row.id).collect()
        });
        request.on_end(move |answer| {
            let renewed = answer.is_good().then(|| renew(&list, &answer.text)).flatten();
            // Where that fails the files stay in the queue as received, which they are.
            if renewed.is_some() {
                self.received.update_value(|received| *received += done.len());
                self.forget(|row| done.contains(&row.id));
            }
            if self.rows.with_untracked(Vec::is_empty) || renewed.is_none() {
                self.tell(|setup| &setup.words.all_done, &[("{count}", &done.len().to_string())]);
            }
        });
        request.send();
    }
}

/// Whether files that the page shows have not arrived.
pub(super) fn any_open() -> bool {
    QUEUES.with_borrow(|queues| queues.iter().any(|queue| queue.open() > 0))
}

/// Whether it is not known yet what waits in the browser.
pub(super) fn any_asking() -> bool {
    QUEUES.with_borrow(|queues| queues.iter().any(|queue| queue.asking.get()))
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
