//! The camera: opened when the page has a code, until a picture is on its way.

mod carry;
mod clock;
mod dom;
mod lens;
mod picture;
mod place;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use courier::request::listen;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, HtmlImageElement, HtmlVideoElement, MediaStream, Url, VisibilityState};

use self::{
    carry::Carrier,
    clock::Clock,
    dom::{document, fill, hide, part, say, show},
    lens::{Facing, Halt, Trouble},
    place::Place,
};
use crate::setup::{ID, Setup, Words};

/// How often clock and countdown are written anew, in milliseconds.
const TICK_MS: i32 = 500;

#[wasm_bindgen(start)]
fn start() {
    let setup = document().get_element_by_id(ID).and_then(|element| element.get_attribute("data-setup"));
    // A page without a code has nothing for us to do.
    let Some(setup) = setup.and_then(|text| serde_json::from_str::<Setup>(&text).ok()) else { return };
    Rc::new(Camera::new(setup)).begin();
}

/// The page's camera.
struct Camera {
    setup: Setup,
    clock: Clock,
    facing: Cell<Facing>,
    stream: RefCell<Option<MediaStream>>,
    /// Counts what was opened and let go of, so that nothing is heard of an earlier one.
    opened: Cell<u32>,
    /// One is being opened.
    opening: Cell<bool>,
    /// Why the open one gives no picture.
    halt: Cell<Option<Halt>>,
    /// There is another one to turn to.
    several: Cell<bool>,
    /// A picture is being taken.
    taking: Cell<bool>,
    taken: RefCell<Option<Taken>>,
    place: Rc<Place>,
    /// The place is known.
    placed: Cell<bool>,
    carrier: RefCell<Option<Rc<Carrier>>>,
    expired: Cell<bool>,
    /// One of its buttons was pressed.
    pressed: Cell<bool>,
    /// The way to tell the place is shown.
    asked_place: Cell<bool>,
    /// A picture was handed over: the code is spent.
    over: Cell<bool>,
}

/// A picture that is being looked at.
struct Taken {
    bytes: Blob,
    address: String,
    /// The portal's time when it was taken.
    at: f64,
}

impl Drop for Taken {
    fn drop(&mut self) {
        // An address that is none keeps nothing in memory.
        let _ = Url::revoke_object_url(&self.address);
    }
}

impl Camera {
    fn new(setup: Setup) -> Self {
        Self {
            clock: Clock::of_page(),
            facing: Cell::new(Facing::Away),
            stream: RefCell::new(None),
            opened: Cell::new(0),
            opening: Cell::new(false),
            halt: Cell::new(None),
            several: Cell::new(false),
            taking: Cell::new(false),
            taken: RefCell::new(None),
            place: Rc::new(Place::default()),
            placed: Cell::new(false),
            carrier: RefCell::new(None),
            expired: Cell::new(false),
            pressed: Cell::new(false),
            asked_place: Cell::new(false),
            over: Cell::new(false),
            setup,
        }
    }

    fn words(&self) -> &Words {
        &self.setup.words
    }

    fn begin(self: Rc<Self>) {
        // Files of this line that were on their way when the page was left are shown too.
        let Some(carrier) = Carrier::start(&self.setup) else { return };
        *self.carrier.borrow_mut() = Some(carrier);
        show(ID);
        self.every_tick();
        for (name, act) in [
            ("shutter", Self::shoot as fn(Rc<Self>)),
            ("use", Self::hand_over),
            ("retake", Self::again),
            ("retry", Self::open),
            ("reopen", Self::open),
            ("switch", Self::turn_round),
            ("locate", Self::locate),
        ] {
            let Some(button) = part(name) else { continue };
            let camera = self.clone();
            listen(&button, "click", move |_| {
                camera.pressed.set(true);
                act(camera.clone());
            });
        }
        let camera = self.clone();
        listen(&document(), "visibilitychange", move |_| camera.seen());
        self.open();
    }

