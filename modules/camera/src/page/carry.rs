//! Handing pictures to the courier, and showing where they stand, as the uploader does.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use courier::{
    awake::Awake,
    link::Link,
    message::{Item, News, Order, Stage, Why},
    request::{Request, listen},
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    BeforeUnloadEvent, DomParser, Element, File, FilePropertyBag, HtmlElement, HtmlProgressElement, SupportedType,
    VisibilityState,
};

use super::{
    Taken,
    dom::{document, fill, hide, part, say, show, window},
};
use crate::setup::{Setup, Words};

/// The courier of this page.
pub(super) struct Carrier {
    link: RefCell<Option<Rc<Link>>>,
    words: Words,
    list: String,
    rows: RefCell<HashMap<u32, Row>>,
    /// The picture that was taken here.
    mine: RefCell<Option<Mine>>,
    awake: RefCell<Awake>,
    /// How often the list was asked for.
    asked: Cell<u32>,
    /// The latest of these that is shown.
    shown: Cell<u32>,
}

struct Mine {
    name: String,
    /// Its row and itself, until the courier has it.
    held: Option<(Row, Taken)>,
    /// The portal was asked whether its code counts.
    asked: bool,
}

/// A file on the screen.
struct Row {
    element: Element,
    word: Element,
    progress: HtmlProgressElement,
    size: f64,
    stage: Stage,
    kept: bool,
}

impl Carrier {
    /// Starts the courier. `None` where there are no workers: the plain form does it then.
    pub(super) fn start(setup: &Setup) -> Option<Rc<Self>> {
        let carrier = Rc::new(Self {
            link: RefCell::new(None),
            words: setup.words.clone(),
            list: setup.list.clone(),
            rows: RefCell::default(),
            mine: RefCell::default(),
            awake: RefCell::default(),
            asked: Cell::default(),
            shown: Cell::default(),
        });
        let here = carrier.clone();
        let hello = Order::Hello { account: setup.account.clone(), place: setup.place.clone() };
        let link = Link::start(hello, move |news| match news {
            News::Item(item) => here.show(&item),
            News::Gone { id } => here.forget(id),
            News::Ready | News::Known | News::Others { .. } => {}
        })?;
        *carrier.link.borrow_mut() = Some(link);
        let here = carrier.clone();
        listen(&window(), "online", move |_| here.order(&Order::Resume, &[]));
        let here = carrier.clone();
        listen(&document(), "visibilitychange", move |_| {
            if document().visibility_state() == VisibilityState::Visible {
                here.awake.borrow_mut().lost();
                here.keep_open();
                here.order(&Order::Resume, &[]);
            }
        });
        let here = carrier.clone();
        listen(&window(), "beforeunload", move |event| {
            if here.is_losable() {
                event.prevent_default();
                // What older browsers wait for.
                if let Some(event) = event.dyn_ref::<BeforeUnloadEvent>() {
                    event.set_return_value("1");
                }
            }
        });
        Some(carrier)
    }

    /// Whether leaving the page would lose a picture.
    fn is_losable(&self) -> bool {
        let held = self.mine.borrow().as_ref().is_some_and(|mine| mine.held.is_some());
        held || self.rows.borrow().values().any(|row| row.stage.is_open() && !row.kept)
    }

    /// Hands a picture over, with what else the portal is to be told of it.
    pub(super) fn add(&self, taken: Taken, name: &str, about: &[(String, String)]) {
        let options = FilePropertyBag::new();
        options.set_type("image/jpeg");
        let parts = js_sys::Array::of1(&taken.bytes);
        // Fails only for parts that are no bytes.
        let Ok(file) = File::new_with_blob_sequence_and_options(&parts, name, &options) else { return };
        // The courier itself may still be on its way over a weak network.
        let item = Item {
            id: 0,
            name: name.to_owned(),
            size: taken.bytes.size(),
            picture: Some(taken.address.clone()),
            stage: Stage::Reading,
            kept: false,
        };
        let held = row(&item).map(|row| {
            row.word.set_text_content(Some(&self.words.held));
            put_in_queue(&row.element);
            (row, taken)
        });
        *self.mine.borrow_mut() = Some(Mine { name: name.to_owned(), held, asked: false });
        self.keep_open();
        let about = serde_json::to_string(about).unwrap_or_default();
        self.order(&Order::Add, &[file.into(), about.into()]);
    }

