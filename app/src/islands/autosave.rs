//! Saves the form it stands in while it is being filled in, to the form's own
//! address, so that nothing is lost when a phone is put away or a login ends.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use courier::request::{Answer, Request, listen};
use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{FormData, HtmlFormElement, UrlSearchParams};

/// The strings of [`Autosave`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutosaveWords {
    /// On its way.
    pub saving: String,
    /// Saved; `{time}` is the time of day.
    pub saved: String,
    /// Not saved, and trying again.
    pub failed: String,
    /// Not saved, because the login has ended; what was typed is still there.
    pub login_ended: String,
    /// The link to the login.
    pub login: String,
}

#[derive(Clone, PartialEq, Eq)]
enum State {
    Quiet,
    Saving,
    Saved(String),
    Failed,
    LoginEnded,
    Refused(String),
}

/// After the last key.
const PAUSE: Duration = Duration::from_secs(2);
/// After an answer was chosen.
const AT_ONCE: Duration = Duration::from_millis(200);
/// After the first failure; doubled up to a minute.
const RETRY_SECONDS: u32 = 4;

struct Saver {
    form: HtmlFormElement,
    state: RwSignal<State>,
    saved: String,
    changed: Cell<bool>,
    sending: Cell<bool>,
    wait: Cell<u32>,
    timer: RefCell<Option<TimeoutHandle>>,
}

impl Saver {
    /// What the form would send, marked as a draft.
    fn body(&self) -> Option<UrlSearchParams> {
        let data = FormData::new_with_form(&self.form).ok()?;
        data.append_with_str("draft", "yes").ok()?;
        let class = js_sys::Reflect::get(&js_sys::global(), &"URLSearchParams".into()).ok()?;
        let made =
            js_sys::Reflect::construct(class.unchecked_ref::<js_sys::Function>(), &js_sys::Array::of1(&data)).ok()?;
        Some(made.unchecked_into())
    }

    fn after(self: &Rc<Self>, pause: Duration) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
        let saver = Rc::clone(self);
        self.timer.replace(set_timeout_with_handle(move || saver.save(), pause).ok());
    }

    fn change(self: &Rc<Self>, pause: Duration) {
        self.changed.set(true);
        self.after(pause);
    }

    fn save(self: &Rc<Self>) {
        if self.sending.get() || !self.changed.get() {
            return;
        }
        let request = self.body().zip(Request::new("POST", &self.form.action(), "application/json"));
        let Some((body, request)) = request else { return };
        self.changed.set(false);
        self.sending.set(true);
        if matches!(self.state.get_untracked(), State::Quiet | State::Saved(_) | State::Refused(_)) {
            self.state.set(State::Saving);
        }
        let saver = Rc::clone(self);
        request.on_end(move |answer| saver.answered(&answer));
        request.header("Content-Type", "application/x-www-form-urlencoded");
        if !request.send_text(&String::from(body.to_string())) {
            self.again(State::Failed);
        }
    }

    fn answered(self: &Rc<Self>, answer: &Answer) {
        self.sending.set(false);
        if answer.is_good() {
            self.wait.set(0);
            self.state.set(State::Saved(self.saved.replace("{time}", &clock())));
            if self.changed.get() {
                self.after(PAUSE);
            }
            return;
        }
        let refusal = answer.refusal();
        match refusal.message {
            _ if refusal.login => self.again(State::LoginEnded),
            // Trying the same again would be refused again.
            Some(message) if (400..500).contains(&answer.status) => self.state.set(State::Refused(message)),
            _ => self.again(State::Failed),
        }
    }

    fn again(self: &Rc<Self>, state: State) {
        self.sending.set(false);
        self.changed.set(true);
        self.state.set(state);
        let wait = (self.wait.get() * 2).clamp(RETRY_SECONDS, 60);
        self.wait.set(wait);
        self.after(Duration::from_secs(wait.into()));
    }

    /// The page goes away: the browser is asked to deliver what is not saved.
    /// Whether that worked cannot be known, so it stays "not saved" for the case
    /// that the reader comes back.
    fn leave(&self) {
        if self.changed.get()
            && let Some(body) = self.body()
        {
            let _ = window().navigator().send_beacon_with_opt_url_search_params(&self.form.action(), Some(&body));
        }
    }

    fn listen(self: &Rc<Self>) {
        let on = |target: &web_sys::EventTarget, event: &str, act: fn(&Rc<Self>)| {
            let saver = Rc::clone(self);
            listen(target, event, move |_| act(&saver));
        };
        on(&self.form, "input", |saver| saver.change(PAUSE));
        on(&self.form, "change", |saver| saver.change(AT_ONCE));
        on(&self.form, "focusout", Self::save);
        // The form itself carries everything; a draft that came later would be older.
        on(&self.form, "submit", |saver| saver.changed.set(false));
        on(&window(), "online", Self::save);
        on(&window(), "focus", Self::save);
        on(&window(), "pagehide", |saver| saver.leave());
        on(&document(), "visibilitychange", |saver| {
            if document().hidden() {
                saver.leave();
            }
        });
    }
}

/// The time of day where the reader is.
fn clock() -> String {
    let now = js_sys::Date::new(&JsValue::from_f64(js_sys::Date::now()));
    format!("{:02}:{:02}", now.get_hours(), now.get_minutes())
}

/// Saves the form around it as a draft, and says whether that worked.
#[island]
pub fn Autosave(
    /// Where one logs in again.
    login: String,
    /// Its strings.
    words: AutosaveWords,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let state = RwSignal::new(State::Quiet);
    let AutosaveWords { saving, saved, failed, login_ended, login: login_word } = words;
    Effect::new(move |_| {
        let form = place.get().and_then(|place| place.closest("form").ok().flatten());
        if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
            let saver = Rc::new(Saver {
                form,
                state,
                saved: saved.clone(),
                changed: Cell::new(false),
                sending: Cell::new(false),
                wait: Cell::new(0),
                timer: RefCell::new(None),
            });
            saver.listen();
        }
    });
    let calm = move || match state.get() {
        State::Saving => saving.clone(),
        State::Saved(text) => text,
        _ => String::new(),
    };
    let trouble = move || match state.get() {
        State::Failed => failed.clone(),
        State::LoginEnded => login_ended.clone(),
        State::Refused(message) => message,
        _ => String::new(),
    };
    let ended = move || state.get() == State::LoginEnded;
    // "Saved" is for the eye alone: said after every pause it would drown the field.
    view! {
        <div class="autosave" node_ref=place>
            <p class="autosave-calm">{calm}</p>
            <p class="autosave-trouble" role="status">{trouble}</p>
            <a class="autosave-login" href=login target="_blank" rel="noopener" hidden=move || !ended()>{login_word}</a>
        </div>
    }
}