    /// The portal's time now, in milliseconds since 1970, whatever the phone shows.
    fn portal_time(&self) -> f64 {
        self.setup.now + self.clock.passed()
    }

    fn every_tick(self: &Rc<Self>) {
        let camera = self.clone();
        camera.tick();
        dom::every(TICK_MS, move || camera.tick());
    }

    fn tick(&self) {
        fill("clock", &time(self.portal_time()));
        if self.over.get() {
            fill("left", "");
            return;
        }
        let left = self.setup.lives - self.clock.passed();
        if left <= 0.0 {
            if !self.expired.replace(true) {
                fill("left", "");
                for name in ["shutter", "retake", "switch", "retry", "reopen"] {
                    hide(name);
                }
                // A picture that is being taken still needs the camera.
                if self.taking.get() {
                    say(&self.words().expired);
                } else {
                    self.run_out();
                }
            }
            return;
        }
        let seconds = (left / 1000.0).floor();
        let (minutes, seconds) = ((seconds / 60.0).floor(), seconds % 60.0);
        let text = self.words().left.replace("{minutes}", &minutes.to_string());
        fill("left", &text.replace("{seconds}", &seconds.to_string()));
    }

    /// The code does not count any more: the camera is let go of. A picture that is being
    /// looked at stays, and may be used all the same.
    fn run_out(&self) {
        self.close();
        if self.taken.borrow().is_none() {
            hide("stage");
        }
        say(&self.words().expired);
    }

    /// Somebody looks at the page, perhaps again: what happened while it was hidden was not seen.
    fn seen(&self) {
        if document().visibility_state() != VisibilityState::Visible {
            return;
        }
        self.tick();
        let halt = self.stream.borrow().as_ref().map(lens::halt);
        let Some(halt) = halt else { return };
        self.halted(halt);
        go_on();
    }

    fn open(self: Rc<Self>) {
        let facing = self.facing.get();
        self.open_facing(facing);
    }

    fn turn_round(self: Rc<Self>) {
        let facing = self.facing.get().other();
        self.open_facing(facing);
    }

    /// Opens the camera that looks this way; where another one was open and this one does
    /// not open, that one again.
    fn open_facing(self: Rc<Self>, facing: Facing) {
        if self.expired.get() || self.opening.replace(true) {
            return;
        }
        for name in ["shutter", "switch", "retry", "reopen"] {
            hide(name);
        }
        say(&self.words().opening);
        // Many phones give pages one camera at a time.
        self.close();
        spawn_local(async move {
            let before = self.facing.get();
            let mut found = lens::open(facing).await;
            let turned = found.is_ok() || facing == before;
            if turned {
                self.facing.set(facing);
            } else {
                found = lens::open(before).await;
            }
            self.opening.set(false);
            match found {
                Ok(stream) => {
                    self.clone().show_live(stream).await;
                    if !turned && self.is_ready() {
                        say(&self.words().not_turned);
                    }
                }
                Err(trouble) => self.tell(trouble),
            }
        });
    }

    async fn show_live(self: Rc<Self>, stream: MediaStream) {
        // The code may have run out while the browser asked.
        let Some(video) = video().filter(|_| !self.expired.get()) else { return lens::close(&stream) };
        let (camera, opened) = (self.clone(), self.opened.get());
        lens::watch(&stream, move |halt| {
            if camera.opened.get() == opened {
                camera.halted(halt);
            }
        });
        self.halt.set(lens::halt(&stream));
        video.set_src_object(Some(&stream));
        *self.stream.borrow_mut() = Some(stream);
        // During a call nothing plays before that is over.
        if self.halt.get().is_some() {
            self.look();
            self.lead_on();
        }
        play(video).await;
        // It may be gone again by now.
        if self.opened.get() != opened {
            return;
        }
        show("stage");
        self.look();
        self.lead_on();
        // The place goes with a picture of this camera; the plain form has none.
        if !self.asked_place.replace(true) {
            show("place");
            show("locate");
            if self.setup.needs_place {
                self.clone().locate();
            }
        }
        self.several.set(lens::several().await);
        self.look();
    }