    fn order(&self, order: &Order, with: &[JsValue]) {
        if let Some(link) = &*self.link.borrow() {
            link.order(order, with);
        }
    }

    fn forget(&self, id: u32) {
        if let Some(row) = self.rows.borrow_mut().remove(&id) {
            row.element.remove();
        }
        if self.rows.borrow().is_empty() {
            hide("queue");
        }
        self.keep_open();
    }

    /// While something is on its way the page asks to be left open, and the screen stays on.
    fn keep_open(&self) {
        let (rows, mine) = (self.rows.borrow(), self.mine.borrow());
        let held = mine.as_ref().and_then(|mine| mine.held.as_ref()).map(|(row, _)| row);
        let open: Vec<&Row> = rows.values().chain(held).filter(|row| row.stage.is_open()).collect();
        let gone = |row: &&Row| if let Stage::Sending { sent, .. } = row.stage { sent } else { 0.0 };
        let (sent, all): (f64, f64) = (open.iter().map(gone).sum(), open.iter().map(|row| row.size).sum());
        let text = self.words.keep_open.replace("{sent}", &megabytes(sent)).replace("{size}", &megabytes(all));
        fill("keep", &text);
        if open.is_empty() {
            hide("keep");
        } else {
            show("keep");
        }
        self.awake.borrow_mut().keep(!open.is_empty());
    }

    fn show(self: &Rc<Self>, item: &Item) {
        if !self.rows.borrow().contains_key(&item.id) {
            let Some(row) = row(item) else { return };
            put_in_queue(&row.element);
            self.rows.borrow_mut().insert(item.id, row);
        }
        let mut rows = self.rows.borrow_mut();
        let Some(row) = rows.get_mut(&item.id) else { return };
        row.element.set_class_name(class(&item.stage));
        row.word.set_text_content(Some(&self.word(item)));
        let sent = if let Stage::Sending { sent, .. } = item.stage { Some(sent) } else { None };
        row.progress.set_hidden(sent.is_none());
        row.progress.set_value(sent.unwrap_or(0.0));
        row.stage = item.stage.clone();
        row.kept = item.kept;
        drop(rows);
        let news = self.note_mine(item);
        self.keep_open();
        if item.stage == Stage::Done {
            self.clone().renew_list(Some(item.id));
        } else if news {
            self.clone().renew_list(None);
        }
    }

    /// Whether this is the picture that was taken here, and has just been put on record.
    fn note_mine(&self, item: &Item) -> bool {
        let mut mine = self.mine.borrow_mut();
        let Some(mine) = mine.as_mut().filter(|mine| mine.name == item.name) else { return false };
        if let Some((held, _)) = mine.held.take() {
            held.element.remove();
        }
        // On record with its digest, or refused for good: the code has done its part.
        if !matches!(item.stage, Stage::Reading | Stage::Failed { again: true, .. }) {
            show("next");
        }
        let on_record = matches!(item.stage, Stage::Waiting | Stage::Sending { .. });
        on_record && !std::mem::replace(&mut mine.asked, true)
    }

    fn word(&self, item: &Item) -> String {
        let words = &self.words;
        match &item.stage {
            Stage::Reading => words.reading.clone(),
            Stage::Waiting => words.waiting.clone(),
            Stage::Sending { sent, .. } => {
                words.sending.replace("{sent}", &megabytes(*sent)).replace("{size}", &megabytes(item.size))
            }
            Stage::Done => words.done.clone(),
            Stage::Failed { why, again } => match why {
                Why::CutOff | Why::LoginEnded | Why::Failed if *again && !item.kept => words.held.clone(),
                Why::CutOff => words.cut_off.clone(),
                Why::LoginEnded => words.login_ended.clone(),
                Why::Refused { message } => message.clone(),
                Why::Failed => words.not_sent.clone(),
                Why::Unreadable => words.unreadable.clone(),
            },
        }
    }

