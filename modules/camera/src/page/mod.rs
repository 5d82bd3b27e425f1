//! The camera: opened when the page has a code, until a picture is on its way.

mod carry;
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
use web_sys::{Blob, HtmlImageElement, HtmlVideoElement, MediaStream, Url};

use self::{
    carry::Carrier,
    dom::{document, fill, hide, part, say, show, window},
    lens::{Facing, Trouble},
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
    /// What the page's own clock showed when this began, in milliseconds.
    began: f64,
    facing: Cell<Facing>,
    stream: RefCell<Option<MediaStream>>,
    taken: RefCell<Option<Taken>>,
    place: Rc<Place>,
    carrier: RefCell<Option<Rc<Carrier>>>,
    expired: Cell<bool>,
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
            began: now(),
            facing: Cell::new(Facing::Away),
            stream: RefCell::new(None),
            taken: RefCell::new(None),
            place: Rc::new(Place::default()),
            carrier: RefCell::new(None),
            expired: Cell::new(false),
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
            ("switch", Self::turn_round),
            ("locate", Self::locate),
        ] {
            let Some(button) = part(name) else { continue };
            let camera = self.clone();
            listen(&button, "click", move |_| act(camera.clone()));
        }
        self.open();
    }

    /// The portal's time now, in milliseconds since 1970. The phone's own clock may be
    /// wrong, or be set while the page is open; the page's clock cannot.
    fn portal_time(&self) -> f64 {
        self.setup.now + now() - self.began
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
        let left = self.setup.lives - (now() - self.began);
        if left <= 0.0 {
            if !self.expired.replace(true) {
                fill("left", "");
                say(&self.words().expired);
                hide("shutter");
                hide("retake");
            }
            return;
        }
        let seconds = (left / 1000.0).floor();
        let (minutes, seconds) = ((seconds / 60.0).floor(), seconds % 60.0);
        let text = self.words().left.replace("{minutes}", &minutes.to_string());
        fill("left", &text.replace("{seconds}", &seconds.to_string()));
    }

    fn open(self: Rc<Self>) {
        hide("retry");
        say(&self.words().opening);
        spawn_local(async move {
            match lens::open(self.facing.get()).await {
                Ok(stream) => self.show_live(stream).await,
                Err(trouble) => self.tell(trouble),
            }
        });
    }

    async fn show_live(self: Rc<Self>, stream: MediaStream) {
        let Some(video) = video() else { return };
        self.close();
        video.set_src_object(Some(&stream));
        if let Ok(playing) = video.play() {
            // A page that is hidden meanwhile plays when it is seen again.
            let _ = JsFuture::from(playing).await;
        }
        *self.stream.borrow_mut() = Some(stream);
        show("stage");
        if self.expired.get() {
            return;
        }
        self.ready();
        // The place goes with a picture of this camera; the plain form has none.
        if !self.asked_place.replace(true) {
            show("place");
            show("locate");
            if self.setup.needs_place {
                self.clone().locate();
            }
        }
        if lens::several().await {
            show("switch");
        }
    }

    fn ready(&self) {
        show("video");
        show("band");
        hide("shot");
        hide("use");
        hide("retake");
        if !self.expired.get() {
            show("shutter");
            say(&self.words().ready);
        }
    }

    fn tell(&self, trouble: Trouble) {
        let words = self.words();
        say(match trouble {
            Trouble::Denied => &words.denied,
            Trouble::None => &words.none,
            Trouble::Busy => &words.busy,
            Trouble::Unsupported => &words.unsupported,
            Trouble::Failed => &words.failed,
        });
        // A browser that knows no cameras will not learn it.
        if trouble != Trouble::Unsupported {
            show("retry");
        }
    }

    fn turn_round(self: Rc<Self>) {
        self.facing.set(self.facing.get().other());
        self.open();
    }

    /// Takes the picture, and writes the code below it.
    fn shoot(self: Rc<Self>) {
        let Some(stream) = self.stream.borrow().clone() else { return };
        hide("shutter");
        hide("switch");
        say(&self.words().taking);
        spawn_local(async move {
            let at = self.portal_time();
            let band = self.words().band.replace("{time}", &time(at));
            let made = match video() {
                Some(video) => picture::take(&video, &stream, &self.setup.code, &band).await,
                None => None,
            };
            let address = made.as_ref().and_then(|bytes| Url::create_object_url_with_blob(bytes).ok());
            let (Some(bytes), Some(address)) = (made, address) else {
                self.ready();
                return say(&self.words().not_taken);
            };
            if let Some(shot) = part("shot").and_then(|shot| shot.dyn_into::<HtmlImageElement>().ok()) {
                shot.set_src(&address);
            }
            *self.taken.borrow_mut() = Some(Taken { bytes, address, at });
            hide("video");
            hide("band");
            show("shot");
            show("use");
            if !self.expired.get() {
                show("retake");
            }
            say(&self.words().taken);
            dom::focus("use");
        });
    }

    fn again(self: Rc<Self>) {
        self.taken.take();
        self.ready();
        dom::focus("shutter");
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
        });
    }

    /// Gives the picture to the courier, which keeps it on this device and sends it.
    fn hand_over(self: Rc<Self>) {
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

/// Milliseconds by the clock of the page, which only goes forward.
fn now() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}

/// An instant in Beijing, as `2026-11-27 14:05:09`.
fn time(ms: f64) -> String {
    const BEIJING_MS: f64 = 8.0 * 3_600_000.0;
    let shifted = js_sys::Date::new(&(ms + BEIJING_MS).into());
    let iso = String::from(shifted.to_iso_string());
    iso.get(..19).unwrap_or(&iso).replace('T', " ")
}