    /// The open camera gives no picture any more, or gives one again.
    fn halted(&self, halt: Option<Halt>) {
        if halt == Some(Halt::Ended) {
            self.close();
        }
        self.halt.set(halt);
        self.look();
    }

    /// Whether the camera is what the person has to do with now: none is being opened, no
    /// picture is being taken or looked at, and the code counts.
    fn is_at_hand(&self) -> bool {
        let away = [&self.opening, &self.taking, &self.expired, &self.over];
        !away.into_iter().any(Cell::get) && self.taken.borrow().is_none()
    }

    fn is_ready(&self) -> bool {
        self.is_at_hand() && self.stream.borrow().is_some() && self.halt.get().is_none()
    }

    /// What the line asks for is missing.
    fn lacks_place(&self) -> bool {
        self.setup.needs_place && !self.placed.get()
    }

    /// Shows how it stands with the camera. One that gives no picture takes none either: it
    /// would be black.
    fn look(&self) {
        if self.is_ready() {
            return self.ready();
        }
        let Some(halt) = self.halt.get().filter(|_| self.is_at_hand()) else { return };
        hide("shutter");
        hide("switch");
        show("reopen");
        match halt {
            Halt::Paused => say(&self.words().paused),
            Halt::Ended => {
                hide("stage");
                say(&self.words().stopped);
            }
        }
    }

    /// Leads who pressed a button to the next one: most hide themselves, and the focus is lost
    /// with them. A page that has just come is read from its top.
    fn lead_on(&self) {
        if !self.pressed.get() || !self.is_at_hand() {
            return;
        }
        let is_seen = |name: &&str| part(name).is_some_and(|button| !button.hidden());
        if let Some(name) = ["shutter", "reopen", "retry"].into_iter().find(is_seen) {
            dom::focus(name);
        }
    }

    fn ready(&self) {
        for name in ["video", "band"] {
            show(name);
        }
        for name in ["shot", "use", "retake", "reopen"] {
            hide(name);
        }
        if self.several.get() {
            show("switch");
        }
        if self.lacks_place() {
            hide("shutter");
            say(&self.words().place_first);
        } else {
            show("shutter");
            say(&self.words().ready);
        }
    }

    fn tell(&self, trouble: Trouble) {
        if self.expired.get() {
            return self.run_out();
        }
        let words = self.words();
        say(match trouble {
            Trouble::Denied => &words.denied,
            Trouble::None => &words.none,
            Trouble::Busy => &words.busy,
            Trouble::Unsupported => &words.unsupported,
            Trouble::Failed => &words.failed,
        });
        hide("stage");
        // A browser that knows no cameras will not learn it.
        if trouble != Trouble::Unsupported {
            show("retry");
        }
        self.lead_on();
    }

    /// Takes the picture, and writes the code below it.
    fn shoot(self: Rc<Self>) {
        self.tick();
        let Some(stream) = self.stream.borrow().clone() else { return };
        // Not every camera tells when something else takes it.
        if let Some(halt) = lens::halt(&stream) {
            return self.halted(Some(halt));
        }
        if !self.is_ready() || self.lacks_place() {
            return;
        }
        self.taking.set(true);
        for name in ["shutter", "switch", "reopen"] {
            hide(name);
        }
        say(&self.words().taking);
        spawn_local(async move {
            let at = self.portal_time();
            let band = self.words().band.replace("{time}", &time(at));
            let made = match video() {
                Some(video) => picture::take(&video, &stream, &self.setup.code, &band).await,
                None => None,
            };
            self.taking.set(false);
            let address = made.as_ref().and_then(|bytes| Url::create_object_url_with_blob(bytes).ok());
            let (Some(bytes), Some(address)) = (made, address) else {
                if self.expired.get() {
                    return self.run_out();
                }
                self.look();
                if self.is_ready() {
                    show("reopen");
                    say(&self.words().not_taken);
                    go_on();
                }
                self.lead_on();
                return;
            };
            if let Some(shot) = part("shot").and_then(|shot| shot.dyn_into::<HtmlImageElement>().ok()) {
                shot.set_src(&address);
            }
            *self.taken.borrow_mut() = Some(Taken { bytes, address, at });
            hide("video");
            hide("band");
            show("shot");
            show("use");
            if self.expired.get() {
                self.run_out();
            } else {
                show("retake");
                say(&self.words().taken);
            }
            dom::focus("use");
        });
    }

