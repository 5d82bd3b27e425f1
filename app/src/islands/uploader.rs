//! Several files at once, with pictures, progress and retry, around a plain
//! multipart form that does the same without scripts.
//!
//! Each file is an upload of its own (tus 1.0), so that one that fails takes no other
//! with it. A worker ([`courier`]) keeps what was chosen until it has arrived, also when
//! the page is left, and goes on after every break where it stopped.

mod queue;
mod row;
pub mod unsent;

use courier::request::listen;
use leptos::{html, prelude::*};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, FileList, HtmlInputElement};

use self::{
    queue::{Queue, megabytes},
    row::row,
};

/// A type of file that may be sent here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UploadKind {
    /// Its media type.
    pub mime: String,
    /// The ending of its names, without the dot.
    pub ending: String,
    /// The most bytes; a number that JavaScript has too.
    pub limit: f64,
}

/// The strings of [`Uploader`] and of [`unsent::Unsent`]. In braces stands what is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploaderWords {
    /// Its digest is being computed.
    pub reading: String,
    /// In the queue.
    pub waiting: String,
    /// On its way; `{sent}`, `{size}`, `{speed}`.
    pub sending: String,
    /// All bytes have gone out, the portal is checking them.
    pub checking: String,
    /// Received whole.
    pub done: String,
    /// The connection broke.
    pub cut_off: String,
    /// It has not arrived, and is nowhere but on this page.
    pub not_kept: String,
    /// The portal did not say why.
    pub failed: String,
    /// The login has ended.
    pub login_ended: String,
    /// The phone does not give the file any more.
    pub unreadable: String,
    /// The file is empty.
    pub empty: String,
    /// The file is too large; `{size}`, `{limit}`.
    pub too_large: String,
    /// The file is of another type; `{kinds}`.
    pub wrong_type: String,
    /// More files than the line takes; `{limit}`.
    pub too_many: String,
    /// Try again.
    pub retry: String,
    /// Take it out of the queue.
    pub remove: String,
    /// Progress of a file, spoken; `{name}`.
    pub progress: String,
    /// Spoken: sending has begun; `{count}`.
    pub begun: String,
    /// Spoken: everything has arrived; `{count}`.
    pub all_done: String,
    /// Spoken: a file was not taken; `{name}`, `{why}`.
    pub one_failed: String,
    /// While something is on its way; `{count}`, `{sent}`, `{size}`.
    pub keep_open: String,
    /// Files for other places are on their way; `{count}`.
    pub others: String,
    /// Where files may be dropped.
    pub drop_here: String,
    /// What may be sent, for [`UploaderWords::wrong_type`].
    pub kinds: String,
    /// A form was not sent, because files are still on their way.
    pub held: String,
    /// Nothing is on its way any more.
    pub free: String,
    /// It is not known yet whether a form would leave files behind.
    pub looking: String,
}

/// What the island is told.
#[derive(Clone)]
struct Setup {
    account: String,
    place: Vec<(String, String)>,
    kinds: Vec<UploadKind>,
    room: usize,
    list: String,
    words: UploaderWords,
}

/// Sends files chosen in the form inside it, a few at a time.
#[island]
pub fn Uploader(
    /// Who sends: what somebody else left on the same phone is not touched.
    account: String,
    /// Where the files go, as the portal wants to be told.
    place: Vec<(String, String)>,
    /// What may be sent.
    kinds: Vec<UploadKind>,
    /// How many more files the line takes.
    room: u32,
    /// The id of the list of received files, which is renewed when all have arrived.
    list: String,
    /// Its strings.
    words: UploaderWords,
    /// The form.
    children: Children,
) -> impl IntoView {
    let around = NodeRef::<html::Div>::new();
    let awake = RwSignal::new(false);
    let drop_here = words.drop_here.clone();
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    let queue = Queue::new(Setup { account, place, kinds, room, list, words });
    Effect::new(move |_| {
        let Some(around) = around.get() else { return };
        let place = around.clone();
        let ready = move || {
            choose_from(&place, queue);
            awake.set(true);
        };
        queue.start(&around, Box::new(ready));
        listen(&window(), "beforeunload", move |event| {
            if queue.is_losable() {
                event.prevent_default();
                // What older browsers wait for.
                if let Some(event) = event.dyn_ref::<web_sys::BeforeUnloadEvent>() {
                    event.set_return_value("1");
                }
            }
        });
    });
    view! {
        <div class="uploader" class:uploader-on=move || awake.get() node_ref=around>
            {children()}
            <p class="uploader-drop" hidden=move || !awake.get()>{drop_here}</p>
            {shown(queue)}
        </div>
    }
}

/// The queue on the screen, and what is said of it to those who do not see it.
fn shown(queue: Queue) -> impl IntoView {
    let total = move || {
        let (sent, all) = queue.total();
        let count = queue.open().to_string();
        let values = [("{count}", &*count), ("{sent}", &*megabytes(sent)), ("{size}", &*megabytes(all))];
        queue.say(|setup| &setup.words.keep_open, &values)
    };
    let others = move || queue.say(|setup| &setup.words.others, &[("{count}", &queue.others.get().to_string())]);
    view! {
        <div class="queue-total" hidden=move || !queue.is_busy()>
            <p hidden=move || queue.total().1 == 0.0>{total}</p>
            <p hidden=move || queue.others.get() == 0>{others}</p>
        </div>
        <ul class="queue" hidden=move || queue.rows.with(Vec::is_empty)>
            <For each=move || queue.rows.get() key=|item| item.id let:item>
                {row(item, queue)}
            </For>
        </ul>
        <p class="unseen" role="status">{move || queue.said.get()}</p>
    }
}

/// Takes files from the fields of the form, and from what is dropped on it.
fn choose_from(place: &web_sys::Element, queue: Queue) {
    for field in fields(place) {
        let chosen = field.clone();
        let take = move || {
            add(queue, chosen.files());
            // The same file can be chosen again after it was taken out.
            chosen.set_value("");
        };
        // On a weak network people choose before the page listens.
        if is_chosen(&field) {
            take();
        }
        listen(&field, "change", move |_| take());
    }
    listen(place, "dragover", |event| event.prevent_default());
    listen(place, "drop", move |event| {
        event.prevent_default();
        let dropped = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
        add(queue, dropped.and_then(|dropped| dropped.files()));
    });
}

/// The fields for files in a part of the page.
fn fields(part: &web_sys::Element) -> Vec<HtmlInputElement> {
    let fields = part.query_selector_all("input[type=file]").ok();
    let fields = fields.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.get(index)));
    fields.filter_map(|field| field.dyn_into().ok()).collect()
}

/// Whether a field has files in it.
fn is_chosen(field: &HtmlInputElement) -> bool {
    field.files().is_some_and(|files| files.length() > 0)
}

fn add(queue: Queue, files: Option<FileList>) {
    let files = files.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.get(index)));
    queue.add(files);
}