    /// The list of received files is fetched with the page and put in place: it says what
    /// grade a picture has, and of one on its way that its code does not count, while there
    /// is time to take another. `done` has arrived.
    fn renew_list(self: Rc<Self>, done: Option<u32>) {
        let here = window().location().href().unwrap_or_default();
        let Some(request) = Request::new("GET", &here, "text/html") else { return };
        let number = self.asked.get() + 1;
        self.asked.set(number);
        request.on_end(move |answer| {
            // What was asked for later says more, whichever comes first.
            let overtaken = number < self.shown.get();
            let renewed = overtaken || (answer.is_good() && renew(&self.list, &answer.text).is_some());
            // Where that fails the file stays in the queue as received, which it is.
            if !renewed {
                return;
            }
            self.shown.set(number.max(self.shown.get()));
            if let Some(id) = done {
                self.forget(id);
            }
            if let Some(fault) = self.fault() {
                say(&fault);
            } else if done.is_some() {
                say(&self.words.done);
            }
        });
        request.send();
    }

    /// Why the code of the picture that was taken here does not count, in the words of the list.
    fn fault(&self) -> Option<String> {
        let mine = self.mine.borrow();
        let note = format!("[data-file=\"{}\"]", mine.as_ref()?.name);
        document().query_selector(&note).ok()??.text_content()
    }
}

fn put_in_queue(row: &Element) {
    if let Some(queue) = part("queue") {
        // Fails only for what would contain itself.
        let _ = queue.append_child(row);
    }
    show("queue");
}

fn renew(id: &str, page: &str) -> Option<()> {
    let page = DomParser::new().ok()?.parse_from_string(page, SupportedType::TextHtml).ok()?;
    let fresh = page.get_element_by_id(id)?;
    document().get_element_by_id(id)?.set_inner_html(&fresh.inner_html());
    Some(())
}

fn class(stage: &Stage) -> &'static str {
    match stage {
        Stage::Reading | Stage::Waiting => "queue-row is-neutral",
        Stage::Sending { .. } => "queue-row is-waiting",
        Stage::Done => "queue-row is-done",
        Stage::Failed { .. } => "queue-row is-problem",
    }
}

fn row(item: &Item) -> Option<Row> {
    let make = |tag: &str, class: &str| {
        let element = document().create_element(tag).ok()?;
        element.set_class_name(class);
        Some(element)
    };
    let element = make("li", "queue-row is-neutral")?;
    let picture = make("div", "queue-picture")?;
    if let Some(address) = &item.picture {
        let image = make("img", "")?;
        image.set_attribute("src", address).ok()?;
        image.set_attribute("alt", "").ok()?;
        picture.append_child(&image).ok()?;
    }
    let text = make("div", "queue-text")?;
    let name = make("p", "queue-name")?;
    name.set_text_content(Some(&item.name));
    let word = make("p", "queue-word")?;
    word.set_attribute("role", "status").ok()?;
    let progress: HtmlProgressElement = make("progress", "")?.dyn_into().ok()?;
    progress.set_max(item.size.max(1.0));
    progress.set_attribute("aria-label", &item.name).ok()?;
    progress.unchecked_ref::<HtmlElement>().set_hidden(true);
    for part in [&name, &word, progress.unchecked_ref()] {
        text.append_child(part).ok()?;
    }
    for part in [&picture, &text] {
        element.append_child(part).ok()?;
    }
    Some(Row { element, word, progress, size: item.size, stage: item.stage.clone(), kept: item.kept })
}

/// Megabytes of 1 000 000 bytes with one decimal, rounded up as everywhere.
fn megabytes(bytes: f64) -> String {
    format!("{} MB", (bytes / 100_000.0).ceil() / 10.0)
}