    fn again(self: Rc<Self>) {
        self.taken.take();
        for name in ["shot", "use", "retake"] {
            hide(name);
        }
        // It may have been taken away while the picture was looked at.
        if self.stream.borrow().is_none() {
            return self.open();
        }
        self.look();
        self.lead_on();
    }

    fn locate(self: Rc<Self>) {
        hide("locate");
        fill("place-word", &self.words().locating);
        let camera = self.clone();
        self.place.clone().watch(move |found| {
            let words = camera.words();
            fill(
                "place-word",
                &match found {
                    Ok(metres) if metres <= place::EXACT_M => words.located.replace("{metres}", &metres.to_string()),
                    Ok(metres) => words.located_roughly.replace("{metres}", &metres.to_string()),
                    Err(place::Trouble::Denied) => words.place_denied.clone(),
                    Err(place::Trouble::Failed) => words.place_failed.clone(),
                },
            );
            if found.is_err() {
                show("locate");
            }
            let news = camera.placed.replace(found.is_ok()) != found.is_ok();
            if news && camera.setup.needs_place {
                camera.look();
            }
        });
    }

    /// Gives the picture to the courier, which keeps it on this device and sends it.
    fn hand_over(self: Rc<Self>) {
        // It may be allowed no more.
        if self.lacks_place() {
            return say(&self.words().place_first);
        }
        let (Some(taken), Some(carrier)) = (self.taken.take(), self.carrier.borrow().clone()) else { return };
        let stamp: String = time(taken.at).chars().filter(char::is_ascii_digit).collect();
        let name = self.words().file.replace("{time}", &stamp);
        let mut about = vec![("capture".to_owned(), self.setup.capture.clone())];
        about.extend(self.place.last().map(|place| ("place".to_owned(), place)));
        carrier.add(taken, &name, &about);
        self.over.set(true);
        self.place.stop();
        self.close();
        for name in ["stage", "use", "retake", "place"] {
            hide(name);
        }
        // The code is spent: what would only waste it is put away.
        hide("plain");
        say("");
        hide("code");
        hide("another");
    }

    /// Lets go of the camera.
    fn close(&self) {
        self.opened.set(self.opened.get().wrapping_add(1));
        self.halt.set(None);
        if let Some(stream) = self.stream.take() {
            lens::close(&stream);
        }
        if let Some(video) = video() {
            video.set_src_object(None);
        }
    }
}

fn video() -> Option<HtmlVideoElement> {
    part("video")?.dyn_into().ok()
}

/// Plays on where the browser stopped the picture, as it does with pages that are hidden.
fn go_on() {
    if let Some(video) = video().filter(|video| video.paused()) {
        spawn_local(play(video));
    }
}

/// Shows what the camera sees. A page that is hidden meanwhile plays when it is seen again.
async fn play(video: HtmlVideoElement) {
    if let Ok(playing) = video.play() {
        let _ = JsFuture::from(playing).await;
    }
}

/// An instant in Beijing, as `2026-11-27 14:05:09`.
fn time(ms: f64) -> String {
    const BEIJING_MS: f64 = 8.0 * 3_600_000.0;
    let shifted = js_sys::Date::new(&(ms + BEIJING_MS).into());
    let iso = String::from(shifted.to_iso_string());
    iso.get(..19).unwrap_or(&iso).replace('T', " ")
}
